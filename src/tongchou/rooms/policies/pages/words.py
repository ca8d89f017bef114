"""What the pages of the policies have in common: badges, sums, crumbs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.text import Text
from tongchou.record.models import Area
from tongchou.rooms.policies.actions.applications import STATES
from tongchou.rooms.policies.catalogue import OUTCOMES, Catalogue, catalogue

TITLE = Text("惠企政策", "Policies for enterprises")
ANSWERS = {
    "": Text("未答复", "no word yet"),
    "will_apply": Text("将申请", "will apply"),
    "no_answer": Text("联系不上", "not reached"),
    "declined": Text("不申请", "declines"),
}
_TONES = {
    "submitted": ("info", "clock"),
    "supplement": ("warn", "alert-triangle"),
    "approved": ("info", "clock"),
    "paid": ("warn", "eye-check"),
    "received": ("ok", "circle-check"),
    "refused": ("", "x"),
    "withdrawn": ("", "x"),
}
NOT_KNOWN = Text("未知", "not known")


def today_catalogue() -> Catalogue:
    return catalogue(timezone.localdate())


def outcome_badge(outcome: str) -> dict[str, Any]:
    label, tone, icon = OUTCOMES.get(outcome, OUTCOMES["no_rule"])
    return {"label": label, "tone": tone, "icon": icon}


def state_badge(state: str) -> dict[str, Any]:
    tone, icon = _TONES[state]
    return {"label": STATES[state], "tone": tone, "icon": icon}


def yuan(amount: Decimal | float | None) -> str | None:
    """A sum with separators; None stays None."""
    return None if amount is None else f"{amount:,.2f}"


def crumbs(*more: tuple[str, Text | str]) -> list[dict[str, Any]]:
    """The way to a page: the room, then these; the last one is where one is."""
    return [{"url": reverse("policies"), "label": TITLE}, *({"url": u, "label": t} for u, t in more)]


def said(spec: Any, value: Any) -> Text | str:
    """A fact as people read it."""
    if value is None:
        return NOT_KNOWN
    if isinstance(value, bool):
        return Text("是", "yes") if value else Text("否", "no")
    if spec is not None and spec.choices and value in spec.choices:
        return Text.from_dict(spec.choices[value].as_dict())
    return f"{value:,.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def streets_seen(paths: tuple[str, ...], *, all_: bool = False) -> list[tuple[Any, Any]]:
    """The streets within these subtrees, for a filter."""
    rows = Area.objects.filter(level="street", valid_to=None).order_by("code")
    return [(a.pk, a.name) for a in rows if all_ or any(a.path.startswith(p) or p.startswith(a.path) for p in paths)]


def day_of(value: date | None) -> str:
    return value.isoformat() if value else "—"
