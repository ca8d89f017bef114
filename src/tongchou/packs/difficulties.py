"""Which kinds of loops are difficulties of enterprises, as dated data (data/base/difficulties.yaml): what rankings of who solves them count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from tongchou.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Difficulties:
    """One edition. always: kinds that count whoever opened the loop; own: kinds that count where an enterprise or school opened it."""

    since: date
    status: str
    source: Text
    always: tuple[str, ...]
    own: tuple[str, ...]


def difficulties_on(day: date) -> Difficulties:
    """The edition in force on a day; the first one before its own date."""
    found = _editions()
    return next((d for d in reversed(found) if d.since <= day), found[0])


@cache
def _editions() -> tuple[Difficulties, ...]:
    return read(yaml.safe_load(files("tongchou.packs").joinpath("data/base/difficulties.yaml").read_text("utf-8")))


def read(raw: list[dict[str, Any]]) -> tuple[Difficulties, ...]:
    """Read and check editions. Raises ValueError that names what is wrong, KeyError for what is missing."""
    found = tuple(Difficulties(e["from"], e["status"], Text.from_dict(e["source"]), tuple(e["always"]), tuple(e["own"])) for e in raw)
    for one in found:
        if not one.always or set(one.always) & set(one.own) or one.status not in ("confirmed", "unconfirmed"):
            raise ValueError(f"difficulties.yaml, {one.since}: kinds or status")
    if not found or [d.since for d in found] != sorted({d.since for d in found}):
        raise ValueError("difficulties.yaml: editions must be in the order of their dates, one for a date")
    return found
