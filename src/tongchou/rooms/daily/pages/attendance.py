"""Attendance of one's own enterprise: the day with its alarms, the month, tables from gate machines, and signing for who has no phone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.ids import new_id
from tongchou.kernel.masking import mask_name
from tongchou.kernel.text import Text
from tongchou.record.act import act
from tongchou.record.models import Unit
from tongchou.record.people.identity import open_identity
from tongchou.record.staffing import OUTCOMES
from tongchou.rooms.daily.actions.alarm_answers import HOW
from tongchou.rooms.daily.actions.attendance import import_attendance
from tongchou.rooms.daily.alarms import open_label
from tongchou.rooms.daily.attended import LISTED, STATES, Line, day_lines, own_alarms, sections
from tongchou.rooms.daily.leaves import leaves_of
from tongchou.rooms.daily.models import Alarm, Report
from tongchou.rooms.daily.numbers import daily_rules, local_day
from tongchou.rooms.daily.pages.overview import day_of
from tongchou.rooms.daily.pages.whom import staff_given, who_field
from tongchou.rooms.daily.reach import KEEP, enterprise_in_reach, own_enterprises
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.imports import file_fields, send_rows
from tongchou.web.pages.requests import actor_of, do, given, integer, moment, now
from tongchou.web.permission import Nav, page

TITLE = Text("实名考勤", "Attendance")
STATE_WORDS: dict[str, tuple[Text, str, str]] = {
    "here": (Text("在场", "here"), "ok", "circle-check"), "left": (Text("已离场", "left"), "", "logout"),
    "missing": (Text("应到未见", "missing"), "warn", "help-circle"), "leave": (Text("请假", "on leave"), "info", "calendar"),
    "other": (Text("未返岗", "not back yet"), "", "clock"),
}  # fmt: skip
KINDS: dict[str, tuple[Text, str, str]] = {
    "fever": (Text("体温异常", "Fever"), "act", "alert-triangle"), "not_cleared": (Text("未准返岗", "May not be at work"), "act", "alert-circle"),
    "stranger": (Text("不在员工档案", "On no staff file"), "warn", "help-circle"), "headcount": (Text("人数不符", "Headcounts differ"), "warn", "alert-circle"),
}  # fmt: skip
ALARM_STATES: dict[str, tuple[Text, str, str]] = {
    "open": (Text("待处理", "open"), "act", "alert-circle"), "answered": (Text("已处理，待街道核实", "answered, the street checks"), "info", "clock"),
    "ended": (Text("已了结", "ended"), "ok", "circle-check"),
}  # fmt: skip
BACK = 7
"""Days for which alarms are listed on the page of the day."""


def own_unit(request: HttpRequest) -> Unit | None:
    """The enterprise that is asked for, else the first of one's own; None: none of the posts is in one."""
    actor, key = actor_of(request), integer(request, "unit")
    own = own_enterprises(actor, KEEP)
    return enterprise_in_reach(actor, KEEP, key) if key else own[0] if own else None


def crumbs(label: Text | None = None, unit: Unit | None = None) -> list[dict[str, Any]]:
    where = f"?unit={unit.pk}" if unit else ""
    return [{"url": reverse("attendance") + where, "label": TITLE}, *([{"url": "", "label": label}] if label else [])]


