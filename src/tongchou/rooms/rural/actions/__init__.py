"""Verbs of the room."""

from tongchou.rooms.rural.actions import deliveries, gaps, living, needs, produce, relief, removal, setup, sown

__all__ = ["deliveries", "gaps", "living", "needs", "produce", "relief", "removal", "setup", "sown"]
