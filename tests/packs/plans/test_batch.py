"""A file of people gets, row by row, what each would get alone."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from tongchou.kernel.errors import Refusal
from tongchou.packs.plans.batch import REJECTED, decide_or_reject, decide_people
from tongchou.packs.plans.decide import decide
from tongchou.packs.plans.frames import BatchErrors
from tongchou.packs.plans.packfile import shipped_pack
from tongchou.packs.plans.report import as_value, enforceable, needs
from tongchou.packs.plans.resolve import stand

TODAY = date(2022, 7, 20)
CONTACTS = {
    "last_exposure": lambda d: None if d.random() < 0.05 else TODAY - timedelta(days=d.randrange(0, 16)),
    "measure_start": lambda d: None if d.random() < 0.3 else TODAY - timedelta(days=d.randrange(-2, 16)),
    "symptoms": lambda d: d.choice([True, False, None]),
    "test_result": lambda d: d.choice(["negative", "positive", "pending", None]),
    "final_test": lambda d: d.choice(["negative", "positive", "pending", None, None]),
}
TRAVELLERS = {
    "left_area": lambda d: None if d.random() < 0.05 else TODAY - timedelta(days=d.randrange(0, 12)),
    "arrived": lambda d: None if d.random() < 0.3 else TODAY - timedelta(days=d.randrange(0, 12)),
    "area_risk": lambda d: d.choice(["high", "medium", "low", "none", None]),
    "home_possible": lambda d: d.choice([True, False, None]),
}


@pytest.mark.parametrize(("table", "makers"), [("close_contact", CONTACTS), ("traveller", TRAVELLERS)])
@pytest.mark.parametrize("area", ["", "110105"])
@pytest.mark.parametrize("as_of", [TODAY, date(2022, 5, 20), date(2022, 11, 20), date(2023, 2, 1)])
def test_every_row_gets_what_one_person_gets(table: str, makers: dict[str, Any], area: str, as_of: date) -> None:
    dice = random.Random(f"{table}{area}{as_of}")
    move = as_of - TODAY
    rows = []
    for n in range(400):
        row = {k: make(dice) for k, make in makers.items()}
        if isinstance(row.get("measure_start"), date) and isinstance(row.get("last_exposure"), date) and row["measure_start"] < row["last_exposure"]:
            row["measure_start"] = row["last_exposure"]  # an earlier one is refused
        if isinstance(row.get("arrived"), date) and isinstance(row.get("left_area"), date) and row["arrived"] < row["left_area"]:
            row["arrived"] = row["left_area"]
        rows.append({"person_id": n, **{k: v + move if isinstance(v, date) else v for k, v in row.items()}})
    pack = shipped_pack("covid-19")
    found = decide_people(stand(pack, table, as_of, None, area), pl.DataFrame(rows, infer_schema_length=None))
    assert found["person_id"].to_list() == list(range(400))
    for row, got in zip(rows, found.iter_rows(named=True), strict=True):
        one = decide(pack, table, {k: v for k, v in row.items() if k != "person_id"}, as_of, None, area)
        measures = [
            {"mode": m.mode, "from": m.from_, "until": m.until, "test_dates": list(m.tests)} for m in one.measures
        ]
        expected = (
            one.outcome,
            one.rule.key if one.rule else None,
            measures,
            one.until,
            enforceable(one),
            sorted(needs(one)),
            list(one.held_up),
        )
        assert (*(got[k] for k in ("outcome", "rule", "measures", "until", "enforceable")), sorted(got["needs"]), got["held_up"]) == expected
        assert got["fired"] == [r.key for r in one.fired]
        value = as_value(one)
        assert (got["held_up"], sorted(got["needs"])) == (value["held_up"], sorted(value["needs"]))
        assert [(u["what"], u["name"], json.loads(u["value"])) for u in got["unconfirmed"]] == [(u["what"], u["name"], u["value"]) for u in value["unconfirmed"]]


def test_who_cannot_be_decided_is_told_by_which_rule_and_for_want_of_what() -> None:
    standing = stand(shipped_pack("covid-19"), "traveller", TODAY)
    found = decide_people(standing, pl.DataFrame({"left_area": [date(2022, 7, 15), None], "area_risk": [None, "high"]})).to_dicts()
    assert [(f["outcome"], f["rule"], f["needs"]) for f in found] == [("undetermined", None, ["area_risk"]), ("undetermined", None, ["left_area"])]
    assert all(len(f["held_up"]) == 1 for f in found)


def test_only_what_is_asked_for_is_made() -> None:
    standing = stand(shipped_pack("covid-19"), "close_contact", TODAY)
    assert decide_people(standing, pl.DataFrame({"last_exposure": ["2022-07-10"]}), only=("outcome", "until")).columns == ["outcome", "until"]


def test_dates_may_be_written_as_text() -> None:
    standing = stand(shipped_pack("covid-19"), "close_contact", TODAY)
    found = decide_people(standing, pl.DataFrame({"id": ["a", "b"], "last_exposure": ["2022-07-10", None]}))
    assert found["until"].to_list() == [TODAY, None]
    assert found["outcome"].to_list() == ["observe", "undetermined"]


def test_moments_at_midnight_are_dates() -> None:
    standing = stand(shipped_pack("covid-19"), "close_contact", TODAY)
    moments = pl.Series("last_exposure", [date(2022, 7, 18), None]).cast(pl.Datetime("ns"))
    found = decide_people(standing, pl.DataFrame({"last_exposure": moments}))
    assert found["until"].to_list() == [date(2022, 7, 28), None]
    with pytest.raises(BatchErrors) as caught:
        decide_people(standing, pl.DataFrame({"last_exposure": moments.fill_null(strategy="forward").dt.offset_by("9h")}))
    assert (caught.value.problems[0].field, caught.value.problems[0].line) == ("last_exposure", 1)


def test_what_divides_by_zero_is_asked_for() -> None:
    pack, facts = shipped_pack("resumption-2020"), {"masks": 100, "staff": 0, "shift_hours": 8}
    one = decide(pack, "mask_stock", facts, date(2020, 2, 20))
    assert needs(one) == ["masks", "staff", "shift_hours"]
    many = decide_people(stand(pack, "mask_stock", date(2020, 2, 20)), pl.DataFrame([facts]))
    assert sorted(many["needs"][0]) == sorted(needs(one))


def test_an_empty_file_gives_an_empty_file() -> None:
    standing = stand(shipped_pack("covid-19"), "close_contact", TODAY)
    assert (
        decide_people(
            standing, pl.DataFrame({"id": [], "last_exposure": []}, schema={"id": pl.String, "last_exposure": pl.Date})
        ).height
        == 0
    )


@pytest.mark.parametrize(
    ("columns", "field", "line", "said"),
    [
        ({"last_exposur": ["2022-07-10", "2022-07-10"]}, "last_exposur", None, "Did you mean “last_exposure”?"),
        ({"last_exposure": ["2022-07-10", "2022-02-30"]}, "last_exposure", 2, "not a date"),
        ({"last_exposure": [date(2022, 7, 10), date(2022, 8, 1)]}, "last_exposure", 2, "may not be later"),
        ({"last_exposure": [date(2022, 7, 10), date(222, 8, 1)]}, "last_exposure", 2, "between 1990 and 2100"),
        ({"last_exposure": [1, 2]}, "last_exposure", None, "a column of dates"),
        ({"symptoms": ["yes", "no"]}, "symptoms", None, "true and false"),
        ({"test_result": ["negative", "negativ"]}, "test_result", 2, "Did you mean “negative”?"),
    ],
)
def test_a_file_with_a_fault_is_refused_whole(columns: dict[str, Any], field: str, line: int | None, said: str) -> None:
    standing = stand(shipped_pack("covid-19"), "close_contact", TODAY)
    with pytest.raises(BatchErrors) as caught:
        decide_people(standing, pl.DataFrame({"id": [1, 2], **columns}))
    (problem,) = caught.value.problems
    assert (problem.field, problem.line) == (field, line)
    assert said in problem.sentence("en")


FAULTY = {
    "last_exposure": lambda d: d.choice([None, "2022-07-10", "2022-07-15", "2022-07-40", "2022-07-21", "1822-07-10", ""]),
    "measure_start": lambda d: d.choice([None, None, "2022-07-12", "2022-07-16", "x"]),
    "symptoms": lambda d: d.choice([True, False, None]),
    "test_result": lambda d: d.choice(["negative", "阴性", "negativ", None, None]),
}


@pytest.mark.parametrize("sabotage", [False, True])
def test_a_row_is_rejected_where_one_person_is_refused_and_the_rest_get_the_same(monkeypatch: pytest.MonkeyPatch, sabotage: bool) -> None:
    standing, dice = stand(shipped_pack("covid-19"), "close_contact", TODAY), random.Random(9)
    rows = [{k: make(dice) for k, make in FAULTY.items()} for _ in range(500)]
    if sabotage:
        monkeypatch.setattr("tongchou.packs.plans.frames._contradictions", lambda standing, columns, noted: None)
    found, problems = decide_or_reject(standing, pl.DataFrame(rows, infer_schema_length=None).with_columns(id=pl.int_range(500)))
    at_fault = {p.line for p in problems}
    wrong = 0
    for n, (facts, got) in enumerate(zip(rows, found.to_dicts(), strict=True), 1):
        try:
            one = decide(standing.pack, "close_contact", facts, TODAY).outcome
        except Refusal:
            one = REJECTED
        wrong += one != got["outcome"] or got["id"] != n - 1 or (n in at_fault) != (one == REJECTED)
    assert (wrong > 0) == sabotage
    assert 50 < len(at_fault) < 450
    assert all(p.field and p.rule and p.remedy and p.line for p in problems)


@pytest.mark.parametrize(
    ("table", "facts"),
    [
        ("close_contact", {"days_since_exposure": -1}), ("secondary_contact", {"linked_contact": ""}), ("area_grade", {"cumulative_cases": float("inf")}),
        ("area_grade", {"cumulative_cases": -1}), ("area_grade", {"cumulative_cases": 1, "new_cases_14d": 2}),
    ],
)  # fmt: skip
def test_what_is_refused_of_one_is_rejected_in_a_file(table: str, facts: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        decide(shipped_pack("covid-19"), table, facts, TODAY)
    found, problems = decide_or_reject(stand(shipped_pack("covid-19"), table, TODAY), pl.DataFrame([facts]))
    assert (found["outcome"].to_list(), {p.line for p in problems}) == ([REJECTED], {1})


def test_a_column_is_carried_only_when_it_is_named() -> None:
    standing = stand(shipped_pack("covid-19"), "close_contact", TODAY)
    people = pl.DataFrame({"street": ["a"], "last_exposure": ["2022-07-10"]})
    with pytest.raises(BatchErrors):
        decide_people(standing, people)
    assert decide_people(standing, people, ["street"])["street"].to_list() == ["a"]
