"""The evaluator over columns says for everybody what the interpreter says for one."""

from __future__ import annotations

from datetime import date
from itertools import islice
from typing import Any

import numpy as np
import pytest

from tests.packs.plans import peers
from tests.packs.plans.sample import broken, sample
from tongchou.packs.plans.columns import Sheet, columns_of
from tongchou.packs.plans.facts import read_facts
from tongchou.packs.plans.packfile import read_texts
from tongchou.packs.plans.resolve import Standing, stand

MANY = 100_000


def standing_of(hit: str = "first") -> Standing:
    return stand(read_texts(broken("tables/pupil.yaml", "hit: first", f"hit: {hit}")), "pupil", date(2022, 5, 9))


def test_random_and_boundary_people_get_the_same_from_both() -> None:
    assert peers.compare(MANY) >= MANY


@pytest.mark.parametrize("hit", ["first", "unique", "collect"])
def test_every_hit_policy_is_the_same_from_both(hit: str) -> None:
    standing = standing_of(hit)
    assert peers.differences(standing, list(islice(peers.people(standing, 5), 3000))) == 0


@pytest.mark.parametrize("unknown", ["ask", "fails", "meets", "{assume: 38}"])
def test_every_word_on_the_unknown_is_the_same_from_both(unknown: str) -> None:
    pack = read_texts(
        broken(
            "tables/pupil.yaml", "en: Temperature (°C)}, unknown: fails", f"en: Temperature (°C)}}, unknown: {unknown}"
        )
    )
    standing = stand(pack, "pupil", date(2022, 5, 9))
    assert peers.differences(standing, list(islice(peers.people(standing, 6), 3000))) == 0


@pytest.mark.parametrize(
    "condition", ["'= 37.3'", "'37.3..38'", "'(37.3..38)'", "'< 37.3'", "known", "unknown", "'not(37.3)'", "[37, 38]", "'known(>= 37.3)'"]
)
def test_every_condition_is_the_same_from_both(condition: str) -> None:
    standing = stand(read_texts(broken("tables/pupil.yaml", "'>= 37.3'", condition)), "pupil", date(2022, 5, 9))
    assert peers.differences(standing, list(islice(peers.people(standing, 7), 3000))) == 0


@pytest.mark.parametrize("unknown", ["ask", "fails", "meets", "{assume: 38}"])
def test_known_to_be_so_is_never_met_by_what_is_unknown(unknown: str) -> None:
    files = broken("tables/pupil.yaml", "en: Temperature (°C)}, unknown: fails", f"en: Temperature (°C)}}, unknown: {unknown}")
    text = files["tables/pupil.yaml"].decode().replace("'>= 37.3'", "'known(>= 37.3)'")
    standing = stand(read_texts(files | {"tables/pupil.yaml": text.encode()}), "pupil", date(2022, 5, 9))
    assert peers.differences(standing, list(islice(peers.people(standing, 11), 3000))) == 0
    facts = read_facts(standing.table, {"rash_on": "2022-05-08"}, date(2022, 5, 9))
    assert Sheet(standing).evaluate(columns_of(standing, [facts]), 1).first.tolist() == [2]


def test_the_comparison_sees_a_broken_evaluator(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sabotage: take the pattern of one known value for the unknown."""
    standing = standing_of()
    group = list(islice(peers.people(standing, 8), 3000))
    whole = Sheet.__init__

    def careless(self: Any, given: Standing) -> None:
        whole(self, given)
        for column in self.columns.values():
            column.unknown_sure = column.unknown_open = self.all

    monkeypatch.setattr(Sheet, "__init__", careless)
    assert peers.differences(standing, group) > 0


def test_the_comparison_sees_a_wrong_boundary(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sabotage: `at least` taken for `more than`."""
    standing = standing_of()
    group = list(islice(peers.people(standing, 9), 3000))
    real = columns_of

    def shifted(given: Standing, people: Any) -> Any:
        found = real(given, people)
        return found | {"temperature": np.nextafter(found["temperature"], -np.inf)}

    monkeypatch.setattr(peers, "columns_of", shifted)
    assert peers.differences(standing, group) > 0


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32, np.int64, np.float32, np.float64])
def test_numbers_may_come_in_any_type(dtype: type) -> None:
    standing = standing_of()
    values = [0, 1, 6, 7, 8, 37, 38, 100]
    unknown = np.nan if np.dtype(dtype).kind == "f" else np.iinfo(dtype).min
    column = np.array([*values, unknown], dtype)
    others = {
        "rash_on": np.full(9, date(2022, 5, 1).toordinal(), np.int32),
        "crusted": np.zeros(9, np.int8),
        "temperature": np.full(9, np.nan),
    }
    fired = Sheet(standing).evaluate({**others, "days": column}, 9)
    assert fired.first.tolist() == [2, 2, 2, 2, 1, 1, 1, 1, -2]
    heat = Sheet(standing).evaluate({**others, "days": np.zeros(9, np.int16), "temperature": column}, 9)
    assert heat.first.tolist() == [2, 2, 2, 2, 2, 2, 0, 0, 2]


def test_a_column_that_is_absent_is_unknown_for_everybody() -> None:
    standing = standing_of()
    assert Sheet(standing).evaluate({"crusted": np.array([0, 1, -128], np.int8)}, 3).first.tolist() == [-2, 2, 2]


def test_people_whose_facts_changed_are_evaluated_again() -> None:
    standing = standing_of()
    people = [
        read_facts(standing.table, {"rash_on": "2022-05-08", "temperature": t}, date(2022, 5, 9))
        for t in (36.5, 36.6, 36.7)
    ]
    columns, sheet = columns_of(standing, people), Sheet(standing)
    fired = sheet.evaluate(columns, 3)
    columns["temperature"][1] = 39
    sheet.renew(fired, columns, np.array([1]))
    assert fired.first.tolist() == [2, 0, 2]
    assert [fired.fires(n).tolist() for n in range(3)] == [[False, True, False], [False] * 3, [True] * 3]


def test_more_people_than_one_chunk() -> None:
    standing = stand(sample(), "pupil", date(2022, 5, 9))
    count = (1 << 15) * 2 + 1
    heat = np.where(np.arange(count) % 2, 39.0, 36.0)
    days = np.full(count, 1, np.int16)
    fired = Sheet(standing).evaluate({"temperature": heat, "days": days}, count)
    assert (fired.first == np.where(np.arange(count) % 2, 0, 2)).all()
