"""The app of the room: schools."""

from tongchou.rooms.registry import Room


class SchoolsConfig(Room):
    name = "tongchou.rooms.schools"
    label = "schools"
    verbose_name = "学校 Schools"
