"""`tongchou plan batch`: decide for everybody in a file, and give back the rows that cannot be used."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import typer

from tongchou.cli.plan_input import (
    AREA,
    AS_OF,
    KNOWN_ON,
    LANG,
    PACK,
    SOME_REJECTED,
    area_code,
    day_or_none,
    read_people,
    read_the_pack,
    refused,
)
from tongchou.kernel.clock import parse_date
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text

SHOWN = 20
"""So many of the problems are told on the screen; all of them stand in the files."""


def batch(
    table: str = typer.Argument(..., help="name of a decision table, e.g. close_contact"),
    pack: str = PACK,
    as_of: str = AS_OF,
    source: Path = typer.Option(..., "--in", exists=True, dir_okay=False, readable=True, help="people, one a row (.parquet or .csv)"),
    out: Path = typer.Option(..., "--out", help="decisions, one for each row in the same order (.parquet)"),
    rejected: Path = typer.Option(None, "--rejected", help="what is wrong of the rejected rows, one problem a line (.csv or .parquet)"),
    known_on: str = KNOWN_ON,
    area: str = AREA,
    keep: list[str] = typer.Option([], "--keep", help="a further column to carry through; may be given several times"),
    lang: str = LANG,
) -> None:
    """Decide for everybody in a file. A row whose facts cannot be used is rejected by itself: outcome `rejected`, with its problems.

    Exits with 0 when every row was decided, 3 when rows were rejected, 1 when the file is refused; then nothing is written.
    """
    from tongchou.packs.plans.batch import decide_or_reject
    from tongchou.packs.plans.frames import BatchErrors
    from tongchou.packs.plans.resolve import stand

    try:
        standing = stand(read_the_pack(pack), table, parse_date(as_of, "as_of"), day_or_none(known_on, "known_on"), area_code(area))
        people = read_people(source)
        found, problems = decide_or_reject(standing, people, keep)
        _write(_with_problems(standing, found, problems, lang), out, "out")
        if rejected is not None:
            _write(_listed(people, found, problems, lang), rejected, "rejected")
    except Refusal as refusal:
        raise refused([refusal], False, lang) from None
    except BatchErrors as errors:
        raise refused(errors.problems, False, lang) from None
    for name, count in found["outcome"].value_counts(sort=True).iter_rows():
        print(f"{count:>10}  {name}")
    if problems:
        _say(found.height, problems, lang)
        raise typer.Exit(SOME_REJECTED)


def _with_problems(standing: Any, found: Any, problems: list[Refusal], lang: str) -> Any:
    """The decisions with what they pin, and in `problems` what is wrong of a rejected row."""
    import polars as pl

    of_row: dict[int, list[dict[str, str]]] = {}
    for problem in problems:
        of_row.setdefault((problem.line or 1) - 1, []).append(_told(problem, lang))
    kind = pl.List(pl.Struct(dict.fromkeys(("field", "value", "rule", "remedy"), pl.String)))
    return found.with_columns(
        pl.lit(f"{standing.pack.key}@{standing.pack.digest}").alias("pack"),
        pl.lit(standing.edition.key).alias("edition"),
        pl.lit(standing.as_of).alias("as_of"),
        pl.Series("problems", [of_row.get(n, []) for n in range(found.height)], dtype=kind),
    )


def _listed(people: Any, found: Any, problems: list[Refusal], lang: str) -> Any:
    """The problems, one a line: the row (from 1), the columns that say who it is, field, value, rule, remedy."""
    import polars as pl

    rows = [(p.line or 1) - 1 for p in problems]
    who = people.select(c for c in people.columns if c in found.columns)[rows]
    told = pl.DataFrame([_told(p, lang) for p in problems], schema=dict.fromkeys(("field", "value", "rule", "remedy"), pl.String))
    return pl.DataFrame({"row": pl.Series([n + 1 for n in rows], dtype=pl.Int64)}).hstack(who).hstack(told)


def _told(problem: Refusal, lang: str) -> dict[str, str]:
    value = "" if problem.value is None else str(problem.value)
    return {"field": problem.field or "", "value": value, "rule": problem.rule.in_(lang), "remedy": problem.remedy.in_(lang) if problem.remedy else ""}


def _write(frame: Any, path: Path, field: str) -> None:
    try:
        if field == "rejected" and path.suffix == ".csv":
            path.write_text("\ufeff" + frame.write_csv(), "utf-8")  # with a byte order mark, for spreadsheets
        else:
            frame.write_parquet(path)
    except OSError:
        rule, remedy = Text("写不到这个位置。", "Nothing can be written there."), Text("请核对文件夹和权限。", "Check the folder and its permissions.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=remedy, field=field, value=str(path)) from None


def _say(count: int, problems: list[Refusal], lang: str) -> None:
    bad = len({p.line for p in problems})
    said = Text("共 {n} 行：判定 {good} 行，退回 {bad} 行。", "{n} {n|row|rows}: {good} decided, {bad} rejected.")
    print(said.with_(n=count, good=count - bad, bad=bad).in_(lang), file=sys.stderr)
    for problem in problems[:SHOWN]:
        print(problem.sentence(lang), file=sys.stderr)
    if len(problems) > SHOWN:
        more = Text("……另有 {n} 处，见 --rejected 的文件。", "... and {n} more; see the file of --rejected.")
        print(more.with_(n=len(problems) - SHOWN).in_(lang), file=sys.stderr)
