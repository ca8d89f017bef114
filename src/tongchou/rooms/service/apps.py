"""The app of the room: service to enterprises."""

from importlib import import_module

from tongchou.rooms.registry import Room


class ServiceConfig(Room):
    name = "tongchou.rooms.service"
    label = "service"
    verbose_name = "惠企服务 Service"

    def ready(self) -> None:
        """The room also says which of its visits look made for the count, and has its part in the daily report."""
        super().ready()
        import_module(f"{self.name}.oddities")
