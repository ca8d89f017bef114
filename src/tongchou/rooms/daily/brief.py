"""Daily reports in the daily report of resumption: who reported, employees back, masks, temperatures; by street, industry and size."""

from __future__ import annotations

from tongchou.documents.model import Block, Heading, Paragraph, Table
from tongchou.record.access import Actor
from tongchou.record.questions.papers import Span
from tongchou.rooms.daily.numbers import number_of
from tongchou.rooms.daily.questions import GlanceLine, glance


def daily_part(actor: Actor, span: Span) -> list[Block]:
    """The reports of the day."""
    day = span.first
    rows = glance(actor, day, "street")
    obliged, silent = _sum(rows, "obliged"), _sum(rows, "silent")
    staff, back = _sum(rows, "staff"), _sum(rows, "returned")
    rate = f"，报送率{round(100 * (obliged - silent) / obliged, 1)}%" if obliged else ""
    share = f"，返岗率{round(100 * back / staff, 1)}%（按填报职工总数和返岗人数的企业计）" if staff else "，返岗率未填报"
    body: list[Block] = [
        Heading("人员返岗"),
        Paragraph(f"应报日报企业{obliged}家，未报{silent}家{rate}。已报企业在岗{_sum(rows, 'at_work')}人，职工返岗{back}人{share}。"),
        Table(
            ("街道", "应报", "未报", "在岗人数", "返岗率", "口罩不足", "体温异常", "发热处置"),
            tuple(
                (r.name or "未划街道", str(r.obliged), str(r.silent), str(r.at_work), "—" if r.returned_pct is None else f"{r.returned_pct}%",
                 str(r.masks_short), str(r.abnormal), str(r.fevers))
                for r in rows if r.obliged or r.reported
            ),
            "各街道企业日报情况",
        ),
        Heading("防护物资和异常情况"),
        Paragraph(
            f"口罩可用不足{number_of('mask_days_needed', day):g}天的企业{_sum(rows, 'masks_short')}家，已报但未填口罩存量的{_sum(rows, 'masks_unknown')}家。"
            f"体温异常{_sum(rows, 'abnormal')}人次，进入发热处置{_sum(rows, 'fevers')}起，其他异常{_sum(rows, 'incidents')}起。"
        ),
    ]  # fmt: skip
    return body


def _sum(rows: list[GlanceLine], name: str) -> int:
    return sum(int(getattr(r, name)) for r in rows)
