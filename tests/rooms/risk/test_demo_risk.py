"""The demo district's graded history, on a small district: every change that is proposed is carried through, and no grade is left over."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any
from typing import cast as typed

from tests.cast import SINCE, Cast
from tongchou.cli.demo_cast import Demo
from tongchou.cli.demo_risk import make_risk
from tongchou.record.models import Area
from tongchou.record.questions.grades import grades_on
from tongchou.rooms.risk.models import Proposal


def town(cast: Cast) -> Demo:
    """What the demo asks of its district: areas by key, and actors."""
    areas: dict[str, Any] = {"district": cast.areas["district"]}
    for n in range(21):
        area = Area.objects.create(code=f"9901010010{n + 50}", name=f"社区{n}", level="community", parent=cast.areas["east"], valid_from=SINCE)
        area.path = f"{cast.areas['east'].path}{area.pk}."
        area.save(update_fields=["path"])
        areas[f"community:{n}"] = area
    return typed(Demo, SimpleNamespace(areas=areas, at=lambda level, n: f"{level}:{n}", actor=cast.as_))


def test_the_demo_carries_every_change_through(cast: Cast) -> None:
    make_risk(town(cast))
    assert Proposal.objects.filter(decided_at=None).count() == 0
    grades = {day: {(g.code, g.grade) for g in grades_on(day)} for day in (date(2020, 2, 20), date(2020, 3, 5), date(2022, 7, 8), date(2022, 7, 22))}
    assert grades[date(2020, 2, 20)] == {("990101", "medium")}
    assert grades[date(2020, 3, 5)] == {("990101", "low")}
    assert ("990101001050", "high") in grades[date(2022, 7, 8)]
    assert {g for _, g in grades[date(2022, 7, 8)]} == {"high", "medium", "low"}
    assert grades[date(2022, 7, 22)] == set()
