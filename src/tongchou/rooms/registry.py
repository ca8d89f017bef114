"""A room's app: when Django is ready, its verbs, pages and jobs are registered with the doors."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig

PARTS = ("actions", "pages", "api", "tasks", "paper", "hands", "bounds")


class Room(AppConfig):
    """Subclasses give name and label."""

    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import what the room registers. A part that it does not have is skipped; one that fails to import is an error."""
        for part in PARTS:
            if find_spec(f"{self.name}.{part}") is not None:
                import_module(f"{self.name}.{part}")
