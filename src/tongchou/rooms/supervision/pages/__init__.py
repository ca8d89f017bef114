"""The room's pages."""

from tongchou.rooms.supervision.pages import (
    checklists,
    coverage,
    daily,
    leads,
    moving,
    praise,
    rounds,
    substitutes,
    visits,
)

__all__ = ["checklists", "coverage", "daily", "leads", "moving", "praise", "rounds", "substitutes", "visits"]
