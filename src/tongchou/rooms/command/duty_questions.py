"""Duty as read: the roster, who watches now, what is wrong with it, the log."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db import connection

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import Unit
from tongchou.record.territory.reach import condition, unit_in_reach
from tongchou.rooms.command.models import LogEntry
from tongchou.rooms.command.rules import duty_rules

VIEW = "duty.view"
PARTS = {"leader": Text("带班领导", "leader on duty"), "staff": Text("值班人员", "staff on duty")}
LOG_KINDS = {
    "call": Text("来电", "call"),
    "incident": Text("突发情况", "incident"),
    "order": Text("上级指示", "instruction"),
    "inspection": Text("查岗", "inspection of the watch"),
    "other": Text("其他", "other"),
}
FAULTS = {
    "gap": Text("无人值班", "nobody on watch"),
    "no_leader": Text("没有带班领导", "no leader on duty"),
    "few_staff": Text("值班人员不足", "too few staff"),
    "missed": Text("未按时到岗", "has not come"),
    "not_handed_over": Text("未交班", "not handed over"),
    "not_taken_over": Text("未接班", "not taken over"),
    "no_post": Text("排班人员已无任职", "holds no post any more"),
}


@dataclass(frozen=True, slots=True)
class OnShift:
    """One person's place. active: the account is; in_post: holds a post of the unit or of one above it on the day of the shift."""

    place: int
    account: int
    name: str
    part: str
    arrived_at: datetime | None
    left_at: datetime | None
    active: bool
    in_post: bool


@dataclass(frozen=True, slots=True)
class ShiftLine:
    """A shift that was not cancelled, with those who are on it, leaders first."""

    id: uuid.UUID
    unit: int
    unit_name: str
    starts_at: datetime
    ends_at: datetime
    note: str
    handover_note: str
    handed_over_at: datetime | None
    handed_over_by: str
    taken_over_at: datetime | None
    taken_over_by: str
    people: tuple[OnShift, ...]

    def of(self, part: str) -> list[OnShift]:
        return [p for p in self.people if p.part == part]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a unit's watch between two moments. who: a name, where it is about somebody."""

    what: str
    unit: int
    unit_name: str
    since: datetime
    until: datetime
    shift: uuid.UUID | None = None
    who: str = ""


@dataclass(frozen=True, slots=True)
class LogLine:
    id: uuid.UUID
    at: datetime
    kind: str
    text: str
    who: str
    recorded_at: datetime
    corrects: uuid.UUID | None
    corrected_by: uuid.UUID | None
    loop: uuid.UUID | None


_HELD = """
exists (
  with recursive up as (select u.id, u.parent_id union all select o.id, o.parent_id from record_unit o join up on o.id = up.parent_id)
  select 1 from up join record_post q on q.unit_id = up.id and (q.ended_on is null or q.ended_on > (s.starts_at at time zone 'Asia/Shanghai')::date)
  join record_postholding h on h.post_id = q.id and h.account_id = p.account_id and h.from_date <= (s.starts_at at time zone 'Asia/Shanghai')::date
       and (h.to_date is null or h.to_date > (s.starts_at at time zone 'Asia/Shanghai')::date)
)
"""
_SHIFTS = """
select s.id, s.unit_id, u.name, s.starts_at, s.ends_at, s.note, s.handover_note, s.handed_over_at, coalesce(h.display_name, ''),
       s.taken_over_at, coalesce(t.display_name, ''),
       p.id, p.account_id, c.display_name, p.part, p.arrived_at, p.left_at, c.is_active, {held}
from command_shift s
join record_unit u on u.id = s.unit_id
join record_area a on a.id = u.area_id
left join record_account h on h.id = s.handed_over_by_id
left join record_account t on t.id = s.taken_over_by_id
left join command_place p on p.shift_id = s.id and p.dropped_at is null
left join record_account c on c.id = p.account_id
where s.cancelled_at is null and {where}
order by s.starts_at, s.unit_id, p.part, p.id
"""


