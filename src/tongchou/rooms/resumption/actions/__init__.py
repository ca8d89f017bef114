"""Verbs of the resumption of work; importing the package registers them."""

from tongchou.rooms.resumption.actions import (
    adjusting,
    applying,
    batches,
    checking,
    deciding,
    lifting,
    permit_life,
    permit_watch,
    ruling,
)

__all__ = ["adjusting", "applying", "batches", "checking", "deciding", "lifting", "permit_life", "permit_watch", "ruling"]
