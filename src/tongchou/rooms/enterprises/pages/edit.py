"""Registering and changing an enterprise, and its supply, by form."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.record.enterprises import EDIT, LISTS, enterprise_in_reach, open_contact
from tongchou.record.models import Enterprise
from tongchou.record.questions.enterprises import enterprise_file
from tongchou.rooms.enterprises.words import TITLE
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import area_choices
from tongchou.web.pages.forms import Draft, change_page, done, form_page
from tongchou.web.pages.requests import actor_of, do, integer
from tongchou.web.permission import page

FLAGS: list[tuple[str, Text]] = [
    ("", Text("不清楚", "Not known")),
    ("yes", Text("是", "Yes")),
    ("no", Text("否", "No")),
]
_SAVED = Text("已保存。", "Saved.")


def tell_flag(request: HttpRequest, name: str) -> bool | None:
    """Yes, no or not known, as a form says it."""
    return {"yes": True, "no": False}.get(request.POST.get(name, ""))


def shown_flag(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"


def _fields(d: Draft, actor: Any) -> list[FieldParts]:
    return [
        d.field("name", Text("企业名称", "Name"), required=True, maxlength=160),
        d.field(
            "code",
            Text("统一社会信用代码", "Credit code"),
            maxlength=20,
            help=Text("18 位；没有的留空。", "18 characters; empty where there is none."),
        ),
        d.field("area", Text("所在社区", "Community"), "select", choices=area_choices(actor, EDIT), required=True),
        d.field(
            "industry",
            Text("行业代码", "Industry code"),
            maxlength=60,
            help=Text("GB/T 4754-2017，如 C1811，或大类名称。", "GB/T 4754-2017, such as C1811, or a division's name."),
        ),
        d.field("staff", Text("从业人员", "Staff"), "number", min=0),
        d.field("revenue", Text("营业收入（万元）", "Revenue, 10,000 yuan"), "number", min=0),
        d.field("assets", Text("资产总额（万元）", "Assets, 10,000 yuan"), "number", min=0),
        d.field("self_employed", Text("个体工商户", "Self-employed"), "select", choices=FLAGS),
        d.field("above_scale", Text("规模以上", "Above scale"), "select", choices=FLAGS),
        d.field("lists", Text("名单", "Lists"), "checkboxes", choices=list(LISTS.items())),
        d.field("products", Text("主要产品", "Products"), maxlength=200),
        d.field("landlord_name", Text("出租方", "Landlord"), maxlength=160),
        d.field("contact_name", Text("联系人", "Contact"), maxlength=60),
        d.field("contact_phone", Text("联系电话", "Phone"), "tel", maxlength=40),
    ]


def _told(request: HttpRequest) -> dict[str, Any]:
    given = {
        k: request.POST.get(k, "").strip()
        for k in ("name", "products", "landlord_name", "contact_name", "contact_phone")
    }
    plain = {k: request.POST.get(k, "").strip() or None for k in ("code", "industry", "staff", "revenue", "assets")}
    more = {k: tell_flag(request, k) for k in ("self_employed", "above_scale")}
    return (
        given
        | plain
        | more
        | {"area": integer(request, "area") or 0, "lists": [x for x in request.POST.getlist("lists") if x]}
    )


@page("enterprise_new", "enterprises/new", EDIT)
def enterprise_new(request: HttpRequest) -> HttpResponse:
    """Register an enterprise."""
    title, back = Text("登记企业", "Register an enterprise"), reverse("enterprises")

    def send() -> HttpResponse:
        made = do(request, "enterprise.add", _told(request)).result
        return done(request, reverse("enterprise", args=[made["unit"]]), _SAVED)

    crumbs = [{"url": back, "label": TITLE}, {"url": "", "label": title}]
    return form_page(
        request,
        lambda d: _fields(d, actor_of(request)),
        send,
        title=title,
        button=Text("登记", "Register"),
        back=back,
        breadcrumbs=crumbs,
    )


@page("enterprise_change", "enterprises/<int:enterprise>/change", EDIT)
def enterprise_change(request: HttpRequest, enterprise: int) -> HttpResponse:
    """Change what is on record of an enterprise."""
    row = enterprise_in_reach(actor_of(request), enterprise, EDIT)
    file = enterprise_file(enterprise)
    assert file is not None
    contact = open_contact(
        Enterprise.objects.filter(pk=enterprise).values_list("sealed_contact", flat=True).first(), enterprise
    )
    held = {k: getattr(file, k) for k in ("name", "code", "area", "industry", "staff", "revenue", "assets", "products")}
    held |= {
        "self_employed": shown_flag(file.self_employed),
        "above_scale": shown_flag(file.above_scale),
        "lists": list(file.lists),
    }
    held |= {"landlord_name": "" if file.landlord else file.landlord_name}
    held |= {"contact_name": contact.name if contact else "", "contact_phone": contact.phone if contact else ""}
    title, back = Text("变更企业信息", "Change an enterprise"), reverse("enterprise", args=[enterprise])

    def send() -> HttpResponse:
        do(
            request,
            "enterprise.change",
            _told(request) | {"unit": enterprise, "seen_version": integer(request, "seen_version")},
        )
        return done(request, back, _SAVED)

    crumbs = [
        {"url": reverse("enterprises"), "label": TITLE},
        {"url": back, "label": row.name[:30]},
        {"url": "", "label": title},
    ]
    return change_page(
        request, lambda d: _fields(d, actor_of(request)), send, held=held, version=file.version, title=title, back=back, breadcrumbs=crumbs,
    )  # fmt: skip
