"""What a family is shown of a school and of one class, and what a class is shown of families' words. No pupil is named to anybody but the school."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text
from tongchou.record.questions.territory import by_pinyin, like
from tongchou.record.territory.reach import missing
from tongchou.rooms.schools.absentees import REASONS
from tongchou.rooms.schools.models import FamilyWord, Measure, OnlineDay, School, SchoolClass, Turn

FAMILY = "school.family"
KINDS = {"absence": Text("请假、缺勤", "Absence"), "travel": Text("假期去向", "Where we go in the holidays")}
SAID = {k: REASONS[k] for k in ("fever", "vomiting", "ill", "leave")}
"""Why a family says that its child is absent."""
MOST_SCHOOLS = 20


_NAMED = f"""
select s.unit_id from schools_school s join record_unit u on u.id = s.unit_id and u.active_to is null
where u.name ilike %(inside)s or {by_pinyin("u")} order by u.name_key, u.id limit %(most)s
"""


def schools_named(text: str) -> list[School]:
    """Schools with a file by a part of their name or by pinyin, a few."""
    if not text.strip():
        return []
    with connection.cursor() as cursor:
        cursor.execute(_NAMED, like(text) | {"most": MOST_SCHOOLS})
        found = [row[0] for row in cursor.fetchall()]
    return list(School.objects.filter(pk__in=found).select_related("unit__area").order_by("unit__name_key", "pk"))


def class_for_family(key: int) -> SchoolClass:
    """A class of a school with a file; families may ask for every one."""
    row = SchoolClass.objects.select_related("school__unit__area").filter(pk=key, ended_on=None, school__unit__active_to=None).first()
    if row is None:
        raise missing(Text("没有找到这个班级。", "There is no such class."), "school_class", key)
    return row


@dataclass(frozen=True, slots=True)
class Coming:
    """A window in which a class comes or leaves. kind: "return" or "leave"."""

    kind: str
    gate: str
    starts_at: datetime
    ends_at: datetime


def coming(school_class: SchoolClass, since: date) -> list[Coming]:
    """The windows of a class in the plans in force, from a day on."""
    turns = Turn.objects.filter(plan__school=school_class.school_id, plan__superseded_at=None, classes__contains=[school_class.pk]).select_related("plan")
    return [
        Coming(t.plan.kind, t.gate, t.starts_at.astimezone(SHANGHAI), t.ends_at.astimezone(SHANGHAI))
        for t in turns.order_by("starts_at") if t.ends_at.astimezone(SHANGHAI).date() >= since
    ]  # fmt: skip


def suspended(school_class: SchoolClass, on: date) -> Measure | None:
    """The order by which a class has no lessons on a day or later: the one that ends last."""
    whole = Q(kind="suspend_school") | Q(kind="suspend_class", school_class=school_class)
    return Measure.objects.filter(whole, cluster__school=school_class.school_id, state="ordered", to_day__gte=on).order_by("-to_day").first()


def measures_of(school_class: SchoolClass, on: date) -> list[Measure]:
    """What else is ordered for a class or its whole school on a day, that families should know and do."""
    rows = Measure.objects.filter(Q(school_class=None) | Q(school_class=school_class), cluster__school=school_class.school_id, state="ordered")
    return list(rows.filter(from_day__lte=on, to_day__gte=on).exclude(kind__startswith="suspend").order_by("pk"))


def at_home(school_class: SchoolClass) -> OnlineDay | None:
    """The last day on which the grade was taught at home."""
    return OnlineDay.objects.filter(school=school_class.school_id, grade=school_class.grade).order_by("-on").first()


def words_of(school: int, since: date) -> list[FamilyWord]:
    """Words that hold on a day or later, or that nobody has taken note of: those first."""
    holds = Q(to_on=None, from_on__gte=since) | Q(to_on__gte=since) | Q(taken_at=None)
    rows = FamilyWord.objects.filter(holds, school=school, withdrawn_at=None).select_related("school_class", "account", "taken_by")
    return sorted(rows.order_by("school_class__grade", "school_class__name", "from_on", "pk")[:500], key=lambda w: w.taken_at is not None)


def absent_by_family(school_class: int, on: date) -> list[FamilyWord]:
    """Absences of a class that families told for a day. Without an end one holds for its first day alone: the next check asks again."""
    day = Q(from_on=on, to_on=None) | Q(from_on__lte=on, to_on__gte=on)
    return list(FamilyWord.objects.filter(day, school_class=school_class, kind="absence", withdrawn_at=None).order_by("from_on", "pk"))


def away_by_family(school_class: int, since: date) -> list[tuple[str, int]]:
    """Where families of a class say that they go, with how many pupils; "" is staying. One pupil once, by the latest word."""
    latest: dict[str, str] = {}
    for w in FamilyWord.objects.filter(school_class=school_class, kind="travel", withdrawn_at=None, from_on__gte=since).order_by("at"):
        latest[w.who] = w.place
    return sorted(Counter(latest.values()).items(), key=lambda x: (-x[1], x[0]))


def told_by(account: Any) -> list[FamilyWord]:
    """What an account has told, the latest first."""
    return list(FamilyWord.objects.filter(account=account).select_related("school_class__school__unit").order_by("-at")[:30])
