"""Files of real histories as tables of texts: CSV by comma, semicolon or tab, in UTF-8 or GB 18030, and kept answers of the former
national interface (JSON). Every data row keeps the line that it began on, and what cannot be a row is told, not dropped."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text

LINE, MISFIT = "_line", "_misfit"
"""The line of the file that a row began on; whether the row has more or fewer fields than the header."""
_NAMES = {
    "province": ("省", "省份", "省级"), "city": ("市", "城市", "地市", "市级"), "county": ("县", "区县", "区/县", "县区", "county_name", "district"),
    "community": ("社区", "区域", "地址", "地点", "小区", "place_name"), "level": ("等级", "风险等级", "级别", "risk_level", "risk"),
    "first_seen": ("开始时间", "首次出现", "from", "start"), "last_seen_before": ("结束时间", "首次消失", "to", "end"),
    "snapshot": ("快照时间", "更新时间", "end_update_time"), "date": ("日期", "统计日期", "day"), "high": ("高风险", "高风险数", "high_count"),
    "medium": ("中风险", "中风险数", "mid", "middle", "medium_count"), "any_high_risk": ("有高风险",), "any_mid_risk": ("有中风险", "any_medium_risk"),
    "area": ("地区",), "new_cases": ("新增", "新增病例", "新增确诊", "病例数"), "confirmed": ("累计", "累计确诊", "确诊", "cumulative_cases"),
    "unknown_source": ("来源不明",), "largest_cluster": ("最大聚集",), "grade": ("实际等级", "real_grade"),
}  # fmt: skip
_KNOWN = {other: name for name, others in _NAMES.items() for other in (name, *others)}
_LISTS = {"highlist": "high", "middlelist": "medium", "lowlist": "low"}


def read_file(path: Path) -> pl.DataFrame:
    """A file as texts, with LINE and MISFIT; columns under the names of `history`. Raises Refusal."""
    return _from_answers([path]) if path.suffix.lower() == ".json" else _from_csv(path)


def histories(paths: Sequence[Path]) -> Iterator[tuple[str, list[Path]]]:
    """(name, files) of each history: a file is one; of a folder each CSV file is one, and all its JSON snapshots together are one."""
    for path in paths:
        if not path.is_dir():
            yield path.name, [path]
            continue
        inside = sorted(p for p in path.rglob("*") if p.is_file())
        for file in inside:
            if file.suffix.lower() in (".csv", ".tsv", ".txt"):
                yield str(file.relative_to(path)), [file]
        answers = [p for p in inside if p.suffix.lower() == ".json"]
        if answers:
            yield f"{path.name}/*.json", answers


def read_history(files: Sequence[Path]) -> pl.DataFrame:
    """The table of one history. Raises Refusal."""
    return read_file(files[0]) if len(files) == 1 else _from_answers(files)


def _from_csv(path: Path) -> pl.DataFrame:
    text = _text(path)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[list[str]] = []
    lines: list[int] = []
    at = 0
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(row)
                lines.append(at + 1)
            at = reader.line_num
    except csv.Error as error:
        raise _unreadable(path, str(error)) from None
    if not rows:
        raise _unreadable(path, "empty")
    header = _header(rows[0])
    if len(set(header)) < len(header):
        twice = next(h for h in header if header.count(h) > 1)
        rule = Text("表头中有两列是同一内容。", "Two columns of the header are the same.")
        raise Refusal(Reason.DUPLICATE, rule, field="header", value=twice)
    width = len(header)
    data = {name: [row[n] if n < len(row) else "" for row in rows[1:]] for n, name in enumerate(header)}
    misfit = [len(row) != width for row in rows[1:]]
    schema = dict.fromkeys(header, pl.String) | {LINE: pl.Int64, MISFIT: pl.Boolean}
    return pl.DataFrame(data | {LINE: lines[1:], MISFIT: misfit}, schema=schema)


def _header(cells: Sequence[str]) -> list[str]:
    """The names under which columns are known here, whatever their case and language; a column that has its name already keeps it."""
    plain = [unicodedata.normalize("NFKC", cell).strip() for cell in cells]
    keys = [cell.lower().replace(" ", "_") for cell in plain]
    known = [_KNOWN.get(key) for key in keys]
    own = {key for key in keys if key in _NAMES}
    return [
        key if key in own else k if k and k not in own else cell
        for cell, key, k in zip(plain, keys, known, strict=True)
    ]


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error.strerror or "") from None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _unreadable(path, "encoding")


def _unreadable(path: Path, why: str) -> Refusal:
    rule = Text("读不出这个文件（{why}）。", "This file cannot be read: {why}.").with_(why=why[:120])
    remedy = Text(
        "请核对路径、编码（UTF-8 或 GB 18030）和内容。",
        "Check the path, the encoding (UTF-8 or GB 18030) and what it holds.",
    )
    return Refusal(Reason.WRONG_FILE_TYPE, rule, remedy=remedy, field="file", value=path.name)


def _from_answers(files: Sequence[Path]) -> pl.DataFrame:
    """Snapshots out of kept answers of the interface: `data.end_update_time` and lists of counties with their `communitys`."""
    rows: list[tuple[str, ...]] = []
    for path in files:
        try:
            told = json.loads(_text(path))
            data = told.get("data", told)
            when = str(data["end_update_time"])
            rows += [row for key, level in _LISTS.items() for row in _of_list(data.get(key) or [], when, level)]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise _unreadable(path, "JSON") from None
    names = ("snapshot", "province", "city", "county", "community", "level")
    table = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    return with_lines(table)


def with_lines(table: pl.DataFrame) -> pl.DataFrame:
    """A table that came from no file: its rows are numbered from one, and all fit."""
    return (
        table
        if LINE in table.columns
        else table.with_columns(pl.int_range(1, pl.len() + 1).alias(LINE), pl.lit(False).alias(MISFIT))
    )


def _of_list(entries: Sequence[dict[str, Any]], when: str, level: str) -> Iterator[tuple[str, ...]]:
    for entry in entries:
        for community in entry["communitys"]:
            yield when, str(entry["province"]), str(entry["city"]), str(entry["county"]), str(community), level
