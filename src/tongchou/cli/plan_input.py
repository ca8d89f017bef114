"""What the commands on plans are given: packs by name or folder, facts, files of people, days, areas; and how they refuse."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import typer

from tongchou.kernel.clock import parse_date
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text

PACK = typer.Option(..., "--pack", help="name of a shipped pack, or the folder of another")
AS_OF = typer.Option(..., "--as-of", help="the day whose rules apply, YYYY-MM-DD")
KNOWN_ON = typer.Option("", "--known-on", help="decide by what was known on that day; the same day when empty")
AREA = typer.Option("", "--area", help="administrative code, for local rules")
SOME_REJECTED = 3
"""Exit status where rows of a file were rejected and the rest was dealt with."""
LANG = typer.Option("zh-hans", "--lang", help="zh-hans or en")
JSON = typer.Option(False, "--json", help="print JSON")


def read_the_pack(name: str) -> Any:
    from tongchou.packs.plans.packfile import PackErrors, read_pack, shipped_pack, shipped_packs

    folder = Path(name)
    if name in shipped_packs() or not folder.is_dir():
        return shipped_pack(name)
    try:
        return read_pack(folder)
    except PackErrors as errors:
        raise errors.problems[0] from None


def read_facts_given(text: str) -> dict[str, Any]:
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


def read_people(path: Path) -> Any:
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


def day_or_none(text: str, field: str) -> date | None:
    return parse_date(text, field) if text else None


def area_code(code: str) -> str:
    if code and not (code.isascii() and code.isdigit() and len(code) in (6, 9, 12)):
        rule = Text("区划代码须为 6、9 或 12 位数字。", "An area code has 6, 9 or 12 digits.")
        raise Refusal(
            Reason.INVALID_VALUE, rule, remedy=Text("例如 110105。", "For example 110105."), field="area", value=code
        )
    return code


def refused(problems: list[Refusal], as_json: bool, lang: str, names: Mapping[str, str] | None = None) -> typer.Exit:
    """Print refusals to standard error (and as JSON to standard output where asked) and return the exit to raise. names: as in Refusal.sentence."""
    if as_json:
        print(json.dumps({"problems": [p.as_dict(lang) for p in problems]}, ensure_ascii=False, indent=2))
    for problem in problems:
        print(problem.sentence(lang, names), file=sys.stderr)
    return typer.Exit(1)
