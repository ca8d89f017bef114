"""Pages of the room."""

from tongchou.rooms.enterprises.pages import edit, file, imports, own, register, staff, staff_edit, street

__all__ = ["edit", "file", "imports", "own", "register", "staff", "staff_edit", "street"]
