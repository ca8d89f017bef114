"""Units and their posts: the list, one unit's file, adding, changing and ending units and posts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.text import Text
from tongchou.record.access import roles
from tongchou.record.questions.responsibility import chain
from tongchou.record.questions.units import PostLine, UnitFile, posts_of, search_units, unit_file
from tongchou.record.territory.reach import reaches_unit, unit_in_reach
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import PLEASE, Choices, area_choices, unit_choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.names import KINDS, NOTHING_HERE
from tongchou.web.pages.requests import actor_of, do, given, integer
from tongchou.web.pages.spreadsheets import asked_for, sheet_file
from tongchou.web.permission import Nav, page

EDIT = "unit.edit"
PAGE = 100
_UNITS = Text("单位与岗位", "Units and posts")
_NONE = ("", Text("无", "None"))


@page("units", "units", "unit.view", methods=("GET",), nav=Nav(_UNITS, "sitemap"))
def units(request: HttpRequest) -> HttpResponse:
    """The units in the actor's reach with their posts and who holds them."""
    actor, today = actor_of(request), timezone.localdate()
    kind, text = request.GET.get("kind", ""), request.GET.get("text", "").strip()[:60]
    after = integer(request, "after") or 0
    if asked_for(request):
        return _file(request, text, kind)
    rows = search_units(actor, text, today, kind=kind, limit=PAGE + 1, after=after)
    columns = [
        {"key": "name", "label": Text("单位", "Unit")},
        {"key": "kind", "label": Text("类别", "Kind")},
        {"key": "area", "label": Text("区域", "Area")},
        {"key": "posts", "label": Text("岗位与任职", "Posts and holders")},
    ]
    posts = posts_of([u.id for u in rows[:PAGE]], today)
    lines = [
        {
            "cells": [
                {"value": u.name, "url": reverse("unit", args=[u.id])},
                {"value": KINDS[u.kind]},
                {"value": u.area_name},
                {"value": _holders(posts.get(u.id, []))},
            ]
        }
        for u in rows[:PAGE]
    ]
    options = [{"value": k, "label": v} for k, v in KINDS.items()]
    context = {
        "sheet": {"key": "units", "caption": Text("单位", "Units"), "columns": columns, "rows": lines, "export": True},
        "empty": NOTHING_HERE,
        "filters": [{"key": "kind", "label": Text("类别", "Kind"), "options": options, "current": kind}],
        "search": {"key": "text", "value": text, "placeholder": Text("名称、拼音或代码", "Name, pinyin or code")},
        "can_edit": actor.permits(EDIT),
        "next_after": str(after + PAGE) if len(rows) > PAGE else None,
    }
    return render(request, "pages/units.html", context)


def _file(request: HttpRequest, text: str, kind: str) -> HttpResponse:
    """The units as a spreadsheet in the columns that the import takes, with area and holders beside."""
    today = timezone.localdate()
    rows = search_units(actor_of(request), text, today, kind=kind, limit=100_000)
    posts = posts_of([u.id for u in rows], today)
    columns = [
        Text("name", "name"), Text("kind", "kind"), Text("code", "code"), Text("area_code", "area_code"), Text("name_en", "name_en"),
        Text("区域", "Area"), Text("岗位与任职", "Posts and holders"),
    ]  # fmt: skip
    lines = ([u.name, u.kind, u.code, u.area_code, u.name_en, u.area_name, _holders(posts.get(u.id, []))] for u in rows)
    return sheet_file(request, _UNITS, columns, lines)


def _holders(posts: list[PostLine]) -> Text:
    """Who holds which post, in one cell."""
    table = roles()
    words = [
        Text.aside(p.title or table[p.role].title, Text.listed(h.name for h in p.holders if h.active))
        for p in posts
        if not p.empty
    ]
    if not posts:
        return Text("无岗位", "no posts")
    return Text.listed(words) if words else Text("岗位空缺", "posts empty")


