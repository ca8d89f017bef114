"""Crops, and the shipped list of inputs (catalogue.yaml)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from tongchou.kernel.parameters import Parameter, parameters
from tongchou.kernel.text import Text


@dataclass(frozen=True, slots=True)
class ShippedInput:
    key: str
    kind: str
    name: Text
    unit: Text
    crop: str


@cache
def _catalogue() -> dict[str, Any]:
    return dict(yaml.safe_load(files("tongchou.rooms.rural").joinpath("catalogue.yaml").read_text("utf-8")))


def crops() -> dict[str, Text]:
    """Every crop by key, in the order of the file."""
    return {k: Text.from_dict(v) for k, v in _catalogue()["crops"].items()}


def shipped_inputs() -> list[ShippedInput]:
    """The inputs with which a district may begin."""
    rows = _catalogue()["inputs"].items()
    return [
        ShippedInput(k, v["kind"], Text.from_dict(v["name"]), Text.from_dict(v["unit"]), v.get("crop", ""))
        for k, v in rows
    ]


def rural_rules() -> dict[str, Parameter]:
    """Every parameter of the room, by name."""
    return parameters("tongchou.rooms.rural", "rural.yaml")
