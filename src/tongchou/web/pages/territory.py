"""The territory: one area with what lies below it and what it was before; adding, renaming, moving and ending single areas."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import Area, District
from tongchou.record.questions.figures import AreaFigures, by_area
from tongchou.record.questions.responsibility import Step, chain
from tongchou.record.questions.territory import AreaFile, area_file, stranded
from tongchou.record.territory.reach import reaches_path
from tongchou.web.boundaries import map_of
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import area_choices
from tongchou.web.pages.figures import late_tone
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.names import LEVELS, NOTHING_HERE
from tongchou.web.pages.requests import actor_of, do, given, integer, now
from tongchou.web.permission import Nav, page

EDIT = "territory.edit"
_TERRITORY = Text("区划", "Territory")
_ON = Text("自何日起", "From")
_TODAY = Text("留空即今天。", "Today when left empty.")
BECAME = {
    "renamed": Text("更名", "renamed"),
    "moved": Text("划转", "moved"),
    "recoded": Text("变更代码", "given another code"),
    "merged": Text("合并", "merged"),
    "split": Text("拆分", "split"),
    "ended": Text("撤销", "ended"),
    "new": Text("设立", "set up"),
}


@page("territory", "territory", "territory.view", methods=("GET",), nav=Nav(_TERRITORY, "map"))
def territory(request: HttpRequest) -> HttpResponse:
    """One area: what lies below it, who answers for it, what it was before."""
    actor, key = actor_of(request), _start(request)
    if key is None:
        return render(request, "pages/territory.html", {"empty": NOTHING_HERE, "can_edit": actor.permits(EDIT)})
    file = area_file(actor, key)
    columns = [
        {"key": "name", "label": Text("名称", "Name")},
        {"key": "code", "label": Text("代码", "Code")},
        {"key": "level", "label": Text("层级", "Level")},
        {"key": "parts", "label": Text("下级数", "Parts"), "number": True},
    ]
    rows = [
        {
            "cells": [
                {"value": a.name, "url": address(a.id)},
                {"value": a.code},
                {"value": LEVELS[a.level]},
                {"value": a.below},
            ]
        }
        for a in file.children
    ]
    tiles = _tiles(actor, file)
    trail = [a for a in file.above if reaches_path(actor, "territory.view", _path_of(a.id))]
    context = {
        "file": file,
        "level": LEVELS[file.area.level],
        "can_edit": actor.permits(EDIT) and reaches_path(actor, EDIT, _path_of(file.area.id)),
        "history": [{"line": h, "what": _became(h.kind)} for h in file.history],
        "stranded": stranded(actor) if actor.permits(EDIT) and not trail else [],
        "tiles": tiles,
        "map": map_of("territory", file.area.name, tiles, {str(a.id): a.code for a in file.children}),
        "list_title": Text("超时事项", "Late") if _sees_figures(actor, file) else Text("下级数", "Parts"),
        "sheet": {"key": "territory", "caption": Text("下级区域", "Areas below"), "columns": columns, "rows": rows},
        "empty": NOTHING_HERE,
        "breadcrumbs": [
            *({"url": address(a.id), "label": a.name} for a in trail),
            {"url": "", "label": file.area.name},
        ],
    } | _answering(actor, file)
    return render(request, "pages/territory.html", context)


def _tiles(actor: Actor, file: AreaFile) -> list[dict[str, Any]]:
    """The areas below as places on a map: with what is late in them for who may see figures, else with how many parts they have."""
    if not _sees_figures(actor, file):
        return [{"key": str(a.id), "label": a.name, "value": a.below, "tone": "", "note": "", "url": address(a.id)} for a in file.children]
    found = {p.area: p for p in by_area(actor, Area.objects.get(pk=file.area.id), now())}
    nothing = AreaFigures(0, "", "", 0, 0, 0, 0, 0, 0)
    return [
        {"key": str(a.id), "label": a.name, "url": address(a.id), **late_tone(found.get(a.id, nothing))}
        for a in file.children
    ]


def _sees_figures(actor: Actor, file: AreaFile) -> bool:
    return actor.permits("figures.view") and reaches_path(actor, "figures.view", _path_of(file.area.id))


def address(area: int) -> str:
    """The page of one area."""
    return f"{reverse('territory')}?area={area}"


def _start(request: HttpRequest) -> int | None:
    """The area asked for; else the top of what the actor reaches; else the district."""
    wanted = integer(request, "area")
    if wanted is not None:
        return wanted
    actor = actor_of(request)
    held = actor.grants_for("territory.view")
    if actor.area_paths("territory.view") and held:
        return min(held, key=lambda g: len(g.path)).area_id
    district = District.objects.filter(pk=1).values_list("root_id", flat=True).first()
    return (
        district
        or Area.objects.filter(parent=None, valid_to=None).order_by("code").values_list("pk", flat=True).first()
    )


def _path_of(area: int) -> str:
    return str(Area.objects.values_list("path", flat=True).get(pk=area))


def _became(kinds: str) -> Text:
    words = [BECAME.get(k, Text(k, k)) for k in kinds.split("_")]
    return Text("、".join(w.zh for w in words), ", ".join(w.en for w in words))


def _answering(actor: Actor, file: AreaFile) -> dict[str, Any]:
    """Who answers for this area itself, and whether the actor may lay it on somebody."""
    if not actor.permits("responsibility.view") or file.area.level in ("province", "city"):
        return {}
    if not reaches_path(actor, "responsibility.view", _path_of(file.area.id)):
        return {}
    steps: list[Step] = chain(actor, f"area:{file.area.id}", timezone.localdate())
    return {
        "chain": steps,
        "here": steps[0] if steps else None,
        "can_assign": actor.permits("responsibility.edit") and file.valid_to is None,
    }


def _crumbs(name: str, area: int, title: Text) -> list[dict[str, Any]]:
    return [
        {"url": reverse("territory"), "label": _TERRITORY},
        {"url": address(area), "label": name},
        {"url": "", "label": title},
    ]


def _edit(
    request: HttpRequest, area: int, verb: str, title: Text, button: Text, said: Text, fields: Any, on_record: Any
) -> HttpResponse:
    """A form about one area that sends one verb."""
    name = area_file(actor_of(request), area).area.name

    def send() -> HttpResponse:
        names = [f.name for f in fields(Draft(request))]
        do(request, verb, {"area": area} | given(request, *names))
        return done(request, address(area), said)

    return form_page(
        request, fields, send, title=title, subtitle=name, button=button, back=address(area), on_record=on_record,
        breadcrumbs=_crumbs(name, area, title),
    )  # fmt: skip


@page("area_new", "territory/<int:area>/new", EDIT)
def area_new(request: HttpRequest, area: int) -> HttpResponse:
    """Add an area below this one."""
    above = area_file(actor_of(request), area).area
    title = Text("新增下级区域", "Add an area below")

    def fields(d: Draft) -> list[FieldParts]:
        told = Text(
            "统计用区划代码；没有民政代码的开发区等以字母开头自编。",
            "The statistical division code; a zone without a civil code takes one that begins with a letter.",
        )
        return [
            d.field("code", Text("代码", "Code"), required=True, maxlength=40, help=told),
            d.field("name", Text("名称", "Name"), required=True, maxlength=200),
            d.field("valid_from", _ON, "date", help=_TODAY),
        ]

    def send() -> HttpResponse:
        made = do(request, "area.add", {"parent": area} | given(request, "code", "name", "valid_from")).result
        return done(request, address(made["area"]), Text("已新增。", "Added."))

    return form_page(
        request, fields, send, title=title, subtitle=above.name, button=Text("新增", "Add"), back=address(area),
        breadcrumbs=_crumbs(above.name, area, title),
    )  # fmt: skip


@page("area_rename", "territory/<int:area>/rename", EDIT)
def area_rename(request: HttpRequest, area: int) -> HttpResponse:
    """Give an area another name; the old one stays findable."""

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("name", Text("新名称", "New name"), required=True, maxlength=200),
            d.field("on", _ON, "date", help=_TODAY),
        ]

    title = Text("更名", "Rename")
    name = area_file(actor_of(request), area).area.name
    return _edit(request, area, "area.rename", title, title, Text("已更名。", "Renamed."), fields, {"name": name})


@page("area_move", "territory/<int:area>/move", EDIT)
def area_move(request: HttpRequest, area: int) -> HttpResponse:
    """Put an area, with everything below it, under another one."""
    actor = actor_of(request)

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("parent", Text("划归", "To"), "select", choices=area_choices(actor, EDIT), required=True),
            d.field("on", _ON, "date", help=_TODAY),
        ]

    title = Text("划转", "Move")
    said = Text("已划转，下级一并划转。", "Moved, with all below it.")
    return _edit(request, area, "area.move", title, title, said, fields, {})


@page("area_end", "territory/<int:area>/end", EDIT)
def area_end(request: HttpRequest, area: int) -> HttpResponse:
    """End an area. What still belongs to it is listed until it is reassigned."""

    def fields(d: Draft) -> list[FieldParts]:
        return [d.field("on", Text("撤销日期", "Ends on"), "date", help=_TODAY)]

    title = Text("撤销区域", "End this area")
    said = Text("已撤销；仍归属于它的人员和事项列在待处理中。", "Ended; what still belongs to it is listed.")
    return _edit(request, area, "area.end", title, Text("撤销", "End"), said, fields, {})


@page("area_reassign", "territory/<int:area>/reassign", EDIT)
def area_reassign(request: HttpRequest, area: int) -> HttpResponse:
    """Give what an ended area left behind to an area in force."""
    actor = actor_of(request)
    name = area_file(actor, area).area.name

    def fields(d: Draft) -> list[FieldParts]:
        choices = area_choices(actor, EDIT)
        return [
            d.field("to", Text("由哪个区域接收", "Which area takes over"), "select", choices=choices, required=True)
        ]

    def send() -> HttpResponse:
        moved = do(request, "area.reassign", {"area": area} | given(request, "to")).result
        said = Text(
            "已移交：{people} 人、{units} 个单位、{loops} 件事项、{custody} 项在管。",
            "Moved: {people} {people|person|people}, {units} {units|unit|units}, {loops} {loops|loop|loops}, {custody} in custody.",
        )
        return done(request, reverse("territory"), said.with_(**moved))

    title = Text("移交遗留", "Hand over what is left")
    note = Text(
        "该区域的人员、单位、在办事项和在管人员物品一次移交给接收区域。",
        "Its people, units, open loops and custody pass to the other area in one act.",
    )
    return form_page(
        request, fields, send, title=title, subtitle=name, button=Text("移交", "Hand over"), back=reverse("territory"), note=note,
        breadcrumbs=_crumbs(name, area, title),
    )  # fmt: skip
