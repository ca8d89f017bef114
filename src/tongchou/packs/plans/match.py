"""One set of facts put to every table of a pack: for whom each policy is, and which of its conditions fails."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.decide import Decision, decide
from tongchou.packs.plans.facts import names_of, shown
from tongchou.packs.plans.model import Pack, Table
from tongchou.packs.yamllines import nearest


def match(
    pack: Pack, facts: Mapping[str, object], as_of: date, known_on: date | None = None, area: str = ""
) -> dict[str, Decision]:
    """Decide by every table, each with the facts that it uses. A fact that no table uses is refused by name. Raises Refusal."""
    accepted = {key: _accepted(table) for key, table in pack.tables.items()}
    for name, value in facts.items():
        if not any(name in names for names in accepted.values()):
            rule = Text("包中没有表使用这个事实。", "No table of this pack uses this fact.")
            remedy = nearest(name, sorted({n for table in pack.tables.values() for n in names_of(table)}))
            raise Refusal(Reason.UNKNOWN_FIELD, rule, remedy=remedy, field=name, value=shown(value))
    return {
        key: decide(pack, key, {n: v for n, v in facts.items() if n in names}, as_of, known_on, area, explain=False)
        for key, names in accepted.items()
    }


def _accepted(table: Table) -> set[str]:
    return {*names_of(table), *(other for spec in table.inputs.values() for other in spec.also)}


def facts_asked(table: Table) -> list[dict[str, Any]]:
    """The facts of a table for people who write them: name, type, choices, what unknown means, other names."""
    out = []
    for key, spec in table.inputs.items():
        if spec.type == "computed":
            continue
        unknown: Any = {"assume": spec.assumed} if spec.unknown == "assume" else spec.unknown
        one: dict[str, Any] = {"fact": key, "type": spec.type, "title": spec.title.as_dict(), "unknown": unknown}
        if spec.choices:
            one["choices"] = {k: t.as_dict() for k, t in spec.choices.items()}
        if spec.of:
            one["counted_from"] = spec.of
        if spec.also:
            one["also"] = list(spec.also)
        out.append(one)
    return out
