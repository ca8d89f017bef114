"""The room's verbs, by subject."""

from tongchou.rooms.daily import contacts
from tongchou.rooms.daily.actions import (
    alarm_answers,
    attendance,
    badges,
    breach,
    chasing,
    fever,
    inspection,
    leave,
    progress,
    reports,
    signals,
    signing,
    spot,
    table,
)

__all__ = [
    "alarm_answers", "attendance", "badges", "breach", "chasing", "contacts", "fever", "inspection", "leave", "progress", "reports", "signals", "signing", "spot",
    "table",
]  # fmt: skip
