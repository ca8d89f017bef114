"""Decisions that are kept: made by the edition in force, with everything that is needed to make them again."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from django.db import connection

from tongchou.kernel.errors import Refusal
from tongchou.kernel.ids import new_id
from tongchou.packs.plans.decide import Decision as Decided
from tongchou.packs.plans.decide import decide_standing
from tongchou.packs.plans.facts import read_facts
from tongchou.packs.plans.report import as_value
from tongchou.packs.plans.resolve import Standing
from tongchou.record.act import Context
from tongchou.record.copytext import batched_lines
from tongchou.rooms.plans.models import Decision, Explanation, PackVersion
from tongchou.rooms.plans.onrecord import CARRIED, whole
from tongchou.rooms.plans.store import binding, signed_for

_LEFT_OUT = ("trace", "would_change", "facts", "hash", "version")


@dataclass(frozen=True, slots=True)
class Kept:
    """A decision with the explanation under which it is kept."""

    decided: Decided
    binding: bool
    signed: list[uuid.UUID]
    content: dict[str, Any]
    explanation: str


def explained(decided: Decided, signed: Mapping[tuple[str, str, str], uuid.UUID]) -> Kept:
    """What is kept of a decision: its words and dates, under the digest of the whole."""
    content = {k: v for k, v in as_value(decided).items() if k not in _LEFT_OUT}
    bound, leans_on = binding(decided, dict(signed))
    return Kept(decided, bound, leans_on, content, mark_of(content))


def mark_of(content: Mapping[str, Any]) -> str:
    """The digest under which an explanation is kept."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def decide_one(standing: Standing, facts: Mapping[str, object], *, explain: bool = False) -> Decided:
    """Decide with facts as they are given. Raises Refusal."""
    return decide_standing(standing, read_facts(standing.table, facts, standing.as_of), explain=explain)


def keep(
    context: Context, version: PackVersion, kept: Kept, person: uuid.UUID | None, source: str, batch: uuid.UUID | None = None
) -> uuid.UUID:
    """Store one decision; returns its id."""
    key = new_id()
    _store(context, version, [(key, person, kept)], source, batch)
    data = {"decision": str(key), "table": kept.decided.standing.table.key, "outcome": kept.decided.outcome, "hash": kept.decided.standing.pack.digest}
    context.event("decided", subject=f"person:{person}" if person else "", data=data)
    return key


def decide_frame(
    standing: Standing, frame: pl.DataFrame, told: Callable[[int], None] = lambda done: None, rejected: dict[str, Refusal] | None = None
) -> list[tuple[str, Kept]]:
    """Decide everybody of a frame (onrecord.people_before): (person, what is kept). Equal facts are decided once. told: how many are done.

    rejected: takes who cannot be decided, such as for facts that contradict one another, with the reason; without it that refuses all.
    """
    signed = signed_for(standing.pack.key)
    names = [c for c in frame.columns if c not in CARRIED]
    made: dict[tuple[Any, ...], Kept | Refusal] = {}
    out: list[tuple[str, Kept]] = []
    for person, *values in frame.select("person", *names).iter_rows():
        key = tuple(values)
        if key not in made:
            known = {n: whole(v) for n, v in zip(names, values, strict=True) if v is not None}
            try:
                made[key] = explained(decide_one(standing, known), signed)
            except Refusal as refusal:
                if rejected is None:
                    raise
                made[key] = refusal
        one = made[key]
        if isinstance(one, Refusal):
            if rejected is not None:
                rejected[person] = one
            continue
        out.append((person, one))
        if len(out) % 1000 == 0:
            told(len(out))
    return out


def keep_many(context: Context, version: PackVersion, items: Sequence[tuple[uuid.UUID, uuid.UUID, Kept]], batch: uuid.UUID) -> None:
    """Store many decisions, given as (id, person, what is kept), all from the record."""
    _store(context, version, items, Decision.Source.RECORD, batch)


_COLUMNS = (
    'id, person_id, pack_version_id, digest, "table", edition, as_of, known_on, area_code, facts, source, outcome, rule, until, binding, '
    "signed, explanation_id, batch, act, by_id, unit_id, at"
)


def _store(
    context: Context, version: PackVersion, items: Sequence[tuple[uuid.UUID, uuid.UUID | None, Kept]], source: str, batch: uuid.UUID | None
) -> None:
    texts = {k.explanation: k.content for _, _, k in items}
    Explanation.objects.bulk_create(
        [Explanation(digest=mark, content=content) for mark, content in texts.items()], ignore_conflicts=True, batch_size=2000
    )
    unit = context.grants[0].unit_id if context.grants else None
    plain: dict[int, tuple[Any, ...]] = {}
    rows = []
    for key, person, kept in items:
        if id(kept) not in plain:
            plain[id(kept)] = _shared(kept)
        head, signed = plain[id(kept)]
        rows.append(
            (key, person, version.pk, *head, source, kept.decided.outcome, kept.decided.rule.key if kept.decided.rule else "", kept.decided.until,
             kept.binding, signed, kept.explanation, batch, context.act_id, context.actor.account_id, unit, context.now)
        )  # fmt: skip
    shown = [(*r[:9], r[9], *r[10:]) for r in rows]
    with connection.cursor() as cursor, cursor.copy(f"copy plans_decision ({_COLUMNS}) from stdin") as copy:
        for part in batched_lines(shown):
            copy.write(part)


def _shared(kept: Kept) -> tuple[Any, ...]:
    standing = kept.decided.standing
    facts = {
        k: v.isoformat() if isinstance(v, date) else v
        for k, v in kept.decided.facts.items()
        if v is not None and not standing.inputs[k].derived
    }
    head = (standing.pack.digest, standing.table.key, standing.edition.key, standing.as_of, standing.known_on, standing.area, facts)
    return head, "{" + ",".join(str(s) for s in kept.signed) + "}"
