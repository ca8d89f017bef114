"""A stage's clock: each rule broken alone; the moment in the data and the choice decide when the stage is due."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.packs.test_kindfile import changed, problems_of
from tongchou.packs.kindfile import base_kind_texts, read_kind

INCIDENT = next(text for source, text in base_kind_texts().items() if "incident" in source)
LINE = "        accident: {value: 20, status: confirmed"
BROKEN = {
    "no such moment": ("since: known_at", "since: knwn_at", "stages.known.deadline.since", "required field"),
    "a moment not required": ("since: known_at", "since: happened_at", "stages.known.deadline.since", "required field"),
    "not by a choice": ("by: category", "by: happened", "stages.known.deadline.by", "required field"),
    "a choice without a limit": (LINE, "        accidents: {value: 20, status: confirmed", "stages.known.deadline.minutes", "no such choice"),
    "no status": (LINE, "        accident: {value: 20, status: sure", "stages.known.deadline.minutes.accident.status", "allowed"),
    "nought": (LINE, "        accident: {value: 0, status: confirmed", "stages.known.deadline.minutes.accident.value", "whole number"),
    "over a year": (LINE, "        accident: {value: 600000, status: confirmed", "stages.known.deadline.minutes.accident.value", "a year"),
    "before no field": ("not_before: happened_at", "not_before: happened", "fields[2].not_before", "another field"),
    "past of a text": ("    type: moment\n    title: {zh: 发生时间", "    type: text\n    title: {zh: 发生时间", "fields[1].past", "type moment"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_each_rule_of_a_clock_is_refused_with_its_field(name: str) -> None:
    old, new, field, rule = BROKEN[name]
    found = problems_of(changed(INCIDENT, old, new))
    shown = [(p.field, p.rule.en) for p in found]
    assert any((f or "").startswith(field) and rule in text for f, text in shown), shown


def test_every_choice_needs_its_limit() -> None:
    lines = [x for x in INCIDENT.splitlines() if not x.startswith(LINE)]
    assert any("lacking: accident" in p.rule.en for p in problems_of("\n".join(lines)))


def test_the_moment_and_the_choice_decide_when_the_stage_is_due() -> None:
    kind = read_kind(INCIDENT, "incident.yaml")
    at = datetime.fromisoformat("2026-11-26T08:00:00+08:00")
    data = {"known_at": "2026-11-26T07:30:00+08:00", "category": "accident"}
    assert [kind.stages[s].due(at, at, data).isoformat() for s in ("known", "phoned")] == ["2026-11-26T07:50:00+08:00", "2026-11-26T08:10:00+08:00"]
    assert kind.stages["handling"].due(at, at, data) == at
    clock = kind.stages["phoned"].clock
    assert clock is not None
    assert {choice for choice, limit in clock.limits if limit.status == "unconfirmed"} == {"other"}
