"""Histories as others write them: each row is used or left out with a reason, and what is not known is not counted as nought."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from tongchou.cli.risk import app
from tongchou.kernel.errors import Refusal
from tongchou.packs.grading.account import day, level
from tongchou.packs.grading.course import Rules, along
from tongchou.packs.grading.facts import Day
from tongchou.packs.grading.files import histories, read_file, read_history
from tongchou.packs.grading.replay import Report, replay
from tongchou.packs.plans.packfile import shipped_pack

RAW = Path(__file__).resolve().parents[4] / "shared/data/risk/raw_api_samples"
HEAD = "province,city,county,community,level,first_seen,last_seen_before"
GOOD = [
    "甲省,乙市,丙区,子,high,2022-07-01,2022-07-03",
    "甲省,乙市,丙区,丑,high,2022-07-05,2022-07-12",
    "甲省,乙市,丙区,寅,medium,2022-07-20,2022-08-20",
]


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules(shipped_pack("covid-19"))


def told(tmp_path: Path, rules: Rules, *lines: str, encoding: str = "utf-8") -> Report:
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n", encoding)
    report = replay(read_file(tmp_path / "a.csv"), rules)
    assert report.account.rows_in == report.account.rows_used + sum(report.account.left_out.values())
    return report


def test_columns_in_another_order_language_separator_and_encoding_say_the_same(tmp_path: Path, rules: Rules) -> None:
    plain = told(tmp_path, rules, HEAD, *GOOD).as_value()
    swapped = [";".join(reversed(row.split(","))) for row in GOOD]
    other = told(tmp_path, rules, "结束时间;开始时间;风险等级;地址;区县;市;省", *swapped, encoding="gb18030").as_value()
    assert other == plain
    assert plain["levels"]["high"]["both"] == 7


def test_every_row_is_used_or_left_out_with_its_line(tmp_path: Path, rules: Rules) -> None:
    bad = [
        "甲省,乙市,丙区,卯,红色,2022-07-05,2022-07-12",
        "甲省,乙市,丙区,辰,high,2022-02-30,2022-07-12",
        "甲省,乙市,丙区,巳,high,2022-07-05,2022-13-01",
        "甲省,乙市,丙区,午,high,2022-07-12,2022-07-05",
        "甲省,乙市,丙区,未,high,2022-07-05,2022-07-05",
        "甲省,乙市,丙区,申,high,2022-07-05,9999-01-01",
        "甲省,乙市,丙区,酉,high",
        ",,,,high,2022-07-05,2022-07-12",
        "甲省,乙市,丙区,戌,低风险,2022-07-05,2022-07-12",
        GOOD[1],
    ]
    account = told(tmp_path, rules, HEAD, *GOOD, *bad).account
    reasons = (
        "level_not_understood",
        "ends_before_it_begins",
        "less_than_a_day",
        "day_far_off",
        "wrong_number_of_fields",
        "no_area",
        "low_not_compared",
    )
    assert account.left_out == dict.fromkeys(reasons, 1) | {"bad_date": 2, "same_row_again": 1}
    assert account.examples["bad_date"] == [{"line": 6, "value": "2022-02-30"}, {"line": 7, "value": "2022-13-01"}]
    assert account.rows_used == len(GOOD)


def test_an_end_left_empty_is_still_listed_and_a_broken_one_is_not(tmp_path: Path, rules: Rules) -> None:
    found = told(tmp_path, rules, HEAD, *GOOD, "甲省,乙市,丙区,卯,high,2022-07-25,")
    assert found.notes["still_listed_rows"] == 1
    assert found.account.rows_used == 4


@pytest.mark.parametrize(
    "word",
    ["high", "High", "高", "高风险", "高风险区", "高风险地区", "高风险等级", "HIGH-RISK", "high risk area", "封控区"],
)
def test_words_of_a_level(word: str) -> None:
    assert pl.DataFrame({"level": [word]}).select(level("level")).item() == "high"


@pytest.mark.parametrize(
    "text", ["2022-07-05", "2022/7/5", "2022.07.05 11:00", "20220705", "2022年7月5日 0时", "2022-07-05T11:00:00"]
)
def test_writings_of_a_day(text: str) -> None:
    assert pl.DataFrame({"date": [text]}).select(day("date")).item() == date(2022, 7, 5)


@pytest.mark.parametrize("text", ["2022-02-30", "07-05", "", "昨天", "2022-07-051"])
def test_what_is_no_day(text: str) -> None:
    assert pl.DataFrame({"date": [text]}).select(day("date")).item() is None


def counts(*missing: int) -> list[str]:
    """A county with one high place from the second day on, for the seven days of the rules, and another county every day."""
    first = date(2022, 7, 1)
    days = [n for n in range(12) if n not in missing]
    rows = [f"{first + timedelta(days=n)},甲省,乙市,丁区,0,1" for n in days]
    return rows + [f"{first + timedelta(days=n)},甲省,乙市,丙区,1,0" for n in days if 1 <= n <= 7]


def test_of_a_day_without_a_list_nothing_is_known(tmp_path: Path, rules: Rules) -> None:
    whole, holed = (
        told(tmp_path, rules, "date,province,city,county,high,medium", *counts(*gone)) for gone in ((), (4, 5))
    )
    assert (whole.levels["high"].both, whole.levels["high"].rules_only, whole.levels["high"].list_only) == (7, 0, 0)
    assert (holed.levels["high"].both, holed.levels["high"].rules_only, holed.levels["high"].list_only) == (5, 0, 0)
    assert holed.notes["days_without_a_list"] == 2
    assert (whole.levels["high"].given, whole.levels["high"].foreseen.both) == (1, 6)


def test_numbers_that_are_none_and_a_county_under_another_name(tmp_path: Path, rules: Rules) -> None:
    renamed = [row.replace("丁区", "丁新区") if row >= "2022-07-06" else row for row in counts()]
    rows = [
        *renamed,
        "2022-07-04,甲省,乙市,戊区,-3,0",
        "2022-07-04,甲省,乙市,戊区,2.5,0",
        "2022-07-04,甲省,乙市,戊区,,0",
        counts()[3],
    ]
    found = told(tmp_path, rules, "date,province,city,county,high,medium", *rows)
    assert found.account.left_out == {"bad_number": 3, "same_row_again": 1}
    assert found.notes["perhaps_renamed"] == 1


def test_one_report_twice_is_one_report_and_two_numbers_are_told(tmp_path: Path, rules: Rules) -> None:
    rows = ["2020-02-18,甲,1", "2020-02-17,甲,40", "2020-02-17,甲,40", "2020-02-18,甲,3", "2020-02-19,甲,-2"]
    found = told(tmp_path, rules, "日期,地区,新增病例", *rows)
    assert found.account.left_out == {"same_row_again": 1, "another_number_for_that_day": 1}
    assert found.notes["corrections_downwards"] == 1


def test_silence_lowers_no_grade(rules: Rules) -> None:
    first = date(2020, 2, 17)
    heard = [Day(first, 2), *(Day(first + timedelta(days=n), 0) for n in range(1, 21))]
    assert dict(along(rules, heard, first + timedelta(days=20)))[first + timedelta(days=20)] == "low"
    assert dict(along(rules, heard[:1], first + timedelta(days=20)))[first + timedelta(days=20)] == "medium"


@pytest.mark.parametrize("text", ["", "\n\n", HEAD + "\n", "a,a\n1,2\n", "name,age\n甲,3\n", '{"data": 3}'])
def test_a_file_without_a_history_is_refused_not_crashed(tmp_path: Path, rules: Rules, text: str) -> None:
    file = tmp_path / ("a.json" if text.startswith("{") else "a.csv")
    file.write_text(text, "utf-8")
    with pytest.raises(Refusal):
        replay(read_file(file), rules)


def test_a_folder_is_replayed_file_by_file_and_what_is_refused_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("\n".join([HEAD, *GOOD]), "utf-8")
    (tmp_path / "b.csv").write_text("", "utf-8")
    done = CliRunner().invoke(app, [str(tmp_path), "--json"])
    assert done.exit_code == 1
    first, second = json.loads(done.stdout)["files"]
    assert (first["file"], first["rows_used"], "refused" in first) == ("a.csv", 3, False)
    assert (second["file"], "refused" in second) == ("b.csv", True)


@pytest.mark.parametrize(("lang", "word"), [("zh-hans", "采用 3"), ("en", "used 3")])
def test_the_report_speaks_the_language_asked_for(tmp_path: Path, lang: str, word: str) -> None:
    (tmp_path / "a.csv").write_text("\n".join([HEAD, *GOOD]), "utf-8")
    done = CliRunner().invoke(app, [str(tmp_path / "a.csv"), "--lang", lang])
    assert done.exit_code == 0
    assert word in done.stdout


def test_kept_answers_of_the_interface_are_one_history(rules: Rules) -> None:
    if not RAW.exists():
        pytest.skip("the real histories lie beside the project, not in it; here they are absent")
    ((_, files),) = histories([RAW])
    found = replay(read_history(files), rules)
    assert (found.shape, found.account.rows_in, found.account.rows_used) == ("snapshots", 259, 259)
    assert (
        found.levels["high"].foreseen.precision is None
    )  # single days: each was given by the list, nothing was foreseen
