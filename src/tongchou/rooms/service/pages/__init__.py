"""Pages of the service to enterprises."""

from tongchou.rooms.service.pages import cases, difficulties, overview, owed, visits

__all__ = ["cases", "difficulties", "overview", "owed", "visits"]
