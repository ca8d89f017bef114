"""A pack that is wrong is refused with file and line; a pack that decides by debts, petitions, ethnicity or faith is refused too."""

from __future__ import annotations

import json

import pytest

from tests.packs.plans.sample import FILES, broken, line_of, problems, sample
from tongchou.packs.plans.packfile import PackErrors, digest, read_texts, shipped_packs

GONE = "  gone: {title: {zh: 无, en: Gone}, measures: {zh: 无, en: None}}\n  open: {title: {zh: 上课, en: Open}, m"
WRONG = [
    ("documents.yaml", "    effective: 2024-03-01\n    link: https://example.org/guide-2\n", "", "no date, no number and no link"),
    ("pack.yaml", "kind: exclusion", "kind: rest_at_home", "not an allowed value"),
    ("pack.yaml", "kind: exclusion", "kind: trace", "Measures of this kind restrict nobody"),
    ("pack.yaml", "kind: monitoring", "kind: isolation_home", "Measures of this kind restrict: say"),
    ("pack.yaml", "version: 1", "versoin: 1", "Did you mean “version”?"),
    ("pack.yaml", "pack: example-rash", "pack: Example_Rash", "lower-case letters, digits and hyphens"),
    ("pack.yaml", "from: 2024-03-01", "from: 2021-03-01", "in the order of their dates"),
    ("pack.yaml", "source: guide_2", "source: guide_3", "nothing of this name"),
    ("documents.yaml", "issuer: 示例机关\n    number", "number", "“issuer” is missing"),
    ("documents.yaml", "link: https", "link: ftp", "begins with http"),
    ("documents.yaml", "issued: 2021-12-20", "issued: 2021-02-30", "a date that exists"),
    ("parameters/rest_days.yaml", "source: guide_1, status: confirmed", "status: confirmed", "source is missing"),
    ("parameters/rest_days.yaml", "source: guide_1, status: confirmed", "source: guide_1", "“status” is missing"),
    ("parameters/rest_days.yaml", "value: 7", "value: seven", "not of type “whole”"),
    ("parameters/rest_days.yaml", "from: 2024-03-01", "from: 2021-03-01", "order of `from`"),
    ("parameters/rest_days.yaml", "type: whole", "type: hole", "Did you mean “whole”?"),
    ("tables/pupil.yaml", "hit: first", "hit: best", "not an allowed value"),
    ("tables/pupil.yaml", "unknown: ask   ", "#", "What an unknown fact means has to be said"),
    ("tables/pupil.yaml", "{assume: some}", "{assume: few}", "not of the input's type"),
    ("tables/pupil.yaml", "'>= 37.3'", "'>= warm'", "not a condition on a number"),
    ("tables/pupil.yaml", "crusted: all}", "crusted: al}", "Did you mean “all”?"),
    ("tables/pupil.yaml", "'> $rest_days'", "'> $rest_day'", "no such parameter"),
    ("tables/pupil.yaml", "'> $rest_days'", "'9..3'", "range is empty"),
    ("tables/pupil.yaml", "when: {days:", "when: {day:", "nothing of this name"),
    ("tables/pupil.yaml", "mode: home_rest", "mode: hotel", "nothing of this name"),
    ("tables/pupil.yaml", "clock: [rash_on]", "clock: [temperature]", "not an allowed value"),
    ("tables/pupil.yaml", "tests: [3]", "tests: [3, 1]", "day numbers from 1"),
    ("tables/pupil.yaml", "days: $rest_days  ", "days: $rest_days\n    until: rest_start\n    #", "only one of them"),
    ("tables/pupil.yaml", "start: rest_start", "start: temperature", "of another type"),
    ("tables/pupil.yaml", "of: rash_on", "of: temperature", "of another type"),
    ("tables/pupil.yaml", "outcome: back", "outcome: gone", "nothing of this name"),
    ("tables/pupil.yaml", "rule: over", "rule: fever", "A rule of this name is also on line"),
    ("overlays/east.yaml", "rest_days:", "test_days:", "may only change parameters that the pack has"),
    ("overlays/east.yaml", "until: 2024-03-01", "until: 2023-01-01", "must be later than"),
    ("overlays/east.yaml", "'330102'", "'33010'", "2, 4, 6, 9 or 12 digits"),
    ("cases/pupil.yaml", "rash_on: 2022-05-01}", "rash_no: 2022-05-01}", "Did you mean “rash_on”?"),
    ("cases/pupil.yaml", "rash_on: 2022-05-01}", "rash_on: 2022-06-01}", "may not be later"),
    ("cases/pupil.yaml", "    source: guide_1\n", "", "source is missing"),
    ("tables/class_state.yaml", "also: [cases_3d]", "also: [current]", "already that of another input"),
    ("tables/class_state.yaml", "of: last_case", "of: cases", "of another type"),
    (
        "tables/class_state.yaml",
        "type: number, title: {zh: 3天",
        "type: computed, of: 3 ** days_without, title: {zh: 3天",
        "not a formula",
    ),
    (
        "tables/class_state.yaml",
        "type: number, title: {zh: 3天",
        "type: computed, of: last_case + 1, title: {zh: 3天",
        "of another type",
    ),
    ("tables/class_state.yaml", "also: [cases_3d]", "words: {few: open}", "nothing of this name"),
    ("tables/class_state.yaml", "gives: {report_hours: 24}", "gives: {report_hours: $hours}", "no such parameter"),
    (
        "tables/class_state.yaml",
        "{rule: stays,",
        "{rule: stays, from: 2022-03-01, until: 2022-02-01,",
        "must be later than",
    ),
    ("clocks/reports.yaml", "hours: 24", "hours: 24, minutes: 5", "and only one"),
    ("clocks/reports.yaml", "hours: 24", "hours: -1", "must be hours"),
    ("clocks/reports.yaml", "'12:00'", "'25:00'", "a time of day"),
    ("clocks/reports.yaml", "['330102']", "['33010']", "2, 4, 6, 9 or 12 digits"),
    ("clocks/reports.yaml", "[tue, fri]", "[tue, friday]", "not an allowed value"),
    ("clocks/reports.yaml", "at: '18:00'", "att: '18:00'", "Did you mean “at”?"),
    ("clocks/reports.yaml", "2022-06-01, areas", "2022-06-01, until: 2022-05-01, areas", "must be later than"),
    ("clocks/reports.yaml", "source: guide_1, status: unconfirmed", "status: unconfirmed", "source is missing"),
    ("clocks/reports.yaml", "due: '2022-05-02 08:00'", "due: '2022-05-02 09:00'", "Case “a_day” differs"),
    ("clocks/reports.yaml", "start: '2022-05-01 08:00'", "start: '2022-05-01'", "without a time"),
    ("clocks/reports.yaml", "after: school_report", "after: school_reports", "does not exist"),
    ("clocks/reports.yaml", "after: school_report", "after: centre_review", "form a circle"),
    ("clocks/reports.yaml", "clock: centre_review", "clock: school_report", "already in clocks/reports.yaml"),
    ("clocks/reports.yaml", "      - {case: east,", "      #", "has no worked case"),
    ("clocks/reports.yaml", "from: 2022-06-01, areas: ['330102']", "from: 2022-01-01", "Two limits"),
    ("areas/class_state.yaml", "to: closed, kind", "to: close, kind", "nothing of this name"),
    ("areas/class_state.yaml", "rules: [close]", "rules: [closes]", "not an allowed value"),
    ("areas/class_state.yaml", "rules: [close]", "rules: [goes_on]", "does not propose this change"),
    (
        "areas/class_state.yaml",
        "rules: [close], evidence: [cases]",
        "rules: [close], evidence: [last_case]",
        "not among the evidence",
    ),
    ("areas/class_state.yaml", "evidence: [cases]", "evidence: []", "may not be empty"),
    ("areas/class_state.yaml", "kind: release", "kind: releas", "Did you mean “release”?"),
    ("areas/class_state.yaml", "  - {from: closed, to: open", "  #", "no change says so"),
    (
        "areas/class_state.yaml",
        "  open: {title: {zh: 上课, en: Open}, m",
        "  gone: {title: {zh: 无, en: Gone}, measures: {zh: 无, en: None}}\n  open: {title: {zh: 上课, en: Open}, m",
        "never be reached",
    ),
    ("areas/class_state.yaml", "status: confirmed", "statuss: confirmed", "Did you mean “status”?"),
]


