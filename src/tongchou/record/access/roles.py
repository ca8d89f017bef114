"""The role table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import yaml

from tongchou.kernel.text import Text

SCOPES = ("area", "unit", "self", "none")
FACTORS = ("restricts", "exports", "access")
"""Why a permission asks for a second factor."""


@dataclass(frozen=True, slots=True)
class Role:
    key: str
    title: Text
    scope: str
    permissions: frozenset[str]
    second_factor: bool
    exclusive: bool
    served: bool


@dataclass(frozen=True, slots=True)
class Roles:
    """Every role and every permission. A permission that no line names does not exist.

    directory: who is who and what lies where. Under these a role with unit scope sees the area of its unit.
    """

    by_key: dict[str, Role]
    permissions: dict[str, Text]
    personal: frozenset[str]
    directory: frozenset[str]

    def __getitem__(self, key: str) -> Role:
        return self.by_key[key]


def read_roles(text: str) -> Roles:
    """Read the table; raises ValueError naming the entry when it contradicts itself."""
    raw = yaml.safe_load(text)
    permissions = {k: Text(v["zh"], v["en"]) for k, v in raw["permissions"].items()}
    personal = frozenset(k for k, v in raw["permissions"].items() if v.get("personal"))
    directory = frozenset(k for k, v in raw["permissions"].items() if v.get("directory"))
    factors = {k: str(v["factor"]) for k, v in raw["permissions"].items() if "factor" in v}
    strange = {k: v for k, v in factors.items() if v not in FACTORS}
    if strange:
        raise ValueError(f"roles.yaml: factor of {sorted(strange)} is none of {FACTORS}")
    everyone = frozenset(raw["everyone"])
    table: dict[str, Role] = {}
    for key, entry in raw["roles"].items():
        granted = frozenset(entry["permissions"]) | everyone
        unknown = granted - permissions.keys()
        if unknown:
            raise ValueError(f"roles.yaml: role {key} names unknown permissions {sorted(unknown)}")
        if entry["scope"] not in SCOPES:
            raise ValueError(f"roles.yaml: role {key} has scope {entry['scope']!r}; one of {SCOPES} is needed")
        _factor(key, bool(entry["second_factor"]), granted & factors.keys(), factors)
        exclusive = bool(entry.get("exclusive", False))
        if exclusive and granted & (personal | {"loop.view", "loop.act", "custody.view"}):
            raise ValueError(f"roles.yaml: administrator role {key} may not read cases")
        table[key] = Role(
            key, Text.from_dict(entry["title"]), entry["scope"], granted, bool(entry["second_factor"]), exclusive,
            bool(entry.get("served", False)),
        )
    return Roles(table, permissions, personal, directory)


def _factor(role: str, has: bool, held: frozenset[str], factors: dict[str, str]) -> None:
    """Refuse a role that may restrict people, export their data or manage access by a password alone."""
    if held and not has:
        named = ", ".join(f"{p} ({factors[p]})" for p in sorted(held))
        raise ValueError(f"roles.yaml: role {role} needs second_factor: true, as it holds {named}")


@lru_cache(maxsize=1)
def roles() -> Roles:
    return read_roles(files("tongchou.record.access").joinpath("roles.yaml").read_text("utf-8"))
