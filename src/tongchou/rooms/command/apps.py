"""The command room's app."""

from tongchou.rooms.registry import Room


class CommandConfig(Room):
    name = "tongchou.rooms.command"
    label = "command"
    verbose_name = "指挥 Command"
