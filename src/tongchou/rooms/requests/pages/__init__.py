"""Pages of data requests."""

from tongchou.rooms.requests.pages import answer, ask, burden, catalogue, file

__all__ = ["answer", "ask", "burden", "catalogue", "file"]
