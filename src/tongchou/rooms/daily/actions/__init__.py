"""The room's verbs, by subject."""

from tongchou.rooms.daily import contacts
from tongchou.rooms.daily.actions import chasing, fever, progress, reports, table

__all__ = ["chasing", "contacts", "fever", "progress", "reports", "table"]
