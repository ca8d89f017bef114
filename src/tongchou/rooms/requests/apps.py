"""The app of the room: data requests."""

from tongchou.rooms.registry import Room


class RequestsConfig(Room):
    name = "tongchou.rooms.requests"
    label = "requests"
    verbose_name = "数据需求 Data requests"
