"""Pages of schools."""

from tongchou.rooms.schools.pages import checks, cluster, edit, journeys, opening, overview, pupils, school, turns

__all__ = ["checks", "cluster", "edit", "journeys", "opening", "overview", "pupils", "school", "turns"]
