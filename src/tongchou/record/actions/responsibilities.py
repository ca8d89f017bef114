"""Verbs of responsibility: four parties 属地/行业/单位/个人 and 包联 leaders, laid on posts, so that they pass with the post."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from pydantic import Field, model_validator

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.models import Area, Person, Post, Responsibility, Unit
from tongchou.record.models.units import DUTIES
from tongchou.record.territory.reach import area_in_reach, missing, reaches_path, reaches_unit, unit_in_reach

explain_constraint(
    "responsibility_dates_in_order",
    Reason.IMPOSSIBLE_DATE,
    Text("结束日期早于开始日期。", "It would end before it began."),
    Text("请核对日期。", "Check the dates."),
)

for _subject_of in ("area", "unit", "person"):
    explain_constraint(
        f"responsibility_one_for_{_subject_of}",
        Reason.OVERLAP,
        Text("同一对象的同一类责任，同一时间只能由一个岗位负责。", "One post at a time answers for a subject in one way."),
        Text("请选择“接替现责任岗位”，或先解除原责任、调整日期。", "Choose to take over from the present one, or end it or change the dates first."),
    )

SUBJECTS: dict[str, tuple[str, ...]] = {
    "territorial": ("area",),
    "sector": ("unit",),
    "entity": ("unit",),
    "personal": ("person",),
    "paired": ("unit", "area"),
}
KIND_NAMES: dict[str, Text] = {
    "territorial": Text("属地责任", "territorial responsibility"),
    "sector": Text("行业（部门）责任", "sector responsibility"),
    "entity": Text("单位主体责任", "the entity's own responsibility"),
    "personal": Text("个人责任", "named personal responsibility"),
    "paired": Text("包联领导", "paired leader"),
}


class AssignIn(Payload):
    """Exactly one of area, unit and person, as the kind asks."""

    kind: Responsibility.Kind
    post: int
    area: int | None = None
    unit: int | None = None
    person: uuid.UUID | None = None
    from_date: date | None = None
    to_date: date | None = None
    note: str = Field("", max_length=200)
    replace: bool = Field(False, description="end what another post answers for in the same way when this begins")

    @model_validator(mode="after")
    def _one(self) -> AssignIn:
        given = [name for name in ("area", "unit", "person") if getattr(self, name) is not None]
        wanted = SUBJECTS[self.kind.value]
        if len(given) != 1 or given[0] not in wanted:
            rule = Text("{kind}须且只能指定一个：{wanted}。", "{kind} is for exactly one: {wanted}.")
            raise Refusal(
                Reason.INVALID_VALUE,
                rule.with_(kind=KIND_NAMES[self.kind.value], wanted=" / ".join(wanted)),
                remedy=Text("请只填写责任对象。", "Give only what the responsibility is for."),
                field=given[0] if given else wanted[0],
            )
        return self


class EndIn(Payload):
    responsibility: int
    on: date | None = None


@verb("responsibility.assign", "responsibility.edit", Text("落实责任人", "Assign a responsibility"))
def assign(context: Context, given: AssignIn) -> dict[str, Any]:
    """Lay a responsibility on a post. The subject lies in the actor's area; the post may belong to any unit of the district.

    One post at a time for a subject, kind and duty (a note of DUTIES): the database refuses another (`responsibility_one_for_...`) unless it takes over.
    """
    subject = _subject(context.actor, given)
    post = _post(context.actor, given.post)
    start = given.from_date or timezone.localdate(context.now)
    of_duty = {"note": given.note} if given.note in DUTIES else {}
    present = Responsibility.objects.filter(kind=given.kind.value, **subject, **of_duty).exclude(to_date__lte=start)
    if not of_duty:
        present = present.exclude(note__in=DUTIES)
    same = present.filter(post=post)
    if given.to_date is not None:
        same = same.filter(from_date__lt=given.to_date)
    if same.exists():
        rule = Text("该岗位在这段时间已负此责任。", "The post already has this responsibility at that time.")
        remedy = Text("请调整日期，或先结束原责任。", "Change the dates, or end the earlier one.")
        raise Refusal(Reason.OVERLAP, rule, remedy=remedy, field="post", value=post.pk)
    if given.replace:
        _take_over(context, present.filter(from_date__lte=start), start)
    row = Responsibility.objects.create(
        kind=given.kind.value, post=post, from_date=start, to_date=given.to_date, note=given.note, **subject
    )
    data = {"kind": row.kind, "post": post.pk} | {k: str(v.pk) for k, v in subject.items()}
    context.event("responsibility_assigned", subject=f"responsibility:{row.pk}", data=data)
    return {"responsibility": row.pk}


def _take_over(context: Context, before: QuerySet[Responsibility], start: date) -> None:
    """End what others answer for on the day on which the new one begins; both stay on record."""
    for row in before.select_for_update(of=("self",)):
        row.to_date = start
        row.save(update_fields=["to_date"])
        context.event("responsibility_ended", subject=f"responsibility:{row.pk}", data={"on": str(start)})


@verb("responsibility.end", "responsibility.edit", Text("解除责任", "End a responsibility"))
def end(context: Context, given: EndIn) -> dict[str, Any]:
    """End a responsibility, today unless another day is given. The gap that this leaves is listed."""
    row = (
        Responsibility.objects.select_for_update(of=("self",))
        .select_related("area", "unit__area", "person__area")
        .filter(pk=given.responsibility)
        .first()
    )
    if row is None or not _reaches(context.actor, row):
        raise missing(Text("没有找到该责任。", "There is no such responsibility."), "responsibility", given.responsibility)
    on = given.on or timezone.localdate(context.now)
    row.to_date = max(on, row.from_date) if given.on is None else on
    row.save(update_fields=["to_date"])
    context.event("responsibility_ended", subject=f"responsibility:{row.pk}", data={"on": str(row.to_date)})
    return {"responsibility": row.pk}


def _subject(actor: Actor, given: AssignIn) -> dict[str, Area | Unit | Person]:
    if given.area is not None:
        area = area_in_reach(actor, "responsibility.edit", given.area)
        return {"area": _in_force(area, area.valid_to, "area")}
    if given.unit is not None:
        unit = unit_in_reach(actor, "responsibility.edit", given.unit)
        return {"unit": _in_force(unit, unit.active_to, "unit")}
    person = Person.objects.select_related("area").filter(pk=given.person, merged_into=None, erased_at=None).first()  # type: ignore[misc]
    if person is None or not reaches_path(actor, "responsibility.edit", person.area.path):
        raise missing(Text("没有找到该人员。", "There is no such person."), "person", given.person)
    return {"person": person}


def _in_force(row: Any, ended: date | None, field: str) -> Any:
    if ended is not None:
        rule = Text("{name} 已撤销。", "{name} has ended.").with_(name=row.name)
        raise Refusal(Reason.CONFLICT, rule, field=field, value=row.pk)
    return row


def _post(actor: Actor, key: int) -> Post:
    """A street lays its responsibilities on posts of its own and on those of the district's departments and leaders."""
    post = Post.objects.select_related("unit__area").filter(pk=key).first()
    above = post is not None and any(p.startswith(post.unit.area.path) for p in actor.area_paths("responsibility.edit"))
    if post is None or not (above or reaches_unit(actor, "responsibility.edit", post.unit)):
        raise missing(Text("没有找到该岗位。", "There is no such post."), "post", key)
    if post.ended_on is not None or post.unit.active_to is not None:
        rule = Text("岗位或其单位已撤销。", "The post or its unit has ended.")
        raise Refusal(Reason.CONFLICT, rule, field="post", value=key)
    return post


def _reaches(actor: Actor, row: Responsibility) -> bool:
    if row.unit is not None:
        return reaches_unit(actor, "responsibility.edit", row.unit)
    area = row.area or (row.person.area if row.person else None)
    return area is not None and reaches_path(actor, "responsibility.edit", area.path)
