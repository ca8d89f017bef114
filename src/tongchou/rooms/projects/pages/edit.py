"""Adding and changing projects and their parts."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import Post
from tongchou.rooms.projects.importing import import_projects
from tongchou.rooms.projects.models import Part
from tongchou.rooms.projects.pages.lists import TITLE
from tongchou.rooms.projects.reach import MANAGE, REPORT, project_in_reach
from tongchou.rooms.projects.words import KINDS, PARTS
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import PLEASE, Choices, area_choices, named_units, unit_choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.imports import rows_page
from tongchou.web.pages.requests import actor_of, do, given, integer
from tongchou.web.permission import page

_LEADING = ("hq_department", "department", "special_team", "street", "hq_office")
_MONEY = Text("万元", "10,000 yuan")
_NUMBERS = ("area", "lead_unit", "owner_unit", "leader_post")


def leader_choices() -> Choices:
    rows = Post.objects.filter(role="leader", ended_on=None).select_related("unit").prefetch_related("holdings__account").order_by("pk")[:200]
    return [("", Text("未落实", "none")), *((p.pk, f"{p.title} {'、'.join(h.account.display_name for h in p.holdings.all() if h.to_date is None)}") for p in rows)]


def _fields(d: Draft, actor: Actor) -> list[FieldParts]:
    builders = [("", Text("尚不在册", "not on record")), *unit_choices(actor, MANAGE, ("enterprise", "school", "department", "hq_department", "street"))[1:]]
    return [
        d.field("name", Text("项目名称", "Name"), required=True, maxlength=160),
        d.field("kind", Text("类别", "Kind"), "select", choices=[PLEASE, *KINDS.items()], required=True),
        d.field("area", Text("所在区域", "Area"), "select", choices=area_choices(actor, MANAGE, ("district", "street", "community")), required=True),
        d.field("lead_unit", Text("责任单位", "Lead unit"), "select", choices=unit_choices(actor, MANAGE, _LEADING), required=True),
        d.field("owner_unit", Text("建设单位", "Built by"), "select", choices=builders),
        d.field("leader_post", Text("包联领导", "Paired leader"), "select", choices=leader_choices()),
        d.field("invest", Text("总投资", "Investment"), "number", unit=_MONEY, required=True),
        d.field("invest_year", Text("本年计划投资", "Planned this year"), "number", unit=_MONEY),
        d.field("start_planned", Text("计划开工", "Planned start"), "date"),
        d.field("finish_planned", Text("计划竣工", "Planned end"), "date"),
        d.field("content", Text("建设内容", "What is built"), "textarea", maxlength=5000),
    ]


def _given(request: HttpRequest) -> dict[str, Any]:
    names = ("name", "kind", "invest", "invest_year", "start_planned", "finish_planned", "content")
    numbers = {n: integer(request, n) for n in _NUMBERS}
    return given(request, *names) | {n: v for n, v in numbers.items() if v is not None}


@page("project_new", "projects/new", MANAGE)
def project_new(request: HttpRequest) -> HttpResponse:
    """Add a project."""
    actor, title = actor_of(request), Text("登记项目", "Add a project")

    def send() -> HttpResponse:
        made = do(request, "project.add", _given(request)).result["project"]
        return done(request, reverse("project", args=[made]), Text("已登记。请逐项列出前期环节。", "Added. Now list its preliminary steps."))

    crumbs = [{"url": reverse("projects"), "label": TITLE}, {"url": "", "label": title}]
    return form_page(request, lambda d: _fields(d, actor), send, title=title, button=Text("登记", "Add"), back=reverse("projects"), breadcrumbs=crumbs)


@page("projects_import", "projects/import", MANAGE)
def projects_import(request: HttpRequest) -> HttpResponse:
    """A table of projects: new ones are added, known ones changed; rejected rows come back."""
    note = Text(
        "列名可用：项目名称、责任单位、类别、所在区域、建设单位、总投资（万元）、本年计划投资（万元）、计划开工、计划竣工、建设内容。"
        "名称和责任单位都相同的视为同一项目；空格不覆盖已有内容。",
        "Columns: name, lead unit, kind, area code, built by, investment, planned this year (10,000 yuan), planned start, planned end, what is built. "
        "The same name and lead unit is the same project; empty cells erase nothing.",
    )
    return rows_page(request, import_projects, title=Text("导入项目表", "Import projects"), back=reverse("projects"), parent=TITLE, note=note)


@page("project_change", "projects/<uuid:project>/change", MANAGE)
def project_change(request: HttpRequest, project: uuid.UUID) -> HttpResponse:
    """Change what is on record of a project; a change by somebody else in between is not overwritten."""
    actor, title = actor_of(request), Text("修改项目", "Change a project")
    row = project_in_reach(actor, MANAGE, project)
    back = reverse("project", args=[project])

    def fields(d: Draft) -> list[FieldParts]:
        return [FieldParts("seen_version", "", "hidden", d.value("seen_version")), *_fields(d, actor)]

    def send() -> HttpResponse:
        do(request, "project.change", {"project": str(project), "seen_version": integer(request, "seen_version") or 0} | _given(request))
        return done(request, back, Text("已修改。", "Changed."))

    on_record = {n: getattr(row, n) for n in ("name", "kind", "invest", "invest_year", "start_planned", "finish_planned", "content")}
    on_record |= {n: getattr(row, f"{n}_id") for n in _NUMBERS} | {"seen_version": row.version}
    return form_page(
        request, fields, send, title=title, subtitle=row.name, button=Text("保存", "Save"), back=back, breadcrumbs=_crumbs(project, row.name, title),
        on_record={k: v for k, v in on_record.items() if v is not None},
    )  # fmt: skip


def _crumbs(project: uuid.UUID, name: str, title: Text) -> list[dict[str, Any]]:
    return [
        {"url": reverse("projects"), "label": TITLE},
        {"url": reverse("project", args=[project]), "label": name[:30]},
        {"url": "", "label": title},
    ]


@page("project_part_new", "projects/<uuid:project>/parts/new", MANAGE)
def project_part_new(request: HttpRequest, project: uuid.UUID) -> HttpResponse:
    """Add a preliminary step or a milestone."""
    actor, title = actor_of(request), Text("增加环节", "Add a part")
    row = project_in_reach(actor, MANAGE, project)
    back = reverse("project", args=[project])
    units = named_units((*_LEADING, "enterprise"))

    def fields(d: Draft) -> list[FieldParts]:
        needed, told = Text("完成前不能开工", "It cannot start before"), Text("例如：施工许可证、接电。", "Such as: building permit, power.")
        return [
            d.field("kind", Text("类别", "Kind"), "select", choices=[PLEASE, *PARTS.items()], required=True),
            d.field("title", Text("环节", "Part"), required=True, maxlength=120, help=told),
            d.field("unit", Text("责任单位", "Who answers for it"), "select", choices=units, required=True),
            d.field("planned_from", Text("计划开始", "Planned from"), "date", required=True),
            d.field("planned_to", Text("计划完成", "Planned to"), "date", required=True),
            d.field("required", needed, "checkbox"),
        ]

    def send() -> HttpResponse:
        names = ("kind", "title", "planned_from", "planned_to")
        payload = {n: request.POST.get(n, "").strip() for n in names}
        more = {"project": str(project), "unit": integer(request, "unit") or 0, "required": bool(request.POST.get("required"))}
        do(request, "project.part", payload | more)
        return done(request, back, Text("已增加。", "Added."))

    return form_page(
        request, fields, send, title=title, subtitle=row.name, button=Text("增加", "Add"), back=back, breadcrumbs=_crumbs(project, row.name, title),
    )  # fmt: skip


@page("project_part", "projects/<uuid:project>/parts/<int:part>", REPORT)
def project_part(request: HttpRequest, project: uuid.UUID, part: int) -> HttpResponse:
    """Say that a part is done; who manages the project reschedules it or takes it out."""
    actor, back = actor_of(request), reverse("project", args=[project])
    row = project_in_reach(actor, REPORT, project)
    found = Part.objects.filter(project=row, pk=part, cancelled_at=None).first()
    if found is None:
        raise Refusal(Reason.NOT_FOUND, Text("没有找到这个环节。", "There is no such part."), field="part", value=part)
    ways: Choices = [("done", Text("已完成", "It is done"))]
    if actor.permits(MANAGE):
        ways += [("move", Text("调整计划", "Reschedule it")), ("drop", Text("取消环节", "Take it out"))]

    def fields(d: Draft) -> list[FieldParts]:
        shown = [
            d.field("way", Text("办理", "What to do"), "radio", choices=ways, required=True),
            d.field("on", Text("完成日期", "Done on"), "date", help=Text("“已完成”时填写。", "For “It is done”.")),
            d.field("note", Text("依据或原因", "What shows it, or why"), "textarea", required=True, maxlength=500,
                    help=Text("完成的写文号、证号或验收情况；调整、取消的写原因。", "Done: a number or certificate; else the reason.")),
        ]  # fmt: skip
        if len(ways) > 1:
            told = Text("“调整计划”时填写。", "For “Reschedule it”.")
            shown += [
                d.field("planned_from", Text("计划开始", "Planned from"), "date", help=told),
                d.field("planned_to", Text("计划完成", "Planned to"), "date", help=told),
            ]
        return shown

    def send() -> HttpResponse:
        way, note = request.POST.get("way", ""), request.POST.get("note", "")
        verb, payload = {
            "move": ("project.part_move", {n: request.POST.get(n, "") for n in ("planned_from", "planned_to")} | {"reason": note}),
            "drop": ("project.part_drop", {"reason": note}),
        }.get(way, ("project.part_done", {"on": request.POST.get("on", ""), "note": note}))
        do(request, verb, {"part": part} | payload)
        return done(request, back, Text("已办理。", "Done."))

    return form_page(
        request, fields, send, title=found.title, subtitle=row.name, button=Text("提交", "Submit"), back=back,
        breadcrumbs=_crumbs(project, row.name, Text(found.title, found.title)),
        on_record={"way": "done", "planned_from": found.planned_from, "planned_to": found.planned_to},
    )  # fmt: skip
