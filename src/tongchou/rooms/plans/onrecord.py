"""From facts on record to the inputs of a table: for one person and for everybody whom a table is about, one statement for each.

What fills which input stands in the pack (`people`, `from_record`), in the words of packs.plans.recordwords; cohorts and words say what these are read by.
Only what is known is taken: what is not on record stays unknown, and the table says what unknown means.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import polars as pl
from django.db import connection

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.decide import decide_standing
from tongchou.packs.plans.facts import read_facts
from tongchou.packs.plans.model import Input, Table
from tongchou.packs.plans.recordwords import NOBODY_BY_ITSELF
from tongchou.packs.plans.resolve import Standing
from tongchou.record.clearance import staff_before
from tongchou.record.copytext import uuid_array
from tongchou.record.models import Area, Staff
from tongchou.record.origins import origin_levels
from tongchou.rooms.plans.cohorts import COHORTS
from tongchou.rooms.plans.words import part_sql, reading_of

LOOK_BACK = timedelta(days=60)
"""How far back the facts that put somebody before a table may lie."""
CARRIED = ("person", "area", "street", "ground")
_TYPES: dict[str, Any] = {"date": pl.Date, "boolean": pl.Boolean, "choice": pl.String, "text": pl.String, "number": pl.Float64}
_HIDDEN: dict[str, tuple[tuple[str, str, Any], ...]] = {
    "area_risk": (("_place", "k.place", pl.String), ("_gone", "k.gone", pl.Date)),
    "final_test": (("_day", "te.day", pl.Date), ("_last", "{clock}", pl.Date)),
    "own_tests": (("_day", "te.day", pl.Date), ("_last", "{clock}", pl.Date)),
}
"""What besides is read for a word that is worked out of more than one column: (name, SQL, type)."""
_CLOCKS = ("last_exposure", "arrived")
"""The day from which a plan counts its tests: of contacts, of arrivals from abroad."""
SHOWN = 3
"""Facts that are named as the source of an input, the newest."""


def taken(table: Table) -> dict[str, Input]:
    """The inputs that the record fills."""
    return {key: spec for key, spec in table.inputs.items() if spec.from_record is not None}


def by_itself(table: Table) -> bool:
    """Whether the record says whom the table is about, so that it can be filled for everybody."""
    return table.people not in ("", NOBODY_BY_ITSELF)


def orderable(table: Table) -> bool:
    """Whether orders can be issued for a cohort out of it: everybody has facts on record as evidence."""
    return by_itself(table) and table.people != "staff"


def people_before(standing: Standing, paths: list[str], people: Iterable[uuid.UUID] | None = None) -> pl.DataFrame:
    """Everybody whom the table is about, with what is on record on `as_of`, by person.

    paths: LIKE patterns of the areas. people: only these. Columns: CARRIED (person and ground as texts, street by name) and those of the
    table's inputs that the pack takes from the record. Raises Refusal for a table that the record cannot fill.
    """
    check_fillable(standing.table, everybody=people is None)
    if standing.table.people == "staff":
        return _staff(standing, paths, people)
    rows, _ = _read(standing, paths, people, grounds=False)
    return _framed(standing, rows)


def check_fillable(table: Table, *, everybody: bool = True) -> None:
    """Refuse a table that cannot be filled from the record."""
    if not table.people or (everybody and not by_itself(table)):
        raise _cannot(table)


def check_orderable(table: Table) -> None:
    """Refuse a table out of which no cohort can be put under orders."""
    if not orderable(table):
        raise _cannot(table)


def _cannot(table: Table) -> Refusal:
    rule = Text("“{table}”不能由在册信息自动填写。", "“{table}” cannot be filled from the record.").with_(table=table.title)
    remedy = Text("请按人填写事实后判定。", "Decide person by person with the facts typed in.")
    return Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="table", value=table.key)


def _read(
    standing: Standing, paths: list[str], people: Iterable[uuid.UUID] | None, *, grounds: bool
) -> tuple[list[tuple[Any, ...]], list[tuple[str, str]]]:
    """One statement: person, area, ids, then the columns of _columns; with grounds also the facts of each part. Returns rows and (part, name)."""
    cohort, inputs = COHORTS[standing.table.people], taken(standing.table)
    clock = next((cohort.columns[w] for w in _CLOCKS if w in cohort.columns), "null::date")
    readings = {key: reading_of(cohort, spec.from_record.take) for key, spec in inputs.items() if spec.from_record}
    parts = [p for p in dict.fromkeys(r.part for r in readings.values()) if p]
    asked = [r.sql for r in readings.values()] + [sql.replace("{clock}", clock) for _, sql, _ in _hidden(inputs)]
    if grounds:
        asked += [f"{p}.ids" for p in parts]
    ctes = "".join(f",\n{p} as ({part_sql(p, cohort)})" for p in parts)
    joins = " ".join(f"left join {p} on {p}.person_id = k.person_id" for p in parts)
    values: dict[str, Any] = {
        "as_of": standing.as_of, "since": standing.as_of - LOOK_BACK, "paths": paths, "home": standing.area,
        "pathogens": list(standing.table.pathogens) or None,
    }  # fmt: skip
    some = ""
    if people is not None:
        some, values["people"] = "and f.person_id = any(%(people)s::uuid[])", uuid_array(people)
    sql = f"with {cohort.sql.replace('{some}', some)}{ctes}\nselect k.person_id, k.area_id, k.ids{''.join(', ' + a for a in asked)} from k {joins} order by k.person_id"
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall(), [(key, r.part) for key, r in readings.items()]


def _hidden(inputs: dict[str, Input]) -> list[tuple[str, str, Any]]:
    found = [column for spec in inputs.values() if spec.from_record for column in _HIDDEN.get(spec.from_record.take, ())]
    return list(dict.fromkeys(found))


def _framed(standing: Standing, rows: Sequence[tuple[Any, ...]]) -> pl.DataFrame:
    inputs = taken(standing.table)
    names = [(key, _TYPES[spec.type]) for key, spec in inputs.items()] + [(name, kind) for name, _, kind in _hidden(inputs)]
    frame = _carried([(r[0], r[1], r[2]) for r in rows]).with_columns(
        pl.Series(name, [r[n] for r in rows], dtype=kind) for n, (name, kind) in enumerate(names, start=3)
    )
    for key, spec in inputs.items():
        assert spec.from_record is not None
        if spec.from_record.take == "area_risk":
            frame = _with_grade(frame, key)
        elif spec.from_record.take in ("final_test", "own_tests"):
            frame = _with_last_test(standing, frame, key, spec.from_record.take)
        if spec.from_record.words:
            said = {k: v or None for k, v in spec.from_record.words.items()}
            frame = frame.with_columns(pl.col(key).replace(list(said), pl.Series(list(said.values()), dtype=pl.String)))
    for key, spec in inputs.items():
        for other in spec.not_before:
            if other in inputs:  # a measure that began before the exposure was for another one: not known when this one began
                frame = frame.with_columns(pl.when(pl.col(key) < pl.col(other)).then(None).otherwise(pl.col(key)).alias(key))
    return frame.select([c for c in frame.columns if not c.startswith("_")])


def _carried(rows: Sequence[tuple[Any, int, Sequence[uuid.UUID]]]) -> pl.DataFrame:
    streets = street_names() if rows else {}
    return pl.DataFrame({
        "person": pl.Series([str(r[0]) for r in rows], dtype=pl.String),
        "area": pl.Series([r[1] for r in rows], dtype=pl.Int64),
        "street": pl.Series([streets.get(r[1], "") for r in rows], dtype=pl.String),
        "ground": pl.Series([",".join(str(g) for g in r[2]) for r in rows], dtype=pl.String),
    })  # fmt: skip


def _with_grade(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    """The grade on record of the place on the day of leaving it; where none is, what the fact itself says."""
    asked: dict[date, set[str]] = {}
    for place, day in frame.select("_place", "_gone").unique().iter_rows():
        if place is not None and day is not None:
            asked.setdefault(day, set()).add(place)
    found = [(place, day, level) for day, places in asked.items() for place, level in origin_levels(places, day).items()]
    grades = pl.DataFrame(found, schema={"_place": pl.String, "_gone": pl.Date, "_grade": pl.String}, orient="row")
    return frame.join(grades, on=["_place", "_gone"], how="left", maintain_order="left").with_columns(pl.coalesce("_grade", key).alias(key)).drop("_grade")


def _with_last_test(standing: Standing, frame: pl.DataFrame, key: str, word: str) -> pl.DataFrame:
    """What is told by the last test that the plan takes is known only where a test was taken on that day or later. The plan says which day it is."""
    after = _last_test_after(standing)
    due = pl.lit(False) if after is None else (pl.col("_day") >= pl.col("_last") + pl.duration(days=after)).fill_null(False)
    if word == "final_test":
        return frame.with_columns(pl.when(due).then(pl.col(key)).otherwise(pl.lit(None, pl.String)).alias(key))
    done = due if after is not None else pl.lit(True)
    open_ = (pl.col(key) == "all_negative") & ~done
    return frame.with_columns(pl.when(open_).then(pl.lit("pending")).otherwise(pl.col(key)).alias(key))


def _last_test_after(standing: Standing) -> int | None:
    """How many days after the last exposure (the entry) the plan takes its last test of somebody exposed (entering) today; None where it
    takes none."""
    name = next((k for k, s in taken(standing.table).items() if s.from_record and s.from_record.take in _CLOCKS), None)
    if name is None:
        return None
    fresh = decide_standing(standing, read_facts(standing.table, {name: standing.as_of}, standing.as_of), explain=False)
    return max(((day - standing.as_of).days for m in fresh.measures for day in m.tests), default=None)


def _staff(standing: Standing, paths: list[str], people: Iterable[uuid.UUID] | None) -> pl.DataFrame:
    """Staff files, read as the clearance reads them; of somebody with several, the newest."""
    files = Staff.objects.filter(to_date=None)
    if people is not None:
        files = files.filter(person_id__in=list(people))
    who = dict(files.order_by("pk").values_list("pk", "person_id"))
    areas = dict(files.values_list("person_id", "person__area_id"))
    frame = staff_before(standing, paths=paths, staff=list(who) if people is not None else None).filter(pl.col("id").is_in(list(who)))
    newest = {who[pk]: n for n, pk in enumerate(frame["id"])}
    rows = sorted(newest.items())
    chosen = frame[[n for _, n in rows]]
    columns = [chosen[spec.from_record.take].alias(key) for key, spec in taken(standing.table).items() if spec.from_record]
    return _carried([(person, areas[person], ()) for person, _ in rows]).with_columns(columns)


def street_names() -> dict[int, str]:
    """Area -> the name of the street in which it lies."""
    rows = list(Area.objects.values_list("pk", "path", "level", "name"))
    names = {pk: name for pk, _, level, name in rows if level == "street"}
    out = {}
    for pk, path, _, _ in rows:
        out[pk] = next((names[int(p)] for p in path.split(".") if p and int(p) in names), "")
    return out


@dataclass(frozen=True, slots=True)
class OnRecord:
    """What the record knows of one person for a table. ground: the facts that put the person before it. sources: by input the facts that it was
    read from, empty where it came from custody, an order or a staff file."""

    facts: dict[str, Any] = field(default_factory=dict)
    ground: list[str] = field(default_factory=list)
    sources: dict[str, list[uuid.UUID]] = field(default_factory=dict)


def on_record(standing: Standing, person: uuid.UUID) -> OnRecord:
    """What is on record about one person for a table, what is not known left out: the same reading as for everybody."""
    if not standing.table.people:
        return OnRecord()
    if standing.table.people == "staff":
        frame, sources = _staff(standing, ["%"], [person]), {}
    else:
        rows, parts = _read(standing, ["%"], [person], grounds=True)
        frame = _framed(standing, rows)
        sources = _sources(rows[0], parts, len(parts) + len(_hidden(taken(standing.table)))) if rows else {}
    if not frame.height:
        return OnRecord()
    row = frame.row(0, named=True)
    known = {k: whole(v) for k, v in row.items() if k not in CARRIED and v is not None}
    return OnRecord(known, [g for g in row["ground"].split(",") if g], {k: sources.get(k, []) for k in known})


def whole(value: Any) -> Any:
    """A number as somebody would type it."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _sources(row: tuple[Any, ...], parts: list[tuple[str, str]], before: int) -> dict[str, list[uuid.UUID]]:
    order = [p for p in dict.fromkeys(part for _, part in parts) if p]
    ids = {"": list(row[2])} | {p: list(row[3 + before + n] or [])[:SHOWN] for n, p in enumerate(order)}
    return {key: ids[part] for key, part in parts}
