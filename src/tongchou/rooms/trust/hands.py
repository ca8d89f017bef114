"""What the first page of who answers for an area says of orders."""

from __future__ import annotations

from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.rooms.trust.questions import counts
from tongchou.web.hands import Asked, Figure, hand_figures


@hand_figures("control", "restriction.counts", 2)
def orders(asked: Asked) -> list[Figure]:
    """Orders in force, by kind, and how many wait to be confirmed: the sums of the page of counts."""
    rows = counts(asked.actor, asked.today)
    a, b, c, waiting = (sum(getattr(r, k) for r in rows) for k in ("isolation", "monitoring", "movement", "pending"))
    note = Text("隔离 {a} · 监测 {b} · 限制出行 {c}", "isolation {a} · monitoring {b} · movement {c}").with_(a=a, b=b, c=c)
    more = Text("{s} · 待确认 {n}", "{s} · {n} to be confirmed").with_(s=note, n=waiting) if waiting else note
    return [Figure(Text("在执行的管控措施", "Orders in force"), a + b + c, reverse("order_counts"), more)]
