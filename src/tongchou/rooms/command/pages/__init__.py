"""Pages of the command room: importing the package registers them."""

from tongchou.rooms.command.pages import cascade, duty

__all__ = ["cascade", "duty"]
