"""What is done for a watched household, and how its risk is removed."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse

from tongchou.kernel.text import Text
from tongchou.rooms.rural.actions.relief import no_such_household
from tongchou.rooms.rural.models import Measure
from tongchou.rooms.rural.pages.household import _file, _form
from tongchou.rooms.rural.pages.parts import on_day
from tongchou.rooms.rural.reach import CARE, VERIFY
from tongchou.rooms.rural.words import (
    ITEMS,
    MEASURES,
)
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import PLEASE, named_units
from tongchou.web.pages.forms import Draft
from tongchou.web.pages.requests import actor_of, do, given, integer
from tongchou.web.permission import page

_AGREES = [("yes", Text("认可", "yes")), ("no", Text("不认可", "no"))]
_HELPS = ("department", "hq_department", "street", "community", "special_team", "school", "clinic", "enterprise")


@page("relief_measure", "relief/files/<uuid:relief>/measure", CARE)
def relief_measure(request: HttpRequest, relief: uuid.UUID) -> HttpResponse:
    """Record a measure."""
    row = _file(actor_of(request), relief)

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("kind", Text("措施", "Measure"), "select", choices=[PLEASE, *MEASURES.items()], required=True),
            d.field("unit", Text("落实单位", "Who does it"), "select", choices=named_units(_HELPS), required=True),
            d.field("from_on", Text("开始日期", "From"), "date", required=True),
            d.field("amount", Text("金额", "Amount"), "number", unit=Text("元", "yuan")),
        ]

    def send() -> Text:
        do(
            request,
            "relief.measure",
            {"file": str(relief), "unit": integer(request, "unit") or 0, **given(request, "kind", "from_on", "amount")},
        )
        return Text("已登记措施。", "Recorded.")

    return _form(
        request,
        row,
        Text("落实帮扶措施", "Record a measure"),
        Text("登记", "Record"),
        fields,
        send,
        {"from_on": on_day().isoformat()},
    )


@page("relief_measure_end", "relief/files/<uuid:relief>/measure/<int:relief_measure>/end", CARE)
def relief_measure_end(request: HttpRequest, relief: uuid.UUID, relief_measure: int) -> HttpResponse:
    """End a measure, and say whether it helped."""
    row = _file(actor_of(request), relief)
    found = Measure.objects.filter(pk=relief_measure, file=row).first()
    if found is None:
        raise no_such_household(relief_measure, "measure")

    def fields(d: Draft) -> list[FieldParts]:
        told = [("yes", Text("有效", "it helped")), ("no", Text("无效", "it did not help"))]
        return [
            d.field("on", Text("结束日期", "Ended"), "date", required=True),
            d.field("worked", Text("效果", "Effect"), "radio", choices=told, required=True),
        ]

    def send() -> Text:
        do(
            request,
            "relief.measure_end",
            {"measure": relief_measure, "on": request.POST.get("on", ""), "worked": request.POST.get("worked", "")},
        )
        return Text("已登记。", "Recorded.")

    return _form(
        request, row, MEASURES[found.kind], Text("登记结束", "End it"), fields, send, {"on": on_day().isoformat()}
    )


@page("relief_problem", "relief/files/<uuid:relief>/problem", CARE)
def relief_problem(request: HttpRequest, relief: uuid.UUID) -> HttpResponse:
    """Hand out a problem of food, clothing, school, medical care, housing or water."""
    row = _file(actor_of(request), relief)

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("item", Text("方面", "What it is about"), "radio", choices=list(ITEMS.items()), required=True),
            d.field("found_on", Text("发现日期", "Found"), "date", required=True),
            d.field(
                "owner_unit",
                Text("责任单位", "Who puts it right"),
                "select",
                choices=named_units(("department", "hq_department", "street", "community")),
                required=True,
            ),
        ]

    def send() -> Text:
        do(
            request,
            "relief.problem",
            {
                "file": str(relief),
                "owner_unit": integer(request, "owner_unit") or 0,
                **given(request, "item", "found_on"),
            },
        )
        return Text("已交办，解决后由其他单位回访核实。", "Handed out; another unit asks the household afterwards.")

    note = Text("交办时只写监测户编号，不写姓名。", "It names the file's number, nobody's name.")
    return _form(
        request,
        row,
        Text("登记问题", "Record a problem"),
        Text("交办", "Hand out"),
        fields,
        send,
        {"found_on": on_day().isoformat()},
        note,
    )


@page("relief_propose", "relief/files/<uuid:relief>/propose", CARE)
def relief_propose(request: HttpRequest, relief: uuid.UUID) -> HttpResponse:
    """Propose that the risk is removed."""
    row = _file(actor_of(request), relief)

    def send() -> Text:
        do(request, "relief.propose", {"file": str(relief)})
        return Text("已提请，由另一人回访核实。", "Proposed; somebody else asks the household.")

    note = Text(
        "须已落实措施、没有未解决的问题；由另一人入户回访，本户认可后才消除。",
        "Measures are on record and no problem is open; another person asks the household, and it has to agree.",
    )
    return _form(
        request,
        row,
        Text("提请消除风险", "Propose the removal"),
        Text("提请", "Propose"),
        lambda d: [],
        send,
        None,
        note,
    )


@page("relief_verify", "relief/files/<uuid:relief>/verify", VERIFY)
def relief_verify(request: HttpRequest, relief: uuid.UUID) -> HttpResponse:
    """Ask the household, and remove the risk or send the proposal back."""
    row = _file(actor_of(request), relief, VERIFY)

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("asked_on", Text("回访日期", "Asked on"), "date", required=True),
            d.field("agreed", Text("本户是否认可", "Does the household agree"), "radio", choices=_AGREES, required=True),
            d.field("remove", Text("结论", "Outcome"), "radio", required=True,
                    choices=[("yes", Text("消除风险", "remove the risk")), ("no", Text("不予消除", "keep watching"))]),
            d.field("reason", Text("不予消除的原因", "Why it is kept"), maxlength=300),
        ]  # fmt: skip

    def send() -> Text:
        do(request, "relief.verify", {"file": str(relief), **given(request, "asked_on", "agreed", "remove", "reason")})
        return Text("已核实。", "Verified.")

    return _form(
        request,
        row,
        Text("回访核实", "Ask the household"),
        Text("核实", "Verify"),
        fields,
        send,
        {"asked_on": on_day().isoformat()},
    )
