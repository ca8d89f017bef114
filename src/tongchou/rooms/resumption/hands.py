"""What the first page of who answers for an area says of resumption."""

from __future__ import annotations

from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.rooms.resumption.pages.overview import RESUMED
from tongchou.rooms.resumption.questions import resumed
from tongchou.rooms.resumption.reach import VIEW
from tongchou.web.hands import Asked, Figure, hand_figures


@hand_figures("economy", VIEW, 1)
def rate(asked: Asked) -> list[Figure]:
    """The share that has resumed, as its page has it, and the applications that wait."""
    rows = resumed(asked.actor)
    total, back = sum(r.total for r in rows), sum(r.resumed for r in rows)
    share = f"{round(100 * back / total, 1)}%" if total else "—"
    note = Text("{n} / {m} 家", "{n} of {m} {m|enterprise|enterprises}").with_(n=back, m=total)
    told = {"what": RESUMED, "unit": Text("%", "%"), "source": Text("复工许可", "Permits")}
    return [
        Figure(Text("复工率", "Resumed"), share, reverse("resumption_rate"), note, definition=told),
        asked.of_kind(Text("在办复工申请", "Open applications"), "resumption_application"),
    ]
