"""Return trips: the list, planning one, signing up, who waits, seats by the optimiser, the manifest; a worker's own page."""

from __future__ import annotations

import base64
import re
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import Unit
from tongchou.record.questions.units import by_name_or_code
from tongchou.record.territory.reach import reaches_unit
from tongchou.rooms.matching.boarding import second_from
from tongchou.rooms.matching.models import Passenger, Trip
from tongchou.rooms.matching.pages.entries import unit_field, unit_given
from tongchou.rooms.matching.passengers import names_of, passengers_of
from tongchou.rooms.matching.reach import areas_of
from tongchou.rooms.matching.rules import rules
from tongchou.rooms.matching.signup import BARRED, FLAGS, NEUTRAL, own_id, passenger_in_reach
from tongchou.rooms.matching.trips import BOARD, JOIN, MANAGE, SEE, staff_of, trip_in_reach, trips_of
from tongchou.rooms.matching.workers import rejected_workers
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import Choices, area_choices, unit_choices
from tongchou.web.pages.forms import Draft, done, filled_in, form_page, kept_post
from tongchou.web.pages.imports import counts_of, tell_import
from tongchou.web.pages.requests import actor_of, do, given, integer, moment, now, yes_or_no
from tongchou.web.permission import Nav, page

TITLE = Text("返岗专车", "Return trips")
_RUN_BY = Text("组织单位（途中负责）", "Run by (holds the passengers on the way)")
_ORIGIN = Text(
    "地名或区划代码，例如：贵州省毕节市。区划中有这个地方的，自动核对风险等级；没有的算等级未知。",
    "A place or its division code. Where it is on record its grade is looked up; where not, the grade is not known.",
)
VEHICLE_LINES = Text("每行一辆：车牌，承运单位，座位数，驾驶员，电话，随车干部", "One a line: plate, operator, seats, driver, phone, escort")
RUNNERS = ("transport", "street", "hq_office", "hq_department", "department", "community", "special_team")
TRIP_STATES: dict[str, tuple[Text, str, str]] = {
    "open": (Text("报名中", "open"), "info", "clock"), "departed": (Text("途中", "on its way"), "warn", "truck"),
    "ended": (Text("已到达", "arrived"), "ok", "circle-check"), "cancelled": (Text("已取消", "cancelled"), "", "x"),
}  # fmt: skip
STATES: dict[str, tuple[Text, str, str]] = {
    "asked": (Text("待安排", "waits for a seat"), "warn", "clock"), "booked": (Text("已有座位", "has a seat"), "info", "circle-check"),
    "boarded": (Text("已上车", "on board"), "ok", "truck"), "refused": (Text("不能乘车", "may not travel"), "act", "circle-x"),
    "turned_away": (Text("查验异常未上车", "turned away"), "act", "alert-circle"), "absent": (Text("未到", "did not come"), "warn", "alert-triangle"),
    "withdrawn": (Text("已撤回", "withdrawn"), "", "x"), "arrived": (Text("已到岗交接", "handed over"), "ok", "circle-check"),
}  # fmt: skip


ENDS: dict[tuple[str, str], Text] = {
    ("absent", "missing"): Text("到达时不在，去向不明", "not there on arrival, being sought"),
    ("absent", "handed_over"): Text("途中移交", "handed over on the way"),
    ("turned_away", "fever"): Text("发热未上车", "turned away: fever"), ("turned_away", "symptoms"): Text("有症状未上车", "turned away: symptoms"),
    ("turned_away", "unmeasured"): Text("首次测温超标，没有复测，未上车", "turned away: one reading above the limit, no second"),
    ("turned_away", "code"): Text("非绿码未上车", "turned away: code"),
}  # fmt: skip
"""What became of somebody, where the state alone does not tell."""


def trip_crumbs(*more: Any) -> list[dict[str, Any]]:
    return [{"url": reverse("trips"), "label": TITLE}, *more]


