"""Who was at the workplace around a fever, out of attendance; by name only through an act that records it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, verb
from tongchou.rooms.daily.actions.fever import fever_in_reach
from tongchou.rooms.daily.models import Fever
from tongchou.rooms.daily.numbers import daily_rules, local_day
from tongchou.rooms.daily.reach import REPORT


class FeverIn(Payload):
    fever: uuid.UUID


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who came through the same gate. days: on how many of the days looked at; last: when last; near: in the same section or shift."""

    person: uuid.UUID
    sealed: bytes
    title: str
    days: int
    last: datetime
    section: str
    near: bool


_CONTACTS = """
select p.id, p.sealed, coalesce(max(s.title), ''), count(distinct t.day), max(t.at), max(t.section), bool_or(
    (t.section <> '' and t.section in (select o.section from daily_attendance o where o.unit_id = t.unit_id and o.person_id = %(person)s and o.day = t.day))
    or (t.section <> '' and t.section = %(place)s)
    or (t.section = '' and t.shift <> '' and t.shift in (
      select o.shift from daily_attendance o where o.unit_id = t.unit_id and o.person_id = %(person)s and o.day = t.day))) as near
from daily_attendance t
join record_person p on p.id = t.person_id
left join record_staff s on s.unit_id = t.unit_id and s.person_id = t.person_id and s.to_date is null
where t.unit_id = %(unit)s and t.day between %(first)s and %(last)s and t.person_id is distinct from %(person)s
  and (%(person)s::uuid is null or exists (
    select from daily_attendance o where o.unit_id = t.unit_id and o.person_id = %(person)s and o.day = t.day) or not exists (
    select from daily_attendance o where o.unit_id = t.unit_id and o.person_id = %(person)s and o.day between %(first)s and %(last)s))
group by p.id, p.sealed order by near desc, count(distinct t.day) desc, max(t.at) desc
"""


def contacts_of(row: Fever) -> list[Contact]:
    """Who was there on the same days as the person, from two days before, those of the same section first; on all those days where the person's attendance
    is not known."""
    last = local_day(row.first_at)
    first = last - timedelta(days=daily_rules()["contact_days"].value)
    with connection.cursor() as cursor:
        cursor.execute(_CONTACTS, {"unit": row.unit_id, "first": first, "last": last, "person": row.person_id, "place": row.place})
        return [Contact(r[0], bytes(r[1]), *r[2:]) for r in cursor.fetchall()]


def said_of(row: Fever) -> str:
    """The contacts in one sentence without a name, as the step that lists them takes it; "" where there is no attendance."""
    people = contacts_of(row)
    near = sum(c.near for c in people)
    told = f"考勤显示同日在场 {len(people)} 人" + (f"，其中同班组、车间 {near} 人" if near else "") + "（名单见本系统发热登记页）。安排："
    return told if people else ""


@verb("fever.contacts", REPORT, Text("查看同场所人员", "Look at who was at the same place"))
def look(context: Context, given: FeverIn) -> dict[str, Any]:
    """Record that the names of those at the same workplace were looked at. Shows none itself."""
    row = fever_in_reach(context, given.fever)
    people = [c.person for c in contacts_of(row)]
    context.read(people)
    context.event(
        "fever_contacts_read",
        loop_id=row.loop_id,
        subject=f"unit:{row.unit_id}",
        data={"fever": str(row.pk), "people": len(people)},
    )
    return {"people": len(people)}
