"""Proposals as read."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from tongchou.rooms.risk.models import Proposal


def waiting(paths: tuple[str, ...]) -> QuerySet[Proposal]:
    """Open proposals in these subtrees, the oldest first."""
    where = Q(pk__in=[])
    for path in paths:
        where |= Q(area__path__startswith=path)
    return Proposal.objects.filter(where, decided_at=None).select_related("area", "submitted_by").order_by("proposed_at")
