"""Grades out of case histories, by the rule in force each day; real lists replayed where they are at hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path

import polars as pl
import pytest

from tongchou.kernel.errors import Refusal
from tongchou.packs.grading.course import Rules, along, drawn
from tongchou.packs.grading.facts import Day, countdown, grade, scheme_on, sum_up
from tongchou.packs.grading.files import read_file
from tongchou.packs.grading.history import shape_of
from tongchou.packs.grading.replay import replay
from tongchou.packs.grading.scheme import carried
from tongchou.packs.plans.model import Table
from tongchou.packs.plans.packfile import shipped_pack

PACK = shipped_pack("covid-19")
RISK = Path(__file__).resolve().parents[4] / "shared/data/risk"
SERIES = RISK.parent / "timeseries"


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules(PACK)


@pytest.mark.parametrize(
    ("day", "key"),
    [
        (date(2020, 1, 20), "nothing"), (date(2020, 2, 1), "communities"), (date(2020, 2, 17), "counties"), (date(2021, 5, 10), "counties"),
        (date(2021, 5, 11), "zones"), (date(2022, 6, 27), "zones"), (date(2022, 6, 28), "places"), (date(2022, 11, 11), "high_low"),
        (date(2023, 1, 7), "high_low"), (date(2023, 1, 8), "nothing"),
    ],
)  # fmt: skip
def test_the_scheme_of_a_day(day: date, key: str) -> None:
    assert scheme_on(PACK, day).key == key


def runs(course: list[tuple[date, str]]) -> list[tuple[str, int]]:
    return [(level, len(list(days))) for level, days in groupby(course, key=lambda pair: pair[1])]


@pytest.mark.parametrize(
    ("day", "level", "wanted"),
    [
        (date(2022, 5, 1), "high", [("high", 14)]),
        (date(2022, 7, 5), "high", [("high", 7), ("medium", 3)]),
        (date(2022, 7, 5), "medium", [("medium", 7)]),
        (date(2022, 6, 20), "medium", [("medium", 8)]),  # seven days are over when the ninth edition begins
        (date(2022, 11, 8), "high", [("high", 5)]),
        (date(2022, 11, 9), "medium", [("medium", 2)]),  # abolished on the eleventh
        (date(2023, 1, 6), "high", [("high", 2)]),  # Class B begins
    ],
)  # fmt: skip
def test_the_shortest_course_of_a_place(rules: Rules, day: date, level: str, wanted: list[tuple[str, int]]) -> None:
    assert runs(drawn(rules, day, level)) == wanted


def test_a_county_along_its_history(rules: Rules) -> None:
    history = [Day(date(2020, 2, 17), 40, largest_cluster=5), Day(date(2020, 2, 18), 11, largest_cluster=5)]
    history += [Day(date(2020, 2, 18) + timedelta(days=n), 0) for n in range(1, 22)]
    found = dict(along(rules, history, date(2020, 3, 10)))
    assert (found[date(2020, 2, 17)], found[date(2020, 2, 18)]) == ("medium", "high")
    assert (found[date(2020, 3, 2)], found[date(2020, 3, 3)]) == ("high", "low")


def test_unknown_is_not_nought() -> None:
    nothing = sum_up([], date(2020, 3, 1))
    assert nothing.cumulative is None
    assert nothing.last_new is None
    some = sum_up([Day(date(2020, 2, 28), 3), Day(date(2020, 2, 29), 0)], date(2020, 3, 1))
    assert (some.cumulative, some.recent, some.unknown_source, some.largest_cluster, some.reported_until) == (3, 3, None, None, date(2020, 2, 29))


def test_the_countdown_names_the_day_and_what_is_still_to_be_found() -> None:
    on = date(2022, 7, 8)
    facts = {"current": "high", "last_new_case": date(2022, 7, 5)}
    found = countdown(PACK, on, on, "", facts, "high")
    assert found is not None
    assert (found.on, found.outcome, found.missing) == (date(2022, 7, 12), "medium", ("round_negative",))
    assert countdown(PACK, on, on, "", facts | {"round_negative": True}, "high").missing == ()  # type: ignore[union-attr]
    early = countdown(PACK, on, on, "", facts | {"round_negative": True, "round_on": date(2022, 7, 8)}, "high")
    assert early is not None
    assert early.missing == ("round_negative",)  # three days after the case; the plan wants the seventh


def test_a_round_is_dated_only_where_the_table_asks_for_the_day() -> None:
    """A district's own edition of an earlier pack has no `round_on`: it decides as before, and is not refused."""
    old = replace(PACK, tables=PACK.tables | {"area_grade": without_round_days()})
    facts = {"current": "high", "last_new_case": date(2022, 7, 10), "round_negative": True, "round_on": date(2022, 7, 16)}
    assert grade(PACK, date(2022, 7, 17), date(2022, 7, 17), "", facts).rule.key == "high_round_early"  # type: ignore[union-attr]
    assert grade(old, date(2022, 7, 17), date(2022, 7, 17), "", facts).outcome == "medium"


