"""Pages of the room: importing the package registers them."""

from tongchou.rooms.plans.pages import decide, preview

__all__ = ["decide", "preview"]
