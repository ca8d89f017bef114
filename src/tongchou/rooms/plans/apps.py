"""The app of the room: Plans."""

from tongchou.rooms.registry import Room


class PlansConfig(Room):
    name = "tongchou.rooms.plans"
    label = "plans"
    verbose_name = "预案 Plans"
