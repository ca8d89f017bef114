"""Pages of projects."""

from tongchou.rooms.projects.pages import acts, edit, lists

__all__ = ["acts", "edit", "lists"]