def roster(actor: Actor, unit: int, since: datetime, until: datetime) -> list[ShiftLine]:
    """The shifts of one unit that touch a span of time, in order. Outside the actor's reach the unit is not found."""
    row = unit_in_reach(actor, VIEW, unit)
    return _read(
        "s.unit_id = %(unit)s and s.starts_at < %(until)s and s.ends_at > %(since)s",
        {"unit": row.pk, "since": since, "until": until},
    )


def shift_file(actor: Actor, shift: uuid.UUID) -> ShiftLine | None:
    """One shift; None when there is none within the actor's reach."""
    values: dict[str, Any] = {"shift": shift}
    found = _read(f"s.id = %(shift)s and {condition(actor, VIEW, values, unit='u.id')}", values)
    return found[0] if found else None


def watching(actor: Actor, now: datetime) -> list[ShiftLine]:
    """The shifts of this moment in every unit that the actor reaches."""
    values: dict[str, Any] = {"now": now}
    reach = condition(actor, VIEW, values, unit="u.id")
    return _read(f"s.starts_at <= %(now)s and s.ends_at > %(now)s and {reach}", values)


def own_shifts(actor: Actor, now: datetime, days: int = 14) -> list[ShiftLine]:
    """The actor's own shifts: those that ended within a day, the present one, those to come."""
    values = {"account": actor.account_id or 0, "since": now - timedelta(days=1), "until": now + timedelta(days=days)}
    mine = "exists (select 1 from command_place m where m.shift_id = s.id and m.account_id = %(account)s and m.dropped_at is null)"
    return _read(f"{mine} and s.ends_at > %(since)s and s.starts_at < %(until)s", values)


def watched_units(actor: Actor) -> list[tuple[int, str]]:
    """Units within reach that have ever planned a shift, with their names; the actor's own units first."""
    values: dict[str, Any] = {"own": list(actor.unit_ids(VIEW))}
    reach = condition(actor, VIEW, values, unit="u.id")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select u.id, u.name from record_unit u join record_area a on a.id = u.area_id
                where u.active_to is null and {reach} and (u.id = any(%(own)s) or exists (select 1 from command_shift s where s.unit_id = u.id))
                order by not (u.id = any(%(own)s)), u.kind, u.name_key, u.id limit 500""",
            values,
        )
        return cursor.fetchall()


def faults(
    shifts: Sequence[ShiftLine], unit: int, unit_name: str, since: datetime, until: datetime, now: datetime
) -> list[Fault]:
    """What is wrong with a unit's watch in a span of time, in order: gaps, missing leaders and staff, absences, hand-overs."""
    rules = duty_rules()
    found: list[Fault] = []
    covered = since
    for s in sorted(shifts, key=lambda s: s.starts_at):
        if s.starts_at > covered:
            found.append(Fault("gap", unit, unit_name, covered, s.starts_at))
        covered = max(covered, s.ends_at)
        found += _of_shift(
            s, rules["leaders_at_least"].value, rules["staff_at_least"].value, rules["missed_after_minutes"].value, now
        )
    if covered < until:
        found.append(Fault("gap", unit, unit_name, covered, until))
    return sorted(found, key=lambda f: f.since)


def _of_shift(s: ShiftLine, leaders: int, staff: int, minutes: int, now: datetime) -> list[Fault]:
    def fault(what: str, who: str = "") -> Fault:
        return Fault(what, s.unit, s.unit_name, s.starts_at, s.ends_at, s.id, who)

    found = []
    if len(s.of("leader")) < leaders:
        found.append(fault("no_leader"))
    if len(s.of("staff")) < staff:
        found.append(fault("few_staff"))
    found += [fault("no_post", p.name) for p in s.people if not (p.active and p.in_post) and s.ends_at > now]
    if now >= s.starts_at + timedelta(minutes=minutes):
        found += [fault("missed", p.name) for p in s.people if p.arrived_at is None and p.active]
    if now >= s.ends_at + timedelta(minutes=minutes):
        if s.handed_over_at is None:
            found.append(fault("not_handed_over"))
        elif s.taken_over_at is None:
            found.append(fault("not_taken_over"))
    return found


