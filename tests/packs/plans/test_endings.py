"""Nobody is held by a day gone by: in every case, for boundary and random people under every edition, and by the check of a pack."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Any

import polars as pl
import pytest

from tests.packs.plans.peers import all_standings
from tests.packs.plans.sample import FILES, broken, line_of, problems
from tongchou.packs.plans import schedule
from tongchou.packs.plans.batch import decide_people
from tongchou.packs.plans.conditions import cells
from tongchou.packs.plans.decide import Decision, decide, decide_standing
from tongchou.packs.plans.endings import gone_by
from tongchou.packs.plans.facts import Facts
from tongchou.packs.plans.packfile import shipped_pack
from tongchou.packs.plans.report import as_value
from tongchou.packs.plans.resolve import Standing, stand

COVID = shipped_pack("covid-19")


def restricting() -> list[Standing]:
    """Standing tables that may restrict anybody."""
    return [s for s in all_standings() if any(s.pack.modes[m.mode].restricts for r in s.rules for m in r.measures)]


def people(standing: Standing, seed: int) -> Iterator[Facts]:
    """Endless people whose numbers of days agree with their dates: the bounds of the conditions, a day either way, and long after."""
    dice = random.Random(f"{seed}-{standing.table.key}-{standing.as_of}-{standing.area}")
    parts = {k: cells(s, [r.when[k] for r in standing.rules if k in r.when]) for k, s in standing.inputs.items()}
    days = sorted({int(d) for k, s in standing.inputs.items() if s.type == "days_since" for d in parts[k] if d is not None and d >= 0} | {0, 1, 9, 30, 200, 1000})
    while True:
        facts: Facts = {}
        for key, spec in standing.inputs.items():
            if spec.type == "date":
                facts[key] = None if dice.random() < 0.2 else standing.as_of - timedelta(days=dice.choice(days))
            elif not spec.derived:
                facts[key] = dice.choice(parts[key])
        for key, spec in standing.inputs.items():
            start = facts.get(spec.of) if spec.type == "days_since" else None
            if spec.type == "days_since":
                facts[key] = (standing.as_of - start).days if isinstance(start, date) else None
        for key, spec in standing.inputs.items():
            if spec.formula:
                facts[key] = spec.formula.one(facts)
        yield facts


def held_by_a_day_gone_by(standings: list[Standing], each: int) -> list[Decision]:
    found = []
    for standing in standings:
        for facts in islice(people(standing, 1), each):
            decided = decide_standing(standing, facts, explain=False)
            if gone_by(decided) is not None:
                found.append(decided)
    return found


def test_boundary_and_random_people_are_never_held_by_a_day_gone_by() -> None:
    standings = restricting()
    assert len(standings) > 50
    assert held_by_a_day_gone_by(standings, 40) == []


def test_it_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sabotage: measures end on their planned day though the rule still orders them."""
    monkeypatch.setattr(schedule, "_is_over", lambda *_: False)
    tables = {d.standing.table.key for d in held_by_a_day_gone_by(restricting(), 40)}
    assert tables >= {"close_contact", "secondary_contact", "discharged_case", "area_grade", "home_case"}


@pytest.mark.parametrize("case", COVID.cases, ids=lambda c: c.key)
def test_no_case_of_the_pack_is(case: Any) -> None:
    assert gone_by(decide(COVID, case.table, case.facts, case.as_of, case.known_on, case.area, explain=False)) is None


def test_the_check_finds_a_rule_that_holds_for_ever_by_a_day_gone_by() -> None:
    files = broken("tables/pupil.yaml", "    goes_on: open", "    # goes_on: open")
    found = [p for p in problems(files) if "It still restricts" in p]
    assert {p.split(":")[0] for p in found} == {"tables/pupil.yaml", "cases/pupil.yaml"}
    assert any(p.startswith(f"tables/pupil.yaml:{line_of('tables/pupil.yaml', 'rule: fever', files)}: ") for p in found)
    assert not [p for p in problems(FILES) if "It still restricts" in p]


def test_a_date_that_ends_a_measure_may_not_be_past_either() -> None:
    text = FILES["tables/pupil.yaml"].decode().replace("    days: $rest_days               #", "    until: over_on #").replace("    goes_on: open", "    #")
    text = text.replace("outcomes:", "  over_on: {type: date, title: {zh: 结束, en: Over}, unknown: fails}\noutcomes:")
    found = [p for p in problems(FILES | {"tables/pupil.yaml": text.encode()}) if "It still restricts" in p]
    assert any(p.startswith("tables/pupil.yaml:") for p in found), found


def test_goes_on_beside_a_date_that_ends_the_measure_is_refused() -> None:
    found = problems(broken("tables/pupil.yaml", "    days: $rest_days               #", "    until: rest_start #"))
    assert any("A measure that a date ends" in p for p in found)


@pytest.mark.parametrize(
    ("table", "facts", "last_test"),
    [
        ("close_contact", {"last_exposure": "2022-07-10"}, True),
        ("secondary_contact", {"last_exposure": "2022-07-10", "linked_contact": "甲"}, True),
        ("area_grade", {"current": "high", "last_new_case": "2022-07-10"}, False),
    ],
)
def test_what_goes_on_is_open_says_so_and_names_a_test_on_the_day(table: str, facts: dict[str, Any], last_test: bool) -> None:
    day = date(2022, 8, 1)
    found = as_value(decide(COVID, table, facts, day))
    last = found["measures"][-1]
    assert (found["until"], last["until"]) == (None, None)
    assert (last["test_dates"][-1:] == ["2022-08-01"]) is last_test
    assert any(last["ended"] in r["zh"] and "重新判定" in r["zh"] for r in found["reasons"])


def test_the_batch_says_the_same() -> None:
    day = date(2022, 8, 1)
    out = decide_people(stand(COVID, "close_contact", day), pl.DataFrame({"last_exposure": [date(2022, 7, 10), date(2022, 7, 25)]}))
    first, second = out.to_dicts()
    assert (first["until"], first["ended"], first["measures"][-1]["test_dates"][-1]) == (None, date(2022, 7, 20), day)
    assert (second["until"], second["ended"]) == (date(2022, 8, 4), None)
