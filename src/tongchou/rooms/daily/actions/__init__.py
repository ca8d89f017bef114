"""The room's verbs, by subject."""

from tongchou.rooms.daily import contacts
from tongchou.rooms.daily.actions import breach, chasing, fever, progress, reports, table

__all__ = ["breach", "chasing", "contacts", "fever", "progress", "reports", "table"]
