"""A school with its people, an education and a health department, for the tests of this room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.cast import SINCE, Cast
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.record.models import Account, Post, PostHolding, Unit

DAY = timedelta(days=1)


def today() -> date:
    return timezone.now().astimezone(SHANGHAI).date()


def noon(day: date, hour: int = 11) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


@dataclass
class Place:
    """cast with: units school, other_school, education, health; accounts school, teacher, other_school, education, colleague, health."""

    cast: Cast
    classes: list[int]

    @property
    def school(self) -> int:
        return self.cast.units["school"].pk

    def do(self, who: str, verb: str, now: datetime | None = None, **payload: Any) -> dict[str, Any]:
        return act(verb, self.cast.as_(who), new_id(), payload, now=now).result

    def refused(self, who: str, verb: str, now: datetime | None = None, **payload: Any) -> Refusal:
        with pytest.raises(Refusal) as caught:
            self.do(who, verb, now, **payload)
        return caught.value

    def check(
        self, school_class: int, on: date | None = None, session: str = "morning", who: str = "teacher", **more: Any
    ) -> dict[str, Any]:
        payload = {
            "school_class": school_class,
            "on": str(on or today()),
            "session": session,
            "ill": 0,
            "nothing": not more,
        } | more
        return self.do(who, "school.check", noon(on) if on else None, **payload)

    def ill(self, school_class: int, sign: str, fresh: int, on: date | None = None, session: str = "morning") -> None:
        self.check(school_class, on, session, ill=fresh, signs=[{"sign": sign, "pupils": fresh, "fresh": fresh}])

    def opened(self) -> str:
        """Take the school through its opening."""
        key = str(self.do("school", "school.apply", school=self.school, opens_on=str(today()))["opening"])
        for proof in self.handed_in(key):
            self.do("education", "school.review", proof=proof, met=True)
        self.do("education", "school.decide", opening=key, decision="open")
        return key

    def handed_in(self, key: str) -> list[int]:
        from tongchou.rooms.schools.conditions import EPIDEMIC, titles

        return [
            self.do("health" if k == EPIDEMIC else "school", "school.proof", opening=key, key=k, text="情况说明及附件")[
                "proof"
            ]
            for k in titles()
        ]


def make(cast: Cast) -> Place:
    """The school's file has two grades with two classes of 40 each."""
    for name, kind, area in (
        ("school", "school", "spring"),
        ("other_school", "school", "reed"),
        ("education", "department", "district"),
        ("health", "department", "district"),
    ):
        cast.units[name] = Unit.objects.create(
            name=f"{name} 学校" if kind == "school" else f"{name} 局",
            kind=kind,
            area=cast.areas[area],
            active_from=SINCE,
        )
    people = {
        "school": ("school", "school_officer"), "teacher": ("school", "class_teacher"), "other_school": ("other_school", "school_officer"),
        "education": ("education", "education_officer"), "colleague": ("education", "education_officer"), "health": ("health", "health_officer"),
    }  # fmt: skip
    for name, (unit, role) in people.items():
        account = Account(username=name, display_name=f"{name} 老师")
        account.set_unusable_password()
        account.save()
        PostHolding.objects.create(
            post=Post.objects.create(unit=cast.units[unit], title=role, role=role), account=account, from_date=SINCE
        )
        cast.accounts[name] = account
    place = Place(cast, [])
    place.do("school", "school.file", school=place.school, level="primary", gates=["东门", "西门"])
    place.classes = [
        place.do("school", "school.class_add", school=place.school, grade=grade, name=name, pupils=40, staff=2)[
            "school_class"
        ]
        for grade in (1, 2)
        for name in ("1班", "2班")
    ]
    return place
