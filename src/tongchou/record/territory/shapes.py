"""A table of areas, in any of the shapes in which such lists are published, to areas given and rows refused.

Shapes (by their column names):
  wide     province_code, province_name ... village_code, village_name[, kind]: one row per lowest area, its line above it beside it.
           Provinces and cities are only context.
  list     code, name and the parents' codes (provinceCode, cityCode, areaCode): one level per file.
  generic  code, name[, level][, parent_code][, kind] or 代码, 名称, 级别, 上级代码, 类型: one level or a tree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.tables import Table
from tongchou.kernel.text import Text
from tongchou.record.territory.levels import LEVEL_NAMES, RANK, check_name, check_parent, read_code

_WIDE = (("province", "province"), ("city", "city"), ("district", "district"), ("town", "street"), ("village", "community"))
_LIST_PARENTS = ("streetCode", "areaCode", "cityCode", "provinceCode")
_CHINESE = {"代码": "code", "区划代码": "code", "名称": "name", "区划名称": "name", "级别": "level", "上级代码": "parent_code", "类型": "kind"}
_LEVELS = {text: key for key, name in LEVEL_NAMES.items() for text in (key, name.zh)} | {
    "街道": "street", "社区": "community", "村": "community", "区": "district", "县": "district", "市": "city", "省": "province",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """One area as the file gives it. `row`: the first row that names it. `context`: only says where the others lie."""

    code: str
    name: str
    level: str
    parent: str | None
    kind: str
    civil: bool
    row: int
    context: bool = False


@dataclass(slots=True)
class Reading:
    """What a table says. `complete`: codes of the parents (None: the country) all of whose children the file lists."""

    given: dict[str, Given] = field(default_factory=dict)
    rejects: list[tuple[int, Refusal]] = field(default_factory=list)
    complete: set[str | None] = field(default_factory=set)
    levels: set[str] = field(default_factory=set)
    rows_of: dict[str, list[int]] = field(default_factory=dict)
    rows_in: int = 0

    def drop(self, codes: set[str], refusal: Callable[[Given], Refusal]) -> None:
        """Refuse every row that names one of these areas."""
        refused = {number for number, _ in self.rejects}
        for code in sorted(codes):
            one = self.given.pop(code, None)
            for number in self.rows_of.pop(code, []):
                if number not in refused and one is not None:
                    refused.add(number)
                    self.rejects.append((number, refusal(one)))


def read_areas(table: Table) -> Reading:
    """Read every row of the table. Refuses the whole file only when its columns fit no shape."""
    columns = {_CHINESE.get(h.strip(), h.strip()): n for n, h in enumerate(table.header)}
    reading = Reading(rejects=list(table.faults), rows_in=table.rows_in)
    if {"district_code", "district_name"} <= columns.keys():
        read = _wide_reader(columns)
    elif {"code", "name"} <= columns.keys():
        read = _narrow_reader(columns)
    else:
        raise _unknown_shape(table)
    lowest: dict[str, int] = {}
    for number, cells in table.rows:
        try:
            line = read(number, cells)
            _take(reading, number, line, lowest)
        except Refusal as refusal:
            reading.rejects.append((number, refusal))
    _say_what_is_complete(reading)
    return reading


def _say_what_is_complete(reading: Reading) -> None:
    """A list of one level is complete below every parent that it names; a tree only below its own areas, so that a file of
    one district says nothing about the others of its city."""
    own = [g for g in reading.given.values() if not g.context]
    reading.levels = {g.level for g in own}
    one_level = len(reading.levels) == 1
    for one in own:
        above = reading.given.get(one.parent or "")
        if one_level or (above is not None and not above.context):
            reading.complete.add(one.parent)


def _take(reading: Reading, number: int, line: list[Given], lowest: dict[str, int]) -> None:
    """Add a row's areas, all or none: the lowest must be new, those above it must agree with earlier rows."""
    last = line[-1].code
    for one in line:
        known = reading.given.get(one.code)
        if known is None or (known.name == one.name and not (one.code == last and last in lowest)):
            continue
        rule = Text("代码 {code} 已在第 {row} 行给出（{name}）。", "Code {code} was already given in row {row} ({name}).")
        raise Refusal(
            Reason.DUPLICATE,
            rule.with_(code=one.code, row=known.row, name=known.name),
            remedy=Text("每个代码只能出现一次，请删除或更正其中一行。", "A code may appear once: remove or correct one row."),
            field="code",
            value=one.code,
        )
    lowest[last] = number
    for one in line:
        reading.given.setdefault(one.code, one)
        reading.rows_of.setdefault(one.code, []).append(number)


