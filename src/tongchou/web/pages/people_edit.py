"""Changing what is on record about a person: register, correct, move, record a fact, withdraw one."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.identifiers import KIND_NAMES
from tongchou.kernel.text import Text
from tongchou.record.people.fact_types import FactType, Field, fact_types, type_of
from tongchou.record.people.reach import person_in_reach
from tongchou.record.questions.person_file import PersonFile, person_file
from tongchou.record.questions.units import by_name_or_code, the_one
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import Choices, area_choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.people import KNOWN, SEXES
from tongchou.web.pages.requests import actor_of, do, integer, moment
from tongchou.web.permission import page

EDIT = "person.edit"
_DOCUMENTS: Choices = [("", Text("按号码识别", "As the number says")), *((k.value, t) for k, t in KIND_NAMES.items())]
_SEXES: Choices = [("", Text("按证件", "As the document says")), *SEXES.items()]
_IDENTITY = ("name", "document_kind", "document", "phone", "address", "birth_date", "sex")


def _identity_fields(d: Draft) -> list[FieldParts]:
    number = Text(
        "居民身份证 18 位，末位可为 X；护照、通行证照证件填写。",
        "Resident identity card: 18 places, the last may be X; passports and permits as printed.",
    )
    return [
        d.field("name", Text("姓名", "Name"), required=True, maxlength=60),
        d.field("document", Text("证件号码", "Document number"), help=number, maxlength=40, keep=False),
        d.field("document_kind", Text("证件类型", "Kind of document"), "select", choices=_DOCUMENTS),
        d.field("phone", Text("手机号码", "Phone"), "tel", maxlength=40, keep=False),
        d.field(
            "birth_date",
            Text("出生日期", "Date of birth"),
            "date",
            help=Text("有身份证号的不必填。", "Not needed with an identity number."),
        ),
        d.field("sex", Text("性别", "Sex"), "select", choices=_SEXES),
        d.field("address", Text("现住址", "Address"), maxlength=200, keep=False),
    ]


def workplace_of(text: str) -> int | None:
    """The unit that was typed by name or code; a Refusal names the candidates when it is not clear which."""
    if not text.strip():
        return None
    none = Text("没有找到这个单位。", "No unit of this name or code.")
    remedy = Text(
        "请填写登记的全称或统一社会信用代码；尚未登记的可先不填。",
        "Give its registered name or code; leave it empty when it is not registered.",
    )
    return the_one(by_name_or_code(text), text, "workplace_name", none, remedy).pk


@page("person_new", "people/new", EDIT)
def person_new(request: HttpRequest) -> HttpResponse:
    """Register a person. One who is on record with the same document is shown instead."""
    actor = actor_of(request)
    areas = area_choices(actor, EDIT)

    def fields(d: Draft) -> list[FieldParts]:
        return [
            *_identity_fields(d),
            d.field("area", Text("所在社区或网格", "Community or grid"), "select", choices=areas, required=True),
            d.field(
                "household_label",
                Text("户（门牌号或户编号）", "Household (door or register number)"),
                maxlength=40,
                help=Text("同一门牌的归为一户。", "People of one door are one household."),
            ),
            d.field(
                "workplace_name",
                Text("工作单位或学校", "Workplace or school"),
                maxlength=160,
                help=Text("全称或统一社会信用代码。", "Full name or code."),
                lookup=reverse("unit_lookup"),
            ),
        ]

    def send() -> HttpResponse:
        payload: dict[str, Any] = {n: request.POST.get(n, "") for n in (*_IDENTITY, "household_label")}
        payload |= {"area": _area(request), "workplace": workplace_of(request.POST.get("workplace_name", ""))}
        made = do(request, "person.register", payload).result
        said = Text("已登记。", "Registered.")
        if made["existing"]:
            said = Text("该证件已登记在册，为您打开原档案。", "This document is on record already; here is the file.")
            if not made["same_name"]:
                said = Text(
                    "该证件已登记在册，但姓名不同：请核对。",
                    "This document is on record under another name: please check.",
                )
        return done(request, reverse("person", args=[made["person"]]), said)

    crumbs = [
        {"url": reverse("people"), "label": Text("人员", "People")},
        {"url": "", "label": Text("登记人员", "Register a person")},
    ]
    note = Text("只填掌握的内容；不清楚的留空，不要猜。", "Give only what is known; leave the rest empty, never guess.")
    return form_page(
        request,
        fields,
        send,
        title=Text("登记人员", "Register a person"),
        button=Text("登记", "Register"),
        back=reverse("people"),
        breadcrumbs=crumbs,
        note=note,
        on_record={"area": areas[1][0] if len(areas) == 2 else ""},
    )


def _area(request: HttpRequest) -> int:
    key = integer(request, "area")
    if key is None:
        rule = Text("缺少必填项。", "A required field is missing.")
        raise Refusal(
            Reason.MISSING_VALUE,
            rule,
            remedy=Text("请选择所在社区或网格。", "Choose the community or grid."),
            field="area",
        )
    return key


def _file(request: HttpRequest, person: uuid.UUID) -> PersonFile:
    """The file for an editing page. It must lie within the actor's editing area."""
    actor = actor_of(request)
    person_in_reach(actor, EDIT, person)
    return person_file(actor, person)