@page("trips", "trips", SEE, methods=("GET",), nav=Nav(TITLE, "truck"))
def trips(request: HttpRequest) -> HttpResponse:
    """Trips within reach, who waits, and what has arrived and must be taken over."""
    actor = actor_of(request)
    rows = list(trips_of(actor).prefetch_related("vehicles").order_by("-departs_at")[:100])
    mine = passengers_of(actor)
    waiting = list(mine.filter(state="asked").order_by("signed_at", "pk")[:200])
    own = list(mine.filter(to_unit__in=actor.unit_ids(JOIN)).exclude(state="asked").order_by("-signed_at")[:100]) if not actor.area_paths(JOIN) else []
    names = names_of(actor, [*waiting, *own])
    handovers = list(
        mine.filter(state="boarded", handover__isnull=False, handover__to_unit__in=actor.unit_ids(JOIN)).values_list("handover", flat=True).distinct()
    )
    context = {
        "title": TITLE, "trips": [_line(t) for t in rows], "cards": _cards(rows, mine), "waiting": [person_line(actor, p, names) for p in waiting],
        "own": [person_line(actor, p, names) for p in own], "handovers": handovers, "can_plan": actor.permits(MANAGE), "can_join": actor.permits(JOIN),
        "areas": areas_of(actor) if actor.permits(MANAGE) else [],
    }  # fmt: skip
    return render(request, "matching/trips.html", context)


def _cards(rows: list[Trip], mine: QuerySet[Passenger]) -> list[dict[str, Any]]:
    """Seats of trips that are open, and what became of the people whom the reader's unit or area sends for."""
    free = sum(v.usable - v.taken for t in rows if t.state == "open" for v in t.vehicles.all())
    found = dict(mine.order_by().values_list("state").annotate(n=Count("pk")))
    values = (
        (Text("空余座位", "Seats free"), free, False), *((STATES[k][0], found.get(k, 0), False) for k in ("asked", "booked", "boarded", "arrived")),
        (STATES["turned_away"][0], found.get("turned_away", 0), True), (STATES["absent"][0], found.get("absent", 0), True),
    )  # fmt: skip
    return [{"label": label, "value": value, "act": act} for label, value, act in values]


def _line(t: Trip) -> dict[str, Any]:
    label, tone, icon = TRIP_STATES[t.state]
    vehicles = list(t.vehicles.all())
    usable, taken = sum(v.usable for v in vehicles), sum(v.taken for v in vehicles)
    return {"row": t, "label": label, "tone": tone, "icon": icon, "usable": usable, "taken": taken, "free": usable - taken}


def clock_of(at: datetime) -> str:
    """A time of day to the second, as whoever waits for it needs it."""
    return at.astimezone(SHANGHAI).strftime("%H:%M:%S")


def person_line(actor: Actor, p: Passenger, names: dict[uuid.UUID, Any]) -> dict[str, Any]:
    """A passenger as a list shows it; an enterprise is told no more of a flag than that the street must look."""
    label, tone, icon = STATES[p.state]
    label = ENDS.get((p.state, p.end_note), label)
    again = second_from(p, now()) if actor.permits(BOARD) and p.state == "booked" else None
    if again is not None:
        told = Text("首次测温 {t}℃，{at} 起复测", "first reading {t} °C, again from {at} on")
        label, tone, icon = told.with_(t=(p.tenths or 0) / 10, at=clock_of(again)), "warn", "clock"
    manages = actor.permits(MANAGE)
    barred = [f for f in p.flags if f in BARRED]
    flags = [FLAGS[f] for f in p.flags] if manages else [NEUTRAL] if barred else []
    return {
        "row": p, "again": again, "name": names[p.pk].name if p.pk in names else "—", "label": label, "tone": tone, "icon": icon, "flags": flags,
        "clear": manages and p.state == "asked" and bool(barred), "why": p.cleared_note if manages else "",
        "withdraw": p.state in ("asked", "booked") and reaches_unit(actor, JOIN, p.to_unit),
    }  # fmt: skip


@page("trip_new", "trips/new", MANAGE)
def trip_new(request: HttpRequest) -> HttpResponse:
    """Plan a trip. Vehicles: one a line."""
    actor = actor_of(request)
    percent = rules(timezone.localdate())["seat_percent"]

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("origin", Text("出发地", "From"), required=True, maxlength=80, help=_ORIGIN),
            d.field("area", Text("到达区域", "To"), "select", choices=area_choices(actor, MANAGE, ("district", "street")), required=True),
            d.field("unit", _RUN_BY, "select", choices=unit_choices(actor, MANAGE, RUNNERS), required=True),
            d.field("departs_at", Text("发车时间", "Departs"), "datetime", required=True),
            d.field("arrives_at", Text("预计到达", "Arrives"), "datetime", required=True),
            d.field("vehicles", Text("车辆", "Vehicles"), "textarea", required=True, help=VEHICLE_LINES, rows=4),
            d.field("note", Text("说明", "Note"), maxlength=300),
        ]  # fmt: skip

    def send() -> HttpResponse:
        times = {n: at.isoformat() for n in ("departs_at", "arrives_at") if (at := moment(request, n))}
        payload = given(request, "origin", "note") | times | {
            "area": integer(request, "area") or 0, "unit": integer(request, "unit") or 0, "vehicles": vehicles_given(request.POST.get("vehicles", "")),
        }  # fmt: skip
        made = do(request, "trip.plan", payload).result
        return done(request, reverse("trip", args=[made["trip"]]), Text("已安排，可用座位 {n} 个。", "Planned with {n} {n|seat|seats} to give.").with_(n=made["usable"]))

    title = Text("安排返岗专车", "Plan a return trip")
    note = Text("载客不超过座位的 {n}%（{s}）。", "At most {n}% of the seats ({s}).").with_(n=percent.value, s=percent.source)
    crumb = trip_crumbs({"url": "", "label": title})
    return form_page(request, fields, send, title=title, button=Text("安排", "Plan"), back=reverse("trips"), note=note, breadcrumbs=crumb)


