"""Pages of area risk: importing the package registers them."""

from tongchou.rooms.risk.pages import area, overview, report

__all__ = ["area", "overview", "report"]
