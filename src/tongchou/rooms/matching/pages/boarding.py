"""The day of travel on the phone: check a passenger, the manifest with a purpose, taking people over on arrival."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.people.purposes import purposes
from tongchou.record.territory.reach import missing
from tongchou.rooms.matching.boarding import second_from
from tongchou.rooms.matching.models import Passenger
from tongchou.rooms.matching.pages.trips import STATES, clock_of, person_line, trip_crumbs
from tongchou.rooms.matching.passengers import names_of, passengers_of
from tongchou.rooms.matching.rules import rules
from tongchou.rooms.matching.trips import BOARD, JOIN, SEE, trip_in_reach
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import PLEASE
from tongchou.web.pages.forms import Draft, done, filled_in, form_page
from tongchou.web.pages.requests import actor_of, do, now, yes_or_no
from tongchou.web.pages.spreadsheets import sheet_file
from tongchou.web.permission import page

_CODES = [("green", Text("绿码", "green")), ("yellow", Text("黄码", "yellow")), ("red", Text("红码", "red")), ("unknown", Text("无法出示", "not shown"))]
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@page("trip_board", "trips/<uuid:trip>/board", BOARD)
def trip_board(request: HttpRequest, trip: uuid.UUID) -> HttpResponse:
    """Everybody with a seat on one page that works without a network, and the card of who is checked: temperature, symptoms, code.

    Fever or symptoms: not on board, and a loop for care.
    """
    actor = actor_of(request)
    row = trip_in_reach(actor, BOARD, trip)
    here = reverse("trip_board", args=[trip])
    people = list(passengers_of(actor).filter(trip=row, vehicle__isnull=False).exclude(state="withdrawn").order_by("vehicle", "seat", "pk"))
    held = rules(now().astimezone(SHANGHAI).date())
    limit, minutes = held["fever_tenths"].value, held["recheck_minutes"].value

    def lines() -> list[dict[str, Any]]:
        names = names_of(actor, people)
        return [person_line(actor, p, names) for p in people]

    shown = lines() if request.method == "GET" else []

    def fields(d: Draft) -> list[FieldParts]:
        shown[:] = shown or lines()  # a look at the names is on record each time: none where the form is sent and taken
        told = Text("超过 {t}℃ 的，{n} 分钟后复测。", "Above {t} °C: measured again after {n} {n|minute|minutes}.").with_(t=limit / 10, n=minutes)
        either = [("no", Text("没有", "none")), ("yes", Text("有", "yes"))]
        waiting = [(str(x["row"].pk), f"{x['row'].vehicle.plate} · {x['row'].seat} · {x['name']}") for x in shown if x["row"].state == "booked"]
        return [
            d.field("passenger", Text("乘客", "Passenger"), "select", choices=[PLEASE, *waiting], required=True),
            d.field("tenths", Text("体温", "Temperature"), "number", unit="℃", required=True, help=told),
            d.field("symptoms", Text("咳嗽、乏力、咽痛等症状", "Cough, fatigue, sore throat or the like"), "radio", choices=either, required=True),
            d.field("code", Text("健康码", "Health code"), "radio", choices=_CODES, required=True),
        ]  # fmt: skip

    def send() -> HttpResponse:
        payload: dict[str, Any] = {
            "passenger": str(_chosen(request, trip).pk), "tenths": _tenths(request), "symptoms": yes_or_no(request, "symptoms"),
            "code": request.POST.get("code", ""),
        }  # fmt: skip
        made = do(request, "trip.board", payload | filled_in(request)).result
        if made["state"] == "booked":
            checked = Passenger.objects.get(pk=made["passenger"])
            at = second_from(checked, now())
            said = Text("体温超过 {t}℃，已记录；{at} 起复测。", "Above {t} °C, recorded; measure again from {at} on.")
            return done(request, here, said.with_(t=limit / 10, at=clock_of(at) if at else ""))
        if made["state"] == "boarded":
            return done(request, here, Text("查验正常，已上车。", "Fine, on board."))
        return done(request, here, Text("查验异常，未上车，已发起就医事项。", "Turned away; a loop for care has been opened."))

    title = Text("上车查验", "Check before boarding")
    return form_page(
        request, fields, send, template="matching/board.html", title=title, subtitle=f"{row.origin} → {row.area.name}", button=Text("确认", "Confirm"),
        back=reverse("trip", args=[trip]), breadcrumbs=trip_crumbs({"url": reverse("trip", args=[trip]), "label": row.origin}, {"url": "", "label": title}),
        on_record={"symptoms": "no", "code": "green"}, row=row, people=shown, limit=limit, minutes=minutes,
    )  # fmt: skip


def _chosen(request: HttpRequest, trip: uuid.UUID) -> Passenger:
    """The passenger that was chosen, of this trip."""
    typed = request.POST.get("passenger", "")
    found = passengers_of(actor_of(request)).filter(trip=trip, pk=typed).first() if _UUID.fullmatch(typed) else None
    if found is None:
        rule = Text("请选择本趟车上有座位的乘客。", "Choose somebody who has a seat on this trip.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("如已调整座位，请重新打开本页。", "Open this page again if seats were changed."), field="passenger")
    return found


def _tenths(request: HttpRequest) -> int:
    given = request.POST.get("tenths", "").strip()
    try:
        return round(float(given) * 10)
    except (ValueError, OverflowError):
        rule = Text("请填写体温，如 36.5。", "Give the temperature, such as 36.5.")
        raise Refusal(Reason.INVALID_VALUE, rule, field="tenths", value=given[:10]) from None


@page("trip_manifest", "trips/<uuid:trip>/manifest", SEE)
def trip_manifest(request: HttpRequest, trip: uuid.UUID) -> HttpResponse:
    """The list of passengers with whole names: for a purpose that is recorded and shown to them."""
    actor = actor_of(request)
    row = trip_in_reach(actor, SEE, trip)
    back, title = reverse("trip", args=[trip]), Text("乘客清单", "Manifest")

    def fields(d: Draft) -> list[FieldParts]:
        told = Text("用途和事由会显示给查询“谁看过我”的本人。", "Shown to whoever asks who looked at them.")
        return [
            d.field("purpose", Text("用途", "Purpose"), "select", choices=[(p.key, p.title) for p in purposes().values()], required=True),
            d.field("note", Text("事由", "Particulars"), maxlength=160, help=told),
        ]

    def send() -> HttpResponse:
        people = list(passengers_of(actor).filter(trip=row).exclude(state="withdrawn").order_by("vehicle", "seat", "pk"))
        if not people:
            raise Refusal(Reason.CONFLICT, Text("还没有乘客。", "There are no passengers yet."))
        names = names_of(actor, people, whole=True, purpose=request.POST.get("purpose", ""), note=request.POST.get("note", ""))
        labels = (("车牌", "Plate"), ("座位", "Seat"), ("姓名", "Name"), ("证件号码", "Document"), ("手机号", "Phone"), ("接收单位", "Taken over by"), ("状态", "State"))
        lines = [
            [p.vehicle.plate if p.vehicle else "", p.seat or "", names[p.pk].name, names[p.pk].document, names[p.pk].phone, p.to_unit.name, STATES[p.state][0]]
            for p in people if p.pk in names
        ]  # fmt: skip
        return sheet_file(request, title, [Text(zh, en) for zh, en in labels], lines)

    return form_page(
        request, fields, send, title=title, subtitle=row.origin, button=Text("生成表格", "Make the spreadsheet"), back=back, on_record={"purpose": "transfer"},
        breadcrumbs=trip_crumbs({"url": back, "label": row.origin}, {"url": "", "label": title}),
    )  # fmt: skip


@page("trip_take_over", "trips/handovers/<uuid:handover>", JOIN)
def trip_take_over(request: HttpRequest, handover: uuid.UUID) -> HttpResponse:
    """The enterprise counts who is there; who is missing is sought at once."""
    actor = actor_of(request)
    units = {g.unit_id for g in actor.grants_for(JOIN)}
    people = list(passengers_of(actor).filter(handover=handover, handover__to_unit__in=units, state="boarded").order_by("pk"))
    if not people:
        raise missing(Text("没有找到该交接单。", "There is no such hand-over."), "handover", str(handover))
    names = names_of(actor, people)
    title = Text("接收返岗人员", "Take workers over")

    def fields(d: Draft) -> list[FieldParts]:
        listed = [(str(p.pk), f"{names[p.pk].name}　{p.vehicle.plate if p.vehicle else ''} {p.seat or ''}") for p in people if p.pk in names]
        told = Text("勾选没有到的人；全部到齐则不勾选。", "Tick who is not there; nobody, if all are.")
        return [d.field("missing", Text("没有到的", "Missing"), "checkboxes", choices=listed, help=told), d.field("note", Text("说明", "Note"), maxlength=300)]

    def send() -> HttpResponse:
        made = do(request, "trip.take_over", {"handover": str(handover), "missing": request.POST.getlist("missing"), "note": request.POST.get("note", "")}).result
        said = Text("已接收 {n} 人，{m} 人未到（已按去向不明处置）。", "{n} taken over; {m} missing (being sought).")
        return done(request, reverse("trips"), said.with_(n=made["arrived"], m=made["missing"]))

    note = Text("共 {n} 人。接收后由本单位负责。", "{n} {n|person|people}. From then on they are in your charge.").with_(n=len(people))
    return form_page(
        request, fields, send, title=title, button=Text("确认接收", "Take over"), back=reverse("trips"), note=note,
        breadcrumbs=trip_crumbs({"url": "", "label": title}),
    )  # fmt: skip
