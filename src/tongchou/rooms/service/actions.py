"""Verbs of the service to enterprises: a visit with the difficulties that it found, a difficulty that an enterprise raises, topics, cases."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from pydantic import AwareDatetime, Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.actions.open_loops import OpenIn, OpenManyIn, open_many, open_one
from tongchou.record.loops import state
from tongchou.record.models import Loop, Unit
from tongchou.record.photos import MOST, check_photos
from tongchou.record.questions.units import street_of
from tongchou.record.territory.reach import missing, unit_in_reach
from tongchou.rooms.service.models import CaseMember, TopicUnit, Visit
from tongchou.rooms.service.topics import topics

VISIT, RAISE, MANAGE = "service.visit", "service.raise", "service.manage"
SERVED = ("enterprise", "school")
OLDEST = timedelta(days=14)

explain_constraint(
    "service_casemember_difficulty_id_key",
    Reason.DUPLICATE,
    Text("该困难已并入另一专案。", "This difficulty is in another case already."),
    Text("请先从清单中去掉它。", "Take it off the list."),
)


class DifficultyIn(Payload):
    """topic: one of the kind's choices."""

    topic: str = Field(max_length=20)
    title: str = Field(min_length=2, max_length=200)
    detail: str = Field("", max_length=5_000)
    needed: str = Field("", max_length=200)


class VisitIn(Payload):
    """A visit that was made. at: when, at most a fortnight back. difficulties: what it found; each becomes a loop of its own. photos: own uploads."""

    unit: int
    at: AwareDatetime
    way: Visit.Way
    seen: str = Field(min_length=2, max_length=5_000)
    brought: str = Field("", max_length=2_000)
    difficulties: list[DifficultyIn] = Field(default_factory=list, max_length=20)
    photos: list[uuid.UUID] = Field(default_factory=list, max_length=MOST)


class RaiseIn(DifficultyIn):
    """unit: the enterprise; one's own for an enterprise's account."""

    unit: int


class TopicIn(Payload):
    """unit: who takes the topic up; None: the enterprise's street."""

    topic: str = Field(max_length=20)
    unit: int | None = None


class TopicsIn(Payload):
    topics: list[TopicIn] = Field(max_length=50)


class CaseIn(Payload):
    """A case of the district out of several enterprises' difficulties of one topic. owner_unit works on it."""

    title: str = Field(min_length=2, max_length=200)
    detail: str = Field("", max_length=10_000)
    owner_unit: int
    due_at: AwareDatetime
    difficulties: list[uuid.UUID] = Field(min_length=2, max_length=1_000)


@verb("service.visit", VISIT, Text("登记走访", "Record a visit"))
def visit(context: Context, given: VisitIn) -> dict[str, Any]:
    """Record a visit and open what it found, all or nothing."""
    unit = _served(context, VISIT, given.unit)
    if given.at > context.now or given.at < context.now - OLDEST:
        rule = Text("走访时间应在过去 {n} 天之内。", "A visit lies within the last {n} {n|day|days}.").with_(n=OLDEST.days)
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="at", value=given.at.isoformat())
    check_photos(context.actor, given.photos)
    assert context.actor.account_id is not None
    row = Visit(
        id=new_id(), unit=unit, account_id=context.actor.account_id, visitor_unit_id=context.grants[0].unit_id, at=given.at, way=given.way,
        seen=given.seen, brought=given.brought, photos=given.photos, recorded_at=context.now,
    )  # fmt: skip
    row.save(force_insert=True)
    context.event("visit", subject=f"unit:{unit.pk}", data={"visit": str(row.pk), "way": row.way, "photos": len(row.photos)})
    loops = _open(context, unit, given.difficulties, "visit", str(row.pk))
    return {"visit": str(row.pk), "difficulties": loops}


@verb("service.raise", RAISE, Text("提出困难", "Raise a difficulty"))
def raise_difficulty(context: Context, given: RaiseIn) -> dict[str, Any]:
    """Open a difficulty of an enterprise. The program chooses who takes it up, by topic."""
    unit = _served(context, RAISE, given.unit)
    found = DifficultyIn(topic=given.topic, title=given.title, detail=given.detail, needed=given.needed)
    return {"loop": _open(context, unit, [found], "raised", "")[0]}


def _served(context: Context, permission: str, key: int) -> Unit:
    unit = unit_in_reach(context.actor, permission, key)
    if unit.kind not in SERVED or unit.active_to is not None:
        rule = Text("“{name}”不是在册的企业或学校。", "“{name}” is no active enterprise or school.").with_(name=unit.name)
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请选择企业。", "Choose an enterprise."), field="unit", value=key)
    return unit


def _open(context: Context, unit: Unit, found: list[DifficultyIn], origin: str, ref: str) -> list[str]:
    if not found:
        return []
    common = {"kind": "difficulty", "unit": unit.pk, "area": unit.area_id, "origin": f"service_{origin}", "origin_ref": ref}
    items = [
        common
        | {"title": f.title, "detail": f.detail, "data": f.model_dump(include={"topic", "needed"}), "owner_unit": owner_of(f.topic, unit)}
        for f in found
    ]
    return list(open_many(context, OpenManyIn.model_validate({"items": items}))["loops"])


