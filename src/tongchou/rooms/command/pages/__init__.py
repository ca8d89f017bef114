"""Pages of the command room: importing the package registers them."""

from tongchou.rooms.command.pages import cascade, duty, duty_month, duty_plan, duty_shift, standing, teams, tree

__all__ = ["cascade", "duty", "duty_month", "duty_plan", "duty_shift", "standing", "teams", "tree"]
