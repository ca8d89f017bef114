"""Who sees which document: drafts, those who draft and sign in that area; issued ones, whose area the issuer lies in and the units
to which they go."""

from __future__ import annotations

import uuid

from django.db.models import Q, QuerySet

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.rooms.assessment.models import Bulletin


def may_work_on(actor: Actor, row: Bulletin) -> bool:
    """Whether the actor drafts or signs for the issuer's area."""
    path = row.issuer.area.path
    return actor.sees_path("bulletin.draft", path) or actor.sees_path("bulletin.sign", path)


def bulletins_of(actor: Actor) -> QuerySet[Bulletin]:
    """Every document that the actor may see."""
    where = Q(to_units__overlap=list(actor.unit_ids("bulletin.view")), signed_at__isnull=False, withdrawn_at=None)
    for path in actor.area_paths("bulletin.view"):
        where |= Q(issuer__area__path__startswith=path, signed_at__isnull=False, withdrawn_at=None)
    for path in {*actor.area_paths("bulletin.draft"), *actor.area_paths("bulletin.sign")}:
        where |= Q(issuer__area__path__startswith=path)
    return Bulletin.objects.filter(where).select_related("issuer__area", "drafted_by", "signed_by")


def bulletin_in_reach(actor: Actor, key: uuid.UUID) -> Bulletin:
    """One of them; any other is not found."""
    row = bulletins_of(actor).filter(pk=key).first()
    if row is None:
        raise no_such_bulletin(key)
    return row


def no_such_bulletin(key: uuid.UUID) -> Refusal:
    return Refusal(
        Reason.NOT_FOUND,
        Text("没有找到该公文。", "There is no such document."),
        remedy=Text("请从公文列表打开；没有发给本单位的不显示。", "Open it from the list; what did not go to your unit is not shown."),
        field="bulletin",
        value=str(key),
    )
