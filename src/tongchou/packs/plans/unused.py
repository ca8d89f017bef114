"""What a pack holds and never uses, or could never use: inputs, outcomes and measures, days of tests after the end, papers that nobody could find."""

from __future__ import annotations

from collections.abc import Iterator

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.model import Pack, Rule, Table
from tongchou.packs.plans.resolve import Standing, StandingRule, Stretch
from tongchou.packs.plans.values import Place, Ref


def _problem(place: Place, rule: Text, remedy: Text, field: str, value: object, reason: Reason = Reason.INVALID_VALUE) -> Refusal:
    return Refusal(reason, rule, remedy=remedy, field=field, value=value, line=place.line, file=place.file)


def check_unused(pack: Pack) -> Iterator[Refusal]:
    """Inputs that no rule looks at and no measure counts from, outcomes that no rule gives, measures that no rule orders."""
    for table in pack.tables.values():
        rules = [*table.rules, *(r for o in pack.overlays.values() for r in o.rules.get(table.key, {}).values())]
        looked = _looked_at(pack, table, rules)
        asks = any(r.when for r in rules)  # a table that says the same of everybody may still take facts
        for key, spec in table.inputs.items():
            if asks and key not in looked:
                rule = Text("没有规则或措施使用这个输入项。", "No rule or measure uses this input.")
                yield _problem(spec.place, rule, _TAKE_OUT, f"inputs.{key}", key)
        for key in table.outcomes.keys() - {r.outcome for r in rules}:
            rule = Text("没有规则给出这个结论。", "No rule gives this outcome.")
            yield _problem(table.outcome_places.get(key, table.place), rule, _TAKE_OUT, f"outcomes.{key}", key)
        for key in table.measures.keys() - {m for r in rules for m in r.measures}:
            rule = Text("没有规则采取这项措施。", "No rule orders this measure.")
            yield _problem(table.measures[key].place, rule, _TAKE_OUT, f"measures.{key}", key)


_TAKE_OUT = Text("请删除，或补充使用它的规则。", "Take it out, or add a rule that uses it.")


def _looked_at(pack: Pack, table: Table, rules: list[Rule]) -> set[str]:
    """Inputs in use: in conditions, clocks and ends, as the day of placing, as evidence of a grade, and what those are worked out of."""
    found = {name for rule in rules for name in rule.when} | ({table.start} if table.start else set())
    for measure in table.measures.values():
        found.update((*measure.clock, measure.until))
    for machine in pack.machines.values():
        if machine.table == table.key:
            found.update(name for change in machine.changes for name in change.evidence)
    rest = [name for name in found if name in table.inputs]
    while rest:
        spec = table.inputs[rest.pop()]
        new = [n for n in (*spec.bases, spec.of) if n in table.inputs and n not in found]
        found.update(new)
        rest += new
    return found


def check_tests(standing: Standing) -> Iterator[Refusal]:
    """Test days that lie after the last day of their measure: they would never be ordered."""
    for rule in standing.rules:
        for stretch in rule.measures:
            if stretch.days is not None and stretch.tests and max(stretch.tests) > stretch.days:
                said = Text("{day} 起，第 {n} 天检测晚于措施的最后一天（第 {last} 天）。", "From {day} on a test on day {n} comes after the last day, {last}.")
                said = said.with_(day=standing.as_of, n=max(stretch.tests), last=stretch.days)
                remedy = Text("请改检测日或天数。", "Change the test days or the number of days.")
                yield _problem(_tests_place(standing, rule, stretch), said, remedy, f"measures.{stretch.key}.tests", list(stretch.tests))


def _tests_place(standing: Standing, rule: StandingRule, stretch: Stretch) -> Place:
    measure = standing.table.measures[stretch.key]
    if isinstance(measure.tests, Ref):
        return next((b.entry.place for b in rule.basis if b.parameter == measure.tests.name), measure.place)
    return measure.place
