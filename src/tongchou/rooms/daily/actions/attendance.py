"""Attendance from gate machines: every row accounted for, stored in sets, the same file twice changes nothing; and its end after so many days."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from tongchou.kernel.errors import Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, verb
from tongchou.record.copytext import batched_lines
from tongchou.record.rowimport import Imported, RowsIn, import_file, result_of
from tongchou.rooms.daily.alarms import look, stranger_key
from tongchou.rooms.daily.gaterows import COLUMNS, NEEDED, Read, Rows, label_text, rejected_stranger
from tongchou.rooms.daily.gatestaff import Directory
from tongchou.rooms.daily.models import Alarm, Attendance, Leave
from tongchou.rooms.daily.numbers import daily_rules, local_day
from tongchou.rooms.daily.reach import KEEP, enterprise_in_reach

VERB = "attendance.import_rows"
_AHEAD = timedelta(minutes=10)
"""How far a machine's clock may be ahead."""


class PassesIn(RowsIn):
    """unit: the enterprise whose gate it is. fields: as in gaterows.COLUMNS."""

    unit: int


class EraseIn(Payload):
    """Nothing to say: the number of days is the district's."""


def import_attendance(
    actor: Actor, client_id: uuid.UUID, data: bytes, filename: str, *, unit: int, dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Imported:  # fmt: skip
    """Import a gate machine's file (CSV, XLSX) of one enterprise and keep its rejected rows for the caller. Raises Refusal for a file that cannot be read."""
    return import_file(
        VERB,
        COLUMNS,
        NEEDED,
        actor,
        client_id,
        data,
        filename,
        dry_run=dry_run,
        progress=progress,
        titled=True,
        unit=unit,
    )


@verb(VERB, KEEP, Text("导入考勤", "Import attendance"))
def import_rows(context: Context, given: PassesIn) -> dict[str, Any]:
    """Store the passes of one enterprise's staff. Who is on no staff file comes back and is put among the alarms. new: passes not on record before."""
    unit = enterprise_in_reach(context.actor, KEEP, given.unit)
    earliest = local_day(context.now) - timedelta(days=daily_rules()["attendance_days"].value)
    reader = Rows(Directory(unit.pk), earliest, context.now + _AHEAD)
    read, rejects = given.read(COLUMNS, reader.read)
    known = [r for r in read if r.person is not None]
    new = _store(context, unit.pk, known)
    strangers = _strangers(unit.pk, [r for r in read if r.person is None], rejects)
    _no_longer_strange(context, unit.pk, known)
    alarms = look(context, unit.pk, {local_day(at) for r in read for at, _ in r.passes}, strangers)
    passes = sum(len(r.passes) for r in known)
    context.event(
        "attendance_imported", subject=f"unit:{unit.pk}", data={"rows": len(given.rows), "new": new, "alarms": alarms}
    )
    return result_of(
        len(given.rows), len(known), rejects, passes=passes, new=new, unchanged=passes - new, alarms=alarms
    )


def _strangers(
    unit: int, rows: list[Read], rejects: list[tuple[int, Refusal]]
) -> dict[tuple[date, str], tuple[str, str, datetime]]:
    out: dict[tuple[date, str], tuple[str, str, datetime]] = {}
    for row in rows:
        rejects.append((row.number, rejected_stranger(row)))
        key = stranger_key(unit, row.label)
        for at, _ in row.passes:
            out.setdefault((local_day(at), key), (label_text(row.label), row.section, at))
    return out


def _no_longer_strange(context: Context, unit: int, known: list[Read]) -> None:
    """Whoever was on no file and now is: the alarm has ended."""
    open_keys = set(Alarm.objects.filter(unit_id=unit, kind="stranger", state="open").values_list("who", flat=True))
    if open_keys:
        found = {k for label in {r.label for r in known} if (k := stranger_key(unit, label)) in open_keys}
        found |= {r.person.hex for r in known if r.person} & open_keys
        ended = Alarm.objects.filter(unit_id=unit, kind="stranger", state="open", who__in=found)
        ended.update(state="ended", how="filed", answered_at=context.now)


_MANY = 5_000
_TEMP = """create temp table attendance_in (person_id uuid, day date, at timestamptz, direction text, temperature numeric, section text, shift text,
  badge text) on commit drop"""
_INSERT = """
insert into daily_attendance (unit_id, person_id, day, at, direction, way, temperature, section, shift, act)
select distinct on (person_id, at, direction) %(unit)s, person_id, day, at, direction, 'machine', temperature, section, shift, %(act)s
from attendance_in order by person_id, at, direction, temperature nulls last
on conflict (unit_id, person_id, at, direction) do nothing
"""
_FREED = """
delete from daily_badge b using attendance_in t
where b.unit_id = %(unit)s and b.number = t.badge and b.number <> '' and b.person_id <> t.person_id
  and not exists (select from record_staff s where s.unit_id = b.unit_id and s.person_id = b.person_id and s.to_date is null)
"""
_BADGES = """
with t as (
  select distinct on (person_id) person_id, badge, section, shift from attendance_in where badge <> '' or section <> '' or shift <> ''
  order by person_id, badge <> '' desc, at desc
), one as (select distinct on (coalesce(nullif(badge, ''), person_id::text)) * from t order by coalesce(nullif(badge, ''), person_id::text), person_id)
insert into daily_badge (unit_id, person_id, number, section, shift) select %(unit)s, person_id, badge, section, shift from one
where not exists (select from daily_badge b where b.unit_id = %(unit)s and b.number = one.badge and b.number <> '' and b.person_id <> one.person_id)
on conflict (unit_id, person_id) do update set number = coalesce(nullif(excluded.number, ''), daily_badge.number),
  section = coalesce(nullif(excluded.section, ''), daily_badge.section), shift = coalesce(nullif(excluded.shift, ''), daily_badge.shift)
"""


def _store(context: Context, unit: int, rows: list[Read]) -> int:
    """Store passes that are not on record, and learn work numbers, sections and shifts; how many passes are new."""
    lines = (
        (
            r.person,
            at.date(),
            at,
            direction,
            r.temperature if direction == "in" or len(r.passes) == 1 else None,
            r.section,
            r.shift,
            r.badge,
        )
        for r in rows
        for at, direction in r.passes
    )
    values: dict[str, Any] = {"unit": unit, "act": context.act_id}
    with connection.cursor() as cursor:
        cursor.execute("drop table if exists attendance_in")
        cursor.execute(_TEMP)
        with cursor.copy("copy attendance_in from stdin") as copy:
            for part in batched_lines(lines):
                copy.write(part)
        cursor.execute("analyze attendance_in")
        cursor.execute(_INSERT, values)
        new = int(cursor.rowcount)
        cursor.execute(_FREED, values)
        cursor.execute(_BADGES, values)
        if new >= _MANY:  # the planner takes a table that this act has just filled for an empty one, and looks for alarms row by row
            cursor.execute("analyze daily_attendance")
    return new


_UNNAME = """
update daily_alarm set person_id = null, sealed = null, note = '', who = 'x' || id
where day < %s and who <> '' and who not like 'x%%'
"""


@verb("attendance.erase", "loop.bulk", Text("删除到期考勤", "Delete attendance past its time"), system_only=True)
def erase(context: Context, given: EraseIn) -> dict[str, Any]:
    """Delete who was at work or on leave before so many days, and the names with alarms of that time. What was counted stays in the daily reports."""
    before = local_day(context.now) - timedelta(days=daily_rules()["attendance_days"].value)
    gone, _ = Attendance.objects.filter(day__lt=before).delete()
    leaves, _ = Leave.objects.filter(until__lt=before).delete()
    with connection.cursor() as cursor:
        cursor.execute(_UNNAME, [before])
        unnamed = int(cursor.rowcount)
    if gone or unnamed or leaves:
        context.event("attendance_erased", data={"before": str(before), "passes": gone, "alarms": unnamed, "leaves": leaves})
    return {"before": str(before), "passes": gone, "alarms": unnamed, "leaves": leaves}
