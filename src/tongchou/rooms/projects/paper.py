"""What papers say of projects."""

from __future__ import annotations

from tongchou.documents.model import Block, Paragraph
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.questions.papers import Section, Span, section
from tongchou.rooms.projects.questions import lines
from tongchou.rooms.projects.reach import VIEW


def projects(actor: Actor, span: Span) -> list[Block]:
    """How many are under way, what is late and what blocks them, as the room's cards have it."""
    rows = [r for r in lines(actor, span.today) if r.state != "dropped"]
    if not rows:
        return []
    invested, plan = sum((r.invested or 0 for r in rows), start=0), sum(r.invest for r in rows)
    share = f"，完成投资{round(100 * invested / plan, 1)}%" if plan else ""
    blocked = sum(bool(r.blocking) for r in rows)
    said = f"在册项目{len(rows)}个，在建{sum(r.state == 'started' for r in rows)}个，竣工{sum(r.state == 'completed' for r in rows)}个{share}；"
    return [Paragraph(said + f"有障碍制约的{blocked}个，环节超期{sum(r.late for r in rows)}个。")]


section(Section("projects", "economy", Text("重点项目", "Projects"), (VIEW,), "projects", month=projects, place=4))
