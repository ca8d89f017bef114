"""Who sees which data request: its asker's unit and those above it; the units that are asked, and those in whose area they lie, once it runs."""

from __future__ import annotations

import uuid

from django.db.models import Exists, OuterRef, Q, QuerySet

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.territory.reach import missing
from tongchou.rooms.requests.models import Answer, DataRequest

ANSWER = "request.answer"
NO_SUCH = Text("没有找到该数据需求。", "There is no such data request.")


def is_asker(actor: Actor, row: DataRequest) -> bool:
    """Whether the actor sees all of it: somebody of the asking unit, or whoever has its area."""
    return row.asker_id in actor.unit_ids("request.view") or actor.sees_path("request.view", row.asker.area.path)


def requests_of(actor: Actor) -> QuerySet[DataRequest]:
    """Every request that the actor may see."""
    units = list(actor.unit_ids("request.view"))
    where = Q(asker__in=units) | Q(to_units__overlap=units, state__in=("running", "ended"))
    for path in actor.area_paths("request.view"):
        asked = Answer.objects.filter(round__request=OuterRef("pk"), unit__area__path__startswith=path)
        where |= Q(asker__area__path__startswith=path) | Q(Exists(asked), state__in=("running", "ended"))
    return DataRequest.objects.filter(where).select_related("asker__area", "asked_by", "decided_by")


def request_in_reach(actor: Actor, key: uuid.UUID) -> DataRequest:
    """One of them; any other is not found."""
    row = requests_of(actor).filter(pk=key).first()
    if row is None:
        raise missing(NO_SUCH, "request", str(key))
    return row
