"""The room's verbs, by subject."""

from tongchou.rooms.supervision.actions import checklists, leads, praise, raising, rounds, visits

__all__ = ["checklists", "leads", "praise", "raising", "rounds", "visits"]
