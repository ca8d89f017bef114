"""The room's pages."""

from tongchou.rooms.daily.pages import breach, chain, fever, manage, overview, own, progress

__all__ = ["breach", "chain", "fever", "manage", "overview", "own", "progress"]