def without_round_days() -> Table:
    table = PACK.tables["area_grade"]
    gone = {"round_on", "days_since_round", "round_day"}
    rules = tuple(r for r in table.rules if not gone & set(r.when))
    return replace(table, inputs={k: v for k, v in table.inputs.items() if k not in gone}, rules=rules)


def test_a_grade_of_an_earlier_scheme() -> None:
    places, zones = scheme_on(PACK, date(2022, 7, 1)), scheme_on(PACK, date(2022, 6, 1))
    assert [carried(g, places) for g in ("lockdown", "control", "prevention", "spread", None)] == ["high", "medium", "low", None, None]
    assert carried("high", zones) == "lockdown"
    assert carried("high", scheme_on(PACK, date(2023, 2, 1))) is None


def listing(*rows: tuple[str, str, str, str]) -> pl.DataFrame:
    """Intervals of invented places: (place, level, first seen, first absent)."""
    told = {"province": "甲省", "city": "乙市", "county": "丙区"}
    return pl.DataFrame([told | dict(zip(("community", "level", "first_seen", "last_seen_before"), r, strict=True)) for r in rows])


def test_a_list_that_keeps_to_the_rules_agrees_and_one_that_does_not_is_told(rules: Rules) -> None:
    opening = ("子", "high", "2022-07-01 09:00", "2022-07-02 09:00")
    kept = [opening, ("丑", "high", "2022-07-05 09:00", "2022-07-12 09:00"), ("丑", "medium", "2022-07-12 09:00", "2022-07-15 09:00")]
    end = ("寅", "medium", "2022-07-20 09:00", "2022-08-20 09:00")
    found = replay(listing(*kept, end), rules)
    assert (found.levels["high"].precision, found.levels["high"].recall) == (1.0, 1.0)
    assert found.lengths["as_ruled"] == 1
    assert found.notes["areas_drawn_before_the_file_begins"] == 1
    early = replay(listing(opening, ("丑", "high", "2022-07-05 09:00", "2022-07-08 09:00"), end), rules)
    assert early.levels["high"].precision == pytest.approx(3 / 7)
    assert early.lengths["shorter"] == 1


def test_cases_with_real_grades_beside_them(rules: Rules) -> None:
    first = date(2020, 2, 17)
    days = [first + timedelta(days=n) for n in range(20)]
    rows = [{"date": d.isoformat(), "area": "丙区", "new_cases": "2" if n == 0 else "0", "grade": "medium" if n < 15 else "low"} for n, d in enumerate(days)]
    found = replay(pl.DataFrame(rows), rules)
    assert found.outcomes == {"low": 6, "medium": 14}
    assert found.levels["medium"].recall == pytest.approx(14 / 15)
    assert found.notes["area_days_equal"] == 19


def test_a_history_by_provinces_is_replayed(rules: Rules) -> None:
    first = date(2020, 2, 17)
    rows = [{"date": (first + timedelta(days=n)).isoformat(), "province": "甲省", "confirmed": "2"} for n in range(16)]
    found = replay(pl.DataFrame(rows), rules)
    assert (found.shape, found.areas, found.outcomes) == ("cases", 1, {"low": 2, "medium": 14})


@pytest.mark.parametrize(
    ("name", "areas", "low"),
    [("covid_cn_province_daily_2020.csv", 34, 4553), ("covid_cn_city_daily_five_cities_2020.csv", 48, 13136)],
)
def test_real_case_histories_give_what_the_document_says(rules: Rules, name: str, areas: int, low: int) -> None:
    if not (SERIES / name).exists():
        pytest.skip("the real histories lie beside the project, not in it; here they are absent")
    found = replay(read_file(SERIES / name), rules)
    assert (found.areas, found.outcomes["low"], "high" in found.outcomes) == (areas, low, False)


def test_a_file_of_another_shape_is_refused(rules: Rules, tmp_path: Path) -> None:
    with pytest.raises(Refusal):
        shape_of(["name", "age"])
    (tmp_path / "a.csv").write_bytes(b"\xff\xfe\x00\x01\x02")
    with pytest.raises(Refusal):
        replay(read_file(tmp_path / "a.csv"), rules)
    with pytest.raises(Refusal):
        read_file(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("name", "level", "precision", "recall"),
    [
        ("risk_intervals_national_2022-04-15_2022-07-14.csv", "high", 0.85, 0.82),
        ("risk_county_daily_counts.csv", "high", 0.94, 0.81),
        ("risk_county_daily_counts.csv", "medium", 0.91, 0.83),
    ],
)
def test_real_lists_agree_as_far_as_the_document_says(rules: Rules, name: str, level: str, precision: float, recall: float) -> None:
    if not (RISK / name).exists():
        pytest.skip("the real histories lie beside the project, not in it; here they are absent")
    found = replay(read_file(RISK / name), rules).levels[level]
    assert (found.precision or 0) >= precision
    assert (found.recall or 0) >= recall
