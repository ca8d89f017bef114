"""Pages of schools."""

from tongchou.rooms.schools.pages import (
    checks,
    cluster,
    edit,
    family,
    family_words,
    journeys,
    news,
    opening,
    overview,
    pupils,
    school,
    turns,
)

__all__ = ["checks", "cluster", "edit", "family", "family_words", "journeys", "news", "opening", "overview", "pupils", "school", "turns"]
