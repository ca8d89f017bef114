"""Numbers of rules that are data: each with its source and whether the district has confirmed it, in a YAML file beside the code that uses it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from tongchou.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number of a rule. status: confirmed, or unconfirmed until the district has signed it off. title: what it counts, for pages that list it."""

    value: int
    status: str
    source: Text
    title: Text | None = None


@cache
def parameters(package: str, file: str) -> dict[str, Parameter]:
    """Every parameter of a file, by name. Raises KeyError or ValueError when the file is not in order."""
    raw = yaml.safe_load(files(package).joinpath(file).read_text("utf-8"))
    found = {
        k: Parameter(int(v["value"]), v["status"], Text.from_dict(v["source"]), Text.from_dict(v["title"]) if "title" in v else None) for k, v in raw.items()
    }
    wrong = [k for k, p in found.items() if p.status not in ("confirmed", "unconfirmed") or p.value < 0]
    if wrong:
        raise ValueError(f"{file}: {', '.join(wrong)}")
    return found
