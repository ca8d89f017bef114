"""Tables of the room."""

from tongchou.rooms.daily.models.breach import Breach, Signal, SpotDraw
from tongchou.rooms.daily.models.fever import Attendance, Fever
from tongchou.rooms.daily.models.progress import Baseline, Partner, Target
from tongchou.rooms.daily.models.reports import Excuse, Report, Silence

__all__ = [
    "Attendance",
    "Baseline",
    "Breach",
    "Excuse",
    "Fever",
    "Partner",
    "Report",
    "Signal",
    "Silence",
    "SpotDraw",
    "Target",
]
