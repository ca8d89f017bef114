"""The app of the room: Trust."""

from tongchou.rooms.registry import Room


class TrustConfig(Room):
    name = "tongchou.rooms.trust"
    label = "trust"
    verbose_name = "管控与信任 Trust"