def vehicles_given(text: str) -> list[dict[str, Any]]:
    out = []
    for number, line in enumerate((x for x in text.splitlines() if x.strip()), 1):
        parts = [p.strip() for p in re.split(r"[,，\t]", line)]
        if len(parts) != 6 or not parts[2].isdigit():
            rule = Text("第 {n} 行应有六项，用逗号分开，第三项是座位数。", "Line {n} has six parts with commas between; the third is the seats.")
            raise Refusal(Reason.INVALID_VALUE, rule.with_(n=number), field="vehicles", value=line[:20])
        out.append(dict(zip(("plate", "operator", "seats", "driver", "phone", "escort"), parts, strict=True)) | {"seats": int(parts[2])})
    return out


@page("trip", "trips/<uuid:trip>", SEE, methods=("GET",))
def trip_page(request: HttpRequest, trip: uuid.UUID) -> HttpResponse:
    """One trip: vehicles, seats, and for those concerned the passengers (masked) with the way to board them."""
    actor = actor_of(request)
    row = trip_in_reach(actor, SEE, trip)
    people = list(passengers_of(actor).filter(trip=row).order_by("vehicle", "seat", "pk")[:2000])
    names = names_of(actor, people)
    label, tone, icon = TRIP_STATES[row.state]
    runs = actor.permits(MANAGE) or row.unit_id in {g.unit_id for g in actor.grants_for(BOARD)}
    vehicles = list(row.vehicles.order_by("pk"))
    context = {
        "row": row, "badges": [{"label": label, "tone": tone, "icon": icon}], "line": _line(row), "people": [person_line(actor, p, names) for p in people],
        "vehicles": [{"row": v, "staff": staff_of(v) if runs else None} for v in vehicles],
        "may_board": actor.permits(BOARD) and runs and row.state == "open", "may_go": actor.permits(BOARD) and runs,
        "may_change": actor.permits(MANAGE) and row.state == "open", "may_join": actor.permits(JOIN) and row.state == "open",
        "breadcrumbs": trip_crumbs({"url": "", "label": row.origin}),
    }  # fmt: skip
    return render(request, "matching/trip.html", context)


@page("trip_act", "trips/<uuid:trip>/act", SEE, methods=("POST",))
def trip_act(request: HttpRequest, trip: uuid.UUID) -> HttpResponse:
    """Depart, arrive, cancel."""
    trip_in_reach(actor_of(request), SEE, trip)
    return kept_post(request, lambda: _trip_act(request, trip))


def _trip_act(request: HttpRequest, trip: uuid.UUID) -> HttpResponse:
    wanted, back = request.POST.get("act", ""), reverse("trip", args=[trip])
    if wanted == "depart":
        made = do(request, "trip.depart", {"trip": str(trip)} | filled_in(request)).result
        said = Text("已发车：{a} 人在车上，{b} 人未到{c}。", "Departed with {a}; {b} did not come{c}.")
        hot = Text("，{n} 人首次测温超标没有复测，已发起就医事项", "; {n} had one reading above the limit and no second, loops for care are open")
        return done(request, back, said.with_(a=made["aboard"], b=made["absent"], c=hot.with_(n=made["unmeasured"]) if made["unmeasured"] else ""))
    if wanted == "arrive":
        made = do(request, "trip.arrive", {"trip": str(trip)}).result
        return done(request, back, Text("已到达，等待 {n} 家单位接收。", "Arrived; {n} {n|unit|units} must take people over.").with_(n=made["units"]))
    if wanted == "cancel":
        do(request, "trip.cancel", {"trip": str(trip), "reason": request.POST.get("reason", "")})
        return done(request, back, Text("已取消，已报名人员待另行安排。", "Cancelled; who had a seat waits for another."))
    raise Refusal(Reason.INVALID_VALUE, Text("没有这种操作。", "There is no such act."), field="act", value=wanted[:20])


