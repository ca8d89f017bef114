"""Planning: for which unit, and a span of days by a pattern of shifts."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import cycle, islice
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.rooms.command.duty_questions import candidates
from tongchou.rooms.command.pages.watch import DUTY, crumbs, local, start_of, unit_asked
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import PLEASE, Choices, unit_choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, integer, now
from tongchou.web.permission import page

PATTERNS: dict[str, tuple[Text, tuple[tuple[int, int], ...]]] = {
    "24": (Text("一班 24 小时（8:00 起）", "one shift of 24 hours from 8:00"), ((8, 24),)),
    "12": (Text("两班各 12 小时（8:00、20:00）", "two of 12 hours from 8:00 and 20:00"), ((8, 12), (20, 12))),
    "8": (
        Text("三班各 8 小时（0:00、8:00、16:00）", "three of 8 hours from 0:00, 8:00, 16:00"),
        ((0, 8), (8, 8), (16, 8)),
    ),
}
LONGEST_PLAN = 62


@page("duty_plan", "duty/plan", "duty.plan")
def duty_plan(request: HttpRequest) -> HttpResponse:
    """Plan a span of days: a pattern of shifts, leaders and staff taking turns in the order in which they are ticked."""
    unit = unit_asked(request, "duty.plan")
    people: Choices = list(candidates(unit))
    back = f"{reverse('duty')}?unit={unit.pk}"

    def fields(d: Draft) -> list[FieldParts]:
        tomorrow = local(now()).date() + timedelta(days=1)
        turns = Text("按勾选顺序轮流。", "They take turns in this order.")
        return [
            FieldParts("unit", Text("单位", "Unit"), "hidden", unit.pk),
            d.field("first", Text("从哪一天", "From"), "date", required=True, min=tomorrow.isoformat()),
            d.field(
                "last",
                Text("到哪一天", "To"),
                "date",
                required=True,
                help=Text("一次最多排 {n} 天。", "At most {n} {n|day|days} at a time.").with_(n=LONGEST_PLAN),
            ),
            d.field(
                "pattern",
                Text("班次", "Shifts"),
                "select",
                choices=[(k, t) for k, (t, _) in PATTERNS.items()],
                required=True,
            ),
            d.field("leaders", Text("带班领导", "Leaders on duty"), "checkboxes", choices=people, help=turns),
            d.field("staff", Text("值班人员", "Staff on duty"), "checkboxes", choices=people, help=turns),
            d.field(
                "each",
                Text("每班值班人员", "Staff on each shift"),
                "integer",
                unit=Text("人", "persons"),
                min=1,
                max=10,
                required=True,
            ),
            d.field("note", Text("说明", "Note"), maxlength=200),
        ]

    def send() -> HttpResponse:
        shifts = _planned(request)
        made = do(request, "duty.plan", {"unit": unit.pk, "shifts": shifts}).result
        planned = request.POST.get("first", "")[:7]
        said = Text("已排 {n} 个班次。", "{n} {n|shift is|shifts are} planned.").with_(n=len(made["shifts"]))
        return done(request, f"{reverse('duty_month')}?unit={unit.pk}&month={planned}", said)

    title = Text("排班", "Plan shifts")
    return form_page(
        request, fields, send, title=title, subtitle=unit.name, button=Text("排班", "Plan"), back=back, breadcrumbs=crumbs(unit.pk, title),
        on_record={"each": 2, "pattern": "24"},
    )  # fmt: skip


def _planned(request: HttpRequest) -> list[dict[str, Any]]:
    """The shifts that the form describes."""
    first, last = _day(request, "first"), _day(request, "last")
    if last < first or (last - first).days >= LONGEST_PLAN:
        rule = Text(
            "结束日期应在开始日期之后 {n} 天以内。", "The last day lies within {n} {n|day|days} after the first."
        ).with_(n=LONGEST_PLAN)
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="last", value=last.isoformat())
    pattern = PATTERNS.get(request.POST.get("pattern", ""))
    if pattern is None:
        raise Refusal(Reason.INVALID_VALUE, Text("请选择班次。", "Choose the shifts."), field="pattern")
    leaders, staff = request.POST.getlist("leaders"), request.POST.getlist("staff")
    each = integer(request, "each") or 0
    if staff and each < 1:
        rule = Text("选了值班人员，每班至少 1 人。", "Staff are ticked: one on each shift at least.")
        raise Refusal(Reason.INVALID_VALUE, rule, field="each", value=each)
    if staff and each > len(staff):
        rule = Text("每班人数多于所选的 {n} 人。", "More on each shift than the {n} who are ticked.").with_(
            n=len(staff)
        )
        raise Refusal(Reason.INVALID_VALUE, rule, field="each", value=each)
    leading, watching_now = cycle(leaders or [None]), cycle(staff or [None])
    shifts = []
    for n in range((last - first).days + 1):
        for hour, hours in pattern[1]:
            starts = start_of(first + timedelta(days=n)) + timedelta(hours=hour)
            lead = next(leading)
            people = [p for p in islice(watching_now, each if staff else 0) if p is not None]
            shifts.append(
                {
                    "starts_at": starts.isoformat(),
                    "ends_at": (starts + timedelta(hours=hours)).isoformat(),
                    "leaders": [lead] if lead else [],
                    "staff": people,
                    "note": request.POST.get("note", ""),
                }
            )
    return shifts


def _day(request: HttpRequest, name: str) -> date:
    text = request.POST.get(name, "").strip()
    try:
        return date.fromisoformat(text)
    except ValueError:
        rule = Text("请填写日期，如 2026-11-24。", "Give a date such as 2026-11-24.")
        raise Refusal(
            Reason.IMPOSSIBLE_DATE if text else Reason.MISSING_VALUE, rule, field=name, value=text[:20] or None
        ) from None


@page("duty_unit", "duty/unit", "duty.plan")
def dutyunit_asked(request: HttpRequest) -> HttpResponse:
    """Choose the unit for which to plan."""
    actor = actor_of(request)

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field(
                "unit",
                Text("单位", "Unit"),
                "select",
                choices=[PLEASE, *unit_choices(actor, "duty.plan")[1:]],
                required=True,
            )
        ]

    def send() -> HttpResponse:
        unit = integer(request, "unit")
        if unit is None:
            raise Refusal(Reason.MISSING_VALUE, Text("请选择单位。", "Choose a unit."), field="unit")
        return done(request, f"{reverse('duty_plan')}?unit={unit}", Text("请填写班次。", "Now the shifts."))

    title = Text("为哪个单位排班", "For which unit")
    crumbs = [{"url": reverse("duty"), "label": DUTY}, {"url": "", "label": title}]
    return form_page(
        request, fields, send, title=title, button=Text("下一步", "Next"), back=reverse("duty"), breadcrumbs=crumbs
    )
