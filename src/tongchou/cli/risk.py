"""`tongchou risk`: replay the rules of grading against real histories. It needs no database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from tongchou.cli.risk_words import said

app = typer.Typer(no_args_is_help=True, help="区域风险 Grades of areas.")
_LANG = typer.Option("zh-hans", "--lang", help="zh-hans or en")
_PATHS = typer.Argument(
    ...,
    exists=True,
    readable=True,
    help="real grades or cases: CSV files, kept JSON answers, or folders of them (docs/officer/risk.md)",
)


@app.command()
def replay(
    paths: list[Path] = _PATHS,
    pack: str = typer.Option("covid-19", help="name of a shipped pack, or the folder of another"),
    area: str = typer.Option("", "--area", help="administrative code, for local rules"),
    as_json: bool = typer.Option(False, "--json", help="print JSON"),
    lang: str = _LANG,
) -> None:
    """Compare what the rules give on each day with what was really graded. Exits with 1 when a file is refused; the others are still replayed."""
    from tongchou.cli.plan_input import read_the_pack, refused
    from tongchou.kernel.errors import Refusal
    from tongchou.packs.grading.course import Rules
    from tongchou.packs.grading.files import histories

    try:
        rules = Rules(read_the_pack(pack), area)
    except Refusal as refusal:
        raise refused([refusal], as_json, lang) from None
    found = list(histories(paths))
    if len(found) == 1 and not paths[0].is_dir():
        try:
            _print([(found[0][0], _one(found[0][1], rules))], as_json, lang, alone=True)
        except Refusal as refusal:
            raise refused([refusal], as_json, lang) from None
        return
    reports: list[tuple[str, Any]] = []
    for name, files in found:
        try:
            reports.append((name, _one(files, rules)))
        except Refusal as refusal:
            reports.append((name, refusal))
    _print(reports, as_json, lang)
    if not reports or any(isinstance(report, Refusal) for _, report in reports):
        raise typer.Exit(1)


def _one(files: Sequence[Path], rules: Any) -> dict[str, Any]:
    from tongchou.packs.grading.files import read_history
    from tongchou.packs.grading.replay import replay as run

    return run(read_history(files), rules).as_value()


def _print(reports: Sequence[tuple[str, Any]], as_json: bool, lang: str, *, alone: bool = False) -> None:
    """Reports as text or JSON; a Refusal stands for a file that was not replayed."""
    from tongchou.kernel.errors import Refusal

    told = [(name, {"refused": str(r)} if isinstance(r, Refusal) else r) for name, r in reports]
    if as_json:
        value = told[0][1] if alone else {"files": [{"file": name} | report for name, report in told]}
        print(json.dumps(value, ensure_ascii=False, indent=2))
        return
    if not told:
        print(said("nothing", lang))
    for name, report in told:
        if not alone:
            print(f"== {name}")
        _say(report, lang)


def _say(report: dict[str, Any], lang: str) -> None:
    if "refused" in report:
        print(f"  {said('refused', lang)}: {report['refused']}")
        return
    first = (
        f"{said(report['shape'], lang)}: {report['areas']} {said('areas', lang)}, {report['first']} … {report['last']}"
    )
    print(
        f"{first}; {said('rows_in', lang)} {report['rows_in']} = {said('rows_used', lang)} {report['rows_used']}",
        end="",
    )
    print(f" + {said('left_out', lang)} {report['rows_in'] - report['rows_used']}")
    for why, rows in report["left_out"].items():
        shown = "; ".join(f"{said('line', lang)} {e['line']}“{e['value']}”" for e in report["left_out_examples"][why])
        print(f"    {said(why, lang)}: {rows} ({shown})")
    for title, levels in ((said("all", lang), report["levels"]), *report["editions"].items()):
        for level, m in levels.items():
            if m["both"] or m["rules_only"] or m["list_only"]:
                names = ("precision", "recall", "foreseen_precision", "foreseen_recall")
                rates = "  ".join(
                    f"{said(k, lang)} {m[k]:.3f}" if m[k] is not None else f"{said(k, lang)} -" for k in names
                )
                counts = ", ".join(f"{said(k, lang)} {m[k]}" for k in ("both", "given", "rules_only", "list_only"))
                print(f"  {title:12} {said(level, lang):6} {rates}   {counts}")
    for title in ("lengths", "outcomes", "notes"):
        if report[title]:
            print(
                f"  {said(title, lang)}: "
                + ", ".join(f"{said(f'{k}_{title}', lang, k)} {v}" for k, v in report[title].items())
            )
