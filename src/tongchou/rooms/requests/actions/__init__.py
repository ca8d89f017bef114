"""Verbs of data requests."""

from tongchou.rooms.requests.actions import answer, ask, issue, table

__all__ = ["answer", "ask", "issue", "table"]
