"""What units owe to data requests: one unit's form, the units that have something to answer, and all of it as a table to fill in."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from tongchou.record.access import Actor
from tongchou.record.models import Unit
from tongchou.record.territory.reach import condition, unit_in_reach
from tongchou.rooms.requests.actions.answer import latest_given
from tongchou.rooms.requests.models import Field
from tongchou.rooms.requests.questions import MOST, loaded
from tongchou.rooms.requests.reach import ANSWER


@dataclass(frozen=True, slots=True)
class Owed:
    """What one unit has to answer: the requests, the fields asked by any of them, once each, and what is known already."""

    unit: Unit
    answers: list[Any]
    fields: list[Field]
    known: list[tuple[Field, Any, date]]


_OPEN = """
select a.id, q.id, q.title, q.purpose, q.basis, o.name, r.due_at, a.asked, a.known, q.nil_allowed, a.loop_id, l.stage
from requests_answer a join requests_round r on r.id = a.round_id join requests_datarequest q on q.id = r.request_id
join record_unit o on o.id = q.asker_id join record_loop l on l.id = a.loop_id
where a.unit_id = %s and a.state = 'waiting' and l.closed_at is null order by r.due_at, a.id
"""
_LATEST = """
select distinct on (field_id) field_id, value, "on", known from requests_unitfact
where unit_id = %s and field_id = any(%s) order by field_id, at desc, id desc
"""


@dataclass(frozen=True, slots=True)
class Ask:
    """One answer that a unit owes."""

    answer: int
    request: uuid.UUID
    title: str
    purpose: str
    basis: str
    asker: str
    due_at: datetime
    asked: list[int]
    known: list[int]
    nil_allowed: bool
    loop: uuid.UUID
    stage: str


def owed(actor: Actor, unit: int) -> Owed:
    """Everything that a unit is asked at the moment, as one form. Not found outside the actor's reach."""
    row = unit_in_reach(actor, "request.answer", unit)
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [row.pk])
        asks = [Ask(*r) for r in cursor.fetchall()]
        asked = list(dict.fromkeys(f for a in asks for f in a.asked))
        known = list(dict.fromkeys(f for a in asks for f in a.known if f not in asked))
        cursor.execute(_LATEST, [row.pk, known])
        latest = {f: (loaded(value), on) for f, value, on, is_known in cursor.fetchall() if is_known}
    fields = Field.objects.in_bulk([*asked, *known])
    return Owed(row, asks, [fields[f] for f in asked], [(fields[f], *latest[f]) for f in known if f in latest])


@dataclass(frozen=True, slots=True)
class OwedLine:
    """A unit that owes something. known: what is on record of the fields that others are asked for."""

    unit: int
    name: str
    code: str
    known: dict[int, Any]


@dataclass(frozen=True, slots=True)
class OwedTable:
    """What units within reach owe, as a table to fill in. nil: some of it takes a nil report."""

    fields: list[Field]
    lines: list[OwedLine]
    nil: bool


_OWED = """
select u.id, u.name, coalesce(u.code, ''), a.asked, a.known, q.nil_allowed
from requests_answer a join requests_round r on r.id = a.round_id join requests_datarequest q on q.id = r.request_id
join record_loop l on l.id = a.loop_id join record_unit u on u.id = a.unit_id join record_area x on x.id = u.area_id
where a.state = 'waiting' and l.closed_at is null and {reach} order by x.path, u.kind, u.name_key, u.id, a.id limit %(most)s
"""
_VALUES = """
select distinct on (unit_id, field_id) unit_id, field_id, value, known from requests_unitfact
where unit_id = any(%s) and field_id = any(%s) order by unit_id, field_id, at desc, id desc
"""


def owed_table(actor: Actor) -> OwedTable:
    """Everything that the units within reach are asked at the moment, one line a unit; what is on record of a unit is filled in."""
    values: dict[str, Any] = {"most": MOST}
    reach = condition(actor, ANSWER, values, path="x.path", unit="u.id")
    with connection.cursor() as cursor:
        cursor.execute(_OWED.format(reach=reach), values)
        rows = cursor.fetchall()
        asked = list(dict.fromkeys(f for r in rows for f in r[3]))
        units = {r[0]: (r[1], r[2]) for r in rows}
        open_ = {(r[0], f) for r in rows for f in r[3]}
        cursor.execute(_VALUES, [list(units), asked])
        known: dict[int, dict[int, Any]] = {}
        for unit, where, value, is_known in cursor.fetchall():
            if is_known and (unit, where) not in open_:
                known.setdefault(unit, {})[where] = loaded(value)
    fields = Field.objects.in_bulk(asked)
    lines = [OwedLine(unit, name, code, known.get(unit, {})) for unit, (name, code) in units.items()]
    return OwedTable([fields[f] for f in asked], lines, any(r[5] for r in rows))


def given(actor: Actor, unit: int) -> Owed:
    """What a unit has answered in the present rounds, as a form in which it corrects it. value None: it said that it does not know."""
    row = unit_in_reach(actor, ANSWER, unit)
    fields = list(dict.fromkeys(f for a in latest_given(row.pk) for f in (*a.asked, *a.known)))
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, [row.pk, fields])
        latest = {f: (loaded(value) if is_known else None, on) for f, value, on, is_known in cursor.fetchall()}
    known = Field.objects.in_bulk(fields)
    return Owed(row, [], [], [(known[f], *latest[f]) for f in fields if f in latest])


def units_owing(actor: Actor) -> list[tuple[int, str, int, bool]]:
    """Own units that have something to answer: id, name, how many, whether one is late."""
    units = list(actor.unit_ids("request.answer"))
    sql = """
    select u.id, u.name, count(*), bool_or(r.due_at < now()) from requests_answer a join requests_round r on r.id = a.round_id
    join record_loop l on l.id = a.loop_id join record_unit u on u.id = a.unit_id
    where a.unit_id = any(%s) and a.state = 'waiting' and l.closed_at is null group by u.id order by u.id
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [units])
        return list(cursor.fetchall())
