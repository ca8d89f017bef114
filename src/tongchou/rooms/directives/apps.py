"""The directives room's app."""

from tongchou.rooms.registry import Room


class DirectivesConfig(Room):
    name = "tongchou.rooms.directives"
    label = "directives"
    verbose_name = "会议部署 Directives"
