"""The app of the room: Supervision."""

from tongchou.rooms.registry import Room


class SupervisionConfig(Room):
    name = "tongchou.rooms.supervision"
    label = "supervision"
    verbose_name = "督查 Supervision"
