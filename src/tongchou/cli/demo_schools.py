"""Schools of the demo district, through act(): files, openings in every state, turns, ten days of checks with one cluster and one silent class."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from tongchou.cli.demo_cast import Demo
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.ids import new_id
from tongchou.kernel.workdays import is_workday
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.rooms.schools.conditions import EPIDEMIC, titles
from tongchou.rooms.schools.models import SchoolClass

_SCHOOLS, _CLASSES, _DAYS = 5, 2, 10
_LEVELS = (
    ("幼儿园", "kindergarten", range(-3, 0)),
    ("小学", "primary", range(1, 7)),
    ("初", "middle", range(7, 10)),
    ("中学", "secondary", range(7, 13)),
)
_TO_OPEN = ("open", "open", "open", "review", "refused")
"""What becomes of each school's application."""


def make_schools(demo: Demo) -> None:
    """The school of the account `school` first, then some of those that were generated."""
    units = [
        demo.units["school"],
        *[u for u in demo.units.values() if u.kind == "school" and u.pk != demo.units["school"].pk][: _SCHOOLS - 1],
    ]
    now = timezone.now()
    for n, unit in enumerate(units):
        level, grades = next(((key, g) for word, key, g in _LEVELS if word in unit.name), ("nine_year", range(1, 10)))
        demo.do("education",
            "school.file",
            now - timedelta(days=30),
            school=unit.pk,
            level=level,
            gates=["东门", "西门"],
            boarding=level == "secondary",
        )
        for grade in grades:
            for c in range(1, _CLASSES + 1):
                pupils = 28 + demo.rng.randrange(17)
                demo.do("education",
                    "school.class_add",
                    now - timedelta(days=29),
                    school=unit.pk,
                    grade=grade,
                    name=f"{c}班",
                    pupils=pupils,
                    staff=2,
                )
        classes = list(SchoolClass.objects.filter(school=unit.pk).order_by("grade", "name"))
        _open(demo, unit.pk, _TO_OPEN[n % len(_TO_OPEN)], now)
        _turns(demo, unit.pk, classes, now)
        if _TO_OPEN[n % len(_TO_OPEN)] == "open":
            _checks(demo, classes, now, cluster=n == 0, silent=n == 1)
    _journeys(demo, units[0].pk, now)
    _families(demo, units[0].pk, now)
    act("school.evaluate", SYSTEM, new_id(), {"as_of": _day(now).isoformat()}, now=now)
    act("school.chase", SYSTEM, new_id(), {}, now=now)
    act("school.pupils_chase", SYSTEM, new_id(), {}, now=now)


def _open(demo: Demo, school: int, end: str, now: datetime) -> None:
    """Apply, hand in, review, decide; one stays under review, one is refused as it lacks an item."""
    under_way = end not in ("open", "refused")
    at = now - timedelta(days=3 if under_way else 26)
    opens = _day(now + timedelta(days=4) if under_way else now - timedelta(days=14))
    key = demo.do("education", "school.apply", at, school=school, opens_on=opens.isoformat())["opening"]
    for item in titles():
        if end != "open" and item == "plan":
            continue
        who = "health" if item == EPIDEMIC else "education"
        told = "全区连续二十八天无新增病例" if item == EPIDEMIC else "已按要求落实，台账和照片留校备查"
        proof = demo.do(who, "school.proof", at + timedelta(days=1), opening=key, key=item, text=told)["proof"]
        if end != "review" or item in (EPIDEMIC, "room"):
            demo.do("street" if who == "education" and school == demo.units["school"].pk else "hq",
                "school.review",
                at + timedelta(days=2),
                proof=proof,
                met=True,
            )
    if end == "open":
        demo.do("education", "school.decide", at + timedelta(days=3), opening=key, decision="open")
    elif end == "refused":
        demo.do("education",
            "school.decide",
            at + timedelta(days=3),
            opening=key,
            decision="refuse",
            reason="应急预案和演练材料未提交",
        )