def _crumbs(file: PersonFile, here: Text) -> list[dict[str, Any]]:
    return [
        {"url": reverse("people"), "label": Text("人员", "People")},
        {"url": reverse("person", args=[file.id]), "label": file.identity.name},
        {"url": "", "label": here},
    ]


@page("person_correct", "people/<uuid:person>/correct", EDIT)
def person_correct(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """Correct identity data. The present values are shown only where the file is open; an empty field keeps what is on record."""
    file = _file(request, person)
    back = reverse("person", args=[person])
    known = file.identity
    on_record = {}
    if file.opened:
        on_record = {n: getattr(known, n) or "" for n in _IDENTITY if n != "sex"} | {"sex": file.sex}
        on_record["birth_date"] = known.birth_date.isoformat() if known.birth_date else ""
    clearable = [
        ("document", Text("证件号码", "document")),
        ("phone", Text("电话", "phone")),
        ("address", Text("现住址", "address")),
        ("birth_date", Text("出生日期", "date of birth")),
    ]

    def fields(d: Draft) -> list[FieldParts]:
        told = Text("确认已失效、又没有新值的。", "What is no longer true and has no new value.")
        name, *more = _identity_fields(d)
        name = d.field("name", Text("姓名", "Name"), maxlength=60)
        return [name, *more, d.field("clear", Text("删除原值", "Clear"), "checkboxes", choices=clearable, help=told)]

    def send() -> HttpResponse:
        given = {n: request.POST.get(n, "").strip() for n in _IDENTITY}
        changed = {n: v for n, v in given.items() if v and v != on_record.get(n, "")}
        payload: dict[str, Any] = {"person": str(person), "clear": request.POST.getlist("clear"), **changed}
        fields_changed = do(request, "person.correct", payload).result["changed"]
        said = Text("已更正。", "Corrected.") if fields_changed else Text("没有变化。", "Nothing changed.")
        return done(request, back, said)

    note = (
        Text("改哪项填哪项，其余保持不变。", "Change what is wrong; the rest stays.")
        if file.opened
        else Text(
            "档案未打开，现值不显示：只填要更正的项，留空的保持不变。",
            "The file is not open, so present values are not shown: fill in only what is to be corrected.",
        )
    )
    title = Text("更正信息", "Correct data")
    return form_page(
        request,
        fields,
        send,
        title=title,
        subtitle=file.identity.name,
        button=Text("保存", "Save"),
        back=back,
        breadcrumbs=_crumbs(file, title),
        note=note,
        on_record=on_record,
    )


@page("person_move", "people/<uuid:person>/move", EDIT)
def person_move(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """Another area, household or workplace."""
    file = _file(request, person)
    back = reverse("person", args=[person])
    areas = area_choices(actor_of(request), EDIT)
    leaving = [
        ("household", Text("离开原户", "left the household")),
        ("workplace", Text("离开原单位", "left the workplace")),
    ]

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field(
                "area",
                Text("所在社区或网格", "Community or grid"),
                "select",
                choices=areas,
                help=Text("移到其他区域即离开原户。", "Who moves to another area leaves the household."),
            ),
            d.field("household_label", Text("新的户（门牌号或户编号）", "New household"), maxlength=40),
            d.field(
                "workplace_name",
                Text("新的工作单位或学校", "New workplace or school"),
                maxlength=160,
                lookup=reverse("unit_lookup"),
            ),
            d.field("leave", Text("离开", "Left"), "checkboxes", choices=leaving),
        ]

    def send() -> HttpResponse:
        payload = {
            "person": str(person),
            "area": integer(request, "area"),
            "household_label": request.POST.get("household_label", ""),
            "workplace": workplace_of(request.POST.get("workplace_name", "")),
            "leave": request.POST.getlist("leave"),
        }
        changed = do(request, "person.move", payload).result["changed"]
        return done(request, back, Text("已划转。", "Moved.") if changed else Text("没有变化。", "Nothing changed."))

    title = Text("划转", "Move")
    return form_page(
        request,
        fields,
        send,
        title=title,
        subtitle=file.identity.name,
        button=Text("保存", "Save"),
        back=back,
        breadcrumbs=_crumbs(file, title),
        on_record={"area": file.area_id},
    )


@page("person_fact", "people/<uuid:person>/facts/new", EDIT)
def person_fact(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """Record one fact: first its type, then the form of that type."""
    file = _file(request, person)
    key = request.POST.get("type") or request.GET.get("type", "")
    title = Text("登记信息", "Record a fact")
    if not key:
        context = {"types": list(fact_types().values()), "file": file, "breadcrumbs": _crumbs(file, title)}
        return render(request, "pages/person_fact_types.html", context)
    of = type_of(key)
    back = reverse("person", args=[person])

    def send() -> HttpResponse:
        at = moment(request, "at")
        payload: dict[str, Any] = {
            "person": str(person),
            "type": of.key,
            "known": request.POST.get("known") or "known",
            "on": request.POST.get("on") or None,
            "until": request.POST.get("until") or None,
            "at": at.isoformat() if at else None,
            "note": request.POST.get("note", ""),
            "value": {n: v for n, f in of.fields.items() if (v := _typed(request, f)) is not None},
            "source": "entered",
        }
        do(request, "fact.record", payload)
        return done(request, back, Text("已登记：{type}。", "Recorded: {type}.").with_(type=of.title))

    return form_page(
        request,
        lambda d: _fact_fields(d, of),
        send,
        title=of.title,
        subtitle=file.identity.name,
        button=Text("登记", "Record"),
        back=back,
        breadcrumbs=_crumbs(file, of.title),
        on_record={"known": "known"},
    )


def _typed(request: HttpRequest, spec: Field) -> Any:
    given = request.POST.get(f"value.{spec.key}", "").strip()
    if spec.type == "flag":
        return {"yes": True, "no": False}.get(given)
    return given or None


_KINDS = {"choice": "select", "number": "number", "flag": "select", "code": "text"}
_YES_NO: Choices = [("", Text("未填报", "not reported")), ("yes", Text("是", "yes")), ("no", Text("否", "no"))]


def _fact_fields(d: Draft, of: FactType) -> list[FieldParts]:
    fields = [
        FieldParts("type", of.title, "hidden", of.key),
        d.field(
            "known",
            Text("掌握程度", "How well known"),
            "select",
            choices=list(KNOWN.items()),
            help=Text(
                "不掌握也是一种情况，请如实选择，不要当作“没有”。",
                "Not knowing is a finding too: say so; it is never “no”.",
            ),
        ),
        d.field("on", Text("日期（或起始日）", "Day (or first day)"), "date", required=of.on_required),
    ]
    if of.until != "none":
        fields.append(d.field("until", Text("结束日", "Last day"), "date"))
    fields.append(d.field("at", Text("具体时刻", "Moment"), "datetime"))
    for spec in of.fields.values():
        choices: Choices = [("", Text("请选择", "Choose")), *spec.choices.items()] if spec.type == "choice" else _YES_NO
        fields.append(
            d.field(
                f"value.{spec.key}",
                spec.title,
                _KINDS[spec.type],
                choices=choices if spec.type in ("choice", "flag") else (),
                unit=spec.unit or "",
            )
        )
    told = Text("加密保存，打开档案后可见。", "Sealed; shown where the file is open.")
    return [*fields, d.field("note", Text("备注", "Note"), "textarea", help=told, maxlength=2000, keep=False)]


@page("fact_withdraw", "people/<uuid:person>/facts/<uuid:fact>/withdraw", EDIT, methods=("POST",))
def fact_withdraw(request: HttpRequest, person: uuid.UUID, fact: uuid.UUID) -> HttpResponse:
    """Withdraw a fact: it stays on record and no longer counts."""
    do(request, "fact.withdraw", {"fact": str(fact), "reason": request.POST.get("reason", "")})
    return done(
        request, reverse("person", args=[person]), Text("已撤回，原记录保留。", "Withdrawn; it stays on record.")
    )


@page("unit_lookup", "lookup/units", EDIT, methods=("GET",))
def unit_lookup(request: HttpRequest) -> HttpResponse:
    """Names of units for a field that is being typed in."""
    typed = request.GET.get("workplace_name", "")
    found = by_name_or_code(typed) if len(typed) >= 2 else []
    return render(request, "components/options.html", {"options": [(u.name, u.area.name) for u in found]})
