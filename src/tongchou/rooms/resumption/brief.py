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
    lines = tuple(
        (group_name(by, r.key, r.name).zh, str(r.total), str(r.resumed), str(r.permits), "—" if r.share is None else f"{r.share}%", str(r.reviews),
         str(r.suspended)) for r in rows)  # fmt: skip
    return Table((GROUPS[by].zh, "企业数", "已复工", "其中持证", "复工率", "复核中", "暂停"), lines, f"分{GROUPS[by].zh}复工情况")


def resumed_words(rows: list[RateLine]) -> str:
    """How many have resumed, as every paper says it."""
    total, back, held, free = (sum(getattr(r, k) for r in rows) for k in ("total", "resumed", "permits", "free"))
    share = f"，复工率{round(100 * back / total, 1)}%" if total else ""
    more = f"其中复核中{sum(r.reviews for r in rows)}家；暂停{sum(r.suspended for r in rows)}家，责令停工{sum(r.stopped for r in rows)}家。"
    return f"在册企业{total}家，已复工{back}家{share}（持许可、备案或承诺{held}家，按规定免办手续且近7日有生产记录{free}家），{more}"


def resumption_part(actor: Actor, span: Span) -> list[Block]:
    """Permits at the moment of the report, and who was suspended on its day."""
    day, now = span.first, span.at
    rates, waiting = {by: resumed(actor, by) for by in GROUPS}, streets(actor, now)
    late = sum(w.late for w in waiting)
    open_ = sum(w.checking + w.supplement + w.deciding for w in waiting)
    body: list[Block] = [
        Heading("复工情况"),
        Paragraph(f"{resumed_words(rates['street'])}在办复工申请{open_}件，其中超时限{late}件。"),
        *(rate_table(rows, by) for by, rows in rates.items() if rows),
    ]
    today = suspended_on(actor, day)
    if today:
        named = "；".join(f"{name}（{reason}）" for name, reason in today[:NAMED])
        body.append(Paragraph(f"当日暂停许可{len(today)}家：{named}{'等' if len(today) > NAMED else ''}。"))
    else:
        body.append(Paragraph("当日没有暂停许可的企业。"))
    return body
