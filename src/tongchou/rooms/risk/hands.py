"""What the first page of who answers for an area says of cases and grades."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.packs.grading.scheme import rank
from tongchou.record.models import Area
from tongchou.record.questions.grades import grades_on
from tongchou.rooms.risk.actions.grades import VIEW
from tongchou.rooms.risk.models import CaseCount
from tongchou.rooms.risk.words import grade_title
from tongchou.web.hands import Asked, Course, Figure, hand_course, hand_figures

DAYS = 30


@hand_figures("control", VIEW, 1)
def grades(asked: Asked) -> list[Figure]:
    """How many areas bear a grade above the lowest, and which."""
    held = Counter(g.grade for g in grades_on(asked.today) if rank(g.grade) > 0)
    named = [Text("{t} {n}", "{t} {n}").with_(t=grade_title(grade, asked.today), n=n) for grade, n in sorted(held.items(), key=lambda x: -rank(x[0]))]
    return [Figure(Text("中高风险区域", "Areas of higher grade"), held.total(), reverse("risk"), Text.listed(named) if named else None, act=bool(held))]


@hand_course("control", VIEW)
def cases(asked: Asked) -> Course | None:
    """New cases of the area by day of report; a day without a report is a gap, not a zero. None where nothing was reported."""
    path = Area.objects.values_list("path", flat=True).get(pk=asked.top)
    days = [asked.today - timedelta(days=n) for n in reversed(range(DAYS))]
    found: dict[object, int] = {}
    rows = CaseCount.objects.filter(known_to=None, area__path__startswith=path, basis="report", day__gte=days[0], day__lte=days[-1])
    for day, count in rows.values_list("day", "cases"):
        found[day] = found.get(day, 0) + count
    if not found:
        return None
    title = Text("近三十天新增病例", "New cases, thirty days")
    return Course("hand_cases", title, days, [(Text("新增病例", "New cases"), [found.get(d) for d in days])], reverse("risk"))
