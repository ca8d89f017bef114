"""Loop kinds and checklists that a plan pack brings: in force while the pack's edition is, under names that are the pack's own.

The room of plans says what a pack's edition brings and on which day it begins or ends; each store keeps its own editions. What was opened or
planned with an edition keeps it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db import transaction

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.kindfile import read_kind
from tongchou.packs.plans.parts import taken
from tongchou.record.loops.kinds import add_edition
from tongchou.record.models import KindEdition

ORIGIN = "pack"


@dataclass(frozen=True, slots=True)
class Brought:
    """What one pack brings of one sort. texts: path -> text, of the edition in force (or of a draft). before: the texts of all its editions that were
    ever in force, by digest. drafted_by, approved_by: accounts; None where it came with the program."""

    pack: str
    texts: Mapping[str, str]
    before: Mapping[str, str]
    drafted_by: int | None = None
    approved_by: int | None = None


class Store(Protocol):
    """Keeps one sort of what packs bring."""

    def problems(self, brought: Brought) -> list[Refusal]:
        """Names that are not the pack's, and texts that changed without a higher version."""

    def bring(self, brought: Brought, at: datetime) -> list[str]:
        """Put the texts in force, and take out of force what the pack brought before and no longer does; returns the keys that changed."""


class _Kinds:
    """The store of loop kinds."""

    def problems(self, brought: Brought) -> list[Refusal]:
        out = []
        ours = {read_kind(text, "before").key for text in brought.before.values()}
        for path, text in brought.texts.items():
            kind = read_kind(text, path)
            rows = dict(KindEdition.objects.filter(key=kind.key).values_list("digest", "version"))
            if rows and kind.key not in ours:
                out.append(taken(path, kind.key, ""))
            elif kind.digest not in rows and kind.version <= max(rows.values(), default=0):
                out.append(not_newer(path, kind.key, kind.version, max(rows.values())))
        return out

    @transaction.atomic
    def bring(self, brought: Brought, at: datetime) -> list[str]:
        changed = []
        wanted = {read_kind(text, path).digest: (path, text) for path, text in brought.texts.items()}
        for digest, (path, text) in wanted.items():
            if KindEdition.objects.filter(digest=digest, retired_at__isnull=False).update(retired_at=None):
                changed.append(read_kind(text, path).key)
            elif (row := add_edition(text, path, ORIGIN, at)) is not None:
                changed.append(row.key)
        gone = KindEdition.objects.filter(digest__in=brought.before.keys() - wanted.keys(), origin=ORIGIN, retired_at=None)
        changed += gone.values_list("key", flat=True)
        gone.update(retired_at=at)
        return sorted(set(changed))


def not_newer(path: str, key: str, version: int, newest: int) -> Refusal:
    """A text that changed and kept its version, or took one that is past."""
    rule = Text("“{key}”的版本号必须大于 {old}。", "The version of “{key}” must be greater than {old}.").with_(key=key, old=newest)
    remedy = Text("请提高 version。", "Raise `version`.")
    return Refusal(Reason.CONFLICT, rule, remedy=remedy, field="version", value=version, line=1, file=path)


STORES: dict[str, Store] = {"loops": _Kinds()}
"""By the folder of a pack. The room of supervision adds the store of checklists."""
