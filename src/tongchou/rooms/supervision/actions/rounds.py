"""Verbs of rounds: open one, add visits by name, draw them at random."""

from __future__ import annotations

import secrets
import uuid
from datetime import date, timedelta
from typing import Any, Literal

from django.db.models import Q
from django.utils import timezone
from pydantic import Field

from tongchou.kernel.clock import not_far
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.packs.checklists import UNIT_KINDS
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.models import PostHolding, Unit
from tongchou.record.territory.reach import area_in_reach, reaches_unit, unit_in_reach
from tongchou.rooms.supervision.actions.moving import open_round
from tongchou.rooms.supervision.checklists import edition_for
from tongchou.rooms.supervision.models import Draw, Round, Visit
from tongchou.rooms.supervision.reach import PLAN
from tongchou.rooms.supervision.sampling import draw as drawn_from

GROUPS = ("supervision_group", "discipline")
explain_constraint(
    "visit_unit_once",
    Reason.DUPLICATE,
    Text("本轮已安排用同一清单检查该单位。", "This round visits the unit with that checklist already."),
    Text("请去掉该单位，或换一个清单。", "Leave it out, or choose another checklist."),
)


class OpenIn(Payload):
    """group: the supervision group or discipline unit that goes; one's own unless given."""

    kind: Round.Kind
    title: str = Field(min_length=2, max_length=200)
    note: str = Field("", max_length=5000)
    group: int | None = None
    starts_on: date
    ends_on: date


class AddIn(Payload):
    """account: who goes; anybody of the group where it is not given."""

    round: uuid.UUID
    checklist: str = Field(max_length=40)
    units: list[int] = Field(min_length=1, max_length=500)
    planned_on: date | None = None
    account: int | None = None
    place: str = Field("", max_length=120)


class DrawIn(Payload):
    """kinds: of units; area: below which; unseen_days: leave out whom somebody visited in so many days."""

    round: uuid.UUID
    checklist: str = Field(max_length=40)
    kinds: list[Literal[UNIT_KINDS]] = Field(min_length=1, max_length=20)  # type: ignore[valid-type]
    area: int | None = None
    wanted: int = Field(ge=1, le=200)
    unseen_days: int = Field(0, ge=0, le=366)
    planned_on: date | None = None


@verb("round.open", PLAN, Text("安排一轮督查", "Plan a round of visits"))
def plan_round(context: Context, given: OpenIn) -> dict[str, Any]:
    group = _group(context, given.group)
    if given.ends_on < given.starts_on:
        rule = Text("结束日期早于开始日期。", "The last day lies before the first.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=Text("请调整日期。", "Change the days."), field="ends_on", value=str(given.ends_on))
    today = timezone.localdate(context.now)
    if given.ends_on < today:
        rule = Text("督查期间已经过去。", "These days have gone by.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=Text("请填写今天或以后的日期。", "Give days from today on."), field="ends_on", value=str(given.ends_on))
    not_far(given.starts_on, today, "starts_on")
    if given.ends_on - given.starts_on > timedelta(days=92):
        rule = Text("一轮督查不超过三个月。", "A round lasts three months at most.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请分成几轮。", "Split it."), field="ends_on", value=str(given.ends_on))
    row = Round.objects.create(
        id=new_id(), kind=given.kind, title=given.title, note=given.note, group=group, starts_on=given.starts_on, ends_on=given.ends_on,
        opened_by_id=context.actor.account_id, opened_at=context.now,
    )  # fmt: skip
    context.event("round_opened", subject=f"round:{row.pk}", data={"kind": row.kind, "group": group.pk})
    return {"round": str(row.pk)}


def _group(context: Context, wanted: int | None) -> Unit:
    own = [g.unit_id for g in context.grants]
    group = unit_in_reach(context.actor, PLAN, wanted, "group") if wanted else Unit.objects.select_related("area").get(pk=own[0])
    if group.kind not in GROUPS or group.active_to is not None:
        rule = Text("须由督导组或纪检机关进行。", "A supervision group or a discipline unit goes.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请选择督导组。", "Choose a group."), field="group", value=group.pk)
    return group


