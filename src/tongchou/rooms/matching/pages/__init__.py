"""Pages of matching and of return trips."""

from tongchou.rooms.matching.pages import boarding, entries, overview, runs, trip_changes, trips

__all__ = ["boarding", "entries", "overview", "runs", "trip_changes", "trips"]
