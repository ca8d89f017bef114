"""Loop kinds in force: the shipped ones and a district's own, kept as editions so that an open loop keeps its rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from django.db import transaction
from django.utils import timezone

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.kindfile import base_kind_texts, read_kind
from tongchou.packs.kinds import LoopKind
from tongchou.record.access import Actor
from tongchou.record.models import KindEdition


@lru_cache(maxsize=512)
def kind_of(edition_id: int) -> LoopKind:
    """The kind of an edition. Editions never change, so they are kept for the life of the process."""
    row = KindEdition.objects.only("yaml", "key", "version").get(pk=edition_id)
    return read_kind(row.yaml, f"{row.key} v{row.version}")


def current_edition(key: str) -> tuple[int, LoopKind]:
    """The newest edition of a kind that is not retired; refuses an unknown kind."""
    row = KindEdition.objects.filter(key=key, retired_at=None).order_by("-version").values_list("pk", flat=True).first()
    if row is None:
        raise Refusal(
            Reason.INVALID_VALUE,
            Text("没有这种事项类型。", "There is no such kind of loop."),
            remedy=Text("请从事项类型清单中选择。", "Choose from the list of loop kinds."),
            field="kind",
            value=key,
        )
    return row, kind_of(row)


def may_open(actor: Actor, key: str) -> bool:
    """Whether one of the actor's posts may open a loop of this kind: a page that offers it asks first."""
    kind = current_edition(key)[1]
    return actor.system or any(not kind.opened_by or g.role in kind.opened_by for g in actor.grants_for("loop.open"))


def current_kinds() -> dict[str, tuple[int, LoopKind]]:
    """Every kind in force, by key."""
    newest: dict[str, int] = {}
    rows = KindEdition.objects.filter(retired_at=None).order_by("key", "version").values_list("key", "pk")
    for key, pk in rows:
        newest[key] = pk
    return {key: (pk, kind_of(pk)) for key, pk in newest.items()}


def install_shipped_kinds() -> list[str]:
    """Add the editions that this version of the program ships and the database lacks; returns what was added.

    A shipped file whose text changed without a new version is refused: loops are pinned to versions.
    """
    return _add(base_kind_texts(), "shipped")[0]


def add_edition(text: str, source: str, origin: str, at: datetime | None = None) -> KindEdition | None:
    """Check a kind's text and keep it as an edition; None when exactly this text is already there. at: since when; now where not given.

    Raises KindErrors with every problem of the text, or a Refusal when its version is not newer.
    """
    return next(iter(_add({source: text}, origin, at)[1]), None)


@transaction.atomic
def _add(texts: Mapping[str, str], origin: str, at: datetime | None = None) -> tuple[list[str], list[KindEdition]]:
    """The sources and editions among `texts`, by source, that were not there before: all of them or none."""
    editions = KindEdition.objects.order_by("version").values_list("key", "version", "digest")
    newest, known = {key: version for key, version, _ in editions}, {digest for _, _, digest in editions}
    added: dict[str, KindEdition] = {}
    for source, text in texts.items():
        kind = read_kind(text, source)
        if kind.digest in known:
            continue
        if kind.version <= newest.get(kind.key, 0):
            raise Refusal(
                Reason.CONFLICT,
                Text("该类型的版本号必须大于 {old}。", "This kind's version must be greater than {old}.").with_(old=newest[kind.key]),
                remedy=Text("请提高 version 后重新提交。", "Raise `version` and submit again."),
                field="version",
                value=kind.version,
                file=source,
            )
        newest[kind.key] = kind.version
        added[source] = KindEdition(key=kind.key, version=kind.version, digest=kind.digest, yaml=text, origin=origin, added_at=at or timezone.now())
    return list(added), KindEdition.objects.bulk_create(added.values())
