"""Pages of the room."""

from tongchou.rooms.enterprises.pages import (
    clearances,
    edit,
    file,
    imports,
    own,
    proposing,
    register,
    staff,
    staff_edit,
    street,
)

__all__ = ["clearances", "edit", "file", "imports", "own", "proposing", "register", "staff", "staff_edit", "street"]
