"""Bulk exports of personal data: one's own requests, asking, making and fetching the file; and all of them for the auditor."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.record.actions.exports import KIND, MOST_DAYS, MOST_ROWS
from tongchou.record.loops.kinds import kind_of
from tongchou.record.people.export_table import COLUMNS
from tongchou.record.questions.exports import Standing, all_exports, fetch, own_request, own_requests
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import area_choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.loops import KIND_PAGES, LOOP_LINKS, LoopLink
from tongchou.web.pages.requests import actor_of, do, integer
from tongchou.web.pages.shown import stage_badge
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import Nav, page

_TITLE = Text("个人信息导出", "Personal exports")
KIND_PAGES[KIND] = "export_new"
LOOP_LINKS.append(
    LoopLink(
        "export", Text("生成和下载", "Make and fetch"), "download",
        lambda file, actor: file.kind.key == KIND and file.loop.opener_account_id == actor.account_id and actor.permits("person.export"),
    )
)  # fmt: skip


@page("exports", "exports", "person.export", methods=("GET",), nav=Nav(_TITLE, "download"))
def exports(request: HttpRequest) -> HttpResponse:
    """One's own requests and how each stands."""
    labels = (("title", "申请", "Request"), ("stage", "阶段", "Stage"), ("rows", "人数", "People"), ("until", "有效至", "Until"),
              ("downloads", "下载次数", "Downloads"))  # fmt: skip
    columns = [{"key": k, "label": Text(zh, en), "number": k in ("rows", "downloads")} for k, zh, en in labels]
    rows = [{"cells": _cells(s)} for s in own_requests(actor_of(request))]
    told = Text(
        "需要名单时先申请：写明用途、范围和有效期，由其他单位批准后生成，到期自动清除。",
        "Ask first: purpose, scope, validity. Another unit approves, you make the file, and it is erased in time.",
    )
    context = {
        "sheet": {"key": "exports", "caption": Text("我的导出申请", "My requests"), "columns": columns, "rows": rows},
        "empty": {"title": Text("还没有申请", "No request yet"), "text": told, "icon": "download"},
        "title": _TITLE,
    }
    return render(request, "pages/exports.html", context)


def _cells(s: Standing) -> list[dict[str, Any]]:
    badge = stage_badge(kind_of(s.loop.edition_id), s.loop.stage)
    return [
        {"value": s.loop.heading, "url": reverse("export", args=[s.loop.pk])},
        {"value": badge["label"], "tone": badge["tone"], "icon": badge["icon"]},
        {"value": s.export.rows if s.export else Text("—", "—")},
        {"value": s.until or Text("—", "—")},
        {"value": s.export.downloads if s.export else Text("—", "—")},
    ]


@page("export_new", "exports/new", "person.export")
def export_new(request: HttpRequest) -> HttpResponse:
    """Ask: whose data, which columns, what for, how many rows, how long."""
    actor = actor_of(request)

    def fields(d: Draft) -> list[FieldParts]:
        masked = Text("能用遮盖的就不用完整的；没有勾选的项目不会出现在文件里。", "Masked where that will do; what is not ticked is not in the file.")
        need = Text("说明为什么必须用名单、为什么遮盖或汇总数据不够。审批人据此决定。", "Why a list is needed, and why masked or counted data will not do.")
        years = Text("周岁", "years")
        return [
            d.field("area", Text("区域", "Area"), "select", choices=area_choices(actor, "person.export"), required=True),
            d.field("age_from", Text("年龄自", "Age from"), "integer", unit=years, min=0, max=150, help=Text("不填为不限。", "Empty: any.")),
            d.field("age_to", Text("年龄至", "Age to"), "integer", unit=years, min=0, max=150),
            d.field("columns", Text("导出项目", "Columns"), "checkboxes", choices=[(k, c.title) for k, c in COLUMNS.items()], help=masked, required=True),
            d.field("purpose", Text("使用目的", "Purpose"), required=True, maxlength=200,
                    help=Text("会显示给查询“谁看过我”的本人。", "Shown to whoever asks who looked at them.")),
            d.field("need", Text("范围和必要性", "Scope and necessity"), "textarea", required=True, help=need),
            d.field("row_limit", Text("条数上限", "Row limit"), "integer", min=1, max=MOST_ROWS, required=True),
            d.field("valid_days", Text("有效期", "Valid for"), "integer", unit=Text("天", "days"), min=1, max=MOST_DAYS, required=True),
        ]  # fmt: skip

    def send() -> HttpResponse:
        numbers = {n: integer(request, n) for n in ("area", "age_from", "age_to", "row_limit", "valid_days")}
        texts = {n: request.POST.get(n, "").strip() for n in ("purpose", "need")}
        given: dict[str, Any] = {k: v for k, v in numbers.items() if v is not None} | texts | {"columns": request.POST.getlist("columns")}
        made = do(request, "export.ask", given).result
        return done(
            request, reverse("export", args=[made["loop"]]),
            Text("已提交审批：现有 {n} 人符合条件。", "Submitted: {n} {n|person fits|people fit} at present.").with_(n=made["people"]),
        )  # fmt: skip

    title = Text("申请导出个人信息", "Ask for an export")
    note = Text(
        "由本单位以外的单位审批。文件逐行带水印，只有您本人能生成和下载，每次下载都有记录，到期自动清除。",
        "Another unit approves. Every row is marked; only you can make and fetch the file, each download is recorded, and it is erased in time.",
    )
    crumbs = [{"url": reverse("exports"), "label": _TITLE}, {"url": "", "label": title}]
    return form_page(
        request, fields, send, title=title, button=Text("提交审批", "Submit"), back=reverse("exports"), note=note,
        breadcrumbs=crumbs, on_record={"row_limit": 500, "valid_days": 3, "columns": ["name", "area"]},
    )  # fmt: skip