@page("attendance", "attendance", KEEP, methods=("GET",), nav=Nav(TITLE, "user-check"))
def attendance(request: HttpRequest) -> HttpResponse:
    """Who is in, who should be and is missing, by section; what has to be seen to first. Names are masked, and that they were shown is recorded."""
    unit, day = own_unit(request), day_of(request)
    if unit is None:
        return render(request, "daily/attendance.html", {"title": TITLE, "unit": None})
    state, section = request.GET.get("state", "")[:10], request.GET.get("section", "")[:60]
    lines = day_lines(unit.pk, day, state=state if state in STATES else "", section=section)
    alarms = own_alarms(unit.pk, BACK, local_day(now()))
    leaves = leaves_of(unit.pk, local_day(now()))
    shown = {x.person for x in lines} | {v["row"].person_id for v in leaves} | {m.person_id for m in alarms if m.person_id}
    if shown:
        act(
            "attendance.look", actor_of(request), new_id(), {"unit": unit.pk, "people": [str(p) for p in sorted(shown)]}
        )
    counted = sections(unit.pk, day)
    total = {k: sum(c[k] for c in counted.values()) for k in STATES}
    report = Report.objects.filter(unit=unit, day=day, replaced_at=None).first()
    context = {
        "title": TITLE, "unit": unit, "day": day, "state": state, "section": section, "lines": [_person(x) for x in lines], "cards": _cards(total, report),
        "sections": [{"name": k, "counts": v, "seen": v["here"] + v["left"]} for k, v in counted.items()],
        "alarms": [_alarm(m) for m in alarms if m.state == "open"], "handled": [_alarm(m) for m in alarms if m.state != "open"],
        "state_choices": [("", Text("全部", "All")), *((k, v[0]) for k, v in STATE_WORDS.items())], "more": len(lines) >= LISTED, "leaves": leaves,
        "section_choices": [("", Text("全部", "All")), *((k, k) for k in counted if k)], "kept": daily_rules()["attendance_days"].value,
    }  # fmt: skip
    return render(request, "daily/attendance.html", context)


def _cards(total: dict[str, int], report: Report | None) -> list[dict[str, Any]]:
    seen = total["here"] + total["left"]
    return [
        {"label": Text("到场（考勤）", "Seen"), "value": seen, "act": False}, {"label": Text("在场", "Here now"), "value": total["here"], "act": False},
        {"label": Text("应到未见", "Missing"), "value": total["missing"], "act": total["missing"] > 0},
        {"label": Text("请假", "On leave"), "value": total["leave"], "act": False},
        {"label": Text("日报在岗", "At work by the report"), "value": report.at_work if report else None, "act": bool(report and seen and report.at_work != seen)},
    ]  # fmt: skip


def _person(x: Line) -> dict[str, Any]:
    label, tone, icon = STATE_WORDS[x.state]
    return {
        "line": x, "name": open_identity(x.sealed, x.person).masked().name, "label": label, "tone": tone, "icon": icon,
        "outcome": Text("不在员工档案", "on no staff file") if x.outcome is None else None if x.outcome == "start" else OUTCOMES.get(x.outcome),
        "bad": x.outcome is None or x.outcome in ("observe", "postpone", "clinic"),
    }  # fmt: skip


def _alarm(m: Alarm) -> dict[str, Any]:
    kind, state = KINDS[m.kind], ALARM_STATES[m.state]
    if m.person is not None:
        who = open_identity(m.person.sealed, m.person.pk).masked().name
    else:
        name, _, rest = open_label(m).partition(" ")
        who = f"{mask_name(name)} {rest}".strip() if name else ""
    quick = m.kind == "fever" and m.fever_id is None and m.seen_at is not None and m.seen_at > now() - timedelta(days=1)
    return {
        "row": m, "who": who, "kind": kind[0], "tone": kind[1], "icon": kind[2], "state": state, "quick": quick,
        "hows": [(k, t) for k, t in HOW[m.kind].items() if k != "procedure" or m.fever_id], "how": HOW[m.kind].get(m.how, ""),
    }  # fmt: skip


@page("attendance_answer", "attendance/alarms/<int:alarm>/answer", KEEP, methods=("POST",))
def attendance_answer(request: HttpRequest, alarm: int) -> HttpResponse:
    """What was done about an alarm."""
    do(request, "attendance.answer", {"alarm": alarm, **given(request, "how", "note")})
    return done(
        request, _back(request), Text("已处理。全部处理完后由街道核实。", "Answered. The street checks when all are.")
    )


