"""What an enterprise's clerk does on a phone: report the day with one tap or figure by figure, correct it, see the days before."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.clock import parse_date
from tongchou.kernel.text import Text
from tongchou.record.models import Unit
from tongchou.record.territory.reach import missing
from tongchou.rooms.daily.actions.happenings import kinds
from tongchou.rooms.daily.actions.reports import COPIED, attended, on_leave, one_tap, previous
from tongchou.rooms.daily.models import Excuse, Fever, Happening, Report
from tongchou.rooms.daily.numbers import due_at, local_day, number_of
from tongchou.rooms.daily.questions import days_of
from tongchou.rooms.daily.reach import REPORT, enterprise_in_reach, own_enterprises
from tongchou.rooms.daily.spots import checks_of
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, given, integer, now
from tongchou.web.permission import Nav, page

TITLE = Text("企业日报", "Daily report")
NUMBERS = (
    "at_work",
    "on_leave",
    "abnormal",
    "incidents",
    "staff",
    "returned",
    "masks",
    "shift_hours",
    "output",
    "backlog",
)
LABELS: dict[str, Text] = {
    "at_work": Text("在岗人数", "At work"),
    "on_leave": Text("请假人数", "On leave"),
    "abnormal": Text("体温异常人数", "Temperature abnormal"),
    "incidents": Text("异常事件", "Incidents"),
    "incident_note": Text("事件情况", "What happened"),
    "staff": Text("员工总数", "Staff on the books"),
    "returned": Text("已返岗人数", "Returned of them"),
    "masks": Text("口罩存量", "Masks in stock"),
    "shift_hours": Text("每班小时数", "Hours of a shift"),
    "output": Text("当日产值", "Output of the day"),
    "backlog": Text("在手订单", "Orders in hand"),
}
_UNITS = {
    "masks": Text("只", "pieces"),
    "output": Text("万元", "10,000 yuan"),
    "backlog": Text("万元", "10,000 yuan"),
    "shift_hours": Text("小时", "hours"),
}


@page("daily", "daily", REPORT, methods=("GET",), nav=Nav(TITLE, "clipboard-check"))
def daily(request: HttpRequest) -> HttpResponse:
    """Today of one's enterprise: reported or not, the figures of the day before for one tap, the days before."""
    actor, at = actor_of(request), now()
    today = local_day(at)
    cards = [_card(unit, today) for unit in own_enterprises(actor)]
    context = {"title": TITLE, "cards": cards, "today": today, "due": due_at(today), "late": at > due_at(today)}
    return render(request, "daily/own.html", context)


def _card(unit: Unit, today: date) -> dict[str, Any]:
    rows = days_of(unit.pk, today)
    on_day = next((r for r in rows if r.day == today), None)
    offered = previous(unit.pk, today) if on_day is None else None
    counted = attended(unit.pk, today)
    excuse = Excuse.objects.filter(unit=unit, ended_at=None, from_date__lte=today).exclude(until__lt=today).first()
    fevers = list(Fever.objects.filter(unit=unit).select_related("loop").order_by("-first_at")[:5])
    figures = figures_of(on_day or offered)
    if on_day is None and counted is not None and figures:
        figures[0]["value"] = counted  # what the one tap would report
    return {
        "unit": unit, "report": on_day, "offered": offered, "excuse": excuse, "rows": rows, "figures": figures,
        "spots": checks_of(unit.pk), "happened": happened_of(unit.pk),
        "fevers": [{"row": f, "open": (f.loop_id is None and not f.outcome) or (f.loop is not None and f.loop.closed_at is None)} for f in fevers],
        "same": offered is not None and one_tap(offered), "short": bool(on_day and mask_short(on_day)),
        "one_tap": _one_tap(offered.day, counted) if offered else "", "tap": tap_label(offered.day, counted) if offered else "",
    }  # fmt: skip


def happened_of(unit: int) -> list[dict[str, Any]]:
    """The last incidents that an enterprise reported, with where their loops stand."""
    rows = Happening.objects.filter(unit=unit).select_related("loop").order_by("-day", "pk")[:5]
    named = kinds() if rows else {}
    return [{"row": h, "what": named.get(h.what, Text(h.what, h.what)), "open": h.loop is not None and h.loop.closed_at is None} for h in rows]


