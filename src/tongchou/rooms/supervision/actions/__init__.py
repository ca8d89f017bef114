"""The room's verbs, by subject."""

from tongchou.rooms.supervision.actions import (
    checklists,
    daily,
    leads,
    moving,
    praise,
    raising,
    rounds,
    substitutes,
    visits,
)

__all__ = ["checklists", "daily", "leads", "moving", "praise", "raising", "rounds", "substitutes", "visits"]
