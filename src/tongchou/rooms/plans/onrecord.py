"""From facts on record to the inputs of a table: for one person and for everybody whom a table is about, one statement for each.

Only what is known is taken: what is not on record stays unknown, and the table says what unknown means.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import polars as pl
from django.db import connection

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.decide import decide_standing
from tongchou.packs.plans.facts import read_facts
from tongchou.packs.plans.model import Table
from tongchou.packs.plans.resolve import Standing
from tongchou.record.copytext import uuid_array
from tongchou.record.models import Area

LOOK_BACK = timedelta(days=60)
"""How far back the facts that put somebody before a table may lie."""
CARRIED = ("person", "area", "street", "ground")


@dataclass(frozen=True, slots=True)
class Source:
    """How one table is filled from the record. sql: rows of person, area, ground (fact ids) and the inputs named in `columns`."""

    sql: str
    columns: tuple[str, ...]


_FRAME = """
with c as (
  select distinct on (f.person_id) f.person_id, f.id, f.value->>'grade' as grade, f.value->>'index' as linked
  from record_fact f
  where f.type = 'contact' and f.known = 'known' and f.withdrawn_at is null and f."on" between %(since)s and %(as_of)s {some}
  order by f.person_id, f."on" desc, f.recorded_at desc
), k as (
  select c.person_id, c.id, c.linked, p.area_id from c join record_person p on p.id = c.person_id join record_area a on a.id = p.area_id
  where c.grade = %(grade)s and p.merged_into_id is null and p.erased_at is null and a.path like any(%(paths)s::text[])
), e as (
  select distinct on (f.person_id) f.person_id, f.id, least(coalesce(f.until, f."on"), %(as_of)s::date) as last from record_fact f join k using (person_id)
  where f.type = 'exposure' and f.known = 'known' and f.withdrawn_at is null and f."on" between %(since)s and %(as_of)s
    and (f.value->>'closeness' is null or f.value->>'closeness' = any(%(near)s::text[]))
  order by f.person_id, coalesce(f.until, f."on") desc, f.recorded_at desc
), s as (
  select f.person_id, bool_or(f.value->>'symptom' <> 'none') as symptoms from record_fact f join e using (person_id)
  where f.type = 'symptom' and f.known = 'known' and f.withdrawn_at is null and f."on" between e.last and %(as_of)s group by 1
), t as (
  select f.person_id, bool_or(f.value->>'result' = 'positive') as positive, max(f."on") as day,
         (array_agg(f.value->>'result' order by f."on" desc, f.recorded_at desc))[1] as latest
  from record_fact f join e using (person_id)
  where f.type = 'test' and f.known = 'known' and f.withdrawn_at is null and f."on" between e.last and %(as_of)s
    and f.value->>'method' in ('pcr', 'antigen') group by 1
), m as (
  select u.person_id, min((u.taken_in_at at time zone 'Asia/Shanghai')::date) as day from record_custody u join k using (person_id)
  where u.purpose = 'isolation' and u.let_out_at is null group by 1
)
select k.person_id, k.area_id, array[k.id, e.id], e.last, case when m.day <= %(as_of)s then m.day end, s.symptoms,
       case when t.positive then 'positive' when t.latest in ('negative', 'pending') then t.latest end, t.day, k.linked
from k left join e using (person_id) left join s using (person_id) left join t using (person_id) left join m using (person_id)
order by k.person_id
"""
_TRAVEL = """
with j as (
  select distinct on (f.person_id) f.person_id, f.id, f.type, coalesce(f.until, f."on") as gone, f."on", f.value->>'risk' as risk,
         coalesce(f.value->>'from_place', f.value->>'place') as place
  from record_fact f
  where f.type in ('arrival', 'travel') and f.known = 'known' and f.withdrawn_at is null and f."on" between %(since)s and %(as_of)s {some}
  order by f.person_id, f."on" desc, f.recorded_at desc
), k as (
  select j.*, p.area_id from j join record_person p on p.id = j.person_id join record_area a on a.id = p.area_id
  where p.merged_into_id is null and p.erased_at is null and a.path like any(%(paths)s::text[])
), s as (
  select f.person_id, bool_or(f.value->>'symptom' <> 'none') as symptoms from record_fact f join k using (person_id)
  where f.type = 'symptom' and f.known = 'known' and f.withdrawn_at is null and f."on" between k."on" and %(as_of)s group by 1
)
select k.person_id, k.area_id, array[k.id], least(k.gone, %(as_of)s::date), case when k.type = 'arrival' then k."on" end,
       case when k.risk in ('low', 'medium', 'high') then k.risk end,
       case when k.place ~ '^[0-9]{{2}}' and %(home)s <> '' then left(k.place, 2) <> left(%(home)s, 2) end, s.symptoms
