"""Verbs of the room of schools."""

from tongchou.rooms.schools.actions import checks, clusters, files, journeys, opening, silence, turns

__all__ = ["checks", "clusters", "files", "journeys", "opening", "silence", "turns"]
