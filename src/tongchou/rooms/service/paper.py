"""What papers say of the service to enterprises: visits and difficulties by street, confirmed by the enterprises themselves."""

from __future__ import annotations

from tongchou.documents.model import Block, Paragraph, Table
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.questions.papers import Section, Span, section
from tongchou.rooms.service.brief import service_part
from tongchou.rooms.service.questions import VIEW, streets


def difficulties(actor: Actor, span: Span) -> list[Block]:
    """Of what was handed out in the span."""
    rows = streets(actor, span.first, span.today, span.at)
    raised = sum(r.raised for r in rows)
    said = f"走访企业{sum(r.visits for r in rows)}次，受理企业困难{raised}件，企业确认解决{sum(r.confirmed for r in rows)}件，在办超时{sum(r.late for r in rows)}件。"
    if span.first == span.today or not raised:
        return [Paragraph(said)]
    table = tuple(
        (r.name, str(r.visits), str(r.raised), str(r.confirmed), str(r.late), "—" if r.share is None else f"{r.share}%")
        for r in rows if r.visits or r.raised
    )  # fmt: skip
    return [
        Paragraph(said),
        Table(("街道", "走访", "受理", "确认解决", "超时", "按时确认率"), table, "各街道企业困难办理情况"),
    ]


section(
    Section(
        "difficulties", "economy", Text("企业困难", "Difficulties of enterprises"), (VIEW,), "service", month=difficulties,
        brief=lambda a, s: difficulties(a, s)[:1], resumption=service_part, place=3,
    )
)  # fmt: skip
