"""Stored decisions decided again; one set of facts put to every policy."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from tests.packs.plans.sample import broken, sample
from tongchou.kernel.errors import Refusal
from tongchou.packs.plans.decide import decide
from tongchou.packs.plans.match import match
from tongchou.packs.plans.model import Pack
from tongchou.packs.plans.packfile import read_texts, shipped_pack
from tongchou.packs.plans.replay import replay
from tongchou.packs.plans.report import as_value


def stored(pack: Pack) -> list[dict[str, Any]]:
    days = [date(2022, 5, 1 + n) for n in range(12)]
    found = [
        as_value(decide(pack, "pupil", {"rash_on": "2022-05-01", "crusted": c}, day))
        for day in days
        for c in ("all", None)
    ]
    return [json.loads(json.dumps(one)) for one in found]


def test_the_same_pack_says_the_same() -> None:
    found = replay(stored(sample()), lambda name, mark: sample())
    assert (found.decisions, found.equal, found.other_pack, found.unreadable) == (24, 24, 0, 0)


def test_a_changed_value_is_counted_and_told() -> None:
    """Sabotage: seven days become six."""
    changed = read_texts(broken("parameters/rest_days.yaml", "value: 7", "value: 6"))
    found = replay(stored(sample()), lambda name, mark: changed)
    assert found.equal < found.decisions
    assert found.other_pack == found.decisions
    assert found.differences[0].what["until"] == ("2022-05-08", "2022-05-07")


def test_what_cannot_be_read_is_counted_and_not_passed_over() -> None:
    rows = stored(sample())
    rows[3] |= {"facts": {"rash_no": "2022-05-01"}}
    del rows[5]["table"]
    rows[7]["as_of"] = "tomorrow"
    found = replay(rows, lambda name, mark: sample())
    assert (found.decisions, found.equal, found.unreadable) == (24, 21, 3)


def test_every_policy_says_who_qualifies_and_which_condition_fails() -> None:
    facts = {
        "size": "small",
        "public_body": False,
        "province": "shaanxi",
        "sector": "catering",
        "landlord": "private",
        "high_energy": False,
    }
    found = match(shipped_pack("enterprise-policies"), facts, date(2020, 6, 1))
    outcomes = {key: one.outcome for key, one in found.items()}
    assert len(outcomes) == 15
    assert outcomes["insurance_sme"] == outcomes["power_discount"] == outcomes["loss_carried"] == "eligible"
    assert outcomes["tax_later"] == "undetermined"
    assert [r.key for r in found["rent_2020"].fired] == ["landlord"]
    assert as_value(found["insurance_large"])["reasons"][1]["source"] == "insurance_2020"
    assert as_value(found["insurance_sme"])["gives"] == {"months": 5, "share": 1}


def test_a_fact_that_no_policy_uses_is_refused() -> None:
    with pytest.raises(Refusal, match="landlord"):
        match(shipped_pack("enterprise-policies"), {"landlords": "state"}, date(2020, 6, 1))


def test_a_decision_stored_before_its_json_told_a_thing_is_the_same_decision() -> None:
    """Sabotage twin: what it did tell, and tells otherwise now, is a difference."""
    rows = stored(sample())
    for row in rows:
        for measure in row["measures"]:
            del measure["day_1"]
    assert replay(rows, lambda name, mark: sample()).equal == len(rows)
    first = next(row for row in rows if row["measures"])
    first["measures"][0]["from"] = "2022-05-03"
    assert replay(rows, lambda name, mark: sample()).equal == len(rows) - 1


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("reasons", [{"zh": "改过", "en": "altered"}], 1), ("outcome_title", {"zh": "改过", "en": "altered"}, 1), ("version", 9, 0), ("gives", {"months": 3}, 0),
        ("trace", [], 0), ("assumed", {}, 0),
    ],
)  # fmt: skip
def test_what_was_altered_in_a_stored_decision_is_noticed(key: str, value: Any, words: int) -> None:
    rows = stored(sample())
    assert replay(rows, lambda name, mark: sample()).equal == len(rows)
    row = next(r for r in rows if r["assumed"])
    row[key] = value
    found = replay(rows, lambda name, mark: sample())
    assert (found.equal, [list(d.what) for d in found.differences], found.words_only) == (len(rows) - 1, [[key]], words)


def test_a_reason_whose_words_were_altered_is_noticed() -> None:
    rows = stored(sample())
    rows[2]["reasons"][1]["zh"] += "（另加）"
    found = replay(rows, lambda name, mark: sample())
    assert (found.equal, found.words_only) == (len(rows) - 1, 1)
    assert set(found.differences[0].what) == {"reasons"}
