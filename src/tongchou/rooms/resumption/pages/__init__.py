"""Pages of the resumption of work: importing the package registers them."""

from tongchou.rooms.resumption.pages import regime

__all__ = ["regime"]