@dataclass(frozen=True, slots=True)
class Unwatched:
    """A watched unit's time without a shift between now and the end of tomorrow."""

    unit: int
    name: str
    since: datetime
    until: datetime
    now: bool


_GAPS = """
select u.id, u.name, lower(g.gap), upper(g.gap)
from record_unit u join record_area a on a.id = u.area_id
cross join lateral unnest(
  tstzmultirange(tstzrange(%(now)s, %(until)s)) - coalesce((
    select range_agg(tstzrange(s.starts_at, s.ends_at)) from command_shift s
    where s.unit_id = u.id and s.cancelled_at is null and s.ends_at > %(now)s and s.starts_at < %(until)s), '{{}}'::tstzmultirange)
) g(gap)
where u.active_to is null and exists (select 1 from command_shift t where t.unit_id = u.id and t.starts_at > %(before)s) and {reach}
order by lower(g.gap), u.kind, u.name_key, u.id limit %(most)s
"""
STILL_WATCHED = timedelta(days=31)


def unwatched(actor: Actor, now: datetime, most: int = 500) -> list[Unwatched]:
    """Where nobody watches now or tomorrow, over all units within reach that have planned a shift in the last month or ahead; one statement."""
    tomorrow = datetime.combine((now + timedelta(days=2)).astimezone(SHANGHAI).date(), time(), SHANGHAI)
    values: dict[str, Any] = {"now": now, "until": tomorrow, "before": now - STILL_WATCHED, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(_GAPS.format(reach=condition(actor, VIEW, values, unit="u.id")), values)
        return [Unwatched(unit, name, since, until, since <= now) for unit, name, since, until in cursor.fetchall()]


def log_lines(actor: Actor, unit: int, since: datetime, until: datetime) -> list[LogLine]:
    """A unit's log, newest first. Needs duty.log for the unit: it may name people."""
    row = unit_in_reach(actor, "duty.log", unit)
    entries = (
        LogEntry.objects.filter(unit=row, at__gte=since, at__lt=until)
        .select_related("account")
        .order_by("-at", "-recorded_at")[:500]
    )
    corrected = dict(LogEntry.objects.filter(corrects__in=[e.pk for e in entries]).values_list("corrects_id", "pk"))
    return [
        LogLine(
            e.pk,
            e.at,
            e.kind,
            e.text,
            e.account.display_name,
            e.recorded_at,
            e.corrects_id,
            corrected.get(e.pk),
            e.loop_id,
        )
        for e in entries
    ]


def candidates(unit: Unit) -> list[tuple[int, Text]]:
    """Who may watch for a unit: active accounts with a post in it or in a unit above it, with unit and title."""
    with connection.cursor() as cursor:
        cursor.execute(
            """with recursive up as (select id, parent_id, 0 as n from record_unit where id = %s
                 union all select o.id, o.parent_id, up.n + 1 from record_unit o join up on o.id = up.parent_id)
               select c.id, c.display_name, min(u.name || ' · ' || p.title), min(up.n)
               from up join record_unit u on u.id = up.id join record_post p on p.unit_id = u.id and p.ended_on is null
               join record_postholding h on h.post_id = p.id and h.from_date <= current_date and (h.to_date is null or h.to_date > current_date)
               join record_account c on c.id = h.account_id and c.is_active
               group by c.id order by 4, 2, 3""",
            [unit.pk],
        )
        return [(row[0], Text.aside(row[1], row[2])) for row in cursor.fetchall()]


def _read(where: str, values: dict[str, Any]) -> list[ShiftLine]:
    heads: dict[uuid.UUID, tuple[Any, ...]] = {}
    people: dict[uuid.UUID, list[OnShift]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_SHIFTS.format(where=where, held=_HELD), values)
        for row in cursor.fetchall():
            heads.setdefault(row[0], row[:11])
            if row[11] is not None:
                people.setdefault(row[0], []).append(OnShift(*row[11:]))
    return [ShiftLine(*head, tuple(people.get(key, ()))) for key, head in heads.items()]  # type: ignore[call-arg]
