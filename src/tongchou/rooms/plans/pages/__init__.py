"""Pages of the room: importing the package registers them."""

from tongchou.rooms.plans.pages import decide, packs, preview

__all__ = ["decide", "packs", "preview"]
