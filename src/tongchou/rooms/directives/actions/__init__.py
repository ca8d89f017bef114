"""Verbs of the room: documents, their directives, issuing, meetings."""

from tongchou.rooms.directives.actions import add, attendance, documents, issue, items, meetings, roster

__all__ = ["add", "attendance", "documents", "issue", "items", "meetings", "roster"]
