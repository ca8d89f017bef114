"""Numbers of the room as of a day (matching.yaml), and what people may set for a single run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

import yaml

from tongchou.kernel.text import Text

WEIGHTS = ("essential_points", "late_points", "late_step_days", "late_most_steps", "small_percent", "most_km")
"""What a run may be given other values for, with a reason."""
NAMES: dict[str, Text] = {
    "essential_points": Text("保供企业加分", "Points of the essential list"),
    "late_points": Text("逾期每档加分", "Points for each late step"),
    "late_step_days": Text("逾期一档的天数", "Days in a late step"),
    "late_most_steps": Text("逾期最多档数", "Late steps at most"),
    "small_percent": Text("小微企业份额（百分比）", "Share of small enterprises (percent)"),
    "most_km": Text("最远距离（公里）", "Furthest distance (km)"),
    "seat_percent": Text("载客比例（百分比）", "Seats that may be used (percent)"),
    "fever_tenths": Text("发热界限（0.1℃）", "Fever above (0.1 °C)"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A number with the day from which it holds, its source, and whether the district has confirmed it."""

    since: date
    value: int
    status: str
    source: Text


@cache
def _all() -> dict[str, tuple[Rule, ...]]:
    raw = yaml.safe_load(files("tongchou.rooms.matching").joinpath("matching.yaml").read_text("utf-8"))
    out = {}
    for key, lines in raw.items():
        rules = tuple(Rule(v["from"], int(v["value"]), v["status"], Text.from_dict(v["source"])) for v in lines)
        if [r.since for r in rules] != sorted({r.since for r in rules}) or any(r.status not in ("confirmed", "unconfirmed") for r in rules):
            raise ValueError(f"matching.yaml: {key}")
        out[key] = rules
    return out


def rules(on: date) -> dict[str, Rule]:
    """Every number as it holds on a day. Raises KeyError where one does not hold yet."""
    out = {}
    for key, lines in _all().items():
        held = [r for r in lines if r.since <= on]
        if not held:
            raise KeyError(key)
        out[key] = held[-1]
    return out
