"""Pages of the assessment room."""

from tongchou.rooms.assessment.pages import bulletins, scores, weights

__all__ = ["bulletins", "scores", "weights"]