def _turns(demo: Demo, school: int, classes: list[SchoolClass], now: datetime) -> None:
    """By grade, forty minutes each, the two gates in turn."""
    day, windows = _day(now - timedelta(days=14)), []
    for n, grade in enumerate(sorted({c.grade for c in classes})):
        starts = datetime.combine(day, time(8), SHANGHAI) + timedelta(minutes=40 * (n // 2))
        rooms = [c.pk for c in classes if c.grade == grade]
        windows.append(
            {
                "gate": ("东门", "西门")[n % 2],
                "starts_at": starts.isoformat(),
                "ends_at": (starts + timedelta(minutes=40)).isoformat(),
                "classes": rooms,
            }
        )
    demo.do("education", "school.turns", now - timedelta(days=20), school=school, kind="return", windows=windows)


def _checks(demo: Demo, classes: list[SchoolClass], now: datetime, *, cluster: bool, silent: bool) -> None:
    """Both checks of the working days before today, and today's morning check; the last class of one school is silent today."""
    who = (
        "teacher"
        if cluster
        else next(
            name
            for name, post in demo.posts.items()
            if post.role == "school_officer" and post.unit_id == classes[0].school_id
        )
    )
    days = [d for d in (_day(now) - timedelta(days=n) for n in range(_DAYS, -1, -1)) if is_workday(d) or d == _day(now)]
    for on in days:
        for session, hour in (("morning", 8), ("noon", 13)):
            at = datetime.combine(on, time(hour, 20), SHANGHAI)
            if on == _day(now) and (session == "noon" or at > now):
                at = now
                if session == "noon":
                    continue
            for n, room in enumerate(classes):
                if silent and on == _day(now) and n == len(classes) - 1:
                    continue
                _check(
                    demo,
                    who,
                    room,
                    on,
                    session,
                    at,
                    stomach=cluster and n == 2 and (_day(now) - on).days in (0, 1) and session == "morning",
                )


def _check(demo: Demo, who: str, room: SchoolClass, on: date, session: str, at: datetime, *, stomach: bool) -> None:
    given: dict[str, Any] = {"school_class": room.pk, "on": on.isoformat(), "session": session, "ill": 0}
    signs: list[dict[str, Any]] = [{"sign": "vomiting", "pupils": 2, "fresh": 2}] if stomach else []
    if not signs and demo.rng.random() < 0.12:
        signs = [
            {
                "sign": demo.rng.choice(["fever", "cough", "cough", "rash"]),
                "pupils": 1,
                "fresh": 1 if session == "morning" else 0,
            }
        ]
    other = int(demo.rng.random() < 0.08)
    ill = 2 if stomach else len(signs)
    given |= {"ill": ill, "other": other, "signs": signs, "nothing": not (signs or other)}
    if other and not ill:
        given["absent"] = [{"who": str(room.pk % 28 + 1), "reason": "leave"}]
    demo.do(who, "school.check", at, **given)


def _journeys(demo: Demo, school: int, now: datetime) -> None:
    """Teaching at home of the days before the return, and where two classes go at the next holiday."""
    rooms = list(SchoolClass.objects.filter(school=school).order_by("grade", "name"))
    for grade in sorted({c.grade for c in rooms})[:3]:
        pupils = sum(c.pupils for c in rooms if c.grade == grade)
        at = now - timedelta(days=17)
        demo.do("school",
            "school.online",
            at,
            school=school,
            grade=grade,
            on=_day(at).isoformat(),
            lessons=4,
            reached=pupils - grade,
            not_reached=grade,
            why="家中无网络，已送教材上门",
        )
    next_door = demo.areas[demo.at("street", 1)].code
    for room in rooms[:2]:
        to = [{"code": next_door, "pupils": 3}, {"place": "外省某县", "pupils": 2}]
        demo.do("teacher",
            "school.travel",
            now,
            school_class=room.pk,
            leaves_on=_day(now + timedelta(days=30)).isoformat(),
            staying=room.pupils - 6,
            unknown=1,
            destinations=to,
        )


def _families(demo: Demo, school: int, now: datetime) -> None:
    """What the school tells families, and what one of them told it."""
    text = (
        "返校当天测体温，发热、咳嗽、呕吐、腹泻的不来校，先就医并报告班主任。\n带：健康情况登记表、口罩两只、水杯、纸巾。\n"
        "按本班时段和校门到校，家长在警戒线外止步，不聚集。\n假期去外地的，离开前报告去向，返回后报告日期。"
    )
    demo.do("school", "school.notice", now - timedelta(days=21), school=school, phone="0990-5550123", text=text)
    room = SchoolClass.objects.filter(school=school).order_by("grade", "name")[1]
    told = {"school_class": room.pk, "pupil": "17", "from_on": _day(now).isoformat()}
    demo.do("resident", "school.family_tell", now, kind="absence", reason="fever", where="doctor", **told)
    away = told | {"from_on": _day(now + timedelta(days=30)).isoformat(), "to_on": _day(now + timedelta(days=45)).isoformat()}
    demo.do("resident", "school.family_tell", now, kind="travel", place="外省某县", **away)


def _day(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()
