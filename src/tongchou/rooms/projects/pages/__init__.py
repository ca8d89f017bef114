"""Pages of projects."""

from tongchou.rooms.projects.pages import acts, edit, gaps, lists

__all__ = ["acts", "edit", "gaps", "lists"]
