"""The room's verbs, by subject."""

from tongchou.rooms.daily import contacts
from tongchou.rooms.daily.actions import (
    alarm_answers,
    attendance,
    breach,
    chasing,
    fever,
    progress,
    reports,
    signing,
    table,
)

__all__ = ["alarm_answers", "attendance", "breach", "chasing", "contacts", "fever", "progress", "reports", "signing", "table"]
