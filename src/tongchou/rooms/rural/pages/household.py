"""What is done with a watched household: each a form of its own that leads back to the file."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import Household as Home
from tongchou.record.territory.reach import area_in_reach
from tongchou.rooms.rural.actions.relief import no_such_household
from tongchou.rooms.rural.models import Household
from tongchou.rooms.rural.pages.parts import on_day
from tongchou.rooms.rural.pages.relief import _FILES, joined, trail
from tongchou.rooms.rural.reach import CARE
from tongchou.rooms.rural.watched import files_of, members_of, proposed
from tongchou.rooms.rural.words import (
    BANDS,
    CATEGORIES,
    DISMISSED,
    INCOME_REASONS,
    RISKS,
    SIGNS,
    WAYS,
)
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import PLEASE, area_choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, given, integer
from tongchou.web.permission import page


def _file(actor: Actor, key: uuid.UUID, permission: str = CARE) -> Household:
    row = files_of(actor, permission).filter(pk=key).first()
    if row is None:
        raise no_such_household(str(key), "file")
    return row


def _form(
    request: HttpRequest, row: Household, title: Text, button: Text, fields: Callable[[Draft], list[FieldParts]], send: Callable[[], Text],
    record: dict[str, Any] | None = None, note: Text | None = None,
) -> HttpResponse:  # fmt: skip
    """A form about one file."""
    back = reverse("relief_file", args=[row.pk])

    def go() -> HttpResponse:
        return done(request, back, send())

    return form_page(
        request, fields, go, title=title, subtitle=row.number, button=button, back=back, on_record=record, note=note,
        breadcrumbs=trail((reverse("relief_files"), _FILES), (back, row.number), ("", title)),
    )  # fmt: skip


def _typed_home(request: HttpRequest, actor: Actor) -> Home:
    """The household that a form names: by its id, or by area and door."""
    known = integer(request, "household")
    if known is not None:
        home = Home.objects.select_related("area").filter(pk=known).first()
        if home is None or not actor.sees_path(CARE, home.area.path):
            raise no_such_household(known)
        return home
    area, label = integer(request, "area"), request.POST.get("label", "").strip()
    if area is None or not label:
        rule = Text("请选择区域并填写门牌或户编号。", "Choose the area and give the door.")
        raise Refusal(Reason.MISSING_VALUE, rule, field="label" if area is not None else "area")
    within = area_in_reach(actor, CARE, area)
    found = list(Home.objects.filter(area__path__startswith=within.path, label=label).select_related("area")[:5])
    if len(found) == 1:
        return found[0]
    if found:
        names = Text.listed(h.area.name for h in found)
        rule = Text("有多户门牌相同，分别在：{all}。", "Several have this door, in: {all}.").with_(all=names)
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请选择更小的区域。", "Choose a smaller area."), field="area")
    rule = Text("该区域没有这一户。", "No such household in this area.")
    raise Refusal(
        Reason.NOT_FOUND,
        rule,
        remedy=Text("请先在人员中登记户内人员。", "Register its people first."),
        field="label",
        value=label[:40],
    )


def _home_fields(d: Draft, actor: Actor) -> list[FieldParts]:
    levels = ("street", "community", "grid", "building")
    return [
        d.field("area", Text("区域", "Area"), "select", choices=area_choices(actor, CARE, levels), required=True),
        d.field(
            "label",
            Text("门牌或户编号", "Door or number"),
            required=True,
            maxlength=40,
            help=Text("与人员档案中的“户”一致。", "As in the record of people."),
        ),
    ]


@page("relief_open", "relief/open", CARE)
def relief_open(request: HttpRequest) -> HttpResponse:
    """Open a file: of a household that was proposed (its people are shown masked, the look is recorded), or by area and door."""
    actor, known = actor_of(request), integer(request, "household")
    home = _typed_home(request, actor) if known is not None else None
    note = None
    if home is not None and request.method == "GET":
        members, elsewhere = members_of(actor, home, on_day())
        names = Text.listed(m.name for m in members) if members else "—"
        signs = next((joined(p.signs, SIGNS) for p in proposed(actor, on_day(), home.pk)), Text("无", "none"))
        note = Text(
            "{area}：{names}，另有 {n} 人在辖区外。提示依据：{signs}。",
            "{area}: {names}, and {n} elsewhere. Signs: {signs}.",
        ).with_(area=home.area.name, names=names, n=elsewhere, signs=signs)

    def fields(d: Draft) -> list[FieldParts]:
        who = [d.field("household", Text("户", "Household"), "hidden")] if known is not None else _home_fields(d, actor)
        return [
            *who,
            d.field("category", Text("类别", "Category"), "radio", choices=list(CATEGORIES.items()), required=True),
            d.field("reasons", Text("风险", "Risks"), "checkboxes", choices=list(RISKS.items()), required=True),
        ]

    def send() -> HttpResponse:
        chosen = _typed_home(request, actor)
        payload = {
            "household": chosen.pk,
            "category": request.POST.get("category", ""),
            "reasons": request.POST.getlist("reasons"),
        }
        made = do(request, "relief.open", payload).result
        return done(
            request,
            reverse("relief_file", args=[made["file"]]),
            Text("已纳入监测，编号 {n}。", "The file is open: {n}.").with_(n=made["number"]),
        )

    title = Text("纳入监测", "Open a file")
    return form_page(
        request, fields, send, title=title, button=title, back=reverse("relief_files"), note=note, on_record={"household": known or ""},
        breadcrumbs=trail((reverse("relief_files"), _FILES), ("", title)),
    )  # fmt: skip


@page("relief_dismiss", "relief/dismiss", CARE)
def relief_dismiss(request: HttpRequest) -> HttpResponse:
    """Decide against a proposal, with a reason."""
    actor, known = actor_of(request), integer(request, "household")
    found = proposed(actor, on_day(), known) if known is not None else []
    title = Text("研判不纳入", "Decide against a file")

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("household", Text("户", "Household"), "hidden"),
            d.field("reason", Text("理由", "Why"), "radio", choices=list(DISMISSED.items()), required=True),
        ]

    def send() -> HttpResponse:
        if not found:
            rule = Text("该户现在没有提示。", "Nothing proposes this household at present.")
            raise Refusal(Reason.MISSING_VALUE, rule, field="household", value=known)
        do(
            request,
            "relief.dismiss",
            {"household": known, "signs": found[0].signs, "reason": request.POST.get("reason", "")},
        )
        return done(
            request,
            reverse("relief_proposals"),
            Text("已记录，九十天内同样情形不再提示。", "Recorded; for ninety days the same signs do not propose it."),
        )

    note = Text("提示依据：{s}。", "Signs: {s}.").with_(s=joined(found[0].signs, SIGNS)) if found else None
    return form_page(
        request, fields, send, title=title, button=title, back=reverse("relief_proposals"), note=note, on_record={"household": known or ""},
        breadcrumbs=trail((reverse("relief_proposals"), Text("待研判", "To be looked at")), ("", title)),
    )  # fmt: skip


@page("relief_income", "relief/income", CARE)
def relief_income(request: HttpRequest) -> HttpResponse:
    """Record a change of income, or the year's income per head, of any household in reach."""
    actor, known = actor_of(request), integer(request, "household")
    if known is not None:
        _typed_home(request, actor)
    title = Text("登记收入", "Record income")

    def fields(d: Draft) -> list[FieldParts]:
        who = [d.field("household", Text("户", "Household"), "hidden")] if known is not None else _home_fields(d, actor)
        kinds = [*WAYS.items(), ("year", Text("全年人均纯收入", "The year's income per head"))]
        return [
            *who,
            d.field("way", Text("登记什么", "What"), "radio", choices=kinds, required=True),
            d.field(
                "month",
                Text("月份", "Month"),
                help=Text("收入变动填，如 2020-03。", "For a change, such as 2020-03."),
                maxlength=7,
            ),
            d.field("band", Text("变动金额", "How much"), "select", choices=list(BANDS.items())),
            d.field("reason", Text("原因", "Why"), "select", choices=[PLEASE, *INCOME_REASONS.items()]),
            d.field("year", Text("年度", "Year"), "integer"),
            d.field(
                "per_head", Text("全年人均纯收入", "The year's income per head"), "number", unit=Text("元", "yuan")
            ),
        ]

    def send() -> HttpResponse:
        home = _typed_home(request, actor)
        if request.POST.get("way") == "year":
            do(request, "relief.year_income", {"household": home.pk, **given(request, "year", "per_head")})
        else:
            do(request, "relief.income", {"household": home.pk, **given(request, "month", "way", "band", "reason")})
        file = Household.objects.filter(household=home).exclude(state="removed").first()
        back = reverse("relief_file", args=[file.pk]) if file is not None else reverse("relief_proposals")
        return done(request, back, Text("已登记。", "Recorded."))

    record = {
        "household": known or "",
        "way": "down",
        "band": "unknown",
        "month": f"{on_day():%Y-%m}",
        "year": on_day().year - 1,
    }
    return form_page(
        request,
        fields,
        send,
        title=title,
        button=Text("登记", "Record"),
        back=reverse("relief"),
        on_record=record,
        breadcrumbs=trail(("", title)),
    )
