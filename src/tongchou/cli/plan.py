"""`tongchou plan` and `tongchou pack`: decide by a prevention plan, check a plan pack. Needs no database, but for `plan replay`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typer

from tongchou.cli.plan_batch import batch
from tongchou.cli.plan_change import preview, replay
from tongchou.cli.plan_input import (
    AREA,
    AS_OF,
    JSON,
    KNOWN_ON,
    LANG,
    PACK,
    area_code,
    day_or_none,
    read_facts_given,
    read_the_pack,
    refused,
)
from tongchou.kernel.clock import parse_date
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text

app = typer.Typer(no_args_is_help=True, help="方案 Decide by a prevention plan.")
app.command()(batch)
app.command()(preview)
app.command()(replay)
pack_app = typer.Typer(no_args_is_help=True, help="方案包 Plan packs.")


@app.command()
def decide(
    table: str = typer.Argument(..., help="name of a decision table, e.g. close_contact"),
    pack: str = PACK,
    as_of: str = AS_OF,
    given: str = typer.Option(..., "--facts", help="a JSON object, @FILE, or - for standard input"),
    known_on: str = KNOWN_ON,
    area: str = AREA,
    as_json: bool = JSON,
    lang: str = LANG,
) -> None:
    """Decide for one person or place. Exits with 1 when the input is refused, 2 when facts are missing for a decision."""
    from tongchou.packs.plans.decide import UNDETERMINED
    from tongchou.packs.plans.decide import decide as run
    from tongchou.packs.plans.report import as_value

    try:
        told = read_facts_given(given)
        found = run(
            read_the_pack(pack),
            table,
            told,
            parse_date(as_of, "as_of"),
            day_or_none(known_on, "known_on"),
            area_code(area),
        )
    except Refusal as refusal:
        raise refused([refusal], as_json, lang) from None
    value = as_value(found)
    if as_json:
        print(json.dumps(value, ensure_ascii=False, indent=2))
    else:
        _say(value, "en" if lang.lower().startswith("en") else "zh")
    if found.outcome == UNDETERMINED:
        raise typer.Exit(2)


@app.command()
def facts(
    table: str = typer.Argument(..., help="name of a decision table, e.g. close_contact"),
    pack: str = PACK,
    as_json: bool = JSON,
    lang: str = LANG,
) -> None:
    """Print the facts that a table asks for: names, types, choices, and what unknown means."""
    from tongchou.packs.plans.match import facts_asked
    from tongchou.packs.plans.refusals import no_such

    try:
        tables = read_the_pack(pack).tables
        if table not in tables:
            raise no_such("table", table, tables)
    except Refusal as refusal:
        raise refused([refusal], as_json, lang) from None
    asked = facts_asked(tables[table])
    if as_json:
        print(json.dumps({"table": table, "facts": asked}, ensure_ascii=False, indent=2))
        return
    language = "en" if lang.lower().startswith("en") else "zh"
    for one in asked:
        words = " | ".join(one.get("choices", ()))
        print(
            f"{one['fact']}  {one['type']}  {one['title'][language]}"
            + (f"  [{words}]" if words else "")
            + f"  unknown: {one['unknown']}"
        )


@app.command()
def match(
    pack: str = PACK,
    as_of: str = AS_OF,
    given: str = typer.Option(..., "--facts", help="a JSON object, @FILE, or - for standard input"),
    known_on: str = KNOWN_ON,
    area: str = AREA,
    as_json: bool = JSON,
    lang: str = LANG,
) -> None:
    """Put the same facts to every table of a pack, e.g. every policy: who qualifies, which condition fails, what is still to be asked."""
    from tongchou.packs.plans.match import match as run
    from tongchou.packs.plans.report import as_value, cited

    try:
        found = run(
            read_the_pack(pack),
            read_facts_given(given),
            parse_date(as_of, "as_of"),
            day_or_none(known_on, "known_on"),
            area_code(area),
        )
    except Refusal as refusal:
        raise refused([refusal], as_json, lang) from None
    values = {key: as_value(one) for key, one in found.items()}
    if as_json:
        print(json.dumps(values, ensure_ascii=False, indent=2))
        return
    language = "en" if lang.lower().startswith("en") else "zh"
    for key, value in values.items():
        print(f"{key}: {value['outcome_title'][language]}")
        for reason in value["reasons"][1:]:
            print(f"    {reason[language]}" + (f" [{said}]" if (said := cited(reason, language)) else ""))


@app.command()
def clocks(
    pack: str = PACK,
    start: str = typer.Option(
        "", "--start", help="when it happened, e.g. 2022-07-10 08:30; empty: the limits of --as-of"
    ),
    as_of: str = typer.Option("", "--as-of", help="the day whose limits apply when no --start is given"),
    area: str = AREA,
    as_json: bool = JSON,
    lang: str = LANG,
) -> None:
    """Print the report clocks: who must report what to whom, and by when."""
    from tongchou.kernel.clock import parse_datetime
    from tongchou.packs.plans.clocks import clocks_on, due

    try:
        read, code = read_the_pack(pack), area_code(area)
        moment = parse_datetime(start, "start") if start else None
        day = moment.date() if moment else parse_date(as_of, "as_of")
        limits = clocks_on(read, day, code)
        if not limits:
            rule = Text("该日没有报告时限。", "No report clock is in force on that day.")
            raise Refusal(
                Reason.IMPOSSIBLE_DATE, rule, remedy=Text("请核对日期和方案包。", "Check the day and the pack."),
                field="start" if moment else "as_of", value=str(day),
            )  # fmt: skip
    except Refusal as refusal:
        raise refused([refusal], as_json, lang) from None
    rows = []
    for key, limit in limits.items():
        clock = read.clocks[key]
        row: dict[str, Any] = {
            "clock": key,
            "title": clock.title.as_dict(),
            "by": clock.by.as_dict(),
            "to": clock.to.as_dict(),
            "after": clock.after or None,
        }
        row |= {"minutes": limit.minutes, "source": limit.source.document, "status": limit.status}
        if moment and not clock.after:
            row["due"] = due(read, key, moment, code).due.isoformat()
        rows.append(row)
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    language = "en" if lang.lower().startswith("en") else "zh"
    for row in rows:
        when = row.get("due") or (f"{row['minutes']} min" if row["minutes"] else "")
        print(
            f"{row['clock']}  {row['title'][language]}  {row['by'][language]} → {row['to'][language]}  {when}  [{row['source']}, {row['status']}]"
        )


@pack_app.command()
def check(path: Path = typer.Argument(..., help="folder of the pack"), as_json: bool = JSON, lang: str = LANG) -> None:
    """Run all checks and worked cases of a pack. Exits with 1 when there is a problem; each is named with file and line."""
    from tongchou.packs.plans.checks import check_pack
    from tongchou.packs.plans.packfile import PackErrors, read_pack

    try:
        pack = read_pack(path)
        problems = check_pack(pack)
    except PackErrors as errors:
        raise refused(errors.problems, as_json, lang) from None
    if problems:
        raise refused(problems, as_json, lang)
    counts = {
        "tables": len(pack.tables),
        "parameters": len(pack.parameters),
        "overlays": len(pack.overlays),
        "cases": len(pack.cases),
        "loop_kinds": len(pack.kinds),
        "checklists": len(pack.checklists),
    }
    if as_json:
        print(json.dumps({"pack": pack.key, "version": pack.version, "hash": pack.digest, "problems": [], **counts}))
    else:
        told = Text(
            "{pack}：{tables} 个表、{parameters} 个参数、{overlays} 个地方规定、{cases} 个案例、{loop_kinds} 个事项类型、{checklists} 个清单，全部通过",
            "{pack}: {tables} tables, {parameters} parameters, {overlays} overlays, {cases} cases, {loop_kinds} loop kinds, {checklists} checklists, all sound",
        )
        print(told.with_(pack=pack.key, **counts).in_(lang))


@pack_app.command("list")
def list_packs() -> None:
    """Print the packs that come with the program, with their tables."""
    from tongchou.packs.plans.packfile import shipped_pack, shipped_packs

    for name in shipped_packs():
        print(f"{name}: {', '.join(shipped_pack(name).tables)}")


def _say(value: dict[str, Any], language: str) -> None:
    from tongchou.packs.plans.report import cited

    print(value["outcome_title"][language])
    for reason in value["reasons"]:
        print(f"  {reason[language]}" + (f" [{said}]" if (said := cited(reason, language)) else ""))
    for measure in value["measures"]:
        print(
            f"  {measure['mode_title'][language]} {measure['from'] or '?'} … {measure['until'] or ''}  {' '.join(measure['test_dates'])}"
        )
    for point in value["unconfirmed"]:
        print(
            f"  {'未经来源证实' if language == 'zh' else 'unconfirmed'}: {point['what']} {point['name']} = {point['value']}"
        )