def test_the_example_is_sound() -> None:
    assert problems(FILES) == []


@pytest.mark.parametrize(("file", "old", "new", "said"), WRONG, ids=[f"{w[0]}-{n}" for n, w in enumerate(WRONG)])
def test_every_fault_is_named_with_file_and_line(file: str, old: str, new: str, said: str) -> None:
    found = problems(broken(file, old, new))
    hits = [p for p in found if said in p]
    assert hits, found
    name, line = hits[0].split(":")[:2]
    assert name == file
    assert line.isdigit()


def test_the_line_is_that_of_the_fault() -> None:
    files = broken("tables/pupil.yaml", "'>= 37.3'", "'>= warm'")
    assert problems(files)[0].startswith(f"tables/pupil.yaml:{line_of('tables/pupil.yaml', 'warm', files)}: ")


def test_all_problems_are_told_together() -> None:
    files = broken("tables/pupil.yaml", "hit: first", "hit: best") | {"documents.yaml": b"documents: {}\n"}
    found = problems(files)
    assert any(p.startswith("documents.yaml:") for p in found)
    assert any(p.startswith("tables/pupil.yaml:") for p in found)


@pytest.mark.parametrize("missing", ["pack.yaml", "documents.yaml"])
def test_a_file_that_is_missing_is_named(missing: str) -> None:
    assert any(
        p.startswith(f"{missing}:1: This file is missing")
        for p in problems({k: v for k, v in FILES.items() if k != missing})
    )


