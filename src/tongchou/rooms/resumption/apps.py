"""The app of the room: Resumption and service."""


from tongchou.rooms.registry import Room


class ResumptionConfig(Room):
    name = "tongchou.rooms.resumption"
    label = "resumption"
    verbose_name = "复工复产 Resumption and service"

    def ready(self) -> None:
        """The room also has its part in the daily report."""
        super().ready()
