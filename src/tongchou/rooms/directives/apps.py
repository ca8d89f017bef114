"""The directives room's app."""

from importlib import import_module

from tongchou.rooms.registry import Room


class DirectivesConfig(Room):
    name = "tongchou.rooms.directives"
    label = "directives"
    verbose_name = "会议部署 Directives"

    def ready(self) -> None:
        """The room also offers its meetings to who drafts minutes."""
        super().ready()
        import_module(f"{self.name}.minutes")
