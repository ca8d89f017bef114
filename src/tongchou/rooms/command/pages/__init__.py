"""Pages of the command room: importing the package registers them."""

from tongchou.rooms.command.pages import cascade, duty, standing, teams, tree

__all__ = ["cascade", "duty", "standing", "teams", "tree"]
