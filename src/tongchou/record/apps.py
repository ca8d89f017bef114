"""The record app."""

import gc

from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "tongchou.record"
    label = "record"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register every verb, so that each door sees the same list."""
        from tongchou.record import actions

        actions.load()
        gc.set_threshold(100_000, 50, 100)  # bulk acts make many long-lived objects; the default spends a third of the time on them
