"""Schools by classes and counts. No pupil is named here: who is ill is a number of a class on a day."""

from tongchou.rooms.schools.models.checks import Check, Cluster, Measure, Sign, Silence
from tongchou.rooms.schools.models.school import (
    Destination,
    OnlineDay,
    Opening,
    Proof,
    School,
    SchoolClass,
    Travel,
    Turn,
    TurnPlan,
)

__all__ = [
    "Check",
    "Cluster",
    "Destination",
    "Measure",
    "OnlineDay",
    "Opening",
    "Proof",
    "School",
    "SchoolClass",
    "Sign",
    "Silence",
    "Travel",
    "Turn",
    "TurnPlan",
]
