"""Chasing checks that did not come: one loop for each school, day and session; settled when every class has reported."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from django.db import connection
from pydantic import Field

from tongchou.kernel.text import Text
from tongchou.kernel.workdays import is_workday
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions.loops import AdvanceIn, advance
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.loops.titles import written
from tongchou.record.loops.write import office_unit
from tongchou.record.models import Loop
from tongchou.rooms.schools.actions.checks import due_at
from tongchou.rooms.schools.actions.files import today
from tongchou.rooms.schools.models import School, Silence
from tongchou.rooms.schools.reach import DECIDE, VIEW, office
from tongchou.rooms.schools.words import SESSIONS, class_name

ORIGIN = "school_check"
SILENT = """
select c.school_id, c.id, c.grade, c.name from schools_schoolclass c
join schools_opening o on o.school_id = c.school_id and o.state = 'open' and o.opens_on <= %(on)s
join record_unit u on u.id = c.school_id and u.active_to is null
where c.ended_on is null and c.pupils > 0
  and not exists (select 1 from schools_check k where k.school_class_id = c.id and k."on" = %(on)s and k.session = %(session)s)
  and not exists (select 1 from schools_measure m join schools_cluster x on x.id = m.cluster_id
    where x.school_id = c.school_id and m.state = 'ordered' and %(on)s between m.from_day and m.to_day
      and ((m.kind = 'suspend_class' and m.school_class_id = c.id) or m.kind = 'suspend_school'))
order by c.school_id, c.grade, c.name
"""
"""Classes of open schools from which a check is owed and has not come: not those that are suspended on that day."""


class ChaseIn(Payload):
    limit: int = Field(500, ge=1, le=5_000)


def silent(on: date, session: str) -> dict[int, list[tuple[int, int, str]]]:
    """School -> (class, grade, name) of the classes that have not reported; none on a day off."""
    out: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    if is_workday(on):
        with connection.cursor() as cursor:
            cursor.execute(SILENT, {"on": on, "session": session})
            for school, key, grade, name in cursor.fetchall():
                out[school].append((key, grade, name))
    return dict(out)


@verb("school.chase", VIEW, Text("催报晨午检", "Chase silent classes"), system_only=True, recurs=True)
def chase(context: Context, given: ChaseIn) -> dict[str, Any]:
    """Open a loop where a check of today is late, once; settle those for which everything has come in since."""
    on, opened = today(context), 0
    for session in SESSIONS:
        if context.now < due_at(on, session):
            continue
        late = silent(on, session)
        known = set(Silence.objects.filter(on=on, session=session, school__in=late).values_list("school", flat=True))
        for school in (
            School.objects.select_for_update(of=("self",))
            .select_related("unit__area")
            .filter(pk__in=set(late) - known)
            .order_by("pk")[: given.limit]
        ):
            _open(context, school, on, session, late[school.pk])
            opened += 1
    return {"opened": opened, "settled": _settle(context, given.limit)}


def _open(context: Context, school: School, on: date, session: str, classes: list[tuple[int, int, str]]) -> None:
    names = Text.listed(class_name(grade, name) for _, grade, name in classes[:10])
    more = Text("等", " and others") if len(classes) > 10 else Text("", "")
    title = Text("{what}未报：{school} {n} 个班", "{what} not reported: {school}, {n} {n|class|classes}")
    title = title.with_(what=SESSIONS[session], school=school.unit.name, n=len(classes))
    told = Text("{on} 未报班级：{names}{more}", "{on}, classes that did not report: {names}{more}").with_(on=on.isoformat(), names=names, more=more)
    education = office(DECIDE, school.unit.area.path) or office_unit()
    given: dict[str, Any] = {
        "kind": "school_check",
        **written(title, told),
        "owner_unit": school.pk,
        "unit": school.pk,
        "verifier_unit": education,
        "origin": ORIGIN,
        "origin_ref": f"{school.pk}:{on.isoformat()}:{session}",
    }
    loop = open_one(context, OpenIn.model_validate(given))["loop"]
    Silence.objects.create(school=school, on=on, session=session, classes=[key for key, _, _ in classes], loop_id=loop)


def _settle(context: Context, limit: int) -> int:
    """Close the loops whose classes have all reported since. One that a person has closed counts as settled too."""
    done, late = 0, dict[tuple[date, str], dict[int, list[tuple[int, int, str]]]]()
    for row in Silence.objects.select_for_update().filter(settled_at=None).order_by("on", "pk")[:limit]:
        loop = Loop.objects.get(pk=row.loop_id)
        key = (row.on, row.session)
        if key not in late:
            late[key] = silent(*key)
        if loop.closed_at is None and row.school_id in late[key]:
            continue
        if loop.closed_at is None:
            for step in ("explain", "accept") if loop.stage == "silent" else ("accept",):
                evidence = [{"key": "reason", "type": "text", "text": "各班均已补报"}] if step == "explain" else []
                advance(context, AdvanceIn.model_validate({"loop": row.loop_id, "step": step, "evidence": evidence}))
        row.settled_at = context.now
        row.save(update_fields=["settled_at"])
        done += 1
    return done
