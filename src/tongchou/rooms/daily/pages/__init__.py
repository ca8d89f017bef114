"""The room's pages."""

from tongchou.rooms.daily.pages import (
    attendance,
    attendance_badges,
    attendance_leave,
    attendance_month,
    attendance_overview,
    breach,
    chain,
    fever,
    gate,
    manage,
    matter,
    overview,
    owed,
    own,
    progress,
    progress_set,
    spot,
    spot_results,
)

__all__ = [
    "attendance", "attendance_badges", "attendance_leave", "attendance_month", "attendance_overview", "breach", "chain", "fever", "gate", "manage", "matter",
    "overview", "owed", "own", "progress", "progress_set", "spot", "spot_results",
]  # fmt: skip
