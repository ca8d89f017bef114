"""Large tables by act(): the columns found by their names, rows passed on in chunks, every row accounted for, refused ones kept for the caller."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from pydantic import Field, model_validator

from tongchou.kernel.clock import from_serial, parse_date
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.rejects import Tally, write_rejected
from tongchou.kernel.tables import Table, read_table
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Payload, act

CHUNK = 50_000
SHOWN = 500
"""Rejected rows that a result lists; the counts are of all."""
T = TypeVar("T")
Columns = dict[str, tuple[str, ...]]
_NAMESPACE = uuid.UUID("6f1f0a52-5a0e-5c0b-9a55-3f0d6f2f8a11")


class RowsIn(Payload):
    """fields: what each column is. rows: cells as text, "" for unknown. numbers: the rows' numbers in their file; counted from 1 when left out."""

    fields: list[str] = Field(min_length=1, max_length=60)
    rows: list[list[str]] = Field(max_length=CHUNK)
    numbers: list[int] | None = None

    @model_validator(mode="after")
    def _same_width(self) -> RowsIn:
        numbers = self.numbers if self.numbers is not None else range(len(self.rows))
        wrong = next((n for n, row in enumerate(self.rows) if len(row) != len(self.fields)), None)
        if wrong is not None or len(numbers) != len(self.rows) or len(set(self.fields)) != len(self.fields):
            rule = Text("每行的格数须与列数相同，列名不得重复。", "Every row has as many cells as there are columns, and no column comes twice.")
            raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请核对。", "Check them."), field="rows", value=wrong)
        return self

    def numbered(self) -> Iterable[tuple[int, dict[str, str]]]:
        """(row number, {field: text}) of every row."""
        numbers = self.numbers if self.numbers is not None else range(1, len(self.rows) + 1)
        for number, row in zip(numbers, self.rows, strict=True):
            yield number, dict(zip(self.fields, row, strict=True))


    def read(self, columns: Columns, reader: Callable[[int, dict[str, str]], T]) -> tuple[list[T], list[tuple[int, Refusal]]]:
        """(what the reader makes of each row, the rows that it refuses). Refused whole where a field is none of the columns."""
        strange = next((f for f in self.fields if f not in columns), None)
        if strange is not None:
            rule = Text("没有“{f}”这一列。", "There is no column “{f}”.").with_(f=strange[:40])
            raise Refusal(Reason.UNKNOWN_FIELD, rule, remedy=Text("可用：{all}。", "Columns: {all}.").with_(all=", ".join(columns)), field="fields")
        read: list[T] = []
        rejects: list[tuple[int, Refusal]] = []
        for number, told in self.numbered():
            try:
                read.append(reader(number, told))
            except Refusal as refusal:
                rejects.append((number, refusal))
        return read, rejects


@dataclass(slots=True)
class Imported:
    """An import as its caller sees it. counts: rows_in, accepted, rejected, new, changed, unchanged. seen: what earlier chunks held.

    results: what the verb answered, chunk by chunk. columns: field -> what the file calls it.
    """

    table: Table
    ignored: list[str]
    counts: dict[str, int] = field(default_factory=dict)
    rejects: list[tuple[int, Refusal]] = field(default_factory=list)
    seen: dict[Any, int] = field(default_factory=dict)
    results: list[dict[str, Any]] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)

    def rejected_file(self, language: str = "zh-hans") -> bytes:
        """The rejected rows as CSV with row, field, reason, rule and remedy."""
        return write_rejected(self.table, self.rejects, language, self.columns)


_in_hand: ContextVar[Imported | None] = ContextVar("rows_in_hand", default=None)


def seen_before() -> dict[Any, int]:
    """What rows of this file were seen by earlier chunks: key -> row number. Empty outside of a file."""
    held = _in_hand.get()
    return held.seen if held is not None else {}


def import_file(
    verb: str, columns: Columns, needed: tuple[str, ...], actor: Actor, client_id: uuid.UUID, data: bytes, filename: str, *,
    dry_run: bool = False, progress: Callable[[int, int], None] | None = None, titled: bool = False,
    beside: Callable[[list[int]], dict[str, Any]] | None = None, **more: Any,
) -> Imported:  # fmt: skip
    """Read a file and pass its rows to a verb that takes RowsIn, chunk by chunk, each an act of its own that can be repeated.

    titled: there may be headings above the header. more: further fields of the payload; beside: those that each chunk's rows need, by their
    numbers. progress(done, all) is told after each chunk.
    Raises Refusal for a file that cannot be read.
    """
    table = read_table(data, filename, titled=titled, knows=lambda names: titled and _has(names, columns, needed))
    places, ignored = find_columns(table, columns, needed)
    out = Imported(table, ignored, rejects=list(table.faults), columns={name: table.header[place] for name, place in places.items()})
    totals: dict[str, int] = {"rows_in": len(table.faults), "accepted": 0, "rejected": len(table.faults)}
    token = _in_hand.set(out)
    try:
        for start in range(0, len(table.rows), CHUNK):
            part = table.rows[start : start + CHUNK]
            payload = more | {
                "fields": list(places), "numbers": [n for n, _ in part], "rows": [[cells[p] for p in places.values()] for _, cells in part],
            }  # fmt: skip
            if beside is not None:
                payload |= beside([n for n, _ in part])
            found = act(verb, actor, part_id(client_id, start), payload, dry_run=dry_run).result
            out.results.append(found)
            for name, value in found.items():
                if isinstance(value, int):
                    totals[name] = totals.get(name, 0) + value
            if progress is not None:
                progress(min(start + CHUNK, len(table.rows)), len(table.rows))
    finally:
        _in_hand.reset(token)
    Tally(table.rows_in, totals["accepted"], totals["rejected"])
    out.rejects.sort(key=lambda pair: pair[0])
    out.counts = totals
    return out


