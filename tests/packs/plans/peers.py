"""Random and boundary people through the evaluator over columns and through the interpreter for one person; both must say the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from itertools import chain, islice

from tongchou.packs.plans.columns import NO_ROW, UNSURE, Sheet, columns_of
from tongchou.packs.plans.conditions import cells
from tongchou.packs.plans.decide import choose, judge
from tongchou.packs.plans.facts import Facts
from tongchou.packs.plans.model import Fact
from tongchou.packs.plans.packfile import shipped_pack, shipped_packs
from tongchou.packs.plans.resolve import Standing, stand

CHUNK = 20_000


class Differs(AssertionError):
    """The two evaluators disagree about a person."""


def all_standings() -> list[Standing]:
    """Every table of every shipped pack under every edition, and in the areas of its overlays."""
    out = []
    for name in shipped_packs():
        pack = shipped_pack(name)
        for table in pack.tables:
            out += [stand(pack, table, edition.from_, date.max) for edition in pack.editions]
            out += [stand(pack, table, overlay.from_, date.max, overlay.areas[0]) for overlay in pack.overlays.values()]
    return out


def people(standing: Standing, seed: int, boundary_share: float = 0.7) -> Iterator[Facts]:
    """Endless people: a share of values from the boundaries of the conditions (unknown among them), the rest at random."""
    dice = random.Random(f"{seed}-{standing.table.key}-{standing.as_of}")
    parts = {k: cells(s, [r.when[k] for r in standing.rules if k in r.when]) for k, s in standing.inputs.items()}
    while True:
        facts = {
            k: dice.choice(v) if dice.random() < boundary_share else _any(standing, k, dice) for k, v in parts.items()
        }
        yield facts


def _any(standing: Standing, key: str, dice: random.Random) -> Fact | None:
    spec = standing.inputs[key]
    if dice.random() < 0.1:
        return None
    if spec.type == "boolean":
        return dice.random() < 0.5
    if spec.type == "choice":
        return dice.choice(list(spec.choices))
    if spec.type == "date":
        return date.fromordinal(standing.as_of.toordinal() - dice.randrange(0, 40))
    if spec.type == "days_since":
        return dice.randrange(0, 40)
    return "x" if spec.type == "text" else round(dice.uniform(-5, 120), 1)


def differences(standing: Standing, group: list[Facts]) -> int:
    """Number of people about whom the two disagree: first rule, all rules that fire, or what is still open."""
    sheet = Sheet(standing)
    fired = sheet.evaluate(columns_of(standing, group), len(group))
    wrong = 0
    for n, facts in enumerate(group):
        answers = [judge(standing, rule, facts).met for rule in standing.rules]
        chosen, sure = choose(standing, answers)
        first = NO_ROW if chosen is None else chosen if sure else UNSURE
        bits = sum(1 << k for k, met in enumerate(answers) if met)
        wrong += (int(fired.first[n]), int(fired.bits[n])) != (first, bits)
    return wrong


def compare(count: int, seed: int = 1) -> int:
    """Compare on `count` people spread over all standings; raises Differs at the first group with a difference. Returns how many were compared."""
    standings = all_standings()
    share = -(-count // len(standings))
    done = 0
    for standing in standings:
        source = people(standing, seed)
        for size in chain([CHUNK] * (share // CHUNK), [share % CHUNK]):
            group = list(islice(source, size))
            wrong = differences(standing, group) if group else 0
            if wrong:
                raise Differs(
                    f"{standing.pack.key} {standing.table.key} {standing.as_of}: {wrong} of {len(group)} people"
                )
            done += len(group)
    return done