@page("unit", "units/<int:unit>", "unit.view", methods=("GET",))
def unit_page(request: HttpRequest, unit: int) -> HttpResponse:
    """One unit: its posts and who holds them, what it answers for, who answers for it, what lies below it."""
    actor, today = actor_of(request), timezone.localdate()
    file = unit_file(actor, unit, today)
    row = unit_in_reach(actor, "unit.view", unit)
    edits = actor.permits(EDIT) and reaches_unit(actor, EDIT, row)
    answers = actor.permits("responsibility.view") and reaches_unit(actor, "responsibility.view", row)
    context = {
        "file": file,
        "facts": _facts(file, row.detail, actor.permits("loop.view")),
        "posts": [{"line": p, "role": roles()[p.role].title} for p in file.posts],
        "can_edit": edits and file.unit.active_to is None,
        "can_duty": edits,
        "can_hold": actor.permits("account.manage"),
        "me": actor.account_id,
        "chain": chain(actor, f"unit:{unit}", today) if answers else [],
        "can_assign": answers
        and actor.permits("responsibility.edit")
        and reaches_unit(actor, "responsibility.edit", row),
        "breadcrumbs": [{"url": reverse("units"), "label": _UNITS}, {"url": "", "label": file.unit.name}],
    }
    return render(request, "pages/unit.html", context)


def _facts(file: UnitFile, detail: dict[str, Any], loops: bool) -> list[dict[str, Any]]:
    line = file.unit
    above = {
        "label": Text("隶属", "Belongs to"),
        "value": line.parent_name,
        "url": line.parent and reverse("unit", args=[line.parent]),
    }
    found: list[dict[str, Any]] = [
        {"label": Text("类别", "Kind"), "value": KINDS[line.kind]},
        {"label": Text("代码", "Code"), "value": line.code},
        {"label": Text("区域", "Area"), "value": line.area_name},
        above if line.parent else {"label": above["label"], "value": Text("无", "none")},
    ]
    if line.name_en:
        found.insert(0, {"label": Text("英文名称", "English name"), "value": line.name_en})
    if loops:
        found.append({"label": Text("在办事项", "Open loops"), "value": file.open_loops})
    return found + [{"label": key, "value": value} for key, value in detail.items()]


def _crumbs(file: UnitFile | None, title: Text) -> list[dict[str, Any]]:
    own = [{"url": reverse("unit", args=[file.unit.id]), "label": file.unit.name}] if file else []
    return [{"url": reverse("units"), "label": _UNITS}, *own, {"url": "", "label": title}]


def _unit_fields(request: HttpRequest, d: Draft, *, new: bool) -> list[FieldParts]:
    actor = actor_of(request)
    code = Text(
        "企业、学校、医疗机构填 18 位统一社会信用代码；不掌握的留空。",
        "For enterprises, schools and clinics the 18-place social credit code; leave it empty when it is not known.",
    )
    kinds: Choices = [PLEASE, *KINDS.items()]
    first = [d.field("kind", Text("类别", "Kind"), "select", choices=kinds, required=True)] if new else []
    areas = area_choices(actor, EDIT)
    return [
        d.field("name", Text("名称", "Name"), required=True, maxlength=160),
        *first,
        d.field("code", Text("代码", "Code"), maxlength=40, help=code),
        d.field("area", Text("区域", "Area"), "select", choices=areas, required=True),
        d.field("parent", Text("上级单位", "Belongs to"), "select", choices=[_NONE, *unit_choices(actor, EDIT)[1:]]),
        d.field("name_en", Text("英文名称", "English name"), maxlength=160),
    ]


@page("unit_new", "units/new", EDIT)
def unit_new(request: HttpRequest) -> HttpResponse:
    """Add a unit."""

    def send() -> HttpResponse:
        payload = given(request, "name", "kind", "code", "area", "parent", "name_en")
        made = do(request, "unit.add", dict(payload)).result
        return done(
            request, reverse("unit", args=[made["unit"]]), Text("已新增；请设置岗位。", "Added; now give it posts.")
        )

    title = Text("新增单位", "Add a unit")
    return form_page(
        request, lambda d: _unit_fields(request, d, new=True), send, title=title, button=Text("新增", "Add"),
        back=reverse("units"), breadcrumbs=_crumbs(None, title),
    )  # fmt: skip