def part_id(client_id: uuid.UUID, start: int = 0) -> uuid.UUID:
    """The id of the act that takes the rows of a file from the place `start` on."""
    return uuid.uuid5(_NAMESPACE, f"{client_id}:{start}")


def result_of(rows_in: int, accepted: int, rejects: list[tuple[int, Refusal]], **more: Any) -> dict[str, Any]:
    """What a verb of rows answers; its refused rows are kept for the caller of import_file. Refuses counts that do not balance."""
    tally = Tally(rows_in, accepted, len(rejects))
    held = _in_hand.get()
    if held is not None:
        held.rejects += rejects
    counts = {"rows_in": tally.rows_in, "accepted": tally.accepted, "rejected": tally.rejected}
    return counts | more | {"rejects": [{"row": n} | r.as_dict() for n, r in sorted(rejects, key=lambda pair: pair[0])[:SHOWN]]}


def find_columns(table: Table, columns: Columns, needed: tuple[str, ...]) -> tuple[dict[str, int], list[str]]:
    """(field -> place, columns that no field takes). needed: fields without which nothing can be read; a | b: one of the two."""
    names = {_plain(alias): name for name, aliases in columns.items() for alias in (name, *aliases)}
    places: dict[str, int] = {}
    ignored: list[str] = []
    for place, column in enumerate(table.header):
        name = names.get(_plain(column), "")
        if not name:
            ignored.append(column)
        elif name in places:
            rule = Text("两列都是“{f}”：{a}、{b}。", "Two columns are both {f}: {a}, {b}.").with_(f=name, a=table.header[places[name]], b=column)
            raise Refusal(Reason.DUPLICATE, rule, remedy=Text("请删去其中一列。", "Remove one."), field=column, file=table.filename)
        else:
            places[name] = place
    for want in needed:
        if not any(w in places for w in want.split("|")):
            shown = "、".join(columns[w][0] for w in want.split("|"))
            rule = Text("表格缺少“{c}”列。", "The table has no column for {f}.").with_(c=shown, f=want.replace("|", " or "))
            raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请补上该列。", "Add it."), field=want.split("|")[0], file=table.filename)
    return places, ignored


def _has(header: list[str], columns: Columns, needed: tuple[str, ...]) -> bool:
    """Whether a row names what is needed: whoever fills in a form writes its title, the unit and the date above."""
    names = {_plain(alias): name for name, aliases in columns.items() for alias in (name, *aliases)}
    found = {names.get(_plain(cell), "") for cell in header}
    return all(found & set(want.split("|")) for want in needed)


def _plain(name: str) -> str:
    return "".join(c for c in name.split("（")[0].split("(")[0].lower() if c.isalnum())


_YES = {"是", "有", "y", "yes", "true", "1", "√"}
_NO = {"否", "无", "没有", "n", "no", "false", "0", "×"}
_UNKNOWN = {"", "-", "—", "/", "不详", "未知", "未问", "待核实", "unknown", "n/a"}


class Cells:
    """Reads cells; what repeats is read once. Unknown stays None."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Any] = {}

    def once(self, name: str, text: str, read: Callable[[str], T], mark: str = "") -> T:
        """read(text), remembered; a Refusal is remembered too. mark: sets a second reading of the same column apart."""
        key = (name, mark + text)
        if key not in self._kept:
            try:
                self._kept[key] = read(text)
            except Refusal as refusal:
                self._kept[key] = refusal
        found = self._kept[key]
        if isinstance(found, Refusal):
            raise Refusal(found.reason, found.rule, remedy=found.remedy, field=name, value=text[:40])
        return found

    def flag(self, name: str, text: str, words: dict[str, bool] | None = None) -> bool | None:
        """words: what stands for yes and no in this column besides the usual."""
        return self.once(name, text, lambda given: _flag(given, words or {}))

    def day(self, name: str, text: str) -> date | None:
        return self.once(name, text, _day)

    def number(self, name: str, text: str) -> Decimal | None:
        return self.once(name, text, _number)


def unknown(text: str) -> bool:
    """Whether a cell says that nothing is known."""
    return text.strip().lower() in _UNKNOWN


def _flag(text: str, words: dict[str, bool]) -> bool | None:
    plain = text.strip().lower()
    if plain in _UNKNOWN:
        return None
    if plain in words:
        return words[plain]
    if plain in _YES or plain in _NO:
        return plain in _YES
    rule = Text("须填写“是”或“否”，不知道的留空。", "Write yes or no, and leave it empty where it is not known.")
    raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请改正。", "Correct it."))


def _day(text: str) -> date | None:
    if unknown(text):
        return None
    if len(text) == 5 and text.isascii() and text.isdigit():  # a day in a cell that is not formatted as one: 43871 is 2020-02-10
        return from_serial(int(text), "day")
    return parse_date(text.split(" ")[0] if text[:4].isdigit() else text, "day")


def _number(text: str) -> Decimal | None:
    if unknown(text):
        return None
    try:
        value = Decimal(text.replace(",", "").replace("，", "").strip())
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or value < 0 or value >= Decimal(10) ** 12:
        rule = Text("须为不小于 0 的数字。", "This must be a number of 0 or more.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请只写数字，单位见列名。", "Write digits only; the unit is the column's."))
    return value
