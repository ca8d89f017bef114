"""What a household lives on: rises and falls of income, the year's income per head, the watch line; wishes, jobs found and lost again."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.models import Person, Unit
from tongchou.record.people.reach import person_in_reach
from tongchou.record.territory.reach import area_in_reach, missing
from tongchou.rooms.rural.actions.relief import coded, home_in_reach, not_ahead
from tongchou.rooms.rural.models import Household, Income, Job, WatchLine, Wish, YearIncome
from tongchou.rooms.rural.reach import CARE, LINES, require_charge, today
from tongchou.rooms.rural.words import ENDS, INCOME_REASONS, JOBS, WISHES

explain_constraint(
    "income_event_once",
    Reason.DUPLICATE,
    Text("该户这个月的同类变动已登记。", "This change of that month is on record."),
    Text("请核对月份和原因。", "Check month and reason."),
)
explain_constraint(
    "job_one_at_a_time",
    Reason.DUPLICATE,
    Text("此人已有在岗记录。", "A job of this person is on record."),
    Text("换工作的，请先登记原工作结束。", "End it first if the job has changed."),
)


class IncomeIn(Payload):
    """month: such as 2020-03. band: how much a month."""

    household: int
    month: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    way: Income.Way
    band: Income.Band
    reason: str = Field(max_length=12)


class YearIn(Payload):
    """per_head: net income per head of the year, in yuan."""

    household: int
    year: int = Field(ge=2010, le=2100)
    per_head: Decimal = Field(ge=0, le=1_000_000, max_digits=10, decimal_places=2)


class LineIn(Payload):
    """basis: the document that sets the line; without one there is no line."""

    area: int
    year: int = Field(ge=2010, le=2100)
    per_head: Decimal = Field(gt=0, le=1_000_000, max_digits=10, decimal_places=2)
    basis: str = Field(min_length=4, max_length=200)


class WishIn(Payload):
    person: uuid.UUID
    able: Wish.Able
    wish: str = Field(max_length=10)


class JobIn(Payload):
    """employer: where it is on record. place: a division code of 6 to 12 digits. departed_on: of an organised departure."""

    person: uuid.UUID
    kind: str = Field(max_length=10)
    employer: int | None = None
    place: str = Field("", pattern=r"^(\d{6,12})?$")
    from_on: date
    organised: bool = False
    departed_on: date | None = None


class JobEndIn(Payload):
    job: int
    on: date
    reason: str = Field(max_length=12)


@verb("relief.income", CARE, Text("登记收入变动", "Record a change of income"))
def income(context: Context, given: IncomeIn) -> dict[str, Any]:
    """Record that a household's income rose or fell, of one that is watched or not."""
    home = home_in_reach(context, CARE, given.household)
    coded(given.reason, INCOME_REASONS, "reason")
    month = date(int(given.month[:4]), int(given.month[5:]), 1)
    not_ahead(context, month, "month")
    assert context.actor.account_id is not None
    values: dict[str, Any] = {"way": given.way, "band": given.band, "reason": given.reason}
    Income.objects.create(
        household=home, month=month, account_id=context.actor.account_id, recorded_at=context.now, **values
    )
    context.event("relief_income", subject=f"household:{home.pk}", data=values | {"month": given.month})
    return {"household": home.pk, "month": given.month}


