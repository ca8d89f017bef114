"""The numbers of the room, and which signs count for which disease: out of schools.yaml and clusters.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from tongchou.kernel.parameters import Parameter, parameters
from tongchou.kernel.text import Text


def school_rules() -> dict[str, Parameter]:
    """Every parameter, by name."""
    return parameters("tongchou.rooms.schools", "schools.yaml")


@dataclass(frozen=True, slots=True)
class Window:
    """How a fact of the plan's table is counted. by: "school", or "class" for the class with the most. parameter: the mark it is held to."""

    fact: str
    days: int
    by: str
    parameter: str


@dataclass(frozen=True, slots=True)
class Stated:
    """A fact that is stated by day and summed over days. what: "hospitalised" or "deaths"."""

    fact: str
    days: int
    what: str
    parameter: str


@dataclass(frozen=True, slots=True)
class Disease:
    """A disease that the checks can show. signs: each counts one case. severe: what is stated beside them."""

    key: str
    title: Text
    pack: str
    table: str
    signs: tuple[str, ...]
    windows: tuple[Window, ...]
    severe: tuple[Stated, ...] = ()

    @property
    def longest(self) -> int:
        return max(w.days for w in self.windows)


@cache
def diseases() -> dict[str, Disease]:
    """Every disease, by key."""
    raw = yaml.safe_load(files("tongchou.rooms.schools").joinpath("clusters.yaml").read_text("utf-8"))
    return {
        key: Disease(
            key, Text.from_dict(d["title"]), d["pack"], d["table"], tuple(d["signs"]),
            tuple(Window(fact, int(w["days"]), w["by"], w["parameter"]) for fact, w in d["facts"].items()),
            tuple(Stated(fact, int(w["days"]), w["what"], w["parameter"]) for fact, w in d.get("severe", {}).items()),
        )
        for key, d in raw.items()
    }  # fmt: skip
