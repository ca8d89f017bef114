"""Pages of the resumption of work: importing the package registers them."""

from tongchou.rooms.resumption.pages import (
    application,
    applying,
    checking,
    letters,
    orders,
    overview,
    permit_life,
    permits,
    public,
    queueing,
    regime,
    ruling,
    stopped,
)

__all__ = [
    "application",
    "applying",
    "checking",
    "letters",
    "orders",
    "overview",
    "permit_life",
    "permits",
    "public",
    "queueing",
    "regime",
    "ruling",
    "stopped",
]
