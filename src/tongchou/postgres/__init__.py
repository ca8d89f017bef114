"""Finds, starts, stops and locates a PostgreSQL server. No Django."""

from tongchou.postgres.place import NoServer, home, locate
from tongchou.postgres.server import Server, ServerError

__all__ = ["NoServer", "Server", "ServerError", "home", "locate"]
