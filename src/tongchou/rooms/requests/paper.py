"""What papers say of data requests: what was asked of whom, and what it cost them."""

from __future__ import annotations

from tongchou.documents.model import Block, Paragraph, Table
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.questions.papers import Section, Span, section
from tongchou.rooms.requests.questions import burden, repeats_refused


def cost(actor: Actor, span: Span) -> list[Block]:
    """The burden over the span, and who asks for it."""
    whole = next(iter(burden(actor, "all", span.since, span.end)), None)
    refused = repeats_refused(span.since, span.until)
    again = f"重复索要已有数据被系统拦下{refused}次。" if refused else ""
    if whole is None:
        return [Paragraph("期内没有要求基层填报数据。" + again)]
    said = f"期内要求{whole.units}个单位填报{whole.asks}次、{whole.fields}项，估算用时{_hours(whole.minutes)}；因数据已有而免填，省下{_hours(whole.saved)}。"
    by = burden(actor, "asker", span.since, span.end, most=10)
    rows = tuple(
        (x.name.zh if isinstance(x.name, Text) else x.name, str(x.asks), str(x.fields), _hours(x.minutes)) for x in by
    )
    return [Paragraph(said + again), Table(("索要单位或报表", "次数", "项数", "估算用时"), rows, "填报负担")]


def _hours(minutes: int) -> str:
    return f"{minutes}分钟" if minutes < 60 else f"{round(minutes / 60, 1)}小时"


section(Section("burden", "burden", Text("填报负担", "Burden of reports"), ("burden.view",), "burden", month=cost))