@page("export", "exports/<uuid:loop>", "person.export")
def export(request: HttpRequest, loop: uuid.UUID) -> HttpResponse:
    """One of one's own requests: how it stands; making the file when it is approved; fetching it."""
    found = own_request(actor_of(request), loop)
    if request.method == "POST":
        made = do(request, "export.make", {"loop": str(loop), "format": request.POST.get("format", "xlsx")}).result
        said = Text("已生成：{n} 人。请下载，用后删除。", "Made: {n} {n|person|people}. Fetch it, and delete it after use.").with_(n=made["rows"])
        return done(request, reverse("export", args=[loop]), said)
    context = {
        "found": found,
        "facts": _facts(found),
        "badges": [stage_badge(kind_of(found.loop.edition_id), found.loop.stage)],
        "breadcrumbs": [{"url": reverse("exports"), "label": _TITLE}, {"url": "", "label": found.loop.heading}],
    }
    return render(request, "pages/export.html", context)


def _facts(s: Standing) -> list[dict[str, Any]]:
    data = s.loop.data
    columns = [COLUMNS[c].title for c in str(data.get("columns", "")).split(",") if c in COLUMNS]
    ages = [str(a) if a is not None else "" for a in (data.get("age_from"), data.get("age_to"))]
    facts: list[dict[str, Any]] = [
        {"label": Text("使用目的", "Purpose"), "value": data.get("purpose")},
        {"label": Text("区域", "Area"), "value": s.loop.area.name},
        {"label": Text("年龄", "Ages"), "value": "–".join(ages) if any(ages) else Text("不限", "any")},
        {"label": Text("导出项目", "Columns"), "value": Text("、".join(c.zh for c in columns), ", ".join(c.en for c in columns))},
        {"label": Text("条数上限", "Row limit"), "value": data.get("row_limit")},
        {"label": Text("有效天数", "Valid days"), "value": data.get("valid_days")},
    ]
    if s.until is not None:
        facts.append({"label": Text("有效至", "Until"), "value": s.until})
    if s.export is not None:
        facts += [
            {"label": Text("水印编号", "Mark"), "value": s.number},
            {"label": Text("人数", "People"), "value": s.export.rows},
            {"label": Text("生成时间", "Made"), "value": s.export.made_at},
            {"label": Text("下载次数", "Downloads"), "value": s.export.downloads},
        ]
    return facts


@page("export_file", "exports/<uuid:loop>/file", "person.export", methods=("GET",))
def export_file(request: HttpRequest, loop: uuid.UUID) -> HttpResponse:
    """The file itself; the download is recorded before a byte leaves."""
    file = fetch(actor_of(request), loop)
    return HttpResponse(file.content, headers=file.headers)


@page("audit_exports", "audit/exports", "audit.view", methods=("GET",), nav=Nav(_TITLE, "download"))
def audit_exports(request: HttpRequest) -> HttpResponse:
    """Every export that was made: by whom, for what, how many people, how often fetched, whether erased."""
    labels = (("number", "编号", "Mark"), ("at", "生成时间", "Made"), ("account", "账号", "Account"), ("unit", "单位", "Unit"),
              ("purpose", "使用目的", "Purpose"), ("columns", "导出项目", "Columns"), ("rows", "人数", "People"),
              ("downloads", "下载次数", "Downloads"), ("expires_at", "有效至", "Until"), ("erased_at", "清除时间", "Erased"))  # fmt: skip
    columns = [{"key": k, "label": Text(zh, en), "number": k in ("rows", "downloads")} for k, zh, en in labels]
    rows = []
    for e in all_exports():
        titles = [COLUMNS[c].title for c in e["columns"] if c in COLUMNS]
        shown = e | {
            "columns": Text("、".join(t.zh for t in titles), ", ".join(t.en for t in titles)),
            "erased_at": e["erased_at"] or Text("未到期", "not yet"),
        }
        rows.append({"cells": [{"value": shown[k]} for k, _, _ in labels]})
    sheet = {"key": "exports", "caption": _TITLE, "columns": columns, "rows": rows, "export": True}
    if asked_for(request):
        return sheet_file(request, _TITLE, *cells_of(sheet))
    told = Text("每次批量导出都会列在这里；内容不显示。", "Every bulk export is listed here, without its content.")
    empty = {"title": Text("还没有导出", "No exports yet"), "text": told, "icon": "download"}
    return render(request, "pages/exports.html", {"sheet": sheet, "empty": empty, "title": _TITLE})
