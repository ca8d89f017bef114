"""The room's pages."""

from tongchou.rooms.supervision.pages import checklists, coverage, leads, praise, rounds, visits

__all__ = ["checklists", "coverage", "leads", "praise", "rounds", "visits"]