from k left join s using (person_id) order by k.person_id
"""
_CONTACT = ("last_exposure", "measure_start", "symptoms", "test_result", "test_day", "linked_contact")
SOURCES: dict[str, Source] = {
    "close_contact": Source(_FRAME, _CONTACT),
    "secondary_contact": Source(_FRAME, _CONTACT),
    "traveller": Source(_TRAVEL, ("left_area", "arrived", "area_risk", "cross_province", "symptoms")),
}
"""Tables that the record can fill by itself. Any other table is filled by hand."""
_TYPES: dict[str, Any] = {
    "last_exposure": pl.Date, "measure_start": pl.Date, "symptoms": pl.Boolean, "test_result": pl.String, "test_day": pl.Date,
    "linked_contact": pl.String, "left_area": pl.Date, "arrived": pl.Date, "area_risk": pl.String, "cross_province": pl.Boolean,
}  # fmt: skip


def people_before(standing: Standing, paths: list[str], people: Iterable[uuid.UUID] | None = None) -> pl.DataFrame:
    """Everybody whom the table is about, with what is on record on `as_of`, by person.

    paths: LIKE patterns of the areas. people: only these. Columns: CARRIED (person and ground as texts, street by name) and those of the
    table's inputs that the record knows. Raises Refusal for a table that the record cannot fill.
    """
    source = source_of(standing.table)
    as_of = standing.as_of
    values: dict[str, Any] = {
        "as_of": as_of, "since": as_of - LOOK_BACK, "paths": paths, "home": standing.area,
        "grade": "secondary" if standing.table.key == "secondary_contact" else "close",
        "near": ["close", "general"] if standing.table.key == "secondary_contact" else ["close"],
    }  # fmt: skip
    some = ""
    if people is not None:
        some, values["people"] = "and f.person_id = any(%(people)s::uuid[])", uuid_array(people)
    with connection.cursor() as cursor:
        cursor.execute(source.sql.format(some=some), values)
        rows = cursor.fetchall()
    return _framed(rows, source.columns, standing)


def source_of(table: Table) -> Source:
    """How a table is filled from the record. Raises Refusal for one that cannot be."""
    source = SOURCES.get(table.key)
    if source is None:
        rule = Text("“{table}”不能由在册信息自动填写。", "“{table}” cannot be filled from the record.").with_(table=table.title)
        remedy = Text("请按人填写事实后判定。", "Decide person by person with the facts typed in.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="table", value=table.key)
    return source


def _framed(rows: list[tuple[Any, ...]], names: tuple[str, ...], standing: Standing) -> pl.DataFrame:
    streets = street_names() if rows else {}
    columns: dict[str, Any] = {
        "person": pl.Series([str(r[0]) for r in rows], dtype=pl.String),
        "area": pl.Series([r[1] for r in rows], dtype=pl.Int64),
        "street": pl.Series([streets.get(r[1], "") for r in rows], dtype=pl.String),
        "ground": pl.Series([",".join(str(g) for g in r[2] if g is not None) for r in rows], dtype=pl.String),
    }
    for n, name in enumerate(names, start=3):
        columns[name] = pl.Series([r[n] for r in rows], dtype=_TYPES[name])
    frame = pl.DataFrame(columns)
    frame = _with_last_test(standing, frame)
    return frame.select([c for c in frame.columns if c in CARRIED or c in standing.inputs])


def _with_last_test(standing: Standing, frame: pl.DataFrame) -> pl.DataFrame:
    """final_test: the latest result, where that test was taken on the day planned for the last one or later. The plan itself says which day that is."""
    if "final_test" not in standing.inputs or "test_day" not in frame.columns:
        return frame
    after = _last_test_after(standing)
    due = pl.col("last_exposure") + pl.duration(days=after)
    known = pl.when(pl.col("test_day") >= due).then(pl.col("test_result")) if after is not None else pl.lit(None, pl.String)
    return frame.with_columns(known.alias("final_test"))


def _last_test_after(standing: Standing) -> int | None:
    """How many days after the last exposure the plan takes its last test of somebody exposed today; None where it takes none."""
    fresh = decide_standing(standing, read_facts(standing.table, {"last_exposure": standing.as_of}, standing.as_of), explain=False)
    return max(((day - standing.as_of).days for m in fresh.measures for day in m.tests), default=None)


def street_names() -> dict[int, str]:
    """Area -> the name of the street in which it lies."""
    rows = list(Area.objects.values_list("pk", "path", "level", "name"))
    names = {pk: name for pk, _, level, name in rows if level == "street"}
    out = {}
    for pk, path, _, _ in rows:
        out[pk] = next((names[int(p)] for p in path.split(".") if p and int(p) in names), "")
    return out


def facts_of(standing: Standing, person: uuid.UUID) -> tuple[dict[str, Any], list[str]]:
    """What is on record about one person for a table, unknown ones left out; and the ids of the facts that put the person before it."""
    if standing.table.key not in SOURCES:
        return {}, []
    frame = people_before(standing, ["%"], [person])
    if not frame.height:
        return {}, []
    row = frame.row(0, named=True)
    known = {k: v for k, v in row.items() if k in standing.inputs and v is not None}
    return known, [g for g in row["ground"].split(",") if g]
