"""Verbs of area risk: importing the package registers them."""

from tongchou.rooms.risk.actions import grades

__all__ = ["grades"]
