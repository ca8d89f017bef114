"""What attendance shows that somebody has to see to: found in sets, told once, gathered in one loop for each enterprise."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import connection

from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context
from tongchou.record.actions.loops import AdvanceIn, advance
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.keyring import keyring
from tongchou.record.loops.titles import written
from tongchou.record.models import Loop, Unit
from tongchou.record.questions.units import street_of
from tongchou.rooms.daily.models import Alarm
from tongchou.rooms.daily.numbers import daily_rules, local_day, number_of

KIND = "attendance_alarm"
HELD_BACK = ("observe", "postpone", "clinic")
"""Results of the plan's table of employees with which nobody may be at work."""
_DOMAIN = "daily.stranger"

_NOT_CLEARED = """
insert into daily_alarm (unit_id, day, kind, who, person_id, section, seen_at, state, how, note, act, at)
select t.unit_id, t.day, 'not_cleared', replace(t.person_id::text, '-', ''), t.person_id, t.section, t.at, 'open', '', '', %(act)s, %(now)s
from (select unit_id, day, person_id, min(at) as at, max(section) as section from daily_attendance
  where unit_id = %(unit)s and day = any(%(days)s::date[]) group by 1, 2, 3) t
join record_staff s on s.unit_id = t.unit_id and s.person_id = t.person_id and s.to_date is null
left join lateral (select o.outcome from record_staffoutcome o where o.staff_id = s.id and o.at < (t.day + 1)::timestamp at time zone 'Asia/Shanghai'
  order by o.at desc, o.id desc limit 1) o on true
where coalesce(o.outcome, case when not exists (select from record_staffoutcome h where h.staff_id = s.id) then s.outcome end) = any(%(held)s)
on conflict (unit_id, day, kind, who) do nothing
"""
_NO_FILE = """
insert into daily_alarm (unit_id, day, kind, who, person_id, section, seen_at, state, how, note, act, at)
select t.unit_id, t.day, 'stranger', replace(t.person_id::text, '-', ''), t.person_id, max(t.section), min(t.at), 'open', '', '', %(act)s, %(now)s
from daily_attendance t
where t.unit_id = %(unit)s and t.day = any(%(days)s::date[]) and not exists (
  select from record_staff s where s.unit_id = t.unit_id and s.person_id = t.person_id and (s.to_date is null or s.to_date >= t.day))
group by t.unit_id, t.day, t.person_id
on conflict (unit_id, day, kind, who) do nothing
"""
_FEVER = """
insert into daily_alarm (unit_id, day, kind, who, person_id, section, reading, seen_at, state, how, note, act, at)
select distinct on (t.day, t.person_id) t.unit_id, t.day, 'fever', replace(t.person_id::text, '-', ''), t.person_id, t.section, t.temperature, t.at,
  'open', '', '', %(act)s, %(now)s
from daily_attendance t join unnest(%(days)s::date[], %(limits)s::numeric[]) as l(day, above) on l.day = t.day
where t.unit_id = %(unit)s and t.temperature > l.above
order by t.day, t.person_id, t.at
on conflict (unit_id, day, kind, who) do nothing
"""
# a report that says nothing of leave may count those on leave as at work; one that does is held to both numbers
_HEADS = """
with c as (
  select day, count(distinct person_id) as n from daily_attendance where unit_id = %(unit)s and day = any(%(days)s::date[]) group by day
), d as (
  select c.day, c.n, l.n as away, r.at_work, r.differs = '' and (
    (case when c.n < r.at_work and r.on_leave is null then r.at_work - c.n - l.n else abs(c.n - r.at_work) end > x.most
      and (c.day < %(today)s::date or c.n > r.at_work))
    or l.n - coalesce(r.on_leave, l.n) > x.most) as apart
  from c join daily_report r on r.unit_id = %(unit)s and r.day = c.day and r.replaced_at is null
  cross join lateral (select greatest(2, r.at_work * %(percent)s / 100.0) as most) x
  cross join lateral (select count(*) as n from daily_leave v
    where v.unit_id = %(unit)s and v.ended_at is null and c.day between v.from_date and v.until and not exists (
      select from daily_attendance t where t.unit_id = v.unit_id and t.person_id = v.person_id and t.day = c.day)) l
), ended as (
  update daily_alarm m set state = 'ended', how = 'corrected', counted = d.n, reported = d.at_work, on_leave = d.away from d
  where m.unit_id = %(unit)s and m.day = d.day and m.kind = 'headcount' and m.state = 'open' and not d.apart
)
insert into daily_alarm (unit_id, day, kind, who, section, counted, reported, on_leave, state, how, note, act, at)
select %(unit)s, d.day, 'headcount', '', '', d.n, d.at_work, d.away, 'open', '', '', %(act)s, %(now)s from d where d.apart
on conflict (unit_id, day, kind, who) do update
  set counted = excluded.counted, reported = excluded.reported, on_leave = excluded.on_leave where daily_alarm.state = 'open'
"""


