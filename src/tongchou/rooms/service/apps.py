"""The app of the room: service to enterprises."""

from tongchou.rooms.registry import Room


class ServiceConfig(Room):
    name = "tongchou.rooms.service"
    label = "service"
    verbose_name = "惠企服务 Service"
