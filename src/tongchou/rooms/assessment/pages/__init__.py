"""Pages of the room: importing the package registers them."""

from tongchou.rooms.assessment.pages import scores

__all__ = ["scores"]
