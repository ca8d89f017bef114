"""What papers say of resumption: permits and applications by street, as the room's first page has them."""

from __future__ import annotations

from tongchou.documents.model import Block, Paragraph, Table
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.questions.papers import Section, Span, section
from tongchou.rooms.resumption.brief import resumed_words, resumption_part
from tongchou.rooms.resumption.questions import resumed, streets
from tongchou.rooms.resumption.reach import VIEW


def permits(actor: Actor, span: Span) -> list[Block]:
    """Permits and applications at the moment of the paper."""
    rows = streets(actor, span.at)
    decided, in_time = sum(r.decided for r in rows), sum(r.in_time for r in rows)
    waiting = sum(r.checking + r.deciding for r in rows)
    share = f"，按时办结率{round(100 * in_time / decided, 1)}%" if decided else ""
    said = resumed_words(resumed(actor))
    said += f"正在核查审核和待决定{waiting}家，其中超时{sum(r.late for r in rows)}家{share}。"
    table = tuple(
        (r.name, str(r.permits), str(r.checking + r.deciding), str(r.supplement), str(r.late), str(r.reviews), str(r.suspended))
        for r in rows if r.permits or r.checking or r.deciding or r.supplement or r.suspended or r.reviews
    )  # fmt: skip
    return [Paragraph(said), *([Table(("街道", "持证复工", "办理中", "企业补正", "超时", "复核中", "暂停"), table, "各街道复工情况")] if table else [])]


section(
    Section(
        "permits", "economy", Text("复工许可", "Permits to work"), (VIEW,), "resumption", month=permits, brief=lambda a, s: permits(a, s)[:1],
        resumption=resumption_part, place=2,
    )
)
