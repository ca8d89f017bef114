"""The three main things of a role, from first_things.yaml: links for its home page."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.record.access import Actor

FIRST = "first_sign_in"
"""Key of a session that is its account's first one."""


@cache
def table() -> dict[str, list[dict[str, Any]]]:
    """Role -> its three things: page, query, icon, title, text. What a role names and is not declared is a KeyError."""
    given = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    things = {
        key: thing | {"query": thing.get("query", ""), "title": Text(**thing["title"]), "text": Text(**thing["text"])}
        for key, thing in given["things"].items()
    }
    return {role: [things[key] for key in keys] for role, keys in given["roles"].items()}


def main_things(actor: Actor) -> list[dict[str, Any]]:
    """The main things of the actor's first post."""
    if not actor.grants:
        return []
    return [
        t | {"url": reverse(t["page"]) + (f"?{t['query']}" if t["query"] else "")}
        for t in table()[actor.grants[0].role]
    ]