def test_a_day_without_a_machine_is_found() -> None:
    found = problems(broken("areas/class_state.yaml", "from: 2022-01-01", "from: 2023-01-01"))
    assert any(p.startswith("tables/class_state.yaml:1: ") and "No way of grading on 2022-01-01" in p for p in found)


def test_two_machines_on_one_day_are_refused() -> None:
    other = FILES["areas/class_state.yaml"].replace(b"machine: class_state", b"machine: second")
    found = problems(FILES | {"areas/second.yaml": other})
    assert any("Two ways of grading on 2022-01-01" in p for p in found)


def test_a_file_that_nothing_reads_is_refused() -> None:
    assert "A pack has no such file" in problems(FILES | {"table/pupil.yaml": b"table: pupil\n"})[0]


def test_a_plan_brings_its_loop_kinds_and_checklists() -> None:
    pack = sample()
    assert (list(pack.kinds), list(pack.checklists)) == (["rash_visit"], ["rash_room"])
    assert pack.digest != digest({k: v for k, v in FILES.items() if not k.startswith("loops/")})


BROUGHT = [
    ("loops/rash_visit.yaml", "owner: verifier", "owner: verifyer", "Did you mean “verifier”?"),
    ("loops/rash_visit.yaml", "kind: rash_visit", "kind: hazard", "a name of the program already"),
    ("loops/rash_visit.yaml", "deadline_hours: 48", "deadline_hours: 48\nconfidential: true", "for kinds that come with the system"),
    ("loops/rash_visit.yaml", "verifies: other_person", "verifies: nobody", "not an allowed value"),
    ("checklists/rash_room.yaml", "severity: serious", "severity: seriuos", "Did you mean “serious”?"),
    ("checklists/rash_room.yaml", "checklist: rash_room", "checklist: venue", "a name of the program already"),
]


@pytest.mark.parametrize(("file", "old", "new", "said"), BROUGHT, ids=[str(n) for n, _ in enumerate(BROUGHT)])
def test_what_is_wrong_with_them_is_named_with_file_and_line(file: str, old: str, new: str, said: str) -> None:
    found = [p for p in problems(broken(file, old, new)) if said in p]
    assert found
    assert found[0].startswith(f"{file}:")


def test_two_of_one_name_are_refused() -> None:
    found = problems(FILES | {"loops/other.yaml": FILES["loops/rash_visit.yaml"]})
    assert any("already in loops/other.yaml" in p or "already in loops/rash_visit.yaml" in p for p in found), found


def test_a_file_that_is_not_utf8_is_refused() -> None:
    assert "must be in UTF-8" in problems(FILES | {"cases/pupil.yaml": "案".encode("gb18030")})[0]


