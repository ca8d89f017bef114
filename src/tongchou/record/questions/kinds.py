"""Loop kinds as read: those in force with how much is done with them, and one kind with its editions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from tongchou.packs.kinds import LoopKind
from tongchou.record.access import Actor
from tongchou.record.loops.kinds import current_kinds, kind_of
from tongchou.record.models import KindEdition, Loop


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of a kind. loops, open: how many are pinned to it in the district; None where figures are not the actor's to see."""

    id: int
    version: int
    origin: str
    added_at: datetime
    retired_at: datetime | None
    loops: int | None
    open: int | None


@dataclass(frozen=True, slots=True)
class KindFile:
    """A kind by its newest edition (in force or not) with its text."""

    kind: LoopKind
    text: str
    in_force: bool
    editions: list[Edition]


@dataclass(frozen=True, slots=True)
class KindLine:
    kind: LoopKind
    origin: str
    open: int | None


def kind_lines(actor: Actor) -> list[KindLine]:
    """Every kind in force, by key."""
    actor.require("kind.view")
    found = current_kinds()
    origins = dict(KindEdition.objects.filter(pk__in=[pk for pk, _ in found.values()]).values_list("pk", "origin"))
    still: dict[str, int] | None = None
    if actor.permits("figures.view"):
        still = dict(Loop.objects.filter(closed_at=None).values_list("kind").annotate(n=Count("pk")))
    return [
        KindLine(kind, origins[pk], None if still is None else still.get(key, 0)) for key, (pk, kind) in found.items()
    ]


def kind_file(actor: Actor, key: str) -> KindFile | None:
    """One kind with all its editions, newest first; None when there is none of this key."""
    actor.require("kind.view")
    rows = list(KindEdition.objects.filter(key=key).order_by("-version"))
    if not rows:
        return None
    figures = actor.permits("figures.view")
    pinned = (
        Loop.objects.filter(kind=key)
        .values_list("edition")
        .annotate(n=Count("pk"), still=Count("pk", filter=Q(closed_at=None)))
    )
    counts = {edition: (n, still) for edition, n, still in pinned} if figures else {}
    unknown = (0, 0) if figures else (None, None)
    shown = next((r for r in rows if r.retired_at is None), rows[0])
    editions = [Edition(r.pk, r.version, r.origin, r.added_at, r.retired_at, *counts.get(r.pk, unknown)) for r in rows]
    return KindFile(kind_of(shown.pk), shown.yaml, shown.retired_at is None, editions)
