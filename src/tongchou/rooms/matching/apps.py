"""The app of the room: matching and return trips."""

from tongchou.rooms.registry import Room


class MatchingConfig(Room):
    name = "tongchou.rooms.matching"
    label = "matching"
    verbose_name = "供需对接 Matching"
