"""Verbs of the room: importing the package registers them."""

from tongchou.rooms.trust.actions import answer, care, issue, lists, reverse

__all__ = ["answer", "care", "issue", "lists", "reverse"]