@pytest.mark.parametrize(
    ("key", "zh", "en"),
    [
        ("owes_money", "是否有欠款", "Owes money"), ("debt", "债务", "Debts"), ("bank_credit", "征信", "Credit"),
        ("petitioner", "上访人员", "Petitioner"), ("ethnic_group", "民族", "Ethnic group"), ("minzu", "类别", "Group"), ("minority", "类别", "Group"),
        ("faith", "信仰", "Faith"), ("a", "老赖", "A"), ("b", "被执行人", "B"), ("c", "逾期未还", "C"), ("d", "房贷", "D"), ("mortgage", "丁", "D"),
        ("defaulter", "戊", "E"), ("blacklisted", "己", "F"), ("e", "告状", "E"), ("f", "稳控对象", "F"), ("g", "蒙古族", "G"), ("h", "壮族", "H"),
        ("j", "回民", "J"),
        ("hui", "庚", "K"), ("han_chinese", "辛", "L"), ("k", "法轮功", "K"), ("l", "做礼拜", "L"),
        ("visits_mosque", "是否到过清真寺", "Visits a mosque"), ("kind", "宗教", "Kind"),
    ],
)  # fmt: skip
def test_forbidden_grounds_are_refused(key: str, zh: str, en: str) -> None:
    added = f"  {key}: {{type: boolean, title: {{zh: {zh}, en: {en}}}, unknown: fails}}\noutcomes:"
    found = problems(broken("tables/pupil.yaml", "outcomes:", added))
    assert any("No decision may rest on" in p and f"inputs.{key}" in p for p in found), found


@pytest.mark.parametrize(
    "words",
    [
        "拖欠物业费", "限制高消费", "限高人员", "强制执行中", "芝麻分", "borrower", "unpaid bills", "foreclosure", "qianzhai", "hasDebt", "债 务", "債務", "Ｄｅｂｔ",
        "越级访", "进京访", "维稳对象", "投诉人", "请愿者", "protester", "grievance", "shang_fang", "whistleblower", "weiwen", "信\u200b访",
        "族群", "血统", "母语", "minority", "tribe", "mother tongue", "skin colour", "huizu", "zang_zu", "uygur", "新疆籍",
        "教派", "信徒", "教堂", "寺院", "僧人", "阿訇", "斋月", "creed", "believer", "monk", "imam", "ramadan", "catholic", "sect", "zongjiao", "isMuslim",
    ],
)  # fmt: skip
def test_other_words_for_the_forbidden_grounds_are_refused_too(words: str) -> None:
    """In a title, in either language, and however the word is written."""
    added = f"  x: {{type: boolean, title: {{zh: {json.dumps(words)}, en: {json.dumps(words)}}}, unknown: fails}}\noutcomes:"
    found = problems(broken("tables/pupil.yaml", "outcomes:", added))
    assert any("No decision may rest on" in p and "inputs.x" in p for p in found), found


@pytest.mark.parametrize("words", ["culture", "section", "specimen collection", "重点人员", "回国人员", "疫苗接种", "住址", "contact", "priority", "paid leave"])
def test_words_that_only_look_like_them_pass(words: str) -> None:
    added = f"  x: {{type: boolean, title: {{zh: {words}, en: {words}}}, unknown: fails}}\noutcomes:"
    assert not any("No decision may rest on" in p for p in problems(broken("tables/pupil.yaml", "outcomes:", added)))


def test_a_forbidden_ground_among_the_choices_is_refused() -> None:
    found = problems(
        broken("tables/pupil.yaml", "all: {zh: 全部结痂, en: all dry}", "all: {zh: 信访人员, en: all dry}")
    )
    assert any("petitions" in p for p in found)


@pytest.mark.parametrize("alias", ["also: [petitioner]", "words: {上访: all}"])
def test_a_forbidden_ground_among_other_names_and_words_is_refused(alias: str) -> None:
    found = problems(broken("tables/pupil.yaml", "    type: choice\n", f"    type: choice\n    {alias}\n"))
    assert any("petitions" in p for p in found), found


def test_the_digest_changes_with_every_byte() -> None:
    changed = broken("cases/pupil.yaml", "cases:", "cases: ")
    assert digest(FILES) != digest(changed)
    assert sample().digest == digest(FILES)


def test_a_pack_in_a_zip_of_names_cannot_hide_a_file() -> None:
    """Moving bytes from one file's end to the next one's beginning is another pack."""
    assert digest({"a": b"xy", "b": b""}) != digest({"a": b"x", "b": b"y"})


def test_errors_are_of_one_type() -> None:
    with pytest.raises(PackErrors) as caught:
        read_texts({"pack.yaml": b"- 1\n"})
    assert all(p.file for p in caught.value.problems)


def test_packs_are_shipped() -> None:
    assert "covid-19" in shipped_packs()
