"""Verbs on facts about people: record one, record many, withdraw."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any, Literal

from django.db import connection
from django.utils import timezone
from psycopg.types.json import Jsonb
from pydantic import Field

from tongchou.kernel.clock import aware
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.clearance import FACT_TYPES as CLEARED_BY
from tongchou.record.clearance_due import MANY, ask
from tongchou.record.copytext import batched_lines, uuid_array
from tongchou.record.keyring import keyring
from tongchou.record.models import Area
from tongchou.record.people.fact_types import FactType, check_value, type_of
from tongchou.record.people.reach import like_paths, no_such_person, person_in_reach

explain_constraint(
    "fact_dates_in_order",
    Reason.IMPOSSIBLE_DATE,
    Text("结束日期早于开始日期。", "The last day lies before the first."),
    Text("请核对日期。", "Check the dates."),
)


class FactIn(Payload):
    """value: coded, as the type says. note: free text, sealed. A fact that is not `known` carries no value."""

    person: uuid.UUID
    type: str = Field(max_length=40)
    known: Literal["known", "unknown", "not_asked", "not_reported", "not_found"] = "known"
    on: date | None = None
    until: date | None = None
    at: datetime | None = None
    value: dict[str, Any] = Field(default_factory=dict)
    note: str = Field("", max_length=2000)
    area: int | None = None
    source: str = Field("entered", pattern=r"^[a-z][a-z_]{1,39}$")
    source_ref: str = Field("", pattern=r"^[A-Za-z0-9:_./-]{0,120}$")


class FactsIn(Payload):
    facts: list[FactIn] = Field(min_length=1, max_length=50_000)


_COLUMNS = (
    'id, type, known, "on", until, at, value, sealed_note, area_id, source, source_ref, source_unit_id, act, recorded_at, person_id'
)
_ONE = f"""
insert into record_fact ({_COLUMNS})
select %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, p.id
from record_person p join record_area a on a.id = p.area_id
where p.id = %s and p.merged_into_id is null and p.erased_at is null and a.path like any(%s::text[])
  and (%s::bigint is null or exists (select 1 from record_area x where x.id = %s))