@page("attendance_fever", "attendance/alarms/<int:alarm>/fever", KEEP, methods=("POST",))
def attendance_fever(request: HttpRequest, alarm: int) -> HttpResponse:
    """From a reading at the gate into the fever procedure."""
    made = do(request, "attendance.fever", {"alarm": alarm}).result["fever"]
    return done(
        request,
        reverse("fever", args=[made]),
        Text(
            "已登记首次体温，请将人员带离人群，到时复测。",
            "The first reading is recorded. Take the person aside and measure again in time.",
        ),
    )


def _back(request: HttpRequest) -> str:
    key = integer(request, "unit")
    return reverse("attendance") + (f"?unit={key}" if key else "")


@page("attendance_import", "attendance/import", KEEP)
def attendance_import(request: HttpRequest) -> HttpResponse:
    """A gate machine's table: tried first, then imported; every rejected row comes back with its reason."""
    unit = own_unit(request)
    if unit is None:
        return HttpResponseRedirect(reverse("attendance"))
    title = Text("导入考勤机数据", "Import from a gate machine")
    note = Text(
        "列名可用：姓名、工号、证件号码、手机号或尾号、部门、班次、时间（或日期加上班、下班时间）、设备、进出、体温。工号认过一次就记住；"
        "不在员工档案的退回并列入预警；同一份表重复导入不会重复。",
        "Columns: name, number, document, phone or its tail, department, shift, time (or date with time in and out), device, direction, temperature. Work "
        "numbers are remembered; who is on no staff file comes back and is put among the alarms; the same table twice changes nothing.",
    )

    words = {
        "passes": Text("其中通行记录", "passes in them"),
        "new": Text("新增记录", "new passes"),
        "unchanged": Text("已有记录", "on record before"),
        "alarms": Text("新预警", "new alarms"),
    }

    def send() -> HttpResponse:
        return send_rows(request, import_attendance, title, _back(request), words, unit=unit.pk)

    return form_page(
        request, lambda d: [d.field("unit", Text("企业", "Enterprise"), "hidden"), *file_fields(d)], send, title=title, subtitle=unit.name,
        button=Text("上传", "Send"), back=_back(request), note=note, on_record={"mode": "try", "unit": unit.pk}, breadcrumbs=crumbs(title, unit),
    )  # fmt: skip


@page("attendance_by_hand", "attendance/by-hand", KEEP)
def attendance_by_hand(request: HttpRequest) -> HttpResponse:
    """Sign for a member of staff who has no phone."""
    unit = own_unit(request)
    if unit is None:
        return HttpResponseRedirect(reverse("attendance"))
    ways = [("in", Text("进", "In")), ("out", Text("出", "Out"))]

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("unit", Text("企业", "Enterprise"), "hidden"),
            who_field(d, unit, required=True),
            d.field("direction", Text("进出", "Direction"), "radio", choices=ways, required=True),
            d.field("at", Text("时间", "When"), "datetime", required=True),
            d.field(
                "temperature",
                Text("体温", "Temperature"),
                "number",
                unit=Text("℃", "°C"),
                help=Text("没有测的不填。", "Leave empty where none was taken."),
            ),
            d.field("section", Text("班组、车间", "Section"), maxlength=60),
        ]

    def send() -> HttpResponse:
        at = min(moment(request, "at") or now(), now())
        payload = {
            "unit": unit.pk,
            "staff": staff_given(request, unit),
            "at": at.isoformat(),
            **given(request, "direction", "temperature", "section"),
        }
        result = do(request, "attendance.sign_for", payload).result
        said = Text("已登记。", "Recorded.")
        if result["stop"]:
            said = Text("已登记。该员工不能进入，请看预警。", "Recorded. This person may not enter; see the alarms.")
        return done(request, _back(request), said)

    title = Text("代登考勤", "Sign for somebody")
    on_record = {"unit": unit.pk, "direction": "in", "at": now().astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")}
    return form_page(
        request, fields, send, title=title, subtitle=unit.name, button=Text("登记", "Record"), back=_back(request), on_record=on_record, breadcrumbs=crumbs(title, unit),
    )  # fmt: skip