def stranger_key(unit: int, label: Iterable[str]) -> str:
    """By what somebody on no file is known again at one enterprise."""
    return keyring().lookup_hash(_DOMAIN, f"{unit}:{'|'.join(label)}").hex()


def seal_label(text: str, unit: int, key: str) -> bytes:
    return keyring().seal(text.encode(), f"{_DOMAIN}:{unit}:{key}".encode())


def open_label(row: Alarm) -> str:
    """What the gate machine has of somebody on no file; "" where it is erased. The caller logs the reading."""
    if row.sealed is None:
        return ""
    return keyring().open(bytes(row.sealed), f"{_DOMAIN}:{row.unit_id}:{row.who}".encode()).decode()


def look(
    context: Context,
    unit: int,
    days: Iterable[date],
    strangers: dict[tuple[date, str], tuple[str, str, datetime]] | None = None,
) -> int:
    """Raise what the attendance of these days shows, and gather it in the enterprise's loop; how many are new.

    strangers: (day, key) -> (what the machine has, section, when) of people on no staff file.
    """
    wanted = sorted(set(days))
    if not wanted:
        return 0
    values: dict[str, Any] = {
        "unit": unit, "days": wanted, "act": context.act_id, "now": context.now, "held": list(HELD_BACK), "today": local_day(context.now),
        "limits": [number_of("fever", d) for d in wanted], "percent": daily_rules()["headcount_percent"].value,
    }  # fmt: skip
    with connection.cursor() as cursor:
        for statement in (_NOT_CLEARED, _NO_FILE, _FEVER, _HEADS):
            cursor.execute(statement, values)
    if strangers:
        rows = [
            Alarm(unit_id=unit, day=day, kind="stranger", who=key, sealed=seal_label(label, unit, key), section=section, seen_at=at, act=context.act_id, at=context.now)
            for (day, key), (label, section, at) in strangers.items()
        ]  # fmt: skip
        Alarm.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    new = Alarm.objects.filter(unit_id=unit, state="open", loop=None).count()
    if new:
        _gather(context, unit)
        context.event("attendance_alarms", subject=f"unit:{unit}", data={"new": new})
    settle(context, unit)
    return new


def _gather(context: Context, unit: int) -> None:
    """Put open alarms into the loop that the enterprise is seeing to, or open one. The unit's row is locked, so that there is one only."""
    held = Unit.objects.select_for_update(of=("self",), no_key=True).select_related("area").get(pk=unit)
    loop = (
        Loop.objects.filter(kind=KIND, subject_unit=unit, stage="seeing", closed_at=None)
        .values_list("pk", flat=True)
        .first()
    )
    if loop is None:
        given = {
            "kind": KIND, **written(Text("考勤预警：{name}", "Attendance alarm: {name}").with_(name=held.name)),
            "unit": unit, "owner_unit": unit, "verifier_unit": street_of(held), "origin": "attendance", "urgent": True,
        }  # fmt: skip
        loop = uuid.UUID(str(open_one(_by_program(context), OpenIn.model_validate(given))["loop"]))
    Alarm.objects.filter(unit=unit, state="open", loop=None).update(loop=loop)


def settle(context: Context, unit: int) -> None:
    """Move the loops of an enterprise in which nothing is open any more: to the street, or to their end where all ended by itself."""
    for loop in Loop.objects.filter(kind=KIND, subject_unit=unit, stage="seeing", closed_at=None):
        states = set(Alarm.objects.filter(loop=loop).values_list("state", flat=True))
        if "open" not in states:
            step = "answered" if "answered" in states else "clear"
            advance(_by_program(context), AdvanceIn.model_validate({"loop": loop.pk, "step": step}))


def _by_program(context: Context) -> Context:
    return replace(context, actor=SYSTEM, grants=())
