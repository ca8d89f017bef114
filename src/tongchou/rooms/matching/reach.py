"""Which needs and offers an actor sees: its own units' ones, those of its area by an area role, and all of its area for who matches."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Q, QuerySet

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import Area
from tongchou.record.territory.reach import missing
from tongchou.rooms.matching.models import Entry, Run

VIEW, POST, MANAGE = "match.view", "match.post", "match.manage"


def _within(actor: Actor, path: str, unit: str) -> Q:
    where = Q(**{f"{unit}__in": actor.unit_ids(VIEW)})
    for prefix in dict.fromkeys((*actor.area_paths(VIEW), *actor.area_paths(MANAGE))):
        where |= Q(**{f"{path}__startswith": prefix})
    return where


def entries_of(actor: Actor) -> QuerySet[Entry]:
    """The needs and offers that the actor sees: by whose they are, not by where the thing lies."""
    rows = Entry.objects.select_related("unit__area", "area")
    return rows if actor.system else rows.filter(_within(actor, "unit__area__path", "unit"))


def entry_in_reach(actor: Actor, key: uuid.UUID, *, lock: bool = False) -> Entry:
    """One that the actor may change: its own unit's, or one of its area. Refused as not found otherwise."""
    rows = entries_of(actor)
    row = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=key).first()
    if row is None:
        raise missing(Text("没有找到这项供需。", "There is no such need or offer."), "entry", str(key))
    return row


def runs_of(actor: Actor) -> QuerySet[Run]:
    """Runs whose area lies in the actor's subtrees."""
    rows = Run.objects.select_related("area", "unit", "account")
    if actor.system:
        return rows
    where = Q(pk__in=[])
    for prefix in actor.area_paths(MANAGE):
        where |= Q(area__path__startswith=prefix)
    return rows.filter(where)


def run_in_reach(actor: Actor, key: uuid.UUID, *, lock: bool = False) -> Run:
    rows = runs_of(actor)
    row = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=key).first()
    if row is None:
        raise missing(Text("没有找到这次对接。", "There is no such run."), "run", str(key))
    return row


def areas_of(actor: Actor) -> list[Area]:
    """Where the actor matches: the roots of its subtrees."""
    paths = list(actor.area_paths(MANAGE))
    rows: list[Any] = list(Area.objects.filter(path__in=paths, valid_to=None).order_by("path"))
    return rows
