"""Verbs of the resumption of work; importing the package registers them."""

from tongchou.rooms.resumption.actions import applying, batches, checking, deciding, ruling

__all__ = ["applying", "batches", "checking", "deciding", "ruling"]
