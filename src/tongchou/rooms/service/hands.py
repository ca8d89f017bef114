"""What the first page of who answers for an area says of the difficulties of enterprises."""

from __future__ import annotations

from tongchou.kernel.text import Text
from tongchou.rooms.service.questions import VIEW
from tongchou.web.hands import Asked, Figure, hand_figures


@hand_figures("economy", VIEW, 3)
def difficulties(asked: Asked) -> list[Figure]:
    """Difficulties that no enterprise has confirmed as solved."""
    return [asked.of_kind(Text("在办企业困难", "Open difficulties"), "difficulty")]
