"""Pages of the room."""

from tongchou.rooms.enterprises.pages import (
    accounts,
    clearances,
    edit,
    file,
    imports,
    news,
    notices,
    own,
    proposing,
    register,
    staff,
    staff_edit,
    street,
    supply,
)

__all__ = ["accounts", "clearances", "edit", "file", "imports", "news", "notices", "own", "proposing", "register", "staff", "staff_edit", "street", "supply"]
