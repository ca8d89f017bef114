"""Verbs of record: every function that act() may run. Rooms register theirs from their own `actions.py`."""

from importlib import import_module
from pkgutil import iter_modules


def load() -> None:
    """Import every module of this package, so that its verbs are registered."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
