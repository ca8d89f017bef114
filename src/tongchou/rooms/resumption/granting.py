"""Giving the permit: for an application that takes effect at once, or one that was approved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from tongchou.kernel.clock import SHANGHAI
from tongchou.record.act import Context
from tongchou.record.actions.permits import Given, grant
from tongchou.record.models import WorkPermit
from tongchou.record.regime import PACK
from tongchou.rooms.resumption.models import Application, Item
from tongchou.rooms.resumption.ways import rules_on


def give(
    context: Context, rows: Sequence[Application], until: date | None, conditions: Sequence[str], ended: str
) -> list[WorkPermit]:
    """Permits for applications, in their order; ends them. until None: as long as the district's rules say, else open."""
    today = context.now.astimezone(SHANGHAI).date()
    days = int(rules_on(today).get("valid_days") or 0)
    last = until or (today + timedelta(days=days) if days else None)
    facts = _facts(rows)
    wanted = [
        Given(
            r.unit_id, r.basis["used"], last, (*conditions, *_limits(r)), facts.get(str(r.pk), {}), PACK, r.basis["edition"]["zh"][:60], str(r.basis["outcome"])[:60],
            r.loop_id,
        )
        for r in rows
    ]  # fmt: skip
    permits = grant(context, wanted)
    for row in rows:
        row.ended, row.ended_at = ended, context.now
    Application.objects.bulk_update(
        rows, ["ended", "ended_at", "submitted_at", "way", "how", "basis", "reason"], batch_size=2_000
    )
    for row in rows:
        context.event(
            f"resumption_{ended}", loop_id=row.loop_id, subject=f"application:{row.pk}", data={"way": row.way}
        )
    return permits


def _limits(row: Application) -> tuple[str, ...]:
    """The condition under which an application was approved whose masks carry fewer than it asked for."""
    most = row.terms.get("most_staff")
    return (limit_words(int(most)),) if most else ()


def limit_words(most: int) -> str:
    """The condition, as it stands on the permit."""
    return f"返岗员工不超过{most}人（按口罩存量核定），口罩补足后可以申请调整"


def _facts(rows: Sequence[Application]) -> dict[str, dict[str, Any]]:
    """By application: the numbers that were given, item by item, and which items were found in order."""
    out: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row.terms.get("most_staff"):
            out[str(row.pk)] = {"items": [], "most_staff": row.terms["most_staff"]}
    for item in Item.objects.filter(application__in=rows).exclude(form="record").order_by("n"):
        held = out.setdefault(str(item.application_id), {"items": []})
        held["items"].append(item.key)
        if item.number is not None and item.form != "tick":
            held[item.key] = item.number
    return out
