"""Checklists: those in force, one of them, and filling one in: a draft that somebody else puts in force."""

from __future__ import annotations

from typing import Any

import yaml
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.checklists import Checklist
from tongchou.rooms.supervision.checklists import checklist_of, in_force, next_version, of_a_plan
from tongchou.rooms.supervision.models import ChecklistEdition
from tongchou.rooms.supervision.pages.words import SEVERITIES, TITLE
from tongchou.rooms.supervision.reach import VIEW
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.names import KINDS
from tongchou.web.pages.requests import actor_of, do, integer
from tongchou.web.permission import page

EDIT = "checklist.edit"
_TITLE = Text("督查清单", "Checklists")
_LETTERS = {"minor": Text("一般", "minor"), "serious": Text("较重", "serious"), "grave": Text("严重", "grave")}
_PHOTO = {True: Text("要", "yes"), False: Text("不要", "no")}
HOW = Text(
    "一行一项：检查内容｜怎样检查｜严重程度（一般、较重、严重）｜拍照（要、不要）。英文可接在后面：｜Title｜How。",
    "One item a line: what ｜ how ｜ severity (minor, serious, grave) ｜ photo (yes, no) ｜ English title ｜ English how.",
)


@page("checklists", "supervision/checklists", VIEW, methods=("GET",))
def checklists(request: HttpRequest) -> HttpResponse:
    """Every checklist in force, those that wait to be filled in, and drafts that wait for somebody to put them in force."""
    drafts = set(ChecklistEdition.objects.filter(state="draft").values_list("key", flat=True))
    rows = [{"row": c, "suits": [KINDS[k] for k in c.suits], "draft": c.key in drafts} for c in in_force().values()]
    crumbs = [{"url": reverse("supervision"), "label": TITLE}, {"url": "", "label": _TITLE}]
    return render(request, "supervision/checklists.html", {"title": _TITLE, "rows": rows, "breadcrumbs": crumbs})


def _found(key: str) -> Checklist:
    found = in_force().get(key)
    if found is None:
        remedy = Text("请从清单目录打开。", "Open it from the list.")
        raise Refusal(Reason.NOT_FOUND, Text("没有这个督查清单。", "There is no such checklist."), remedy=remedy, field="key", value=key[:40])
    return found


def _crumbs(title: Any) -> list[dict[str, Any]]:
    return [{"url": reverse("supervision"), "label": TITLE}, {"url": reverse("checklists"), "label": _TITLE}, {"url": "", "label": title}]


@page("checklist", "supervision/checklists/<slug:checklist_key>", VIEW, methods=("GET",))
def checklist(request: HttpRequest, checklist_key: str) -> HttpResponse:
    """One checklist, and its draft where there is one."""
    key = checklist_key
    actor, found = actor_of(request), _found(key)
    draft = ChecklistEdition.objects.filter(key=key, state="draft").select_related("drafted_by").first()
    of_plan = of_a_plan(key)
    editor = actor.permits(EDIT) and not of_plan
    context = {
        "row": found,
        "suits": [KINDS[k] for k in found.suits],
        "items": _shown(found),
        "draft": draft if editor else None,
        "draft_items": _shown(checklist_of(draft.pk)) if draft and editor else [],
        "can_edit": editor,
        "of_plan": of_plan,
        "can_enforce": editor and draft is not None and draft.drafted_by_id != actor.account_id,
        "breadcrumbs": _crumbs(found.title),
    }
    return render(request, "supervision/checklist.html", context)


def _shown(found: Checklist) -> list[dict[str, Any]]:
    return [{"item": i, "severity": SEVERITIES[i.severity]} for i in found.items]


