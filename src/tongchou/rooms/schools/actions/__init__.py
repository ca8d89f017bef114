"""Verbs of the room of schools."""

from tongchou.rooms.schools.actions import (
    checks,
    class_table,
    clusters,
    files,
    journeys,
    opening,
    pupil_chase,
    pupils,
    silence,
    turns,
)

__all__ = ["checks", "class_table", "clusters", "files", "journeys", "opening", "pupil_chase", "pupils", "silence", "turns"]
