"""What would have to change for another outcome: every single fact whose change alone leads to one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tongchou.packs.plans.conditions import cells, meets
from tongchou.packs.plans.facts import Facts
from tongchou.packs.plans.model import Fact, Input, Test
from tongchou.packs.plans.resolve import Standing


@dataclass(frozen=True, slots=True)
class Alternative:
    """If `fact` were `value` (an example that meets `tests`; None: not known), the outcome would be this, by this rule."""

    fact: str
    now: Fact | None
    value: Fact | None
    test: str
    outcome: str
    rule: str


def alternatives(standing: Standing, facts: Facts, outcome: str) -> tuple[Alternative, ...]:
    """One entry for every fact and outcome (the nearest example first), each found by deciding again with that fact changed."""
    failing = [_failing(standing, rule.when, facts) for rule in standing.rules]
    out: list[Alternative] = []
    for key, spec in standing.inputs.items():
        tests = [rule.when[key] for rule in standing.rules if key in rule.when]
        if not tests:
            continue
        # Only rules that nothing but this fact keeps from firing can be reached by changing it.
        reach = [n for n, bad in enumerate(failing) if bad <= {key}]
        seen = {outcome}
        for value in cells(spec, tests):
            if value is None or value == facts[key]:
                continue
            found = _first(standing, reach, key, spec, value)
            if found is None:
                continue
            rule = standing.rules[found]
            if rule.rule.outcome not in seen:
                seen.add(rule.rule.outcome)
                test = rule.when[key].text if key in rule.when else ""
                out.append(Alternative(key, facts[key], value, test, rule.rule.outcome, rule.key))
    return tuple(out)


def _failing(standing: Standing, when: Mapping[str, Test], facts: Facts) -> set[str]:
    return {name for name, test in when.items() if meets(standing.inputs[name], test, facts[name]) is not True}


def _first(standing: Standing, reach: list[int], key: str, spec: Input, value: Fact) -> int | None:
    """The first rule in reach that fires with the fact so. A rule that only unknown facts hold back comes not into question."""
    for n in reach:
        test = standing.rules[n].when.get(key)
        if test is None or meets(spec, test, value):
            return n
    return None