@page("checklist_edit", "supervision/checklists/<slug:checklist_key>/edit", EDIT)
def checklist_edit(request: HttpRequest, checklist_key: str) -> HttpResponse:
    """Fill in or change a checklist."""
    key = checklist_key
    found, back = _found(key), reverse("checklist", args=[key])
    draft = ChecklistEdition.objects.filter(key=key, state="draft").first()
    shown = checklist_of(draft.pk) if draft else found

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("title", Text("名称", "Title"), required=True, maxlength=80),
            d.field("items", Text("检查内容", "Items"), "textarea", rows=16, required=True, help=HOW),
            d.field("source", Text("依据", "Where it comes from"), required=True, maxlength=200),
        ]

    def send() -> HttpResponse:
        text = _as_yaml(found, request.POST.get("title", ""), request.POST.get("items", ""), request.POST.get("source", ""))
        do(request, "checklist.draft", {"text": text})
        return done(request, back, Text("草稿已保存，请由另一位同志启用。", "Kept as a draft: somebody else puts it in force."))

    title = Text("填写“{name}”", "Fill in “{name}”").with_(name=found.title)
    on_record = {"title": shown.title.zh, "items": "\n".join(_line(i) for i in shown.items), "source": shown.source.zh}
    return form_page(
        request, fields, send, title=title, button=Text("保存草稿", "Keep the draft"), back=back, breadcrumbs=_crumbs(title), on_record=on_record
    )


def _line(i: Any) -> str:
    severity, photo = (t.in_(get_language() or "") for t in (_LETTERS[i.severity], _PHOTO[i.photo]))
    return "｜".join((i.title.zh, i.how.zh, severity, photo, i.title.en, i.how.en))


def _as_yaml(found: Checklist, title: str, lines: str, source: str) -> str:
    """The YAML of the next edition. What stays under the same words keeps its key, number and sample, so that recurring faults stay known."""
    known = {i.title.zh: i for i in found.items}
    letters = {word: k for k, v in _LETTERS.items() for word in (v.zh, v.en)}
    items = []
    for n, line in enumerate((x for x in lines.splitlines() if x.strip()), 1):
        parts = [p.strip() for p in line.replace("|", "｜").split("｜")] + [""] * 6
        zh, how, severity, photo, en, how_en = parts[:6]
        if severity and severity not in letters:
            rule = Text("第 {n} 行：严重程度须为一般、较重或严重。", "Line {n}: severity is minor, serious or grave.").with_(n=n)
            raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请更正。", "Correct it."), field="items", value=severity[:20])
        old = known.get(zh)
        item: dict[str, Any] = {
            "key": old.key if old else f"v{next_version(found.key)}_{n}",
            "title": {"zh": zh, "en": en or (old.title.en if old else zh)},
            "how": {"zh": how or zh, "en": how_en or (old.how.en if old else how or zh)},
            "severity": letters.get(severity, "minor"), "photo": photo not in (_PHOTO[False].zh, _PHOTO[False].en),
        }  # fmt: skip
        items.append(item | _kept(old))
    body = {
        "checklist": found.key, "version": next_version(found.key),
        "title": {"zh": title.strip(), "en": found.title.en}, "purpose": found.purpose.as_dict(), "for": list(found.suits),
        "source": {"zh": source.strip(), "en": found.source.en if source.strip() == found.source.zh else source.strip()},
        "items": items,
    }  # fmt: skip
    return yaml.safe_dump(body, allow_unicode=True, sort_keys=False)


def _kept(old: Any) -> dict[str, Any]:
    if old is None:
        return {}
    out: dict[str, Any] = {"due_hours": old.due_hours} if old.due_hours else {}
    if old.number:
        bounds = {"least": old.number.least, "most": old.number.most}
        out["number"] = {"unit": old.number.unit.as_dict(), **{k: v for k, v in bounds.items() if v is not None}}
    if old.sample:
        out["sample"] = {"of": old.sample.of.as_dict(), "least": old.sample.least}
    return out


@page("checklist_settle", "supervision/checklists/<slug:checklist_key>/settle/<slug:what>", EDIT, methods=("POST",))
def checklist_settle(request: HttpRequest, checklist_key: str, what: str) -> HttpResponse:
    """Put a draft in force, or drop it."""
    key = checklist_key
    _found(key)
    verb = "checklist.drop" if what == "drop" else "checklist.enforce"
    do(request, verb, {"edition": integer(request, "edition") or 0})
    said = Text("已放弃草稿。", "The draft is dropped.") if what == "drop" else Text("已启用。", "In force from now on.")
    return done(request, reverse("checklist", args=[key]), said)
