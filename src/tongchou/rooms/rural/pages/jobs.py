"""Work of the members of watched households: wishes, jobs found and lost."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse

from tongchou.kernel.text import Text
from tongchou.rooms.rural.actions.relief import no_such_household
from tongchou.rooms.rural.models import Household, Job
from tongchou.rooms.rural.pages.household import _file, _form
from tongchou.rooms.rural.pages.parts import on_day
from tongchou.rooms.rural.reach import CARE
from tongchou.rooms.rural.watched import Member, members_of
from tongchou.rooms.rural.words import (
    ABLE,
    ENDS,
    JOBS,
    WISHES,
)
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import PLEASE, named_units
from tongchou.web.pages.forms import Draft
from tongchou.web.pages.requests import actor_of, do, given, integer
from tongchou.web.permission import page


def _member(request: HttpRequest, row: Household, key: uuid.UUID) -> Member:
    found = next((m for m in members_of(actor_of(request), row.household, on_day())[0] if m.id == key), None)
    if found is None:
        raise no_such_household(str(key), "person")
    return found


@page("relief_wish", "relief/files/<uuid:relief>/people/<uuid:person>/wish", CARE)
def relief_wish(request: HttpRequest, relief: uuid.UUID, person: uuid.UUID) -> HttpResponse:
    """Whether somebody can work, and what they wish for."""
    row = _file(actor_of(request), relief)
    member = _member(request, row, person)

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("able", Text("劳动能力", "Able to work"), "radio", choices=list(ABLE.items()), required=True),
            d.field("wish", Text("意愿", "Wish"), "radio", choices=list(WISHES.items()), required=True),
        ]

    def send() -> Text:
        do(request, "relief.wish", {"person": str(person), **given(request, "able", "wish")})
        return Text("已登记。", "Recorded.")

    record = {"able": member.wish.able, "wish": member.wish.wish} if member.wish else {}
    return _form(
        request,
        row,
        Text("就业意愿：{who}", "Wish for work: {who}").with_(who=member.name),
        Text("登记", "Record"),
        fields,
        send,
        record,
    )


@page("relief_job", "relief/files/<uuid:relief>/people/<uuid:person>/job", CARE)
def relief_job(request: HttpRequest, relief: uuid.UUID, person: uuid.UUID) -> HttpResponse:
    """Record the job that was found."""
    row = _file(actor_of(request), relief)
    member = _member(request, row, person)

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("kind", Text("就业方式", "Kind of work"), "radio", choices=list(JOBS.items()), required=True),
            d.field("from_on", Text("上岗日期", "From"), "date", required=True),
            d.field(
                "employer",
                Text("用工单位（在册）", "Employer on record"),
                "select",
                choices=named_units(("enterprise", "school", "community", "street")),
            ),
            d.field(
                "place",
                Text("务工地区划代码", "Division code of the place"),
                maxlength=12,
                help=Text("六位以上，外出务工的填写。", "Six digits or more."),
            ),
            d.field("organised", Text("有组织输出（点对点）", "Organised departure"), "checkbox"),
            d.field("departed_on", Text("出发日期", "Departure"), "date"),
        ]

    def send() -> Text:
        employer = integer(request, "employer")
        payload: dict[str, Any] = {
            "person": str(person),
            "organised": bool(request.POST.get("organised")),
            **given(request, "kind", "from_on", "place", "departed_on"),
        }
        do(request, "relief.job", payload | ({} if employer is None else {"employer": employer}))
        return Text("已登记就业。", "Recorded.")

    return _form(
        request,
        row,
        Text("就业：{who}", "Job: {who}").with_(who=member.name),
        Text("登记", "Record"),
        fields,
        send,
        {"from_on": on_day().isoformat()},
    )


@page("relief_job_end", "relief/files/<uuid:relief>/jobs/<int:job>/end", CARE)
def relief_job_end(request: HttpRequest, relief: uuid.UUID, job: int) -> HttpResponse:
    """Record that a job was lost."""
    row = _file(actor_of(request), relief)
    found = Job.objects.filter(pk=job, person__household=row.household_id).first()
    if found is None:
        raise no_such_household(job, "job")
    _member(request, row, found.person_id)

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("on", Text("结束日期", "Ended"), "date", required=True),
            d.field("reason", Text("原因", "Why"), "select", choices=[PLEASE, *ENDS.items()], required=True),
        ]

    def send() -> Text:
        do(request, "relief.job_end", {"job": job, **given(request, "on", "reason")})
        return Text("已登记。", "Recorded.")

    return _form(
        request,
        row,
        Text("登记失业", "A job was lost"),
        Text("登记", "Record"),
        fields,
        send,
        {"on": on_day().isoformat()},
    )
