"""Schools by classes and counts: who is ill is a number of a class on a day. Named, sealed and for some time only, are pupils who are absent."""

from tongchou.rooms.schools.models.checks import Check, Cluster, Measure, Sign, Silence
from tongchou.rooms.schools.models.family import FamilyNotice, FamilyWord
from tongchou.rooms.schools.models.pupils import Absentee, PupilChase
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
from tongchou.rooms.schools.models.severe import Severe

__all__ = [
    "Absentee",
    "Check",
    "Cluster",
    "Destination",
    "FamilyNotice",
    "FamilyWord",
    "Measure",
    "OnlineDay",
    "Opening",
    "Proof",
    "PupilChase",
    "School",
    "SchoolClass",
    "Severe",
    "Sign",
    "Silence",
    "Travel",
    "Turn",
    "TurnPlan",
]