"""
_REACHED = """
select p.id from record_person p join record_area a on a.id = p.area_id
where p.id = any(%s::uuid[]) and p.merged_into_id is null and p.erased_at is null and a.path like any(%s::text[])
"""


@verb("fact.record", "person.edit", Text("登记一条人员信息", "Record a fact"))
def record(context: Context, given: FactIn) -> dict[str, Any]:
    """Record one fact. The check of reach and the writing are one statement."""
    row = fact_row(context, given)
    with connection.cursor() as cursor:
        cursor.execute(
            _ONE, [*row[:6], Jsonb(row[6]), *row[7:], like_paths(context.actor, "person.edit"), given.area, given.area]  # type: ignore[list-item]
        )
        written = cursor.rowcount
    if not written:
        person_in_reach(context.actor, "person.edit", given.person)
        raise _no_area(given.area)
    _recorded(context, row)
    return {"fact": str(row[0])}


@verb("fact.record_many", "person.edit", Text("批量登记人员信息", "Record many facts"))
def record_many(context: Context, given: FactsIn) -> dict[str, Any]:
    """Record facts, all or none; a refusal names the first that cannot be recorded."""
    people = {f.person for f in given.facts}
    with connection.cursor() as cursor:
        cursor.execute(_REACHED, [uuid_array(people), like_paths(context.actor, "person.edit")])
        reached = {r[0] for r in cursor.fetchall()}
    areas = {f.area for f in given.facts if f.area is not None}
    known_areas = set(Area.objects.filter(pk__in=areas).values_list("pk", flat=True)) if areas else set()
    rows = []
    for n, fact in enumerate(given.facts):
        try:
            if fact.person not in reached:
                person_in_reach(context.actor, "person.edit", fact.person)
                raise no_such_person(fact.person, "person")
            if fact.area is not None and fact.area not in known_areas:
                raise _no_area(fact.area)
            rows.append(fact_row(context, fact))
        except Refusal as refusal:
            refusal.field = f"facts.{n}.{refusal.field}"
            raise
    write_facts(context, rows)
    return {"facts": [str(r[0]) for r in rows]}


def write_facts(context: Context, rows: list[tuple[Any, ...]]) -> None:
    """Write rows of fact_row() by COPY, with their events. For rooms, whose own verbs have checked who may."""
    with connection.cursor() as cursor, cursor.copy(f"copy record_fact ({_COLUMNS}) from stdin") as copy:
        for part in batched_lines(rows):
            copy.write(part)
    for row in rows:
        _recorded(context, row)
    if len({row[14] for row in rows if row[1] in CLEARED_BY}) >= MANY:
        ask(context, "facts")


def _recorded(context: Context, row: tuple[Any, ...]) -> None:
    context.event("fact_recorded", subject=f"person:{row[14]}", data={"fact": str(row[0]), "type": row[1]})


def fact_row(context: Context, given: FactIn) -> tuple[Any, ...]:
    """Check a fact and return its row, the note sealed and bound to the fact's id. Raises Refusal."""
    of = type_of(given.type)
    _check_dates(of, given, context.now)
    if given.known == "known":
        value = check_value(of, given.value)
    elif given.value:
        rule = Text("标为“不详”“未问”等的，不能同时填写内容。", "A fact that is not known carries no value.")
        remedy = Text("请改为“已知”，或删去内容。", "Say that it is known, or leave the value out.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="value")
    else:
        value = {}
    fact = new_id()
    note = keyring().seal(given.note.encode(), b"fact:" + fact.bytes) if given.note else None
    unit = context.grants[0].unit_id if context.grants else None
    return (
        fact, of.key, given.known, given.on, given.until, given.at, value, note, given.area, given.source, given.source_ref, unit,
        context.act_id, context.now, given.person,
    )  # fmt: skip


def open_note(fact: uuid.UUID, sealed: bytes | None) -> str:
    """Open a fact's note; the caller logs the reading."""
    return keyring().open(bytes(sealed), b"fact:" + fact.bytes).decode() if sealed else ""


def _check_dates(of: FactType, given: FactIn, now: datetime) -> None:
    today = timezone.localdate(now)
    if of.on_required and given.on is None and given.known == "known":
        rule = Text("“{type}”须填写日期。", "“{type}” needs the day.").with_(type=of.title)
        remedy = Text("请填写发生的日期。", "Give the day on which it was.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=remedy, field="on")
    if given.until is not None and of.until == "none":
        rule = Text("“{type}”没有结束日期。", "“{type}” has no last day.").with_(type=of.title)
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请删去该项。", "Leave it out."), field="until")
    for name, day in (("on", given.on), ("until", given.until if of.until == "past" else None)):
        if day is not None and day > today:
            raise _ahead(name, day.isoformat())
    if given.at is not None:
        at = aware(given.at)
        if at > now:
            raise _ahead("at", at.isoformat())
        if given.on is not None and timezone.localdate(at) != given.on:
            rule = Text("时刻与日期不是同一天。", "The moment does not lie on the day given.")
            raise Refusal(
                Reason.INVALID_VALUE, rule, remedy=Text("请核对日期和时刻。", "Check day and time."), field="at", value=at.isoformat()
            )
    if given.on and given.until and given.until < given.on:
        rule = Text("结束日期早于开始日期。", "The last day lies before the first.")
        remedy = Text("请核对日期。", "Check the dates.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=remedy, field="until", value=given.until.isoformat())


def _ahead(field: str, value: str) -> Refusal:
    rule = Text("日期在今天之后，不能作为已发生的情况登记。", "It lies in the future and cannot be recorded as a fact.")
    remedy = Text("请核对日期；计划事项请另行交办。", "Check the date; what is planned is a task, not a fact.")
    return Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=remedy, field=field, value=value)


def _no_area(area: int | None) -> Refusal:
    rule = Text("没有这个区域。", "There is no such area.")
    remedy = Text("请从区划中选择。", "Choose one from the territory.")
    return Refusal(Reason.NOT_FOUND, rule, remedy=remedy, field="area", value=area)


WITHDRAW_REASONS: dict[str, Text] = {
    "wrong_person": Text("不是此人的", "Another person's"),
    "wrong_value": Text("内容有误", "Wrong content"),
    "recorded_twice": Text("重复登记", "Recorded twice"),
    "source_withdrew": Text("来源单位撤回", "Withdrawn by its source"),
}


class WithdrawIn(Payload):
    fact: uuid.UUID
    reason: Literal["wrong_person", "wrong_value", "recorded_twice", "source_withdrew"]


_WITHDRAW = """
update record_fact f set withdrawn_at = %s from record_person p, record_area a
where f.id = %s and p.id = f.person_id and a.id = p.area_id and p.erased_at is null and a.path like any(%s::text[])
  and f.withdrawn_at is null
returning f.person_id, f.type
"""


@verb("fact.withdraw", "person.edit", Text("撤回人员信息", "Withdraw a fact"))
def withdraw(context: Context, given: WithdrawIn) -> dict[str, Any]:
    """Withdraw a fact: it stays on record and no longer counts."""
    with connection.cursor() as cursor:
        cursor.execute(_WITHDRAW, [context.now, given.fact, like_paths(context.actor, "person.edit")])
        row = cursor.fetchone()
    if row is None:
        raise Refusal(
            Reason.NOT_FOUND,
            Text("没有这条信息，或已撤回。", "There is no such fact, or it has been withdrawn."),
            remedy=Text("请刷新档案。", "Reload the file."),
            field="fact",
            value=str(given.fact),
        )
    data = {"fact": str(given.fact), "type": row[1], "reason": given.reason}
    context.event("fact_withdrawn", subject=f"person:{row[0]}", data=data)
    return {"fact": str(given.fact)}