@page("unit_change", "units/<int:unit>/change", EDIT)
def unit_change(request: HttpRequest, unit: int) -> HttpResponse:
    """Change a unit's name, code, area or parent."""
    file, back = unit_file(actor_of(request), unit, timezone.localdate()), reverse("unit", args=[unit])

    def send() -> HttpResponse:
        payload: dict[str, Any] = {"unit": unit, "name_en": request.POST.get("name_en", "")}
        payload |= {"code": None, "parent": None} | given(request, "name", "code", "area", "parent")
        do(request, "unit.change", payload)
        return done(request, back, Text("已保存。", "Saved."))

    title, line = Text("变更单位信息", "Change the unit"), file.unit
    held = {
        "name": line.name,
        "code": line.code or "",
        "area": line.area,
        "parent": line.parent or "",
        "name_en": line.name_en,
    }
    return form_page(
        request, lambda d: _unit_fields(request, d, new=False), send, title=title, subtitle=line.name,
        button=Text("保存", "Save"), back=back, on_record=held, breadcrumbs=_crumbs(file, title),
    )  # fmt: skip


@page("unit_end", "units/<int:unit>/end", EDIT)
def unit_end(request: HttpRequest, unit: int) -> HttpResponse:
    """End a unit; refused while it owes, holds, or has units below it."""
    file, back = unit_file(actor_of(request), unit, timezone.localdate()), reverse("unit", args=[unit])

    def fields(d: Draft) -> list[FieldParts]:
        return [d.field("on", Text("撤销日期", "Ends on"), "date", help=Text("留空即今天。", "Today when left empty."))]

    def send() -> HttpResponse:
        do(request, "unit.end", {"unit": unit} | given(request, "on"))
        return done(request, back, Text("已撤销。", "Ended."))

    title = Text("撤销单位", "End the unit")
    note = Text(
        "在任人员的任职同时结束；未办结事项和在管人员物品须先移交。",
        "Holdings end with it; open loops and custody must be handed over first.",
    )
    return form_page(
        request, fields, send, title=title, subtitle=file.unit.name, button=Text("撤销", "End"), back=back, note=note,
        breadcrumbs=_crumbs(file, title),
    )  # fmt: skip


@page("post_new", "units/<int:unit>/posts/new", EDIT)
def post_new(request: HttpRequest, unit: int) -> HttpResponse:
    """Add a post to a unit."""
    file, back = unit_file(actor_of(request), unit, timezone.localdate()), reverse("unit", args=[unit])

    def fields(d: Draft) -> list[FieldParts]:
        told = Text("角色决定该岗位能看什么、办什么。", "The role decides what the post may see and do.")
        single = Text("同一时间只由一人担任", "One holder at a time")
        held: Choices = [PLEASE, *((r.key, r.title) for r in roles().by_key.values())]
        return [
            d.field("title", Text("岗位名称", "Title"), required=True, maxlength=80),
            d.field("role", Text("角色", "Role"), "select", choices=held, required=True, help=told),
            d.field("single", single, "checkbox"),
            d.field("title_en", Text("英文名称", "English title"), maxlength=80),
        ]

    def send() -> HttpResponse:
        payload = {"unit": unit, "single": request.POST.get("single", "") != ""}
        do(request, "post.add", payload | given(request, "title", "role", "title_en"))
        return done(
            request, back, Text("已设置；由安全管理员任职。", "Added; the security administrator gives it to somebody.")
        )

    title = Text("设置岗位", "Add a post")
    return form_page(
        request, fields, send, title=title, subtitle=file.unit.name, button=Text("设置", "Add"), back=back,
        breadcrumbs=_crumbs(file, title),
    )  # fmt: skip


@page("post_end", "units/<int:unit>/posts/<int:post>/end", EDIT, methods=("POST",))
def post_end(request: HttpRequest, unit: int, post: int) -> HttpResponse:
    """End a post and everybody's holding of it."""
    do(request, "post.end", {"post": post})
    return done(request, reverse("unit", args=[unit]), Text("岗位已撤销。", "The post has ended."))


@page("post_duty", "units/<int:unit>/duty", "settings.own", methods=("POST",))
def post_duty(request: HttpRequest, unit: int) -> HttpResponse:
    """Go on or off duty in a post: one's own, or another's where one maintains the unit."""
    on = request.POST.get("on_duty") == "1"
    do(request, "post.duty", {"holding": integer(request, "holding"), "on_duty": on})
    said = Text("已上岗。", "On duty.") if on else Text("已离岗。", "Off duty.")
    back = reverse("unit", args=[unit]) if actor_of(request).permits("unit.view") else reverse("settings")
    return done(request, back, said)
