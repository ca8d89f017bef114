"""The table of people that an approved export holds: what columns there are, who is in it, and the marked file."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.identifiers import KIND_NAMES, Kind
from tongchou.kernel.spreadsheets import to_csv, to_xlsx
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.people.identity import Identity, open_identity
from tongchou.record.people.reach import like_paths


@dataclass(frozen=True, slots=True)
class Row:
    """One person, as read."""

    identity: Identity
    sex: str
    birth_year: int | None
    area: str
    household: str
    workplace: str


@dataclass(frozen=True, slots=True)
class Column:
    title: Text
    value: Callable[[Row], Any]


def _kind(row: Row) -> str:
    kind = row.identity.document_kind
    return KIND_NAMES[Kind(kind)].zh if kind in set(Kind) else kind


_SEX = {"m": "男", "f": "女"}
COLUMNS: dict[str, Column] = {
    "name": Column(Text("姓名", "Name"), lambda r: r.identity.name),
    "sex": Column(Text("性别", "Sex"), lambda r: _SEX.get(r.sex, "")),
    "birth_year": Column(Text("出生年份", "Year of birth"), lambda r: r.birth_year),
    "birth_date": Column(Text("出生日期", "Birth date"), lambda r: r.identity.birth_date),
    "document_masked": Column(Text("证件号码（遮盖）", "Document, masked"), lambda r: r.identity.masked().document),
    "document_kind": Column(Text("证件类型", "Document kind"), _kind),
    "document": Column(Text("证件号码", "Document"), lambda r: r.identity.document),
    "phone_masked": Column(Text("电话（遮盖）", "Phone, masked"), lambda r: r.identity.masked().phone),
    "phone": Column(Text("电话", "Phone"), lambda r: r.identity.phone),
    "area": Column(Text("区域", "Area"), lambda r: r.area),
    "household": Column(Text("户", "Household"), lambda r: r.household),
    "address": Column(Text("住址", "Address"), lambda r: r.identity.address),
    "workplace": Column(Text("工作单位", "Workplace"), lambda r: r.workplace),
}
"""In the order in which they stand in the file."""


@dataclass(frozen=True, slots=True)
class Scope:
    """path: the subtree of areas. Ages are of this day, from the year of birth; people of unknown age are left out when ages are named."""

    path: str
    columns: tuple[str, ...]
    age_from: int | None = None
    age_to: int | None = None


_WHO = """
from record_person p join record_area a on a.id = p.area_id
left join record_household h on h.id = p.household_id left join record_unit u on u.id = p.workplace_id
where a.path like %(path)s and a.path like any(%(reach)s::text[]) and p.merged_into_id is null and p.erased_at is null
  and (%(born_to)s::int is null or p.birth_year <= %(born_to)s) and (%(born_from)s::int is null or p.birth_year >= %(born_from)s)
"""
_READ = (
    "select p.id, p.sealed, p.sex, p.birth_year, a.name, coalesce(h.label, ''), coalesce(u.name, '') "
    + _WHO
    + "order by a.path, h.label nulls last, p.birth_year, p.id limit %(limit)s"
)


def _values(scope: Scope, actor: Actor) -> dict[str, Any]:
    year = timezone.localdate().year
    return {
        "path": scope.path + "%", "reach": like_paths(actor, "person.export"),
        "born_to": None if scope.age_from is None else year - scope.age_from,
        "born_from": None if scope.age_to is None else year - scope.age_to,
    }  # fmt: skip


def count(scope: Scope, actor: Actor) -> int:
    """How many people fit, within the actor's reach."""
    with connection.cursor() as cursor:
        cursor.execute("select count(*) " + _WHO, _values(scope, actor))
        return int(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class ExportTable:
    people: list[uuid.UUID]
    columns: tuple[str, ...]
    rows: list[Row]

    def as_file(self, format: str, mark: str, purpose: str, until: datetime) -> bytes:
        """The file's bytes. `mark` stands in every row, so that a part that gets out still says whose export it was."""
        header = [*(COLUMNS[c].title.zh for c in self.columns), "水印"]
        if format == "csv":
            return to_csv(header, self._cells(mark))
        notes = [
            f"导出编号和导出人：{mark}", f"用途：{purpose}", f"须于 {until.astimezone(SHANGHAI):%Y-%m-%d %H:%M} 前删除",
            "仅限上述用途，不得转发。每行的水印可追溯到导出人。", f"Export {mark}. For the stated purpose only; delete in time; every row is marked.",
        ]  # fmt: skip
        return to_xlsx("个人信息", header, self._cells(mark), notes)

    def _cells(self, mark: str) -> Iterator[Sequence[Any]]:
        values = [COLUMNS[c].value for c in self.columns]
        return ([*(value(row) for value in values), mark] for row in self.rows)


def table_of(scope: Scope, actor: Actor, limit: int) -> ExportTable:
    """Read at most `limit` people of the scope, by area and household. The caller records the reading."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, _values(scope, actor) | {"limit": limit})
        found = cursor.fetchall()
    rows = [Row(open_identity(sealed, key), *rest) for key, sealed, *rest in found]
    return ExportTable([row[0] for row in found], scope.columns, rows)