def _wide_reader(columns: dict[str, int]) -> Callable[[int, tuple[str, ...]], list[Given]]:
    steps = [
        (columns[f"{n}_code"], columns[f"{n}_name"], n, level)
        for n, level in _WIDE
        if {f"{n}_code", f"{n}_name"} <= columns.keys()
    ]
    kind_at = columns.get("kind")

    def read(number: int, cells: tuple[str, ...]) -> list[Given]:
        line: list[Given] = []
        for code_at, name_at, prefix, level in steps:
            if not cells[code_at] and not cells[name_at]:
                continue
            division = read_code(cells[code_at], f"{prefix}_code")
            if division.level != level:
                raise _wrong_level(division.level.value, level, f"{prefix}_code", cells[code_at])
            above = line[-1] if line else None
            if above is not None:
                check_parent(level, above.level, f"{prefix}_code")
                _below(division.parent, above.code, f"{prefix}_code", division.code)
            kind = cells[kind_at] if kind_at is not None and level == "community" else division.kind
            name = check_name(cells[name_at], f"{prefix}_name")
            parent = above.code if above else division.parent
            context = RANK[level] < RANK["district"]
            line.append(Given(division.code, name, level, parent, kind[:20], division.civil, number, context))
        if not line:
            raise Refusal(Reason.MISSING_VALUE, Text("这一行没有区划。", "This row names no area."), field="district_code")
        return line

    return read


def _below(expected: str | None, above: str, field: str, code: str) -> None:
    if expected != above:
        rule = Text("按代码应在 {expected} 之下，表中列在 {above} 之下。", "By its code it lies below {expected}; the row puts it below {above}.")
        remedy = Text("请核对代码。", "Check the codes.")
        raise Refusal(Reason.INVALID_VALUE, rule.with_(expected=expected, above=above), remedy=remedy, field=field, value=code)


def _narrow_reader(columns: dict[str, int]) -> Callable[[int, tuple[str, ...]], list[Given]]:
    parents = [columns[c] for c in (("parent_code",) if "parent_code" in columns else _LIST_PARENTS) if c in columns]
    code_at, name_at = columns["code"], columns["name"]
    level_at, kind_at = columns.get("level"), columns.get("kind")

    def read(number: int, cells: tuple[str, ...]) -> list[Given]:
        division = read_code(cells[code_at])
        name = check_name(cells[name_at])
        level = division.level.value
        if level_at is not None and cells[level_at]:
            told = _LEVELS.get(cells[level_at].strip().lower())
            if told != level:
                raise _wrong_level(level, told or "", "level", cells[level_at])
        given = next((cells[at] for at in parents if cells[at]), "")
        parent = read_code(given, "parent_code").code if given else division.parent
        # an area without a level below it, listed once more as its own only part: 441900 in 4419, 350527000 in 350527
        twice = parent == division.code
        kind = (cells[kind_at] if kind_at is not None else "") or division.kind
        above = division.parent if twice else parent
        return [Given(division.code, name, level, above, kind[:20], division.civil, number, twice)]

    return read


def _wrong_level(real: str, told: str, field: str, value: str) -> Refusal:
    rule = Text("按代码是{real}，表中写的是{told}。", "By its code it is a {real}; the table says {told}.").with_(
        real=LEVEL_NAMES[real], told=LEVEL_NAMES.get(told, Text("未知级别", "an unknown level"))
    )
    remedy = Text("请核对代码和级别。", "Check the code and the level.")
    return Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field=field, value=value)


def _unknown_shape(table: Table) -> Refusal:
    rule = Text("表头不是认得的区划表。", "These columns are no list of areas that is known.")
    remedy = Text(
        "请使用列：code、name、level、parent_code、kind（或 代码、名称、级别、上级代码、类型），或统计局五级宽表。",
        "Use the columns code, name, level, parent_code, kind, or the wide table from province to village.",
    )
    return Refusal(Reason.MISSING_VALUE, rule, remedy=remedy, field="header", value=",".join(table.header)[:80], file=table.filename)


__all__ = ["Given", "Reading", "read_areas"]
