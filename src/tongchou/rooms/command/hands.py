"""What the first page of who answers for an area says of incidents."""

from __future__ import annotations

from tongchou.kernel.text import Text
from tongchou.web.hands import Asked, Figure, hand_figures


@hand_figures("control", "loop.view", 4)
def incidents(asked: Asked) -> list[Figure]:
    """Incidents that are not closed."""
    return [asked.of_kind(Text("在办突发事件", "Open incidents"), "incident")]