def tap_label(day: date, counted: int | None) -> Text:
    """The button of the one tap, short enough for a phone."""
    if counted is None:
        return _one_tap(day, None)
    return Text("考勤 {n} 人在岗，其余照旧，无异常", "{n} by attendance, else as before").with_(n=counted)


def _one_tap(day: date, counted: int | None) -> Text:
    if counted is None:
        return Text("与 {d} 相同，无发热、无异常", "As on {d}: no fever, no incident").with_(d=day)
    return Text("在岗 {n} 人（考勤），其余与 {d} 相同，无发热、无异常", "{n} at work by attendance, else as on {d}: no fever, no incident").with_(n=counted, d=day)


def mask_short(row: Report) -> bool:
    return row.mask_days is not None and float(row.mask_days) < number_of("mask_days_needed", row.day)


def figures_of(row: Report | None) -> list[dict[str, Any]]:
    """The figures of a report with their names; None shows as not reported."""
    if row is None:
        return []
    out = [{"label": LABELS[k], "value": getattr(row, k)} for k in NUMBERS if k != "shift_hours"]
    out.append({"label": Text("口罩可用天数", "Masks last, days"), "value": row.mask_days})
    return out


@page("daily_same", "daily/same", REPORT, methods=("POST",))
def daily_same(request: HttpRequest) -> HttpResponse:
    """The one tap."""
    payload = {
        "unit": integer(request, "unit"),
        "day": request.POST.get("day", ""),
        "seen": request.POST.get("seen", ""),
    }
    do(request, "daily.same", payload)
    return done(
        request,
        reverse("daily"),
        Text("已报：与上次相同，无发热、无异常。", "Reported: as before, no fever, no incident."),
    )


@page("daily_new", "daily/new", REPORT)
def daily_new(request: HttpRequest) -> HttpResponse:
    """Report a day figure by figure; the figures of the day before are offered."""
    actor = actor_of(request)
    own = own_enterprises(actor)
    key = integer(request, "unit")
    unit = enterprise_in_reach(actor, REPORT, key) if key else own[0] if own else None
    if unit is None:  # the page of the enterprise says that none of the posts is in one
        return HttpResponseRedirect(reverse("daily"))
    typed = request.POST.get("day") or request.GET.get("day", "")
    day = parse_date(typed, "day") if typed else local_day(now())
    before = previous(unit.pk, day)

    def send() -> HttpResponse:
        made = do(request, "daily.report", {"unit": unit.pk, "day": day.isoformat(), **typed_figures(request)}).result
        return done(request, reverse("daily"), _said(made))

    offered = {k: getattr(before, k) for k in COPIED} if before else {}
    counted = attended(unit.pk, day)
    if counted is not None:
        offered["at_work"] = counted
    if (away := on_leave(unit.pk, day)) is not None:
        offered["on_leave"] = away
    return form_page(
        request, lambda d: [d.field("unit", Text("企业", "Enterprise"), "hidden"), *figure_fields(d, counted, day_field=True)], send,
        title=Text("填报当日情况", "Report the day"),
        subtitle=unit.name, button=Text("上报", "Report"), back=reverse("daily"), breadcrumbs=_crumbs(Text("填报", "Report")),
        on_record=offered | {"unit": unit.pk, "day": day, "abnormal": "", "incidents": ""}, note=_NOTE,
    )  # fmt: skip


_APART = Text("人数与考勤相同的不填。如：3 人外勤未打卡。", "Leave empty where it is the same. Such as: three work outside.")
_NOTE = Text(
    "已带出上次的数字，有变化的改一下。体温异常和异常事件须当日如实填写，没有就填 0；不填不等于没有。",
    "The last figures are filled in; change what changed. Abnormal temperatures and incidents are said each day: 0 where there is none.",
)


