"""The room's pages."""

from tongchou.rooms.daily.pages import fever, manage, overview, own

__all__ = ["fever", "manage", "overview", "own"]
