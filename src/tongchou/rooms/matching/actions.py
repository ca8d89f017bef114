"""The room's verbs are in modules by what they are about; importing them registers them."""

from tongchou.rooms.matching import boarding, entries, entry_table, issue, passengers, runs, signup, trip_changes, trips

__all__ = ["boarding", "entries", "entry_table", "issue", "passengers", "runs", "signup", "trip_changes", "trips"]
