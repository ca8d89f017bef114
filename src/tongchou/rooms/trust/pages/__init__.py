"""Pages of the room: importing the package registers them."""

from tongchou.rooms.trust.pages import care, issue, lists, orders, own, reversals

__all__ = ["care", "issue", "lists", "orders", "own", "reversals"]