def owner_of(topic: str, unit: Unit) -> int:
    """Who takes up a topic of an enterprise: the unit named for the topic, else its street. Refused where there is neither."""
    _known_topic(topic)
    named = TopicUnit.objects.filter(topic=topic, unit__active_to=None).values_list("unit_id", flat=True).first()
    if named is not None:
        return int(named)
    street = street_of(unit)
    if street is None:
        rule = Text("“{topic}”没有指定承办单位，企业也不属任何街道。", "Nobody takes up “{topic}”, and the enterprise lies in no street.")
        remedy = Text("请指挥部办公室指定承办单位。", "The headquarters office must name a unit.")
        raise Refusal(Reason.MISSING_VALUE, rule.with_(topic=topics()[topic]), remedy=remedy, field="topic", value=topic)
    return street


@verb("service.topics", MANAGE, Text("指定承办单位", "Name who takes up which topic"))
def name_units(context: Context, given: TopicsIn) -> dict[str, Any]:
    """Name units for topics, all or none. What is open already stays where it is."""
    for wanted in given.topics:
        _known_topic(wanted.topic)
        if wanted.unit is None:
            TopicUnit.objects.filter(topic=wanted.topic).delete()
        else:
            unit = unit_in_reach(context.actor, MANAGE, wanted.unit, f"topic_{wanted.topic}")
            if unit.active_to is not None or unit.kind in SERVED:
                rule = Text("承办单位应是在册的机关单位。", "Who takes a topic up is an active unit of the administration.")
                raise Refusal(Reason.INVALID_VALUE, rule, field=f"topic_{wanted.topic}", value=unit.pk)
            TopicUnit.objects.update_or_create(topic=wanted.topic, defaults={"unit": unit})
        context.event("topic_unit", subject=f"topic:{wanted.topic}", data={"unit": wanted.unit})
    return {"topics": len(given.topics)}


def _known_topic(topic: str) -> None:
    if topic not in topics():
        rule = Text("没有这个类别。", "There is no such topic.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请从清单中选择。", "Choose from the list."), field="topic", value=topic)


class JoinIn(Payload):
    """case: an open case of the district. difficulties: of its topic, open, in no case."""

    case: uuid.UUID
    difficulties: list[uuid.UUID] = Field(min_length=1, max_length=1_000)


@verb("service.case", MANAGE, Text("并案办理", "Put difficulties into one case"))
def open_case(context: Context, given: CaseIn) -> dict[str, Any]:
    """Open a task of the district for what several enterprises share. Their own difficulties stay theirs to confirm, as its children."""
    context.grants = context.actor.require("loop.open")
    seen = _apart(context, given.difficulties)
    _of_one_topic(seen)
    task = given.model_dump(include={"title", "detail", "owner_unit", "due_at"}) | {"kind": "task", "origin": "service_case"}
    case = uuid.UUID(str(open_one(context, OpenIn.model_validate(task))["loop"]))
    _put_in(context, case, seen)
    return {"loop": str(case), "difficulties": len(seen)}


@verb("service.case_join", MANAGE, Text("并入已有专案", "Put difficulties into a case that is open"))
def join_case(context: Context, given: JoinIn) -> dict[str, Any]:
    """What another enterprise raises later belongs to the case that works on it already; it stays the enterprise's own to confirm."""
    case = next((c for c in state.load([given.case]) if state.visible(context.actor, c)), None)
    members = CaseMember.objects.filter(case=given.case).select_related("difficulty")
    first = members.first()
    if case is None or first is None:
        raise missing(Text("没有找到这件专案。", "There is no such case."), "case", str(given.case))
    if Loop.objects.select_for_update().get(pk=given.case).closed_at is not None:
        raise Refusal(Reason.CONFLICT, Text("专案已办结。", "The case is closed."), remedy=Text("请另立专案。", "Open another."), field="case", value=str(given.case))
    seen = _apart(context, given.difficulties)
    _of_one_topic([first.difficulty, *seen])
    _put_in(context, given.case, seen)
    return {"loop": str(given.case), "difficulties": len(seen)}


def _apart(context: Context, keys: list[uuid.UUID]) -> list[Loop]:
    """Locked open difficulties within reach that have no parent."""
    ids = sorted(set(keys))
    members = list(Loop.objects.select_for_update(of=("self",)).filter(pk__in=ids).select_related("subject_unit__area").order_by("pk"))
    seen = [m for m in members if m.subject_unit and context.actor.sees_path(MANAGE, m.subject_unit.area.path)]
    lost = next((i for i in ids if i not in {m.pk for m in seen}), None)
    if lost is not None:
        raise missing(Text("没有找到这项困难。", "There is no such difficulty."), "difficulties", str(lost))
    wrong = next((m for m in seen if m.kind != "difficulty" or m.closed_at is not None or m.parent_id is not None), None)
    if wrong is not None:
        rule = Text("“{title}”不是在办的困难，或已有上级事项。", "“{title}” is no open difficulty, or has a parent already.")
        raise Refusal(Reason.CONFLICT, rule.with_(title=wrong.title), field="difficulties", value=str(wrong.pk))
    return seen


def _of_one_topic(members: list[Loop]) -> None:
    if len({m.data.get("topic") for m in members}) > 1:
        rule = Text("并案的困难应属同一类别。", "The difficulties of a case are of one topic.")
        raise Refusal(Reason.INVALID_VALUE, rule, field="difficulties")


def _put_in(context: Context, case: uuid.UUID, members: list[Loop]) -> None:
    CaseMember.objects.bulk_create([CaseMember(case_id=case, difficulty=m) for m in members])
    Loop.objects.filter(pk__in=[m.pk for m in members]).update(parent_id=case)
    for member in members:
        context.event("joined_case", loop_id=member.pk, data={"case": str(case)})
