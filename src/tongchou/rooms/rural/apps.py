"""The app of the room: spring ploughing and poverty relief."""

from tongchou.rooms.registry import Room


class RuralConfig(Room):
    name = "tongchou.rooms.rural"
    label = "rural"
    verbose_name = "春耕和帮扶 Ploughing and relief"
