"""The room's pages."""

from tongchou.rooms.daily.pages import (
    attendance,
    attendance_month,
    attendance_overview,
    breach,
    chain,
    fever,
    gate,
    manage,
    overview,
    own,
    progress,
)

__all__ = ["attendance", "attendance_month", "attendance_overview", "breach", "chain", "fever", "gate", "manage", "overview", "own", "progress"]
