"""The record app."""

from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "tongchou.record"
    label = "record"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register every verb, so that each door sees the same list."""
        from tongchou.record import actions

        actions.load()
