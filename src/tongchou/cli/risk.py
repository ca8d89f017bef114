"""`tongchou risk`: replay the rules of grading against a real history. It needs no database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typer

app = typer.Typer(no_args_is_help=True, help="区域风险 Grades of areas.")
_LANG = typer.Option("zh-hans", "--lang", help="zh-hans or en")


@app.command()
def replay(
    file: Path = typer.Argument(..., exists=True, dir_okay=False, readable=True, help="real grades or cases (CSV); the columns: docs/officer/risk.md"),
    pack: str = typer.Option("covid-19", help="name of a shipped pack, or the folder of another"),
    as_json: bool = typer.Option(False, "--json", help="print JSON"),
    lang: str = _LANG,
) -> None:
    """Compare what the rules give on each day with what was really graded. Exits with 1 when the file is refused."""
    from tongchou.cli.plan_input import read_the_pack, refused
    from tongchou.kernel.errors import Refusal
    from tongchou.packs.grading.course import Rules
    from tongchou.packs.grading.history import read_file
    from tongchou.packs.grading.replay import replay as run

    try:
        report = run(read_file(file), Rules(read_the_pack(pack))).as_value()
    except Refusal as refusal:
        raise refused([refusal], as_json, lang) from None
    if as_json:
        print(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        _say(report)


def _say(report: dict[str, Any]) -> None:
    print(f"{report['shape']}: {report['rows_in']} rows, {report['areas']} areas, {report['first']} … {report['last']}")
    for title, levels in (("all", report["levels"]), *report["editions"].items()):
        for level, m in levels.items():
            if m["both"] or m["rules_only"] or m["list_only"]:
                rates = "  ".join(f"{k} {m[k]:.3f}" if m[k] is not None else f"{k} -" for k in ("precision", "recall"))
                print(f"  {title:12} {level:7} {rates}   both {m['both']}, rules only {m['rules_only']}, list only {m['list_only']} area-days")
    for title in ("lengths", "outcomes", "notes", "left_out"):
        if report[title]:
            print(f"  {title}: " + ", ".join(f"{k} {v}" for k, v in report[title].items()))
