"""The app of the room: enterprises."""

from tongchou.rooms.registry import Room


class EnterprisesConfig(Room):
    name = "tongchou.rooms.enterprises"
    label = "enterprises"
    verbose_name = "企业名册 Enterprises"
