"""What papers say of orders: counts, never names."""

from __future__ import annotations

from tongchou.documents.model import Block, Paragraph, Table
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.questions.papers import Section, Span, section
from tongchou.rooms.trust.questions import counts


def orders(actor: Actor, span: Span) -> list[Block]:
    """Orders in force by street on the last day of the span, and what ended in the seven days before it."""
    rows = counts(actor, span.today)
    if not rows:
        return [Paragraph("没有在执行的管控措施。")]
    held = sum(r.isolation + r.monitoring + r.movement for r in rows)
    said = f"在执行的管控措施{held}人次，其中隔离{sum(r.isolation for r in rows)}、健康监测{sum(r.monitoring for r in rows)}、限制出行{sum(r.movement for r in rows)}；"
    said += f"待确认{sum(r.pending for r in rows)}，近七天到期解除{sum(r.lapsed for r in rows)}、提前解除{sum(r.lifted for r in rows)}。"
    table = tuple(
        (r.street or "未落到街道", str(r.isolation), str(r.monitoring), str(r.movement), str(r.lapsed + r.lifted))
        for r in rows
    )
    return [Paragraph(said), Table(("街道", "隔离", "健康监测", "限制出行", "近七天解除"), table, "各街道管控措施")]


section(
    Section(
        "orders", "control", Text("管控措施", "Orders"), ("restriction.counts",), "order_counts", month=orders, brief=lambda a, s: orders(a, s)[:1], place=2
    )
)
