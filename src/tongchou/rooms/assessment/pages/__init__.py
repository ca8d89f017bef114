"""Pages of the room: importing the package registers them."""

from tongchou.rooms.assessment.pages import bulletins, scores

__all__ = ["bulletins", "scores"]
