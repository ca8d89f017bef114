"""Inputs, seasons, and who is in charge."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.rooms.rural.catalogue import crops
from tongchou.rooms.rural.models import Charge, Input, Season
from tongchou.rooms.rural.pages.parts import crop_choices, crumbs, input_name, input_unit, sheet
from tongchou.rooms.rural.reach import MANAGE, in_charge
from tongchou.rooms.rural.words import INPUTS
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import unit_choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, integer
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import page

_TITLE = Text("农资种类和农时", "Inputs and seasons")
_INPUT, _SEASON, _CHARGE = (
    Text("农资种类", "Input"),
    Text("农时季节", "Season"),
    Text("牵头部门", "Department in charge"),
)


@page("farm_setup", "farm/setup", MANAGE)
def farm_setup(request: HttpRequest) -> HttpResponse:
    """The list of inputs with the seasons; a POST loads the shipped list."""
    if request.method == "POST":
        made = do(request, "farm.shipped_inputs", {}).result
        return done(request, reverse("farm_setup"), Text("已载入 {n} 种。", "{n} loaded.").with_(n=made["added"]))
    actor = actor_of(request)
    labels = (
        ("name", "农资", "Input", 0),
        ("kind", "类别", "Kind", 0),
        ("unit", "单位", "Unit", 0),
        ("crop", "作物", "Crop", 0),
        ("active", "在用", "In use", 0),
    )
    rows = [
        [
            {"value": input_name(i), "url": f"{reverse('farm_input')}?key={i.pk}"},
            INPUTS[i.kind],
            input_unit(i),
            crops().get(i.crop, Text("—", "—")),
            i.active,
        ]
        for i in Input.objects.order_by("kind", "name")
    ]
    table = sheet("inputs", _TITLE, labels, rows)
    if asked_for(request):
        return sheet_file(request, _TITLE, *cells_of(table))
    context = {
        "title": _TITLE,
        "sheet": table,
        "seasons": Season.objects.order_by("-starts_on"),
        "charges": {c.topic: c.unit.name for c in Charge.objects.select_related("unit")},
        "may": in_charge(actor, MANAGE, "farm"),
        "office": any(g.role == "hq_officer" for g in actor.grants),
        "breadcrumbs": crumbs(("", _TITLE)),
        "empty": {
            "title": Text("还没有农资种类", "No inputs yet"),
            "text": Text("可先载入系统清单，再增减。", "Load the shipped list, then add or take out."),
            "icon": "package",
        },
    }
    return render(request, "rural/setup.html", context)


@page("farm_input", "farm/inputs/edit", MANAGE)
def farm_input(request: HttpRequest) -> HttpResponse:
    """Add an input, or change the one that is named."""
    row = Input.objects.filter(pk=request.GET.get("key", "")).first()
    names = ("key", "kind", "name", "name_en", "unit", "unit_en", "crop")

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("name", Text("名称", "Name"), required=True, maxlength=60),
            d.field("name_en", Text("英文名称", "Name in English"), maxlength=60),
            d.field("kind", Text("类别", "Kind"), "select", choices=list(INPUTS.items()), required=True),
            d.field("unit", Text("计量单位", "Unit"), required=True, maxlength=12),
            d.field("unit_en", Text("英文单位", "Unit in English"), maxlength=12),
            d.field("crop", Text("作物", "Crop"), "select", choices=crop_choices(), help=Text("种子填写。", "For seed.")),
            d.field("key", Text("代号", "Key"), required=True, maxlength=30, readonly=row is not None,
                    help=Text("小写英文字母、数字和下划线，如 urea。", "Lower-case letters, digits, underscores, such as urea.")),
            d.field("active", Text("在用", "In use"), "checkbox"),
        ]  # fmt: skip

    def send() -> HttpResponse:
        do(
            request,
            "farm.input",
            {n: request.POST.get(n, "").strip() for n in names} | {"active": bool(request.POST.get("active"))},
        )
        return done(request, reverse("farm_setup"), Text("已保存。", "Saved."))

    record = {n: getattr(row, n) for n in names} | {"active": row.active} if row is not None else {"active": True}
    return form_page(
        request, fields, send, title=_INPUT, button=Text("保存", "Save"), back=reverse("farm_setup"), on_record=record,
        breadcrumbs=crumbs(("farm_setup", _TITLE), ("", _INPUT)),
    )  # fmt: skip


@page("farm_season_new", "farm/seasons/new", MANAGE)
def farm_season_new(request: HttpRequest) -> HttpResponse:
    """Set a season."""

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field(
                "name",
                Text("名称", "Name"),
                required=True,
                maxlength=60,
                help=Text("如：2020 年春耕", "Such as: spring ploughing 2020"),
            ),
            d.field("starts_on", Text("开始", "Begins"), "date", required=True),
            d.field("ends_on", Text("结束", "Ends"), "date", required=True),
        ]

    def send() -> HttpResponse:
        do(request, "farm.season", {n: request.POST.get(n, "").strip() for n in ("name", "starts_on", "ends_on")})
        return done(request, reverse("farm_setup"), Text("已设定。", "Set."))

    return form_page(
        request, fields, send, title=_SEASON, button=Text("设定", "Set"), back=reverse("farm_setup"),
        breadcrumbs=crumbs(("farm_setup", _TITLE), ("", _SEASON)),
    )  # fmt: skip


@page("farm_charge", "farm/charge", MANAGE)
def farm_charge(request: HttpRequest) -> HttpResponse:
    """Name who is in charge of farming and of relief: for the headquarters office."""
    topics = [("farm", Text("春耕生产", "Spring ploughing")), ("relief", Text("防返贫监测", "Relief"))]
    units = unit_choices(actor_of(request), MANAGE, ("department", "hq_department", "special_team"))

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("topic", Text("工作", "Topic"), "radio", choices=topics, required=True),
            d.field("unit", Text("牵头部门", "Department"), "select", choices=units,
                    help=Text("不选则由指挥部办公室牵头。", "None: the headquarters office.")),
        ]  # fmt: skip

    def send() -> HttpResponse:
        do(request, "farm.charge", {"topic": request.POST.get("topic", ""), "unit": integer(request, "unit")})
        return done(request, reverse("farm_setup"), Text("已指定。", "Named."))

    return form_page(
        request, fields, send, title=_CHARGE, button=Text("指定", "Name"), back=reverse("farm_setup"), on_record={"topic": "farm"},
        breadcrumbs=crumbs(("farm_setup", _TITLE), ("", _CHARGE)),
    )  # fmt: skip
