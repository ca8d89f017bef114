"""Which people an actor reaches: those whose area lies in a subtree in which the actor has the permission."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.copytext import uuid_array
from tongchou.record.models import Area, Household, Person, Unit
from tongchou.record.territory.reach import area_in_reach

_CHECK = Text("请核对编号；辖区以外的人员不显示。", "Check the id; people outside your area are not shown.")


def like_paths(actor: Actor, permission: str) -> list[str]:
    """LIKE patterns of the actor's subtrees; for the program itself, everything."""
    return ["%"] if actor.system else [p + "%" for p in actor.area_paths(permission)]


def person_in_reach(
    actor: Actor, permission: str, key: UUID, field: str = "person", *, lock: bool = False, merged: bool = False
) -> Person:
    """Return a person; outside the actor's reach, or erased, it is not found; a merged one is refused unless `merged`."""
    rows = Person.objects.select_for_update(of=("self",)) if lock else Person.objects
    person = rows.select_related("area").filter(pk=key, erased_at=None).first()
    if person is None or not actor.sees_path(permission, person.area.path):
        raise no_such_person(key, field)
    if person.merged_into_id is not None and not merged:
        raise _merged(person, field)
    return person


def check_people(actor: Actor, permission: str, people: Iterable[UUID], field: str) -> None:
    """Refuse when one of the people does not exist or lies outside the actor's reach. One statement."""
    wanted = set(people)
    with connection.cursor() as cursor:
        cursor.execute(
            "select p.id from record_person p join record_area a on a.id = p.area_id "
            "where p.id = any(%s::uuid[]) and p.erased_at is null and a.path like any(%s::text[])",
            [uuid_array(wanted), like_paths(actor, permission)],
        )
        missing = wanted - {row[0] for row in cursor.fetchall()}
    if missing:
        raise no_such_person(min(missing), field)


def no_such_person(key: UUID, field: str) -> Refusal:
    return Refusal(
        Reason.NOT_FOUND, Text("没有找到该人员。", "There is no such person."), remedy=_CHECK, field=field, value=str(key)
    )


def _merged(person: Person, field: str) -> Refusal:
    return Refusal(
        Reason.CONFLICT,
        Text("该档案已并入另一份档案。", "This file was merged into another."),
        remedy=Text("请打开保留的档案；并错的，请先撤销合并。", "Open the file that was kept; undo the merge if it was wrong."),
        field=field,
        value=str(person.pk),
        kept=str(person.merged_into_id),
    )


def area_for_people(actor: Actor, permission: str, key: int, field: str = "area") -> Area:
    """Return an area in force within the actor's reach."""
    area = area_in_reach(actor, permission, key, field)
    if area.valid_to is not None:
        raise ended_area(area.name, str(area.valid_to), field, area.code)
    return area


def ended_area(name: str, on: str, field: str, value: str) -> Refusal:
    rule = Text("{name} 已于 {on} 撤销。", "{name} ended on {on}.").with_(name=name, on=on)
    return Refusal(
        Reason.CONFLICT, rule, remedy=Text("请选择现行区域。", "Choose an area in force."), field=field, value=value
    )


def household_for(area: Area, household: int | None, label: str) -> Household | None:
    """Return the household given by id (it must lie in the area), or by its label in the area, made when it is new."""
    if household is not None:
        found = Household.objects.filter(pk=household, area=area).first()
        if found is None:
            rule = Text("该区域没有这一户。", "There is no such household in this area.")
            remedy = Text("请核对户编号，或填写门牌号新建一户。", "Check the number, or give a label for a new household.")
            raise Refusal(Reason.NOT_FOUND, rule, remedy=remedy, field="household", value=household)
        return found
    if not label:
        return None
    return Household.objects.filter(area=area, label=label).first() or Household.objects.create(area=area, label=label)


def workplace_for(unit: int | None) -> Unit | None:
    if unit is None:
        return None
    found = Unit.objects.filter(pk=unit, active_to=None).first()
    if found is None:
        rule = Text("没有这个单位，或已停用。", "There is no such unit, or it has ended.")
        remedy = Text("请从单位名录中选择。", "Choose one from the list of units.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=remedy, field="workplace", value=unit)
    return found
