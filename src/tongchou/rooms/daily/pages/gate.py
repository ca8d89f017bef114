"""The code at the gate, and what a worker does with it on the phone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe

from tongchou.documents.qr import qr
from tongchou.kernel.errors import Refusal
from tongchou.kernel.text import Text
from tongchou.record.models import Staff, Unit
from tongchou.record.territory.reach import missing
from tongchou.rooms.daily.actions.signing import OWN
from tongchou.rooms.daily.alarms import HELD_BACK
from tongchou.rooms.daily.gate import check_code, code_of, gate_of
from tongchou.rooms.daily.models import Alarm, Attendance
from tongchou.rooms.daily.numbers import daily_rules, local_day
from tongchou.rooms.daily.pages.attendance import crumbs, own_unit
from tongchou.rooms.daily.reach import KEEP, KINDS
from tongchou.web.pages.forms import done
from tongchou.web.pages.requests import actor_of, do, given, integer, now
from tongchou.web.permission import Nav, page

MINE = Text("我的考勤", "My attendance")


@page("attendance_gate", "attendance/code", KEEP)
def attendance_gate(request: HttpRequest) -> HttpResponse:
    """The code for the gate: one a day to print, or one that changes, on a screen. Renewing it ends those shown before."""
    unit = own_unit(request)
    if unit is None:
        return HttpResponseRedirect(reverse("attendance"))
    if request.method == "POST":
        do(
            request,
            "attendance.gate",
            {
                "unit": unit.pk,
                "changing": request.POST.get("changing") == "1",
                "renew": request.POST.get("renew") == "1",
            },
        )
        return done(request, f"{reverse('attendance_gate')}?unit={unit.pk}", Text("签到码已更新。", "The code is set."))
    gate, at = gate_of(unit.pk), now()
    code = code_of(gate, at)
    address = request.build_absolute_uri(f"{reverse('attendance_sign', args=[unit.pk])}?c={code}")
    context = {
        "title": Text("签到码", "Sign-in code"), "unit": unit, "gate": gate, "code": code, "address": address, "drawn": mark_safe(qr(address)), "day": local_day(at),
        "minutes": daily_rules()["code_minutes"].value, "breadcrumbs": crumbs(Text("签到码", "Sign-in code"), unit),
    }  # fmt: skip
    return render(request, "daily/gate.html", context)


@page("attendance_sign", "my/attendance/<int:unit>", OWN)
def attendance_sign(request: HttpRequest, unit: int) -> HttpResponse:
    """The page behind the code: in or out, with the temperature where it was taken."""
    row = Unit.objects.filter(pk=unit, kind__in=KINDS, active_to=None).first()
    code = (request.POST.get("code") or request.GET.get("c", ""))[:20]
    if row is None or not _may_see(request, row, code):
        raise missing(Text("没有找到该企业。", "There is no such enterprise."), "unit", unit)
    person: Any = actor_of(request).person_id
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            return _sign(request, row, code)
        except Refusal as refusal:
            problem = refusal
    last = (
        Attendance.objects.filter(unit=row, person=person, day=local_day(now())).order_by("-at").first()
        if person
        else None
    )
    context = {
        "title": Text("签到", "Sign in"), "unit": row, "code": code, "problem": problem, "last": last, "linked": person is not None,
        "breadcrumbs": [{"url": reverse("my_attendance"), "label": MINE}, {"url": "", "label": Text("签到", "Sign in")}],
    }  # fmt: skip
    return render(request, "daily/sign.html", context, status=problem.status if problem else 200)


def _may_see(request: HttpRequest, unit: Unit, code: str) -> bool:
    """One's own enterprise, or one at whose gate one stands with its present code; the rest does not exist."""
    person: Any = actor_of(request).person_id
    if person is not None and Staff.objects.filter(unit=unit, person=person, to_date=None).exists():
        return True
    try:
        check_code(gate_of(unit.pk), code, now())
    except Refusal:
        return False
    return True


def _sign(request: HttpRequest, unit: Unit, code: str) -> HttpResponse:
    payload = {"unit": unit.pk, "code": code, **given(request, "direction", "temperature")}
    result = do(request, "attendance.sign", payload).result
    day, person = local_day(now()), _person(request)
    if result["stop"] and Alarm.objects.filter(unit=unit, day=day, person=person, kind="fever").exists():
        said = Text(
            "体温超过规定，请勿进入，原地等候并告知门岗。",
            "Your temperature is above the limit: do not enter, wait here and tell the gate.",
        )
    elif result["stop"]:
        said = Text(
            "按方案您暂时不能返岗，请勿进入，联系企业和社区。",
            "By the plan you may not start yet: do not enter, speak to your enterprise and community.",
        )
    elif not result["on_file"]:
        said = Text(
            "已登记。您不在该企业员工档案中，请到门岗说明。", "Recorded. You are on no staff file here: tell the gate."
        )
    else:
        said = (
            Text("签到成功。", "Signed in.") if payload.get("direction") == "in" else Text("签退成功。", "Signed out.")
        )
    return done(request, reverse("my_attendance"), said)


def _person(request: HttpRequest) -> Any:
    return actor_of(request).person_id


@page("my_attendance", "my/attendance", OWN, methods=("GET",), nav=Nav(MINE, "user-check"))
def my_attendance(request: HttpRequest) -> HttpResponse:
    """One's own passes, and typing the code where it cannot be scanned."""
    person: Any = actor_of(request).person_id
    unit = integer(request, "unit")
    if unit is not None and request.GET.get("c"):
        return HttpResponseRedirect(f"{reverse('attendance_sign', args=[unit])}?c={request.GET['c'][:20]}")
    since = local_day(now()) - timedelta(days=14)
    files = (
        Staff.objects.filter(person=person, to_date=None, person__erased_at=None).select_related("unit")
        if person
        else []
    )
    rows = (
        Attendance.objects.filter(person=person, day__gt=since).select_related("unit").order_by("-at")[:100]
        if person
        else []
    )
    context = {
        "title": MINE, "linked": person is not None, "files": [{"unit": f.unit, "held": f.outcome in HELD_BACK} for f in files], "rows": list(rows),
        "kept": daily_rules()["attendance_days"].value,
    }  # fmt: skip
    return render(request, "daily/my_attendance.html", context)
