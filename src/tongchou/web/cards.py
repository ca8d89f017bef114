"""Number cards that rooms put on the headquarters' page of figures, beside the loops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from tongchou.record.access import Actor

Card = Callable[[HttpRequest], dict[str, Any]]
_CARDS: list[tuple[str, Card]] = []


def figure_card(permission: str) -> Callable[[Card], Card]:
    """Register a card {label, value, url, definition}; it is worked out only for those who have the permission."""

    def register(make: Card) -> Card:
        _CARDS.append((permission, make))
        return make

    return register


def cards_for(request: HttpRequest, actor: Actor) -> list[dict[str, Any]]:
    return [make(request) for permission, make in _CARDS if actor.permits(permission)]
