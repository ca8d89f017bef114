"""Verbs of the room: importing the package registers them."""

from tongchou.rooms.trust.actions import answer, bulk, care, cohort, issue, lists, reverse

__all__ = ["answer", "bulk", "care", "cohort", "issue", "lists", "reverse"]
