"""What the first page of who answers for an area says of the way back to capacity."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.rooms.daily.pages.progress import OUTPUT, RETURNED
from tongchou.rooms.daily.progress import course
from tongchou.rooms.daily.reach import VIEW
from tongchou.web.hands import Asked, Course, Figure, hand_course, hand_figures

WEEK = 7
_NAMES = (Text("返岗率", "Returned"), Text("产值率", "Output"))


@hand_figures("economy", VIEW, 2)
def progress(asked: Asked) -> list[Figure]:
    """Staff returned and output in per cent of normal times on the last day that is known, with what it was a week before."""
    span, *lines = course(asked.actor, asked.today)
    out = []
    for name, values, told in zip(_NAMES, lines, (RETURNED, OUTPUT), strict=True):
        at = max((n for n, v in enumerate(values) if v is not None), default=None)
        definition = {"what": told, "unit": Text("%", "%"), "source": Text("每日日报", "Daily reports")}
        if at is None:
            out.append(Figure(name, "—", reverse("progress"), Text("近三十天没有报告", "nothing reported in thirty days"), definition=definition))
            continue
        before = values[at - WEEK] if at >= WEEK else None
        said = Text("{d}", "{d}").with_(d=f"{span[at]:%m-%d}")
        if before is not None:
            said = Text("{d}，一周前 {b}%", "{d}; a week before {b}%").with_(d=said, b=round(before, 1))
        out.append(Figure(name, f"{round(values[at] or 0, 1)}%", f"{reverse('progress')}?day={span[at]}", said, definition=definition))
    return out


@hand_course("economy", VIEW)
def lately(asked: Asked) -> Course | None:
    """Returned staff and output of the last thirty days; the present day is not over and is left out."""
    span, *lines = course(asked.actor, asked.today - timedelta(days=1))
    if all(v is None for values in lines for v in values):
        return None
    title = Text("返岗率和产值率 %", "Returned and output, %")
    return Course("hand_progress", title, span, list(zip(_NAMES, lines, strict=True)), reverse("progress"))
