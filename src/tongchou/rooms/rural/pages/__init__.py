"""Pages of the room."""

from tongchou.rooms.rural.pages import (
    dealer,
    deliveries,
    farm,
    files,
    helped,
    household,
    jobs,
    lines,
    needs,
    produce,
    relief,
    setup,
    sown,
    stocks,
    supply,
)

__all__ = [
    "dealer",
    "deliveries",
    "farm",
    "files",
    "helped",
    "household",
    "jobs",
    "lines",
    "needs",
    "produce",
    "relief",
    "setup",
    "sown",
    "stocks",
    "supply",
]
