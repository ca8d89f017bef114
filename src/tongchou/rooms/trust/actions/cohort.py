"""Issuing orders for a cohort out of a table: everybody decided by the record, in one act."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone
from pydantic import Field

from tongchou.kernel.errors import Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.packs.plans.resolve import Standing
from tongchou.record.act import Context, Payload, verb
from tongchou.record.copytext import uuid_array
from tongchou.record.territory.reach import area_in_reach
from tongchou.rooms.plans.deciding import Kept, decide_frame, keep_many
from tongchou.rooms.plans.onrecord import check_orderable, people_before
from tongchou.rooms.plans.store import standing_of, version_in_force
from tongchou.rooms.trust.actions.issue import ISSUE
from tongchou.rooms.trust.models import LIVE, OrderBatch
from tongchou.rooms.trust.orders import SMALL, New, allowed, lapse_past, organisation, small_today, store_many
from tongchou.rooms.trust.progress import tell
from tongchou.rooms.trust.words import kind_of

REJECTED_TOLD = 1_000
"""Of so many people who could not be decided it is told who and why; the others are counted."""


class BatchIn(Payload):
    """Everybody on record in the area whom the table restricts today; people: only these. dry run tells the counts."""

    title: str = Field(min_length=4, max_length=120)
    pack: str = Field(max_length=60)
    table: str = Field(max_length=60)
    area: int
    people: list[uuid.UUID] | None = Field(None, max_length=200_000)
    legal_basis: str = Field(min_length=4, max_length=400)


@dataclass(slots=True)
class Cohort:
    """What was decided: the orders to be, the decisions on which they rest, and whom no order is for, by why."""

    orders: list[New] = field(default_factory=list)
    kept: list[tuple[uuid.UUID, uuid.UUID, Kept]] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)


@verb("restriction.batch", ISSUE, Text("成批下达", "Issue orders for a cohort"))
def batch(context: Context, given: BatchIn) -> dict[str, Any]:
    """Decide everybody by the table and issue what it orders. Who has no ground on record is restricted by no list."""
    area = area_in_reach(context.actor, ISSUE, given.area)
    today = timezone.localdate(context.now)
    version = version_in_force(given.pack, today)
    standing = standing_of(version, given.table, today)
    check_orderable(standing.table)
    lapse_past(context)
    frame = people_before(standing, [f"{area.path}%"], given.people)
    grounds = dict(frame.select("person", "ground").iter_rows())
    rejected: dict[str, Refusal] = {}
    decided = decide_frame(standing, frame, lambda n: tell("deciding", n, frame.height), rejected)
    found = _cohort(standing, decided, grounds, today)
    two = len(found.orders) + small_today(organisation(context.grants[0].unit_id), given.table, context.now) > SMALL
    counts = {
        "people": frame.height, "orders": len(found.orders), "pending": two, "left_out": dict(found.left) | ({"rejected": len(rejected)} if rejected else {}),
        "not_on_table": len(set(given.people) - {uuid.UUID(p) for p in frame["person"]}) if given.people is not None else 0,
    }  # fmt: skip
    told = {"rejected": [{"person": p, "field": r.field, "rule": r.rule.as_dict()} for p, r in list(rejected.items())[:REJECTED_TOLD]]} if rejected else {}
    if not found.orders or context.dry_run:
        return counts | told | {"batch": None}
    assert context.actor.account_id is not None
    row = OrderBatch.objects.create(
        id=new_id(), title=given.title, pack=given.pack, table=given.table, people=len(decided), orders=len(found.orders), area=area,
        issued_by_id=context.actor.account_id, issuer_id=context.grants[0].unit_id, at=context.now,
    )  # fmt: skip
    keep_many(context, version, found.kept, row.pk)
    store_many(context, found.orders, row.pk, given.pack, given.table, given.legal_basis, two=two)
    context.event("orders_issued", subject=f"batch:{row.pk}", data=counts)
    tell("recording", 0, len(context.events))
    return counts | told | {"batch": str(row.pk)}


def _cohort(standing: Standing, decided: list[tuple[str, Kept]], grounds: dict[str, str], today: date) -> Cohort:
    """Who is to be under an order, and who is left out. Raises Refusal where the plan does not say what its measure is."""
    taken = _live(standing.table.key, [uuid.UUID(p) for p, _ in decided])
    out = Cohort()
    for person, one in decided:
        allows, key = allowed(one.content, today), uuid.UUID(person)
        why = "no_measure" if allows is None else "unconfirmed" if not one.binding else "under_order" if key in taken else ""
        if why or allows is None or one.decided.rule is None:
            out.left[why or "no_measure"] += 1
            continue
        decision, evidence = new_id(), [f"fact:{g}" for g in grounds[person].split(",") if g]
        out.kept.append((decision, key, one))
        out.orders.append(New(new_id(), key, decision, one.decided.rule.key, kind_of(standing.pack.modes[allows.mode]), allows, evidence))
    return out


def _live(table: str, people: list[uuid.UUID]) -> set[uuid.UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            'select person_id from trust_restriction where "table" = %s and state = any(%s) and person_id = any(%s::uuid[])',
            [table, list(LIVE), uuid_array(people)],
        )
        return {row[0] for row in cursor.fetchall()}
