"""The numbers of duty, each with its source, out of duty.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import yaml

from tongchou.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number of a rule. status: confirmed, or unconfirmed until the district has signed it off."""

    value: int
    status: str
    source: Text


@lru_cache(maxsize=1)
def duty_rules() -> dict[str, Parameter]:
    """Every parameter, by name. Raises KeyError or ValueError when the file is not in order."""
    raw = yaml.safe_load(files("tongchou.rooms.command").joinpath("duty.yaml").read_text("utf-8"))
    found = {k: Parameter(int(v["value"]), v["status"], Text.from_dict(v["source"])) for k, v in raw.items()}
    wrong = [k for k, p in found.items() if p.status not in ("confirmed", "unconfirmed") or p.value < 0]
    if wrong:
        raise ValueError(f"duty.yaml: {', '.join(wrong)}")
    return found
