"""Who reaches which school: those in whose area it lies, and the school itself. Which offices answer for schools of an area."""

from __future__ import annotations

from django.db import connection
from django.db.models import QuerySet

from tongchou.kernel.text import Text
from tongchou.record.access import Actor, roles
from tongchou.record.models import Unit
from tongchou.record.territory.reach import missing, reaches_unit, unit_in_reach, within
from tongchou.rooms.schools.models import School, SchoolClass

VIEW, CHECK, MANAGE = "school.view", "school.check", "school.manage"
REVIEW, DECIDE, INVESTIGATE = "school.review", "school.decide", "school.investigate"


def schools_of(actor: Actor, permission: str) -> QuerySet[School]:
    """Every school file that the actor reaches under a permission, of units that have not ended."""
    actor.require(permission)
    return School.objects.filter(within(actor, permission, "unit__area__path", "unit"), unit__active_to=None).select_related("unit__area")


def school_in_reach(actor: Actor, permission: str, key: int, *, lock: bool = False) -> School:
    """Return a school's file; outside the actor's reach, and where there is none yet, it is not found."""
    rows = schools_of(actor, permission)
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=key).first()
    if found is None:
        raise missing(
            Text("没有找到这所学校，或尚未建档。", "There is no such school, or it has no file yet."), "school", key
        )
    return found


def class_in_reach(actor: Actor, permission: str, key: int, *, lock: bool = False) -> SchoolClass:
    """Return a class that has not ended; outside the actor's reach it is not found."""
    rows = SchoolClass.objects.select_related("school__unit__area").filter(ended_on=None)
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=key).first()
    if found is not None:
        actor.require(permission)
    if found is None or found.school.unit.active_to is not None or not reaches_unit(actor, permission, found.school.unit):
        raise missing(Text("没有找到这个班级。", "There is no such class."), "school_class", key)
    return found


def school_unit(actor: Actor, permission: str, key: int) -> Unit:
    """A unit of kind school within reach, with or without a file."""
    unit = unit_in_reach(actor, permission, key, "school")
    if unit.kind != Unit.Kind.SCHOOL or unit.active_to is not None:
        raise missing(Text("该单位不是在册的学校。", "The unit is no active school."), "school", key)
    return unit


_OFFICES = """
select p.unit_id from record_post p join record_unit u on u.id = p.unit_id and u.active_to is null join record_area a on a.id = u.area_id
where p.ended_on is null and p.role = any(%s) and %s like a.path || '%%'
order by length(a.path) desc, p.unit_id limit 1
"""


def office(permission: str, path: str) -> int | None:
    """The nearest unit above an area one of whose posts has the permission: the education or the health department; None without one."""
    table = roles()
    wanted = [key for key, role in table.by_key.items() if permission in role.permissions]
    with connection.cursor() as cursor:
        cursor.execute(_OFFICES, [wanted, path])
        row = cursor.fetchone()
    return row[0] if row else None
