"""What papers say of the grades of areas."""

from __future__ import annotations

from tongchou.documents.model import Block, Paragraph
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.questions.grades import grades_on
from tongchou.record.questions.papers import Section, Span, section
from tongchou.rooms.risk.actions.grades import VIEW
from tongchou.rooms.risk.words import grade_title


def grades(actor: Actor, span: Span) -> list[Block]:
    """Which areas bear which grade on the last day of the span, the fewest first; nothing where no area has one."""
    held: dict[str, list[str]] = {}
    for g in grades_on(span.today):
        held.setdefault(g.grade, []).append(g.name)
    if not held:
        return []
    parts = [
        f"{grade_title(grade, span.today).zh}{len(names)}个（{_some(names)}）"
        for grade, names in sorted(held.items(), key=lambda x: len(x[1]))
    ]
    return [Paragraph(f"{span.today.month}月{span.today.day}日登记风险等级的区域：{'，'.join(parts)}。")]


def _some(names: list[str]) -> str:
    return "、".join(names[:12]) + ("等" if len(names) > 12 else "")


section(Section("grades", "control", Text("风险等级", "Grades of areas"), (VIEW,), "risk", month=grades, brief=grades, place=1))
