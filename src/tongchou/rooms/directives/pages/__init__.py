"""Pages of the room."""

from tongchou.rooms.directives.pages import (
    attend,
    convene,
    document,
    edit,
    history,
    issue,
    meetings,
    register,
    roster,
    upload,
)

__all__ = ["attend", "convene", "document", "edit", "history", "issue", "meetings", "register", "roster", "upload"]
