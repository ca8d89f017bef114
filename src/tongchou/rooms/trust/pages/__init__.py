"""Pages of the room: importing the package registers them."""

from tongchou.rooms.trust.pages import bulk, care, gaps, issue, lists, orders, own, reversals

__all__ = ["bulk", "care", "gaps", "issue", "lists", "orders", "own", "reversals"]