@verb("round.add", PLAN, Text("安排督查对象", "Add visits to a round"))
def add(context: Context, given: AddIn) -> dict[str, Any]:
    """Visits to units that are named; all or none."""
    row = open_round(context, given.round)
    edition = edition_for(given.checklist, context.now)
    on = _day(row, given.planned_on)
    if given.account is not None and not PostHolding.objects.filter(account_id=given.account, post__unit=row.group, to_date=None).exists():
        rule = Text("此人不在该督导组任职。", "This person holds no post in the group.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请选择组内人员。", "Choose somebody of the group."), field="account", value=given.account)
    units = [_unit(context, row, key) for key in dict.fromkeys(given.units)]
    made = [Visit(id=new_id(), round=row, edition=edition, unit=u, planned_on=on, account_id=given.account, place=given.place) for u in units]
    Visit.objects.bulk_create(made)
    context.event("visits_added", subject=f"round:{row.pk}", data={"visits": [str(v.pk) for v in made]})
    return {"round": str(row.pk), "visits": [str(v.pk) for v in made]}


def _unit(context: Context, row: Round, key: int) -> Unit:
    unit = unit_in_reach(context.actor, "unit.view", key, "units")
    if unit.active_to is not None or unit.pk == row.group_id or unit.kind not in UNIT_KINDS:
        rule = Text("“{name}”不是可以督查的在册单位。", "“{name}” is no active unit that can be visited.").with_(name=unit.name)
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请从清单中选择。", "Choose from the list."), field="units", value=key)
    return unit


def _day(row: Round, wanted: date | None) -> date:
    if wanted is None:
        return row.ends_on
    if not row.starts_on <= wanted <= row.ends_on:
        rule = Text("日期须在本轮督查期间（{a} 至 {b}）。", "The day lies outside the round ({a} to {b}).").with_(a=row.starts_on, b=row.ends_on)
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=Text("请调整日期。", "Change the day."), field="planned_on", value=str(wanted))
    return wanted


@verb("round.draw", PLAN, Text("随机抽取督查对象", "Draw whom to visit"))
def draw(context: Context, given: DrawIn) -> dict[str, Any]:
    """Draw from a pool with a seed that nobody chooses; pool, seed and result stay on record, so that the draw can be checked."""
    row = open_round(context, given.round)
    edition = edition_for(given.checklist, context.now)
    on = _day(row, given.planned_on)
    pool = _pool(context, row, given, edition.pk)
    if not pool:
        rule = Text("没有符合条件的单位。", "No unit fits.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请放宽条件。", "Widen the conditions."), field="kinds")
    seed = secrets.token_hex(32)
    drawn = drawn_from(seed, pool, given.wanted)
    rule_data = {"kinds": list(given.kinds), "area": given.area, "unseen_days": given.unseen_days}
    made = Draw.objects.create(
        id=new_id(), round=row, pool=pool, rule=rule_data, seed=seed, wanted=given.wanted, drawn=drawn,
        by_id=context.actor.account_id, at=context.now,
    )  # fmt: skip
    visits = [Visit(id=new_id(), round=row, edition=edition, unit_id=u, planned_on=on, draw=made) for u in drawn]
    Visit.objects.bulk_create(visits)
    context.event("visits_drawn", subject=f"round:{row.pk}", data={"draw": str(made.pk), "seed": seed, "pool": len(pool), "drawn": drawn})
    return {"round": str(row.pk), "draw": str(made.pk), "visits": [str(v.pk) for v in visits]}


def _pool(context: Context, row: Round, given: DrawIn, edition: int) -> list[int]:
    actor = context.actor
    where = Q(kind__in=given.kinds, active_to=None) & ~Q(pk=row.group_id)
    if given.area is not None:
        where &= Q(area__path__startswith=area_in_reach(actor, "unit.view", given.area).path)
    units = [u for u in Unit.objects.filter(where).select_related("area").order_by("pk") if reaches_unit(actor, "unit.view", u)]
    taken = set(Visit.objects.filter(round=row, edition=edition).exclude(state__in=("cancelled", "moved")).values_list("unit_id", flat=True))
    if given.unseen_days:
        since = context.now - timedelta(days=given.unseen_days)
        taken |= set(Visit.objects.filter(finished_at__gte=since).values_list("unit_id", flat=True))
    return [u.pk for u in units if u.pk not in taken]
