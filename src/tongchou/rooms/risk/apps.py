"""The app of the room: Area risk."""

from tongchou.rooms.registry import Room


class RiskConfig(Room):
    name = "tongchou.rooms.risk"
    label = "risk"
    verbose_name = "风险 Area risk"
