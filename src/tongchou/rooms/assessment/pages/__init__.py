"""Pages of the assessment room."""

from tongchou.rooms.assessment.pages import bulletins, month, scores, weights

__all__ = ["bulletins", "month", "scores", "weights"]
