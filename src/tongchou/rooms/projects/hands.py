"""What the first page of who answers for an area says of projects."""

from __future__ import annotations

from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.rooms.projects.questions import lines
from tongchou.rooms.projects.reach import VIEW
from tongchou.web.hands import Asked, Figure, hand_figures


@hand_figures("economy", VIEW, 4)
def projects(asked: Asked) -> list[Figure]:
    """Projects under way; how many are blocked or late, as the room's cards have it."""
    rows = [r for r in lines(asked.actor, asked.today) if r.state != "dropped"]
    blocked, late = sum(bool(r.blocking) for r in rows), sum(r.late for r in rows)
    note = Text("有障碍 {b} · 环节超期 {n}", "{b} blocked · {n} {n|part|parts} late").with_(b=blocked, n=late)
    under_way = sum(r.state == "started" for r in rows)
    return [Figure(Text("在建项目", "Projects under way"), under_way, f"{reverse('projects')}?state=started", note, act=bool(blocked))] if rows else []
