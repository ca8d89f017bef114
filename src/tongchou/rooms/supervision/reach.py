"""Who sees which round and visit. The visited see a planned round's visits; an unannounced one only once their visit has begun."""

from __future__ import annotations

import uuid

from django.db.models import Count, Q, QuerySet

from tongchou.kernel.errors import Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import Unit
from tongchou.record.territory.reach import missing
from tongchou.rooms.supervision.models import DailyRound, Round, Visit

VIEW, PLAN, VISIT, OVERSEE = "supervision.view", "supervision.plan", "supervision.visit", "supervision.oversee"


def _over(actor: Actor, path: str) -> Q:
    where = Q(pk__in=[])
    for prefix in actor.area_paths(OVERSEE):
        where |= Q(**{f"{path}__startswith": prefix})
    return where


def rounds_of(actor: Actor) -> QuerySet[Round]:
    """Rounds of the actor's own groups, and those that it oversees."""
    own = Q(group__in=actor.unit_ids(PLAN))
    return Round.objects.filter(own | _over(actor, "group__area__path")).select_related("group")


def visits_of(actor: Actor) -> QuerySet[Visit]:
    """Every visit that the actor may know of."""
    where = Q(round__group__in=actor.unit_ids(VISIT)) | _over(actor, "round__group__area__path")
    mine = Q(unit__in=actor.unit_ids(VIEW))
    for prefix in actor.area_paths(VIEW):
        mine |= Q(unit__area__path__startswith=prefix)
    shown = Q(state__in=["begun", "finished"]) | Q(state="planned", round__kind="planned")
    return Visit.objects.filter(where | (mine & shown)).select_related("round__group", "unit__area", "edition", "account", "finished_by")


def round_in_reach(actor: Actor, key: uuid.UUID) -> Round:
    row = rounds_of(actor).filter(pk=key).first()
    if row is None:
        raise missing(Text("没有找到该轮督查。", "There is no such round."), "round", str(key))
    return row


def group_in_reach(actor: Actor, key: int) -> Unit:
    """A group whose work one may see as a whole: one's own, or one that one oversees."""
    row = Unit.objects.filter(Q(pk__in=actor.unit_ids(PLAN)) | _over(actor, "area__path"), pk=key, kind__in=("supervision_group", "discipline")).first()
    if row is None:
        raise missing(Text("没有找到该督导组。", "There is no such group."), "group", key)
    return row


def daily_in_reach(actor: Actor, key: uuid.UUID) -> DailyRound:
    own = Q(group__in=actor.unit_ids(PLAN))
    row = DailyRound.objects.filter(own | _over(actor, "group__area__path"), pk=key).select_related("group").first()
    if row is None:
        raise missing(Text("没有找到该项每日督查。", "There is no such daily round."), "daily", str(key))
    return row


def days_of(row: Round) -> list[tuple[Round, int, int]]:
    """The last rounds of the same repetition, the newest first, each with how many visits it has and how many are finished."""
    if row.daily_id is None:
        return []
    counted = Round.objects.filter(daily=row.daily_id).annotate(
        all=Count("visits", filter=~Q(visits__state__in=["cancelled", "moved"])), finished=Count("visits", filter=Q(visits__state="finished"))
    )
    return [(r, r.all, r.finished) for r in counted.order_by("-starts_on")[:14]]


def visit_in_reach(actor: Actor, key: uuid.UUID) -> Visit:
    row = visits_of(actor).filter(pk=key).first()
    if row is None:
        raise no_such_visit(key)
    return row


def no_such_visit(key: uuid.UUID) -> Refusal:
    return missing(Text("没有找到该次督查。", "There is no such visit."), "visit", str(key))
