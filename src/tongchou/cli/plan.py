"""`tongchou plan` and `tongchou pack`: decide by a prevention plan, check a plan pack. Needs no database, but for `plan replay`."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import typer

from tongchou.kernel.clock import parse_date
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text

app = typer.Typer(no_args_is_help=True, help="方案 Decide by a prevention plan.")
pack_app = typer.Typer(no_args_is_help=True, help="方案包 Plan packs.")
_PACK = typer.Option(..., "--pack", help="name of a shipped pack, or the folder of another")
_AS_OF = typer.Option(..., "--as-of", help="the day whose rules apply, YYYY-MM-DD")
_KNOWN_ON = typer.Option("", "--known-on", help="decide by what was known on that day; the same day when empty")
_AREA = typer.Option("", "--area", help="administrative code, for local rules")
_LANG = typer.Option("zh-hans", "--lang", help="zh-hans or en")
_JSON = typer.Option(False, "--json", help="print JSON")


@app.command()
def decide(
    table: str = typer.Argument(..., help="name of a decision table, e.g. close_contact"),
    pack: str = _PACK,
    as_of: str = _AS_OF,
    facts: str = typer.Option(..., "--facts", help="a JSON object, @FILE, or - for standard input"),
    known_on: str = _KNOWN_ON,
    area: str = _AREA,
    as_json: bool = _JSON,
    lang: str = _LANG,
) -> None:
    """Decide for one person or place. Exits with 1 when the input is refused, 2 when facts are missing for a decision."""
    from tongchou.packs.plans.decide import UNDETERMINED
    from tongchou.packs.plans.decide import decide as run
    from tongchou.packs.plans.report import as_value

    try:
        given = _facts(facts)
        found = run(_pack(pack), table, given, parse_date(as_of, "as_of"), _day(known_on, "known_on"), _area(area))
    except Refusal as refusal:
        raise _refused([refusal], as_json, lang) from None
    value = as_value(found)
    if as_json:
        print(json.dumps(value, ensure_ascii=False, indent=2))
    else:
        _say(value, "en" if lang.lower().startswith("en") else "zh")
    if found.outcome == UNDETERMINED:
        raise typer.Exit(2)


@app.command()
def batch(
    table: str = typer.Argument(..., help="name of a decision table, e.g. close_contact"),
    pack: str = _PACK,
    as_of: str = _AS_OF,
    source: Path = typer.Option(
        ..., "--in", exists=True, dir_okay=False, readable=True, help="people, one a row (.parquet or .csv)"
    ),
    out: Path = typer.Option(..., "--out", help="decisions, in the same order (.parquet)"),
    known_on: str = _KNOWN_ON,
    area: str = _AREA,
    keep: list[str] = typer.Option([], "--keep", help="a further column to carry through; may be given several times"),
    lang: str = _LANG,
) -> None:
    """Decide for everybody in a file. Exits with 1 when the file is refused; then nothing is written."""
    import polars as pl

    from tongchou.packs.plans.batch import BatchErrors, decide_people
    from tongchou.packs.plans.resolve import stand

    try:
        standing = stand(_pack(pack), table, parse_date(as_of, "as_of"), _day(known_on, "known_on"), _area(area))
        people = _read(source)
        found = decide_people(standing, people, keep)
    except Refusal as refusal:
        raise _refused([refusal], False, lang) from None
    except BatchErrors as errors:
        raise _refused(errors.problems, False, lang) from None
    tag = pl.lit(f"{standing.pack.key}@{standing.pack.digest}").alias("pack")
    found.with_columns(
        tag, pl.lit(standing.edition.key).alias("edition"), pl.lit(standing.as_of).alias("as_of")
    ).write_parquet(out)
    for name, count in found["outcome"].value_counts(sort=True).iter_rows():
        print(f"{count:>10}  {name}")


@app.command()
def preview(
    table: str = typer.Argument(..., help="name of a decision table, e.g. close_contact"),
    pack: str = _PACK,
    as_of: str = typer.Option(..., "--as-of", help="the day of the change, YYYY-MM-DD"),
    before: str = typer.Option(..., "--from", help="edition that holds, or a day of it"),
    after: str = typer.Option(..., "--to", help="edition to come, or a day of it"),
    source: Path = typer.Option(
        ..., "--in", exists=True, dir_okay=False, readable=True, help="people under control (.parquet or .csv)"
    ),
    by: str = typer.Option("", "--by", help="column to count by, e.g. street"),
    days: int = typer.Option(14, "--days", min=1, max=90, help="days to look ahead"),
    area: str = _AREA,
    keep: list[str] = typer.Option([], "--keep", help="a further column that the table does not use"),
    as_json: bool = _JSON,
    lang: str = _LANG,
) -> None:
    """Show what a change of edition does: released, newly held, beds and tests by day. Exits with 1 when the file is refused."""
    from tongchou.packs.plans.batch import BatchErrors
    from tongchou.packs.plans.preview import preview as run
    from tongchou.packs.plans.preview import rules_of

    try:
        today, read = parse_date(as_of, "as_of"), _pack(pack)
        old, new = (rules_of(read, table, edition, today, _area(area)) for edition in (before, after))
        found = run(old, new, _read(source), by, days, keep)
    except Refusal as refusal:
        raise _refused([refusal], as_json, lang) from None
    except BatchErrors as errors:
        raise _refused(errors.problems, as_json, lang) from None
    ahead = [row | {"day": row["day"].isoformat()} for row in found.days.to_dicts()]
    value = {
        "from": found.before,
        "to": found.after,
        "as_of": today.isoformat(),
        "places": found.places.to_dicts(),
        "days": ahead,
    }
    if as_json:
        print(json.dumps(value, ensure_ascii=False, indent=2))
    else:
        print(f"{found.before} → {found.after}")
        for rows in (found.places.to_dicts(), ahead):
            print("\t".join(rows[0] if rows else ()))
            for row in rows:
                print("\t".join(map(str, row.values())))


@app.command()
def replay(
    since: str = typer.Option("", "--since", help="only decisions made since that day, YYYY-MM-DD"), as_json: bool = _JSON, lang: str = _LANG
) -> None:
    """Decide every decision on record again by the pack that it pins. Exits with 1 when one comes out differently. Needs the database."""
    from tongchou.cli.main import database

    with database():
        from tongchou.rooms.plans.questions import replay as run

        try:
            found = run(since=_day(since, "since"))
        except Refusal as refusal:
            raise _refused([refusal], as_json, lang) from None
        counts = {"decisions": found.decisions, "equal": found.equal, "differing": found.differing, "broken": found.broken}
        if as_json:
            print(json.dumps(counts | {"packs": found.by_pack, "differs": [str(key) for key, _, _ in found.differs]}, ensure_ascii=False))
        else:
            told = Text(
                "判定 {decisions} 项：结论相同 {equal}，不同 {differing}，方案包与记录不符 {broken}",
                "{decisions} decisions: {equal} come out the same, {differing} differently, {broken} by a pack that is not what was pinned",
            )
            print(told.with_(**counts).in_(lang))
    if found.differing or found.broken:
        raise typer.Exit(1)


@pack_app.command()
def check(
    path: Path = typer.Argument(..., help="folder of the pack"), as_json: bool = _JSON, lang: str = _LANG
) -> None:
    """Run all checks and worked cases of a pack. Exits with 1 when there is a problem; each is named with file and line."""
    from tongchou.packs.plans.checks import check_pack
    from tongchou.packs.plans.packfile import PackErrors, read_pack

    try:
        pack = read_pack(path)
        problems = check_pack(pack)
    except PackErrors as errors:
        raise _refused(errors.problems, as_json, lang) from None
    if problems:
        raise _refused(problems, as_json, lang)
    counts = {
        "tables": len(pack.tables),
        "parameters": len(pack.parameters),
        "overlays": len(pack.overlays),
        "cases": len(pack.cases),
    }
    if as_json:
        print(json.dumps({"pack": pack.key, "version": pack.version, "hash": pack.digest, "problems": [], **counts}))
    else:
        told = Text(
            "{pack}：{tables} 个表、{parameters} 个参数、{overlays} 个地方规定、{cases} 个案例，全部通过",
            "{pack}: {tables} tables, {parameters} parameters, {overlays} overlays, {cases} cases, all sound",
        )
        print(told.with_(pack=pack.key, **counts).in_(lang))


@pack_app.command("list")
def list_packs() -> None:
    """Print the packs that come with the program, with their tables."""
    from tongchou.packs.plans.packfile import shipped_pack, shipped_packs

    for name in shipped_packs():
        print(f"{name}: {', '.join(shipped_pack(name).tables)}")


def _pack(name: str) -> Any:
    from tongchou.packs.plans.packfile import PackErrors, read_pack, shipped_pack, shipped_packs

    folder = Path(name)
    if name in shipped_packs() or not folder.is_dir():
        return shipped_pack(name)
    try:
        return read_pack(folder)
    except PackErrors as errors:
        raise errors.problems[0] from None


def _facts(text: str) -> dict[str, Any]:
    """The facts as given; refuses what is no JSON object, and a fact that is given twice."""
    raw = sys.stdin.read() if text == "-" else _file(Path(text[1:])) if text.startswith("@") else text
    twice: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for key, value in items:
            if key in seen:
                twice.append(key)
            seen[key] = value
        return seen

    try:
        found = json.loads(raw, object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        rule = Text("事实须是一个 JSON 对象。", "Facts must be a JSON object.")
        remedy = Text('例如 {"last_exposure": "2022-07-10"}。', 'For example {"last_exposure": "2022-07-10"}.')
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="facts", value=raw[:120])
    if twice:
        rule, remedy = (
            Text("同一个事实写了两次。", "This fact is given twice."),
            Text("请删除其中一个。", "Delete one of them."),
        )
        raise Refusal(Reason.DUPLICATE, rule, remedy=remedy, field=twice[0], value=str(found[twice[0]]))
    return found


def _file(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        rule, remedy = (
            Text("读不出这个文件。", "This file cannot be read."),
            Text("请核对路径和编码（UTF-8）。", "Check the path and the encoding (UTF-8)."),
        )
        raise Refusal(Reason.NOT_FOUND, rule, remedy=remedy, field="facts", value=str(path)) from None


def _read(path: Path) -> Any:
    import polars as pl

    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        if path.suffix == ".csv":
            return pl.read_csv(path, try_parse_dates=True)
    except (pl.exceptions.PolarsError, OSError):
        pass
    rule = Text("须是 Parquet 或 CSV 文件。", "This must be a Parquet or CSV file.")
    remedy = Text("请核对文件内容和扩展名（.parquet、.csv）。", "Check its content and its ending (.parquet, .csv).")
    raise Refusal(Reason.WRONG_FILE_TYPE, rule, remedy=remedy, field="in", value=str(path))


def _day(text: str, field: str) -> date | None:
    return parse_date(text, field) if text else None


def _area(code: str) -> str:
    if code and not (code.isascii() and code.isdigit() and len(code) in (6, 9, 12)):
        rule = Text("区划代码须为 6、9 或 12 位数字。", "An area code has 6, 9 or 12 digits.")
        raise Refusal(
            Reason.INVALID_VALUE, rule, remedy=Text("例如 110105。", "For example 110105."), field="area", value=code
        )
    return code


def _refused(problems: list[Refusal], as_json: bool, lang: str) -> typer.Exit:
    """Print refusals to standard error (and as JSON to standard output where asked) and return the exit to raise."""
    if as_json:
        print(json.dumps({"problems": [p.as_dict(lang) for p in problems]}, ensure_ascii=False, indent=2))
    for problem in problems:
        print(problem.sentence(lang), file=sys.stderr)
    return typer.Exit(1)


def _say(value: dict[str, Any], language: str) -> None:
    print(value["outcome_title"][language])
    for reason in value["reasons"]:
        print(f"  {reason[language]}" + (f" [{reason['source']}]" if reason["source"] else ""))
    for measure in value["measures"]:
        print(
            f"  {measure['mode_title'][language]} {measure['from']} … {measure['until'] or ''}  {' '.join(measure['test_dates'])}"
        )
    for point in value["unconfirmed"]:
        print(
            f"  {'未经来源证实' if language == 'zh' else 'unconfirmed'}: {point['what']} {point['name']} = {point['value']}"
        )