@page("trip_assign", "trips/assign", MANAGE, methods=("POST",))
def trip_assign(request: HttpRequest) -> HttpResponse:
    """Give seats to all who wait."""
    made = do(request, "trip.assign", {"area": integer(request, "area") or 0}).result
    said = Text("{w} 人待安排，{s} 人已有座位，用车 {v} 辆{p}。", "{s} of {w} have a seat now, in {v} {v|vehicle|vehicles}{p}.")
    proof = Text("（已证明最优）", " (proven optimal)") if made["proven"] else Text("", "")
    return done(request, reverse("trips"), said.with_(w=made["waiting"], s=made["seated"], v=made["vehicles"], p=proof))


@page("trip_sign_up", "trips/sign-up", JOIN)
def trip_sign_up(request: HttpRequest) -> HttpResponse:
    """An enterprise's list of workers: pasted or as a file."""
    actor = actor_of(request)
    open_trips = trips_of(actor, JOIN).filter(state="open", departs_at__gt=now()).order_by("departs_at")[:100]
    named = ((str(t.pk), f"{t.origin} {t.departs_at.astimezone(SHANGHAI):%m-%d %H:%M}") for t in open_trips)
    listed: Choices = [("", Text("由组织单位安排", "The organiser chooses")), *named]

    def fields(d: Draft) -> list[FieldParts]:
        columns = Text("列名：姓名、证件号码、手机号", "Columns: name, document, phone")
        told = Text("每行一人：姓名，证件号码，手机号", "One a line: name, document, phone")
        return [
            FieldParts("mode", Text("方式", "What to do"), "hidden", "import"),
            *unit_field(d, actor, JOIN, "to_unit", Text("接收单位", "Taken over by")),
            d.field("trip", Text("车次", "Trip"), "select", choices=listed),
            d.field("origin", Text("出发地", "From"), required=True, maxlength=80, help=_ORIGIN),
            d.field("first", Text("最早哪天走", "Not before"), "date", required=True), d.field("last", Text("最晚哪天走", "Not after"), "date", required=True),
            d.field("workers", Text("名单", "Workers"), "textarea", help=told, rows=6, keep=False),
            d.field("table", Text("或上传名单表格", "Or a table"), "file", accept=".csv,.xlsx,.xls", help=columns),
        ]  # fmt: skip

    def send() -> HttpResponse:
        way: dict[str, Any] = given(request, "origin", "first", "last", "trip") | {"to_unit": unit_given(request, actor, JOIN, "to_unit")}
        if request.FILES.get("table"):
            return _table(request, way)
        made = do(request, "trip.sign_up", way | {"workers": _workers(request.POST.get("workers", ""))}).result
        said = Text("已报名 {n} 人，{s} 人已有座位，{f} 人须先由街道核实。", "{n} signed up, {s} {s|has|have} a seat, {f} must be looked at by the street first.")
        return done(request, reverse("trips"), said.with_(n=len(made["passengers"]), s=made["seated"], f=made["flagged"]))

    title, today = Text("为员工报名", "Sign workers up"), timezone.localdate()
    chosen = next((t for t in open_trips if str(t.pk) == request.GET.get("trip")), None)
    return form_page(
        request, fields, send, title=title, button=Text("报名", "Sign up"), back=reverse("trips"), breadcrumbs=trip_crumbs({"url": "", "label": title}),
        on_record={"first": str(today), "last": str(today + timedelta(days=7)), "origin": chosen.origin if chosen else ""},
    )  # fmt: skip


def _workers(text: str) -> list[dict[str, str]]:
    out = []
    for line in (x for x in text.splitlines() if x.strip()):
        parts = [p.strip() for p in re.split(r"[,，\t ]+", line.strip())] + ["", ""]
        out.append({"name": parts[0], "document": parts[1], "phone": parts[2]})
    return out