@verb("relief.year_income", CARE, Text("登记年人均纯收入", "Record a year's income"))
def year_income(context: Context, given: YearIn) -> dict[str, Any]:
    """Record a year's income per head; recording it again corrects it."""
    home = home_in_reach(context, CARE, given.household)
    if given.year > today(context.now).year:
        rule = Text("年份不能在将来。", "The year lies in the future.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="year", value=given.year)
    assert context.actor.account_id is not None
    values = {"per_head": given.per_head, "account_id": context.actor.account_id, "recorded_at": context.now}
    YearIncome.objects.update_or_create(household=home, year=given.year, defaults=values)
    context.event("relief_year_income", subject=f"household:{home.pk}", data={"year": given.year})
    return {"household": home.pk, "year": given.year}


@verb("relief.line", LINES, Text("设定监测线", "Set the watch line"))
def set_line(context: Context, given: LineIn) -> dict[str, Any]:
    """Set the line of an area and a year; it holds below that area unless another is set there."""
    require_charge(context.actor, LINES, "relief")
    area = area_in_reach(context.actor, LINES, given.area)
    WatchLine.objects.update_or_create(
        area=area, year=given.year, defaults={"per_head": given.per_head, "basis": given.basis}
    )
    context.event(
        "relief_line",
        subject=f"area:{area.pk}",
        note=given.basis,
        data={"year": given.year, "per_head": str(given.per_head)},
    )
    return {"area": area.pk, "year": given.year}


def _member(context: Context, key: uuid.UUID) -> Person:
    """Somebody in reach whose household is watched."""
    person = person_in_reach(context.actor, CARE, key)
    if not Household.objects.filter(household=person.household_id).exclude(state=Household.State.REMOVED).exists():
        rule = Text("此人所在户不在监测。", "The person's household is not watched.")
        raise Refusal(
            Reason.CONFLICT, rule, remedy=Text("请先纳入监测。", "Open a file first."), field="person", value=str(key)
        )
    return person


@verb("relief.wish", CARE, Text("登记就业意愿", "Record a wish for work"))
def wish(context: Context, given: WishIn) -> dict[str, Any]:
    person = _member(context, given.person)
    coded(given.wish, WISHES, "wish")
    assert context.actor.account_id is not None
    values = {
        "able": given.able,
        "wish": given.wish,
        "account_id": context.actor.account_id,
        "recorded_at": context.now,
    }
    Wish.objects.update_or_create(person=person, defaults=values)
    context.event("relief_wish", subject=f"person:{person.pk}", data={"able": given.able, "wish": given.wish})
    return {"person": str(person.pk)}


@verb("relief.job", CARE, Text("登记就业", "Record a job that was found"))
def job(context: Context, given: JobIn) -> dict[str, Any]:
    person = _member(context, given.person)
    coded(given.kind, JOBS, "kind")
    if given.employer is not None and not Unit.objects.filter(pk=given.employer, active_to=None).exists():
        raise missing(Text("没有这个在册单位。", "There is no such active unit."), "employer", given.employer)
    if given.organised and given.departed_on is None:
        rule = Text("组织输出的须填写出发日期。", "An organised departure has a day.")
        raise Refusal(Reason.MISSING_VALUE, rule, field="departed_on")
    not_ahead(context, given.from_on, "from_on")
    assert context.actor.account_id is not None
    values = given.model_dump(exclude={"person", "employer"}) | {"employer_id": given.employer}
    row = Job.objects.create(person=person, account_id=context.actor.account_id, recorded_at=context.now, **values)
    context.event(
        "relief_job", subject=f"person:{person.pk}", data={"job": row.pk, "kind": row.kind, "organised": row.organised}
    )
    return {"job": row.pk}


@verb("relief.job_end", CARE, Text("登记失业", "Record that a job was lost"))
def job_end(context: Context, given: JobEndIn) -> dict[str, Any]:
    row = Job.objects.select_for_update().filter(pk=given.job).first()
    if row is None or not Person.objects.filter(pk=row.person_id).exists():
        raise missing(Text("没有找到这项就业。", "There is no such job."), "job", given.job)
    try:
        person_in_reach(context.actor, CARE, row.person_id)
    except Refusal:
        raise missing(Text("没有找到这项就业。", "There is no such job."), "job", given.job) from None
    coded(given.reason, ENDS, "reason")
    not_ahead(context, given.on, "on")
    if row.ended_on is not None or given.on < row.from_on:
        rule = Text("已登记结束，或结束日早于开始日。", "It has ended already, or the day lies before its beginning.")
        raise Refusal(Reason.CONFLICT, rule, field="on", value=given.on.isoformat())
    row.ended_on, row.end_reason = given.on, given.reason
    row.save(update_fields=["ended_on", "end_reason"])
    context.event("relief_job_end", subject=f"person:{row.person_id}", data={"job": row.pk, "reason": given.reason})
    return {"job": row.pk}
