"""The app of the room: schools."""

from importlib import import_module

from tongchou.rooms.registry import Room


class SchoolsConfig(Room):
    name = "tongchou.rooms.schools"
    label = "schools"
    verbose_name = "学校 Schools"

    def ready(self) -> None:
        """The room also says what its regular reports cost."""
        super().ready()
        import_module(f"{self.name}.burden")
