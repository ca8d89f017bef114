"""Pages of data requests."""

from tongchou.rooms.requests.pages import answer, answer_table, ask, burden, catalogue, file

__all__ = ["answer", "answer_table", "ask", "burden", "catalogue", "file"]
