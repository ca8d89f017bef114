"""Adding somebody on a phone, changing a file, ending it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.record.enterprises import enterprise_in_reach
from tongchou.record.staffing import EDIT, OUTCOMES, open_itinerary, staff_in_reach
from tongchou.rooms.enterprises.pages.edit import FLAGS, shown_flag, tell_flag
from tongchou.rooms.enterprises.pages.staff import STAFF, crumbs_of
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, change_page, done, form_page
from tongchou.web.pages.requests import actor_of, do, integer
from tongchou.web.permission import page

_FLAGS = ("post_urgent", "in_hard_hit", "cleared", "symptoms", "temperature_normal")
_DAYS = ("planned_return", "returned_on", "last_risk", "observed_from")
_TEXTS = ("title", "origin", "itinerary")


def _fields(d: Draft) -> list[FieldParts]:
    return [
        d.field("title", Text("岗位", "Job"), maxlength=80),
        d.field(
            "origin",
            Text("来源地区划代码", "Division code of origin"),
            maxlength=12,
            help=Text("2 至 12 位，如 4201。", "2 to 12 digits, such as 4201."),
        ),
        d.field("planned_return", Text("计划返岗日期", "Planned return"), "date"),
        d.field("returned_on", Text("实际返岗日期", "Came back on"), "date"),
        d.field("symptoms", Text("有发热、咳嗽等症状", "Symptoms such as fever or cough"), "select", choices=FLAGS),
        d.field("temperature_normal", Text("体温正常", "Temperature is normal"), "select", choices=FLAGS),
        d.field("in_hard_hit", Text("仍在高发地区", "Still in a hard-hit area"), "select", choices=FLAGS),
        d.field(
            "last_risk",
            Text("离开高发地区或接触病例的日期", "Day of leaving a hard-hit area or meeting a case"),
            "date",
        ),
        d.field("observed_from", Text("开始隔离的日期", "Day on which isolation began"), "date"),
        d.field("cleared", Text("检测已排除感染", "A test has ruled an infection out"), "select", choices=FLAGS),
        d.field("post_urgent", Text("岗位急需", "The post is urgent"), "select", choices=FLAGS),
        d.field("itinerary", Text("行程", "How the person came"), "textarea", rows=2, maxlength=1000),
    ]


def _told(request: HttpRequest) -> dict[str, Any]:
    texts = {k: request.POST.get(k, "").strip() for k in _TEXTS}
    days = {k: request.POST.get(k, "").strip() or None for k in _DAYS}
    return texts | days | {k: tell_flag(request, k) for k in _FLAGS}


def _said(result: dict[str, Any]) -> Text:
    return Text("已保存。判定：{o}", "Saved. Result: {o}").with_(o=OUTCOMES.get(result["outcome"], Text("", "")))


@page("staff_new", "enterprises/<int:enterprise>/staff/new", EDIT)
def staff_new(request: HttpRequest, enterprise: int) -> HttpResponse:
    """Open a file for somebody; the answer says at once whether the person may start."""
    row = enterprise_in_reach(actor_of(request), enterprise, EDIT)
    title, back = Text("登记员工", "Add a member of staff"), reverse("staff", args=[enterprise])

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("name", Text("姓名", "Name"), required=True, maxlength=60),
            d.field("document", Text("证件号码", "Document"), required=True, maxlength=40),
            d.field("phone", Text("手机号", "Phone"), "tel", maxlength=30),
            *_fields(d),
        ]

    def send() -> HttpResponse:
        who = {k: request.POST.get(k, "").strip() for k in ("name", "document", "phone")}
        made = do(request, "staff.add", {"unit": enterprise} | who | _told(request)).result
        return done(request, reverse("staff_file", args=[made["staff"]]), _said(made))

    crumbs = crumbs_of(request, row, {"url": back, "label": STAFF}, {"url": "", "label": title})
    return form_page(request, fields, send, title=title, button=Text("登记", "Add"), back=back, breadcrumbs=crumbs)


@page("staff_change", "staff/<int:staff>/change", EDIT)
def staff_change(request: HttpRequest, staff: int) -> HttpResponse:
    """Change what a file says."""
    row = staff_in_reach(actor_of(request), EDIT, staff)
    title, back = Text("更新员工档案", "Change a staff file"), reverse("staff_file", args=[staff])
    held: dict[str, Any] = {k: getattr(row, k) for k in ("title", "origin", *_DAYS)} | {
        k: shown_flag(getattr(row, k)) for k in _FLAGS
    }
    held["itinerary"] = open_itinerary(row) if request.method == "GET" else ""

    def send() -> HttpResponse:
        made = do(
            request, "staff.change", {"staff": staff, "seen_version": integer(request, "seen_version")} | _told(request)
        ).result
        return done(request, back, _said(made))

    if request.method == "GET":
        do(request, "staff.read", {"staff": [staff]})
    crumbs = crumbs_of(
        request,
        row.unit,
        {"url": reverse("staff", args=[row.unit_id]), "label": STAFF},
        {"url": back, "label": Text("档案", "File")},
        {"url": "", "label": title},
    )
    return change_page(request, _fields, send, held=held, version=row.version, title=title, back=back, breadcrumbs=crumbs)


@page("staff_end", "staff/<int:staff>/end", EDIT, methods=("POST",))
def staff_end(request: HttpRequest, staff: int) -> HttpResponse:
    """The person no longer works there."""
    row = staff_in_reach(actor_of(request), EDIT, staff)
    do(request, "staff.end", {"staff": staff})
    return done(request, reverse("staff", args=[row.unit_id]), Text("档案已结束。", "The file has ended."))
