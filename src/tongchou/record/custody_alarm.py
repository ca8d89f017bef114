"""What custody must shout about: what nobody holds, hand-overs that nobody answers, an account that does not balance."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.loops.titles import written
from tongchou.record.loops.write import office_unit
from tongchou.record.questions.custody import balances

_UNLOCATED = """
select c.id, c.purpose, coalesce(last.unit_id, 0), c.person_id
from record_custody c
join record_holding h on h.custody_id = c.id and h.until is null and h.holder_kind = 'unlocated'
left join lateral (
  select unit_id from record_holding p where p.custody_id = c.id and p.unit_id is not null order by p.since desc, p.id desc limit 1
) last on true
where not exists (
  select 1 from record_loop l where l.kind = 'unlocated' and l.closed_at is null and l.origin = 'custody' and l.origin_ref = c.id::text
)
order by c.id limit 1000
"""
_LATE_OFFERS = """
select h.id, coalesce(h.from_unit_id, h.to_unit_id), h.to_unit_id
from record_handover h
where h.state = 'offered' and h.due_at < %s and not exists (
  select 1 from record_loop l where l.kind = 'unlocated' and l.closed_at is null and l.origin = 'handover' and l.origin_ref = h.id::text
)
order by h.id limit 1000
"""


def raise_alarms(now: datetime | None = None) -> int:
    """Open a loop for each thing that is unlocated, each late hand-over, and an account that does not balance; returns how many."""
    now = now or timezone.now()
    office = office_unit()
    if office is None:
        return 0
    items = [*_unlocated(office), *_late_offers(now), *_unbalanced(office)]
    if items:
        act("loop.open_many", SYSTEM, new_id(), {"items": items}, now=now)
    return len(items)


def _item(title: Text, owner: int, origin: str, ref: str, **subject: Any) -> dict[str, Any]:
    return {
        "kind": "unlocated", **written(title), "owner_unit": owner, "origin": origin, "origin_ref": ref, "urgent": True,
    } | subject  # fmt: skip


def _unlocated(office: int) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(_UNLOCATED)
        rows = cursor.fetchall()
    title = Text("去向不明：立即查找", "Unlocated: find at once")
    return [
        _item(title, owner or office, "custody", str(custody), **({"person": str(person)} if person else {"item": f"custody:{custody}"}))
        for custody, _, owner, person in rows
    ]  # fmt: skip


def _late_offers(now: datetime) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(_LATE_OFFERS, [now])
        rows = cursor.fetchall()
    title = Text("移交超时未接收：立即核实", "Hand-over not answered in time: check at once")
    return [_item(title, giver, "handover", str(handover), item=f"handover:{handover}") for handover, giver, _ in rows]


def _unbalanced(office: int) -> list[dict[str, Any]]:
    title = Text("在管账目不平：立即核对", "Custody account does not balance: check at once")
    found = []
    for balance in balances(SYSTEM):
        if balance.sound:
            continue
        with connection.cursor() as cursor:
            cursor.execute(
                "select 1 from record_loop where origin = 'balance' and origin_ref = %s and closed_at is null", [balance.purpose]
            )
            if cursor.fetchone() is None:
                found.append(_item(title, office, "balance", balance.purpose, item=f"balance:{balance.purpose}"))
    return found