def _table(request: HttpRequest, way: dict[str, Any]) -> HttpResponse:
    file = request.FILES["table"]
    data, name = file.read(), file.name or "table"  # type: ignore[union-attr]
    r = do(request, "trip.sign_up_table", way | {"content": base64.b64encode(data).decode(), "filename": name}).result
    counts = counts_of(r, accepted=Text("报名", "signed up"), flagged=Text("须核实", "to be looked at"))
    rejected = lambda: rejected_workers(data, name, timezone.localdate(), get_language() or "zh-hans")  # noqa: E731
    return tell_import(request, Text("为员工报名", "Sign workers up"), r, counts, rejected, reverse("trips"))


@page("trip_clear", "trips/passengers/<uuid:passenger>/clear", MANAGE)
def trip_clear(request: HttpRequest, passenger: uuid.UUID) -> HttpResponse:
    """Look at a flagged sign-up."""
    row = passenger_in_reach(actor_of(request), MANAGE, passenger)
    flags = [FLAGS[f] for f in row.flags]
    title = Text("核实报名", "Look at a sign-up")

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("travel", Text("结论", "Finding"), "radio", choices=[("yes", Text("可以乘车", "May travel")), ("no", Text("不能乘车", "May not"))], required=True),
            d.field("note", Text("依据", "On what basis"), "textarea", required=True, maxlength=200),
        ]

    def send() -> HttpResponse:
        do(request, "trip.clear", {"passenger": str(passenger), "travel": yes_or_no(request, "travel"), "note": request.POST.get("note", "")})
        return done(request, reverse("trips"), Text("已记录。", "Recorded."))

    said = Text("、".join(f.zh for f in flags), ", ".join(f.en for f in flags))
    note = Text("系统提示：{f}", "The record says: {f}").with_(f=said)
    crumb = trip_crumbs({"url": "", "label": title})
    return form_page(request, fields, send, title=title, button=Text("记录", "Record"), back=reverse("trips"), note=note, breadcrumbs=crumb)


@page("trip_withdraw", "trips/passengers/<uuid:passenger>/withdraw", JOIN, methods=("POST",))
def trip_withdraw(request: HttpRequest, passenger: uuid.UUID) -> HttpResponse:
    """Take a sign-up back."""
    do(request, "trip.withdraw", {"passenger": str(passenger), "reason": request.POST.get("reason", "") or "不再乘坐"})
    return done(request, reverse("trips"), Text("已撤回。", "Withdrawn."))


@page("my_trip", "my/trip", "trip.own")
def my_trip(request: HttpRequest) -> HttpResponse:
    """A worker's own sign-up, and the form for it."""
    actor = actor_of(request)
    rows = Passenger.objects.filter(person_id=own_id(actor) or uuid.UUID(int=0)).select_related("trip", "vehicle", "to_unit").order_by("-signed_at")[:20]
    mine = [{"row": p, "label": STATES[p.state][0], "tone": STATES[p.state][1], "icon": STATES[p.state][2], "look": bool(set(p.flags) & set(BARRED))} for p in rows]

    def fields(d: Draft) -> list[FieldParts]:
        told = Text("企业全称或统一社会信用代码", "Its full name or code")
        return [
            d.field("origin", Text("从哪里出发", "From"), required=True, maxlength=80),
            d.field("first", Text("最早哪天走", "Not before"), "date", required=True), d.field("last", Text("最晚哪天走", "Not after"), "date", required=True),
            d.field("enterprise", Text("回哪家单位", "To which enterprise"), required=True, maxlength=160, help=told),
        ]

    def send() -> HttpResponse:
        if request.POST.get("withdraw"):
            do(request, "trip.withdraw_own", {"passenger": request.POST["withdraw"], "reason": "本人撤回"})
            return done(request, reverse("my_trip"), Text("已撤回。", "Withdrawn."))
        found = by_name_or_code(request.POST.get("enterprise", ""), kinds=(Unit.Kind.ENTERPRISE,))
        if len(found) != 1:
            rule = Text("没有找到这家单位，或有重名。", "No enterprise, or several, have this name.")
            raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请写全称或代码。", "Give the full name or the code."), field="enterprise")
        do(request, "trip.sign_up_own", given(request, "origin", "first", "last") | {"to_unit": found[0].pk})
        return done(request, reverse("my_trip"), Text("已报名，安排好座位后在这里显示。", "Signed up; the seat will be shown here."))

    today = timezone.localdate()
    return form_page(
        request, fields, send, title=Text("返岗专车报名", "My return trip"), button=Text("报名", "Sign up"), back=reverse("my_trip"),
        template="matching/my_trip.html", on_record={"first": str(today), "last": str(today + timedelta(days=7))}, mine=mine, linked=own_id(actor) is not None,
    )  # fmt: skip

