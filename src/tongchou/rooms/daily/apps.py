"""The app of the room: daily reports, breaches and progress of enterprises."""

from importlib import import_module

from tongchou.rooms.registry import Room


class DailyConfig(Room):
    name = "tongchou.rooms.daily"
    label = "daily"
    verbose_name = "企业日报 Daily reports"

    def ready(self) -> None:
        """The room also says what its regular reports cost, for how many employees an enterprise has masks, and has its part in the daily report."""
        super().ready()
        import_module(f"{self.name}.burden")
        import_module(f"{self.name}.stocks")