def figure_fields(d: Draft, counted: int | None, *, day_field: bool) -> list[FieldParts]:
    """counted: people by attendance, None where there is none."""
    out = [d.field("day", Text("日期", "Day"), "date", required=True)] if day_field else []
    out.append(d.field("closed", Text("今日停工", "No work today"), "checkbox"))
    told = "" if counted is None else Text("考勤显示 {n} 人到场。", "Attendance shows {n} {n|person|people}.").with_(n=counted)
    out.append(d.field("at_work", LABELS["at_work"], "integer", required=True, help=told))
    if counted is not None:
        out.append(d.field("differs", Text("与考勤不符的原因", "Why it differs from attendance"), maxlength=200, help=_APART))
    for name in ("abnormal", "incidents"):
        out.append(d.field(name, LABELS[name], "integer", required=True))
    for n in range(LINES):
        label = Text("事件{n}类别", "Incident {n}, kind").with_(n=n + 1)
        out.append(d.field(f"what_{n}", label, "select", choices=[("", Text("没有", "None")), *kinds().items()], help=_LINE if not n else ""))
    out.append(d.field("incident_note", LABELS["incident_note"], "textarea", rows=2, maxlength=2000))
    for name in ("on_leave", "staff", "returned", "masks", "shift_hours"):
        out.append(d.field(name, LABELS[name], "integer", unit=_UNITS.get(name, "")))
    for name in ("output", "backlog"):
        out.append(d.field(name, LABELS[name], "number", unit=_UNITS[name]))
    return out


LINES = 3
"""Kinds of incidents that the form takes; a day with more is told by table or API."""
_LINE = Text(
    "有异常事件的逐起选类别，街道按类别的时限核实；没有事件不选。",
    "Choose a kind for each incident; the street looks into it within the kind's limit. None where nothing happened.",
)


def typed_figures(request: HttpRequest) -> dict[str, Any]:
    out: dict[str, Any] = given(request, *NUMBERS, "incident_note", "differs") | {"closed": bool(request.POST.get("closed"))}
    chosen = Counter(what for n in range(LINES) if (what := request.POST.get(f"what_{n}", "")))
    if len(chosen) == 1 and str(out.get("incidents") or "").isdigit():
        chosen = Counter({next(iter(chosen)): max(int(out["incidents"]), 1)})  # several of one kind need not be chosen one by one
    return out | {"happened": [{"what": what, "n": n} for what, n in chosen.items()]}


def _said(made: dict[str, Any]) -> Text:
    masks = made["masks_enough"]
    zh, en = ("已上报（迟报）。", "Reported, late.") if made["late"] else ("已上报。", "Reported.")
    if masks is False:
        return Text(
            zh + "口罩可用 {n} 天，不足，请及时补充。", en + " Masks last {n} {n|day|days}, which is not enough."
        ).with_(n=made["mask_days"])
    return Text(zh, en)


def _crumbs(label: Text) -> list[dict[str, Any]]:
    return [{"url": reverse("daily"), "label": TITLE}, {"url": "", "label": label}]


@page("daily_correct", "daily/reports/<uuid:report>/correct", REPORT)
def daily_correct(request: HttpRequest, report: uuid.UUID) -> HttpResponse:
    """Correct a day; the earlier figures stay on record with the reason."""
    actor = actor_of(request)
    row = Report.objects.filter(pk=report).first()
    if row is None or row.unit_id not in {u.pk for u in own_enterprises(actor)}:
        raise missing(Text("没有找到该日报。", "There is no such report."), "report", str(report))

    def fields(d: Draft) -> list[FieldParts]:
        return [
            *figure_fields(d, counted, day_field=False),
            d.field("why", Text("更正原因", "Why"), required=True, maxlength=300),
        ]

    def send() -> HttpResponse:
        do(request, "daily.correct", {"report": str(report), **typed_figures(request), **given(request, "why")})
        return done(
            request,
            reverse("daily"),
            Text("已更正，原数字保留在案。", "Corrected; the earlier figures stay on record."),
        )

    counted = attended(row.unit_id, row.day)
    on_record = {k: getattr(row, k) for k in (*NUMBERS, "incident_note", "closed", "differs")}
    held = [h.what for h in Happening.objects.filter(unit=row.unit_id, day=row.day, gone=False).order_by("pk") for _ in range(min(h.n, LINES))]
    on_record |= {f"what_{n}": what for n, what in enumerate(held[:LINES])}
    return form_page(
        request, fields, send, title=Text("更正 {d} 日报", "Correct {d}").with_(d=row.day), button=Text("更正", "Correct"), back=reverse("daily"),
        breadcrumbs=_crumbs(Text("更正", "Correct")), on_record=on_record,
    )  # fmt: skip
