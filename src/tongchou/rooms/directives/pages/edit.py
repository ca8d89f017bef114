"""What is done with one directive: confirm, drop, merge, another lead unit; the forms to edit, split and add."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import act
from tongchou.record.models import PostHolding
from tongchou.record.territory.names import told_apart
from tongchou.rooms.directives.collective import EACH, meant
from tongchou.rooms.directives.models import Directive
from tongchou.rooms.directives.names import EVIDENCE, THEMES
from tongchou.rooms.directives.pages.cards import next_unread, one_card, progress
from tongchou.rooms.directives.pages.register import TITLE
from tongchou.rooms.directives.questions import directives_of
from tongchou.rooms.directives.reach import DRAFT, directive_in_reach, document_in_reach, units_below
from tongchou.rooms.directives.spans import cuts
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import Choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, client_id, integer, moment, now
from tongchou.web.permission import page

_WHATS = ("confirm", "drop", "take-back", "merge", "lead")
_NOBODY: tuple[Any, Any] = ("", Text("未定", "Not set"))
MOST_UNITS = 1500
MOST_CO_UNITS = 80


def _seen(request: HttpRequest) -> int:
    return integer(request, "seen_version") or 0


def _back(row: Directive, anchor: uuid.UUID | None = None) -> str:
    return f"{reverse('directive_document', args=[row.document_id])}#d-{anchor or row.pk}"


@page("directive_do", "directives/items/<uuid:directive>/do/<slug:how>", DRAFT, methods=("POST",))
def directive_do(request: HttpRequest, directive: uuid.UUID, how: str) -> HttpResponse:
    """One step on a card. With htmx the card and the progress come back, else the page at the next card to be read."""
    actor = actor_of(request)
    row = directive_in_reach(actor, DRAFT, directive)
    if how not in _WHATS:
        raise Refusal(Reason.NOT_FOUND, Text("没有这一步。", "There is no such step."), field="how", value=how[:20])
    payload: dict[str, Any] = {"directive": str(directive), "seen_version": _seen(request)}
    verb = {"confirm": "confirm", "drop": "drop", "take-back": "take_back", "merge": "merge", "lead": "edit"}[how]
    if how == "drop":
        payload["reason"] = request.POST.get("reason", "").strip()
    elif how == "merge":
        payload |= {"into": request.POST.get("into", ""), "seen_into": integer(request, "seen_into") or 0}
    elif how == "lead":
        payload |= {"lead_unit": integer(request, "unit"), "each_kind": "", "each_units": []}
    act(f"directive.{verb}", actor, client_id(request), payload)
    rows = directives_of(row.document)
    if getattr(request, "htmx", None) and how in ("confirm", "lead", "drop"):
        document = document_in_reach(actor, DRAFT, row.document_id)
        context = {"c": one_card(actor, document, rows, directive, now()), "row": document, "oob": True, **progress(actor, document, rows, now())}
        answer = render(request, "directives/card_answer.html", context)
        answer["HX-Retarget"], answer["HX-Reswap"] = f"#d-{directive}", "outerHTML"
        return answer
    kept = uuid.UUID(payload["into"]) if how == "merge" else directive
    return HttpResponseRedirect(_back(row, kept if how in ("merge", "lead", "take-back") else next_unread(rows, directive) or directive))


@page("directive_edit", "directives/items/<uuid:directive>/edit", DRAFT)
def directive_edit(request: HttpRequest, directive: uuid.UUID) -> HttpResponse:
    """Everything about one directive."""
    actor = actor_of(request)
    row = directive_in_reach(actor, DRAFT, directive)
    seen = _seen(request) or row.version
    units = [(pk, name) for pk, name, _ in _units(row)]

    def fields(d: Draft) -> list[FieldParts]:
        why = [f"{s['name']}：{s['zh']}" for s in row.suggested]
        why_en = [f"{s['name']}: {s['en']}" for s in row.suggested]
        suggested = Text("建议——" + "；".join(why), "Suggested: " + "; ".join(why_en)) if why else Text("没有建议，请选择。", "No suggestion: choose one.")
        written = (
            Text("原文：{t}", "As written: {t}").with_(t=row.deadline_text)
            if row.deadline_text
            else Text("原文未写时限；不填按任务类型默认 72 小时。", "No deadline in the text; without one, 72 hours.")
        )
        each: Choices = [("", Text("否，只交牵头单位", "No, the lead unit only")), *((k, Text("{k}每个一件", "{k}").with_(k=label)) for k, (label, _) in EACH.items())]
        return [
            FieldParts("seen_version", Text("版本", "Version"), "hidden", seen),
            d.field("title", Text("任务名称", "Title of the task"), required=True, maxlength=200),
            d.field("text", Text("内容", "What is asked"), "textarea", rows=6, required=True),
            d.field("lead_unit", Text("牵头单位", "Lead unit"), "select", choices=[_NOBODY, *units], help=suggested),
            d.field("each_kind", Text("是否每个单位一件", "One for each unit of a kind"), "select", choices=each, help=_EACH_HELP),
            *_each_fields(d, row),
            d.field(
                "person",
                Text("第一责任人", "First responsible person"),
                "select",
                choices=[_NOBODY, *_people(row)],
                help=Text(
                    "牵头单位现任人员；更换牵头单位后保存再选。",
                    "People of the lead unit; after another lead unit, save first.",
                ),
            ),
            d.field("co_units", Text("协办单位", "Co-units"), "checkboxes", choices=_co_choices(row)),
            d.field("due_at", Text("时限", "Due"), "datetime", help=written),
            d.field(
                "evidence", Text("须提交的证明", "Proof to be handed in"), "checkboxes", choices=list(EVIDENCE.items())
            ),
            d.field("themes", Text("主题", "Themes"), "checkboxes", choices=list(THEMES.items())),
            d.field("urgent", Text("加急", "Urgent"), "checkbox"),
            d.field("confirm", Text("已读并确认", "I have read and confirm it"), "checkbox"),
        ]

    def send() -> HttpResponse:
        act("directive.edit", actor, client_id(request), _edited(request, row, seen))
        return done(request, _back(row), Text("已保存。", "Saved."))

    due = row.due_at.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M") if row.due_at else ""
    on_record = {
        "title": row.title, "text": row.text, "lead_unit": row.lead_unit_id or "", "each_kind": row.each_kind,
        "each_units": [pk for pk, _ in meant(row.each_kind, row.each_units, _units(row))], "person": row.person_id or "", "co_units": row.co_units,
        "due_at": due, "evidence": row.evidence, "themes": row.themes, "urgent": "1" if row.urgent else "", "confirm": "1",
    }  # fmt: skip
    return form_page(
        request, fields, send, title=Text("修改事项", "Edit a directive"), subtitle=row.title, button=Text("保存", "Save"), back=_back(row), on_record=on_record,
        breadcrumbs=crumbs_of(row, Text("修改", "Edit")),
    )  # fmt: skip


def _units(row: Directive) -> list[tuple[int, str, str]]:
    """Units that may lead, those of headquarters and streets first; enterprises and teams of volunteers are left out."""
    order = ("hq_office", "hq_department", "special_team", "department", "street", "discipline", "supervision_group")
    found = units_below(row.document.unit).exclude(kind__in=("enterprise", "volunteer_team", "administration"))
    rows = list(found.order_by("kind", "name_key", "pk").values_list("pk", "name", "kind")[:MOST_UNITS])
    names = told_apart([r[:2] for r in rows])
    return sorted(((*named, r[2]) for named, r in zip(names, rows, strict=True)), key=lambda r: order.index(r[2]) if r[2] in order else len(order))


_EACH_HELP = Text("改了这一项，先保存，再修改其中的单位。", "After a change here save first, then choose which of them are meant.")


def _each_fields(d: Draft, row: Directive) -> list[FieldParts]:
    """Which units are meant, each of which gets its own task: they are shown by name, and may be taken away."""
    if row.each_kind not in EACH:
        return []
    kinds, chosen = EACH[row.each_kind][1], set(row.each_units)
    offered: Choices = [(pk, name) for pk, name, kind in _units(row) if pk != row.lead_unit_id and (kind in kinds or pk in chosen)]
    return [
        FieldParts("each_of", Text("类别", "Kind"), "hidden", row.each_kind),
        d.field("each_units", Text("其中的单位，每个一件", "Those meant, one task each"), "checkboxes", choices=offered),
    ]


def _each_chosen(request: HttpRequest, row: Directive) -> list[int]:
    """Those ticked; none named where it is all of them, so that who joins before it is issued is meant as well."""
    ticked = [int(u) for u in request.POST.getlist("each_units") if u.isdigit()]
    if not ticked:
        rule = Text("至少选一个单位，或改为只交牵头单位。", "Choose one unit at least, or the lead unit only.")
        raise Refusal(Reason.MISSING_VALUE, rule, field="each_units")
    every = {pk for pk, _ in meant(row.each_kind, (), _units(row))} - {row.lead_unit_id}
    return [] if set(ticked) == every else ticked


def _co_choices(row: Directive) -> Choices:
    """Units offered as co-units: those already chosen or suggested first, then departments and streets."""
    first = {*row.co_units, *(int(s["unit"]) for s in row.suggested)}
    kinds = ("hq_office", "hq_department", "special_team", "department", "street")
    found = [u for u in _units(row) if u[0] != row.lead_unit_id and (u[0] in first or u[2] in kinds)]
    return [(pk, name) for pk, name, _ in sorted(found, key=lambda u: u[0] not in first)[:MOST_CO_UNITS]]


def _people(row: Directive) -> list[tuple[int, str]]:
    held = PostHolding.objects.filter(post__unit=row.lead_unit_id or 0, post__ended_on=None, to_date=None, account__is_active=True)
    return list(held.order_by("account__display_name", "account").values_list("account", "account__display_name").distinct())


def _edited(request: HttpRequest, row: Directive, seen: int) -> dict[str, Any]:
    lead = integer(request, "lead_unit")
    due = moment(request, "due_at")
    payload: dict[str, Any] = {
        "directive": str(row.pk), "seen_version": seen, "title": request.POST.get("title", "").strip(), "text": request.POST.get("text", "").replace("\r\n", "\n"),
        "lead_unit": lead, "each_kind": request.POST.get("each_kind", ""), "co_units": [int(u) for u in request.POST.getlist("co_units") if u.isdigit()],
        "due_at": due.isoformat() if due else None, "evidence": request.POST.getlist("evidence"), "themes": request.POST.getlist("themes"),
        "urgent": bool(request.POST.get("urgent")), "confirm": bool(request.POST.get("confirm")),
    }  # fmt: skip
    if request.POST.get("each_of") and request.POST["each_of"] == payload["each_kind"]:  # another word means other units: they are chosen after saving
        payload["each_units"] = _each_chosen(request, row)
    if lead == row.lead_unit_id:
        payload["person"] = integer(request, "person")
    return payload


def crumbs_of(row: Directive, label: Text) -> list[dict[str, Any]]:
    return [
        {"url": reverse("directives"), "label": TITLE},
        {"url": _back(row), "label": (row.document.title or row.document.name)[:30]},
        {"url": "", "label": label},
    ]


@page("directive_split", "directives/items/<uuid:directive>/split", DRAFT)
def directive_split(request: HttpRequest, directive: uuid.UUID) -> HttpResponse:
    """Choose the mark after which the second part begins."""
    row = directive_in_reach(actor_of(request), DRAFT, directive)
    seen = _seen(request) or row.version

    def fields(d: Draft) -> list[FieldParts]:
        places: Choices = [(at, f"…{row.text[max(0, at - 24) : at]} ‖ {row.text[at : at + 24]}…") for at in cuts(row.text)]
        none = Text("这条事项中没有可以拆分的标点。", "There is no mark at which it could be divided.")
        return [
            FieldParts("seen_version", Text("版本", "Version"), "hidden", seen),
            d.field("at", Text("从哪里拆开", "Where"), "radio", choices=places, required=True, help="" if places else none),
        ]

    def send() -> HttpResponse:
        act("directive.split", actor_of(request), client_id(request), {"directive": str(directive), "seen_version": seen, "at": integer(request, "at") or 0})
        return done(request, _back(row), Text("已拆成两条，请分别确认。", "Divided in two, each to be confirmed."))

    return form_page(
        request, fields, send, title=Text("拆分事项", "Split a directive"), subtitle=row.title, button=Text("拆分", "Split"),
        back=_back(row), note=Text(row.text, row.text),
        breadcrumbs=crumbs_of(row, Text("拆分", "Split")),
    )  # fmt: skip


@page("directive_add", "directives/<uuid:document>/add", DRAFT)
def directive_add(request: HttpRequest, document: uuid.UUID) -> HttpResponse:
    """Make words of the text a directive: selected on the document's page, or pasted here."""
    actor = actor_of(request)
    row = document_in_reach(actor, DRAFT, document)
    back = reverse("directive_document", args=[document])

    def fields(d: Draft) -> list[FieldParts]:
        told = Text("从清理后的正文中复制一句。", "Copy a sentence of the cleaned text.")
        return [d.field("quote", Text("正文原话", "Words of the text"), "textarea", rows=5, required=True, help=told)]

    def send() -> HttpResponse:
        payload: dict[str, Any] = {"document": str(document), "quote": request.POST.get("quote", "").replace("\r\n", "\n")}
        start, end = integer(request, "start"), integer(request, "end")
        if start is not None and end is not None:
            payload = {"document": str(document), "start": start, "end": end}
        made = act("directive.add", actor, client_id(request), payload).result["directive"]
        return done(request, f"{back}#d-{made}", Text("已补充一条，请确认。", "Added, to be confirmed."))

    title = Text("补充事项", "Add a directive")
    crumbs = [{"url": reverse("directives"), "label": TITLE}, {"url": back, "label": (row.title or row.name)[:30]}, {"url": "", "label": title}]
    return form_page(request, fields, send, title=title, button=Text("补充", "Add"), back=back, breadcrumbs=crumbs)
