"""Tables of the room."""

from tongchou.rooms.daily.models.fever import Attendance, Fever
from tongchou.rooms.daily.models.reports import Excuse, Report, Silence

__all__ = ["Attendance", "Excuse", "Fever", "Report", "Silence"]
