"""The room's pages."""

from tongchou.rooms.daily.pages import chain, fever, manage, overview, own, progress

__all__ = ["chain", "fever", "manage", "overview", "own", "progress"]
