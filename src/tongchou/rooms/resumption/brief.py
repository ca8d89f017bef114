"""Resumption in the daily report: who works by right, by street, industry and size; what waits; who was suspended."""

from __future__ import annotations

from tongchou.documents.model import Block, Heading, Paragraph, Table
from tongchou.record.access import Actor
from tongchou.record.questions.papers import Span
from tongchou.rooms.resumption.questions import RateLine, resumed, streets, suspended_on
from tongchou.rooms.resumption.words import GROUPS, group_name

NAMED = 10


def rate_table(rows: list[RateLine], by: str) -> Table:
    """One of the three tables, as the page shows it."""
    lines = tuple((group_name(by, r.key, r.name).zh, str(r.total), str(r.resumed), "—" if r.share is None else f"{r.share}%", str(r.suspended)) for r in rows)
    return Table((GROUPS[by].zh, "企业数", "持证复工", "复工率", "暂停"), lines, f"分{GROUPS[by].zh}复工情况")


def resumption_part(actor: Actor, span: Span) -> list[Block]:
    """Permits at the moment of the report, and who was suspended on its day."""
    day, now = span.first, span.at
    rates, waiting = {by: resumed(actor, by) for by in GROUPS}, streets(actor, now)
    total, back = sum(r.total for r in rates["street"]), sum(r.resumed for r in rates["street"])
    off, late = sum(r.suspended for r in rates["street"]), sum(w.late for w in waiting)
    share = f"，复工率{round(100 * back / total, 1)}%" if total else ""
    open_ = sum(w.checking + w.supplement + w.deciding for w in waiting)
    body: list[Block] = [
        Heading("复工情况"),
        Paragraph(f"在册企业{total}家，持证复工{back}家{share}，暂停{off}家。在办复工申请{open_}件，其中超时限{late}件。"),
        *(rate_table(rows, by) for by, rows in rates.items() if rows),
    ]
    today = suspended_on(actor, day)
    if today:
        named = "；".join(f"{name}（{reason}）" for name, reason in today[:NAMED])
        body.append(Paragraph(f"当日暂停许可{len(today)}家：{named}{'等' if len(today) > NAMED else ''}。"))
    else:
        body.append(Paragraph("当日没有暂停许可的企业。"))
    return body
