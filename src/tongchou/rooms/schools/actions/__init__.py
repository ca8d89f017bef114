"""Verbs of the room of schools."""

from tongchou.rooms.schools.actions import (
    checks,
    class_table,
    clusters,
    family,
    files,
    journeys,
    opening,
    pupil_chase,
    pupils,
    severe,
    silence,
    turns,
)

__all__ = ["checks", "class_table", "clusters", "family", "files", "journeys", "opening", "pupil_chase", "pupils", "severe", "silence", "turns"]
