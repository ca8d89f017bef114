"""The evaluator for one person: a rule-by-rule interpreter with its explanation. The evaluator over columns is held to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tongchou.packs.plans.alternatives import Alternative, alternatives
from tongchou.packs.plans.conditions import meets
from tongchou.packs.plans.facts import Facts, read_facts
from tongchou.packs.plans.model import Fact, Pack
from tongchou.packs.plans.resolve import Standing, StandingRule, stand
from tongchou.packs.plans.schedule import Planned, plan, undated

UNDETERMINED = "undetermined"
NO_RULE = "no_rule"


@dataclass(frozen=True, slots=True)
class Looked:
    """One condition that was looked at. met None: the fact is not known and has to be asked for."""

    fact: str
    test: str
    value: Fact | None
    met: bool | None
    assumed: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One rule that was looked at, in the order of the table. met None: it would fire if what is unknown were so."""

    rule: str
    met: bool | None
    looked: tuple[Looked, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the plan says for one person. outcome: one of the table's, or undetermined (see `needs`), or no_rule.

    rule: the one that decided; None where the outcome is undetermined or no_rule. fired: every rule whose conditions
    are met. assumed: facts that were unknown and given the table's stated value. held_up: the rules that could decide and that only unknown facts
    hold back, of an undetermined one. beside: the rule that decides where no unconfirmed one did, if that can be said.
    """

    standing: Standing
    facts: Facts
    outcome: str
    rule: StandingRule | None
    fired: tuple[StandingRule, ...]
    measures: tuple[Planned, ...]
    needs: tuple[str, ...]
    assumed: Mapping[str, Fact]
    trace: tuple[Row, ...]
    alternatives: tuple[Alternative, ...]
    held_up: tuple[str, ...] = ()
    beside: StandingRule | None = None

    @property
    def until(self) -> date | None:
        """The last day of the last measure; None where nothing is ordered or the end is open."""
        ends = [m.until for m in self.measures]
        return None if not ends or None in ends else max(e for e in ends if e is not None)


def judge(standing: Standing, rule: StandingRule, facts: Facts) -> Row:
    """Look at every condition of a rule."""
    looked = []
    for name, test in rule.when.items():
        spec, value = standing.inputs[name], facts[name]
        assumed = value is None and spec.unknown == "assume" and test.op not in ("known", "unknown") and not test.sure
        looked.append(Looked(name, test.text, value, meets(spec, test, value), assumed))
    answers = [entry.met for entry in looked]
    met = False if False in answers else None if None in answers else True
    return Row(rule.key, met, tuple(looked))


def choose(standing: Standing, answers: list[bool | None]) -> tuple[int | None, bool]:
    """Which row decides (None: none), and whether it can be said already. The policy of `first`, `unique` and `collect`.

    With `first`, a row that is met decides although earlier ones hang on unknown facts, where all of these would do the same.
    """
    sure = next((n for n, met in enumerate(answers) if met), None)
    maybe = next((n for n, met in enumerate(answers) if met is not False), None)
    if standing.table.hit == "first":
        if sure is not None and all(met is False or standing.rules[n].does_as(standing.rules[sure]) for n, met in enumerate(answers[:sure])):
            return sure, True
        return maybe, maybe == sure
    return (sure, True) if sure is not None else (maybe, maybe is None)


def without_unconfirmed(standing: Standing, answers: Sequence[bool | None]) -> StandingRule | None:
    """The rule that decides by the confirmed rules alone; None where there is none or it hangs on what is unknown."""
    if standing.table.hit != "first":
        return None
    for rule, met in zip(standing.rules, answers, strict=True):
        if rule.rule.status == "confirmed" and met is not False:
            return rule if met else None
    return None


def decide(
    pack: Pack,
    table: str,
    facts: Mapping[str, object],
    as_of: date,
    known_on: date | None = None,
    area: str = "",
    *,
    explain: bool = True,
) -> Decision:
    """Decide for one person by the plan in force on `as_of` as known on `known_on`. Raises Refusal for facts that are not usable."""
    standing = stand(pack, table, as_of, known_on, area)
    return decide_standing(standing, read_facts(standing.table, facts, as_of), explain=explain)


def decide_standing(standing: Standing, facts: Facts, *, explain: bool = True) -> Decision:
    """Decide with a table that stands already and facts that were read already."""
    trace = tuple(judge(standing, rule, facts) for rule in standing.rules)
    chosen, sure = choose(standing, [row.met for row in trace])
    beside = without_unconfirmed(standing, [row.met for row in trace])
    fired = tuple(rule for rule, row in zip(standing.rules, trace, strict=True) if row.met)
    rule = None if chosen is None else standing.rules[chosen]
    needs: tuple[str, ...] = ()
    held_up: tuple[str, ...] = ()
    outcome, measures = NO_RULE, ()  # type: tuple[str, tuple[Planned, ...]]
    if rule is not None and chosen is not None:
        open_rows = [row for row in trace if row.met is None] if standing.table.hit == "collect" else []
        if not sure:
            open_rows, outcome = open_rows or [trace[chosen]], UNDETERMINED
            held_up = tuple(row.rule for row in open_rows)
        else:
            outcome, measures, needs = order(standing, rule, fired, facts)
        needs += tuple(entry.fact for row in open_rows for entry in row.looked if entry.met is None)
    assumed = {
        e.fact: a
        for row in trace
        for e in row.looked
        if e.assumed and (a := standing.inputs[e.fact].assumed) is not None
    }
    if standing.table.hit == "first" and chosen is not None:
        trace = trace[: chosen + 1]
    other = alternatives(standing, facts, outcome) if explain else ()
    return Decision(standing, facts, outcome, None if outcome == UNDETERMINED else rule, fired, measures, needs, assumed, trace, other, held_up, beside)


def order(
    standing: Standing, rule: StandingRule, fired: tuple[StandingRule, ...], facts: Facts
) -> tuple[str, tuple[Planned, ...], tuple[str, ...]]:
    """What a rule that fires brings: outcome, measures with dates, and the facts still needed for their dates. The outcome does not wait for them."""
    start = facts.get(standing.table.start) if standing.table.start else None
    begun = start if isinstance(start, date) else None
    out: list[Planned] = []
    for one in fired if standing.table.hit == "collect" else (rule,):
        planned = plan(one.measures, facts, begun, keep_schedule=standing.pack.keep_schedule, as_of=standing.as_of)
        out += undated(one.measures, facts, standing.as_of) if planned is None else planned
    return rule.rule.outcome, tuple(out), tuple(dict.fromkeys(m.waits_for for m in out if m.waits_for))
