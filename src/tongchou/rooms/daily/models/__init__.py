"""Tables of the room."""

from tongchou.rooms.daily.models.attendance import Alarm, Attendance, Badge, Gate
from tongchou.rooms.daily.models.breach import Breach, Signal, SpotCheck, SpotDraw
from tongchou.rooms.daily.models.fever import Fever
from tongchou.rooms.daily.models.leave import Leave
from tongchou.rooms.daily.models.progress import Baseline, Partner, Target
from tongchou.rooms.daily.models.reports import Excuse, Happening, Report, Silence

__all__ = [
    "Alarm",
    "Attendance",
    "Badge",
    "Baseline",
    "Breach",
    "Excuse",
    "Fever",
    "Gate",
    "Happening",
    "Leave",
    "Partner",
    "Report",
    "Signal",
    "Silence",
    "SpotCheck",
    "SpotDraw",
    "Target",
]
