"""Verbs of the room: importing the package registers them."""

from tongchou.rooms.command import standing, teams
from tongchou.rooms.command.actions import plan, watch

__all__ = ["plan", "standing", "teams", "watch"]
