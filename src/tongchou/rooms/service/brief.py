"""Difficulties in the daily report of resumption: raised that day and this month, confirmed as solved, open by topic."""

from __future__ import annotations

from tongchou.documents.model import Block, Heading, Paragraph, Table
from tongchou.record.access import Actor
from tongchou.record.questions.papers import Span
from tongchou.rooms.service.difficulties import by_topic
from tongchou.rooms.service.questions import streets
from tongchou.rooms.service.topics import topic_name


def service_part(actor: Actor, span: Span) -> list[Block]:
    """What was raised on the day, and since the month began."""
    day, now = span.first, span.at
    today, month = streets(actor, day, day, now), streets(actor, day.replace(day=1), day, now)
    raised, solved = sum(s.raised for s in month), sum(s.confirmed for s in month)
    late, ended = sum(s.late for s in month), sum(s.unconfirmed for s in month)
    body: list[Block] = [
        Heading("困难诉求"),
        Paragraph(
            f"当日企业新提出困难诉求{sum(s.raised for s in today)}件，走访{sum(s.visits for s in today)}次。本月累计提出{raised}件，经企业确认解决{solved}件，"
            f"未获确认结案{ended}件，超期未结{late}件。"
        ),
    ]
    lines = tuple((s.name, str(s.raised), str(s.confirmed), str(s.open), str(s.late), "—" if s.share is None else f"{s.share}%") for s in month if s.raised)
    if lines:
        body.append(Table(("街道", "提出", "确认解决", "在办", "超期", "按期解决率"), lines, "本月各街道困难诉求办理情况"))
    open_ = [f"{topic_name(t.topic).zh}{t.open}件" for t in by_topic(actor, now)]
    if open_:
        body.append(Paragraph(f"在办困难按类别：{'、'.join(open_)}。"))
    return body
