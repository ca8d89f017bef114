"""What papers say of the enterprises' daily reports: how many reported, who is at work, what was made."""

from __future__ import annotations

from tongchou.documents.model import Block, Paragraph
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.questions.papers import Section, Span, section
from tongchou.rooms.daily.brief import daily_part
from tongchou.rooms.daily.questions import glance
from tongchou.rooms.daily.reach import VIEW


def reports(actor: Actor, span: Span) -> list[Block]:
    """The last day of the span over all streets."""
    rows = glance(actor, span.today)
    obliged, silent = sum(r.obliged for r in rows), sum(r.silent for r in rows)
    if not obliged:
        return []
    returned, staff = sum(r.returned for r in rows), sum(r.staff for r in rows)
    back = f"，员工返岗率{round(100 * returned / staff, 1)}%" if staff else ""
    said = f"{span.today.month}月{span.today.day}日应报企业{obliged}家，已报{obliged - silent}家，在岗{sum(r.at_work for r in rows)}人{back}；"
    said += f"在岗发热{sum(r.fevers for r in rows)}人，防疫物资不足企业{sum(r.masks_short for r in rows)}家。"
    return [Paragraph(said)]


section(
    Section(
        "reports", "economy", Text("企业生产和返岗", "Enterprises at work"), (VIEW,), "daily_overview", month=reports, brief=reports,
        resumption=daily_part, place=1,
    )
)  # fmt: skip
