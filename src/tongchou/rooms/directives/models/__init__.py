"""Documents with their directives, and meetings with who was there."""

from tongchou.rooms.directives.models.documents import Directive, Document
from tongchou.rooms.directives.models.meetings import Attendance, Meeting, Venue

__all__ = ["Attendance", "Directive", "Document", "Meeting", "Venue"]
