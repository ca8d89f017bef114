"""Checklists: the shipped ones are sound; what is wrong with one is said with its line."""

from __future__ import annotations

import re

import pytest

from tongchou.kernel.text import Text
from tongchou.packs.checklists import ChecklistErrors, read_checklist, shipped

GOOD = """checklist: small
version: 1
title: {zh: 小清单, en: Small}
purpose: {zh: 试, en: Try}
for: [enterprise]
source: {zh: 自拟, en: Own}
items:
  - key: a
    title: {zh: 甲, en: A}
    how: {zh: 看, en: Look}
    severity: minor
  - key: b
    title: {zh: 乙, en: B}
    how: {zh: 数, en: Count}
    severity: grave
    photo: false
    number: {unit: {zh: 个, en: pieces}, least: 1, most: 5}
    sample: {of: {zh: 人, en: people}, least: 3}
"""


EMPTY = {"eight_ones_shunde", "isolation_nanchuan", "five_musts_chongqing"}
SAMPLES = {
    "eight_ones_zengcheng": 8, "five_ones_bishan": 5, "five_in_place_foshan": 5, "seven_musts_hailing": 7, "six_in_place_hailing": 6,
    "four_ones_zhongyuan": 4,
}  # fmt: skip


def test_the_shipped_ones_have_their_own_words_and_three_are_for_the_district_to_fill() -> None:
    found = shipped()
    assert {k for k, c in found.items() if c.fill} == EMPTY
    assert {k for k, c in found.items() if not c.items} == EMPTY
    assert {k: len(found[k].items) for k in SAMPLES} == SAMPLES
    assert {"venue", "enterprise_resumption", "isolation_site", "checkpoint", "school", "daily_discipline"} <= set(found)
    for checklist in found.values():
        for pair in (checklist.title, *(t for i in checklist.items for t in (i.title, i.how))):
            assert re.search("[一-鿿]", pair.zh)
            assert re.fullmatch("[ -~“”’]+", pair.en), pair


def test_a_sound_one_is_read_whole() -> None:
    found = read_checklist(GOOD, "small.yaml")
    b = found.item("b")
    assert b is not None
    assert (b.photo, b.number.most if b.number else None, b.sample.least if b.sample else None) == (False, 5, 3)
    assert b.title == Text("乙", "B")
    assert found.item("a").photo  # type: ignore[union-attr]
    assert found.item("c") is None


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ("key: b", "key: a", 12, "items[1].key"),
        ("zh: 乙", "zh: 甲", 13, "items[1].title"),
        ("severity: grave", "severity: bad", 15, "items[1].severity"),
        ("least: 1, most: 5", "least: 6, most: 5", 17, "items[1].number.most"),
        (", least: 1, most: 5", "", 17, "items[1].number"),
        ("least: 3", "least: 0", 18, "items[1].sample.least"),
        ("photo: false", "photo: no", 16, "items[1].photo"),
        ("en: Look", "en: ''", 10, "items[0].how.en"),
        ("for: [enterprise]", "for: [moon]", 5, "for[0]"),
        ("version: 1", "version: 0", 2, "version"),
        ("severity: minor", "severity: minor\n    colour: red", 12, "items[0].colour"),
    ],
)
def test_each_fault_is_named_with_its_line(old: str, new: str, line: int, field: str) -> None:
    assert old in GOOD
    with pytest.raises(ChecklistErrors) as caught:
        read_checklist(GOOD.replace(old, new, 1), "small.yaml")
    assert (line, field) in [(p.line, p.field) for p in caught.value.problems]


def test_an_empty_one_is_refused_unless_a_district_fills_it() -> None:
    empty = GOOD[: GOOD.index("items:")] + "items: []\n"
    with pytest.raises(ChecklistErrors):
        read_checklist(empty, "small.yaml")
    assert not read_checklist(empty.replace("items:", "fill: district\nitems:"), "small.yaml").items
