"""Putting what several enterprises share into one case of the district."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.territory.reach import missing
from tongchou.rooms.service.actions import MANAGE
from tongchou.rooms.service.difficulties import Difficulty, difficulties, open_cases
from tongchou.rooms.service.pages.overview import TITLE
from tongchou.rooms.service.topics import topics
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import Choices, unit_choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, integer, moment, now
from tongchou.web.permission import page

_OWNERS = ("hq_department", "department", "special_team", "hq_office", "street")


def _listed(found: list[Difficulty]) -> Choices:
    return [(str(d.id), Text("{unit}：{title}", "{unit}: {title}").with_(unit=d.unit_name, title=d.title)) for d in found]


@page("service_case_new", "service/cases/new", MANAGE)
def service_case_new(request: HttpRequest) -> HttpResponse:
    """Choose the difficulties of one topic that are one matter, and who works on it."""
    actor = actor_of(request)
    topic = request.POST.get("topic") or request.GET.get("topic", "")
    if topic not in topics():
        topic = next(iter(topics()))
    found = difficulties(actor, topic=topic, apart=True, like=request.GET.get("like", ""))
    listed = _listed(found)

    def fields(d: Draft) -> list[FieldParts]:
        none = Text("这一类没有尚未并案的困难。", "None of this topic is open outside a case.")
        return [
            FieldParts("topic", Text("类别", "Topic"), "hidden", topic),
            d.field("title", Text("专案名称", "Title of the case"), required=True, maxlength=200),
            d.field("detail", Text("共同问题和要求", "What they share, what is asked"), "textarea", maxlength=10000),
            d.field("owner_unit", Text("牵头单位", "Lead unit"), "select", choices=unit_choices(actor, MANAGE, _OWNERS), required=True),
            d.field("due_at", Text("办结时限", "Due"), "datetime", required=True),
            d.field("difficulties", Text("并入的困难", "Difficulties"), "checkboxes", choices=listed, help="" if listed else none),
        ]

    def send() -> HttpResponse:
        due, chosen = moment(request, "due_at"), request.POST.getlist("difficulties")
        if due is None or len(chosen) < 2:
            name = "difficulties" if due else "due_at"
            rule = Text("请至少选择两项困难。", "Choose two or more.") if due else Text("请填写办结时限。", "Give a due time.")
            raise Refusal(Reason.MISSING_VALUE, rule, field=name)
        payload = {
            "title": request.POST.get("title", ""), "detail": request.POST.get("detail", ""), "due_at": due.isoformat(),
            "owner_unit": integer(request, "owner_unit") or 0, "difficulties": chosen,
        }  # fmt: skip
        loop = do(request, "service.case", payload).result["loop"]
        said = Text("已并案 {n} 项；各企业仍各自确认。", "{n} are one case now; each enterprise still confirms its own.").with_(n=len(chosen))
        return done(request, reverse("loop_tree", args=[loop]), said)

    title = Text("并案办理：{topic}", "One case: {topic}").with_(topic=topics()[topic])
    crumbs = [{"url": reverse("service"), "label": TITLE}, {"url": "", "label": title}]
    soon = (now() + timedelta(days=5)).astimezone(SHANGHAI).strftime("%Y-%m-%dT18:00")
    return form_page(
        request, fields, send, title=title, button=Text("并案", "Open the case"), back=reverse("service"), breadcrumbs=crumbs,
        on_record={"due_at": soon},
    )  # fmt: skip


@page("service_case_join", "service/cases/<uuid:case>/join", MANAGE)
def service_case_join(request: HttpRequest, case: uuid.UUID) -> HttpResponse:
    """Put difficulties of the same topic, those with the most similar words first, into a case that is open."""
    actor = actor_of(request)
    row = next((c for c in open_cases(actor) if c.id == case), None)
    if row is None:
        raise missing(Text("没有找到这件在办的专案。", "There is no such open case."), "case", str(case))
    listed = _listed(difficulties(actor, topic=row.topic, apart=True, like=row.title))

    def fields(d: Draft) -> list[FieldParts]:
        none = Text("这一类没有尚未并案的困难。", "None of this topic is open outside a case.")
        return [d.field("difficulties", Text("并入的困难", "Difficulties"), "checkboxes", choices=listed, help="" if listed else none)]

    def send() -> HttpResponse:
        chosen = request.POST.getlist("difficulties")
        if not chosen:
            raise Refusal(Reason.MISSING_VALUE, Text("请至少选择一项困难。", "Choose one at least."), field="difficulties")
        do(request, "service.case_join", {"case": str(case), "difficulties": chosen})
        said = Text("已并入 {n} 项；各企业仍各自确认。", "{n} put in; each enterprise still confirms its own.").with_(n=len(chosen))
        return done(request, reverse("loop_tree", args=[case]), said)

    title = Text("并入专案", "Put into a case")
    crumbs = [{"url": reverse("service"), "label": TITLE}, {"url": reverse("loop_tree", args=[case]), "label": row.title}, {"url": "", "label": title}]
    note = Text("专案现有 {n} 项。", "{n} in the case now.").with_(n=row.members)
    return form_page(
        request, fields, send, title=title, subtitle=row.title, button=Text("并入", "Put in"), back=reverse("service"), breadcrumbs=crumbs, note=note,
    )  # fmt: skip
