"""People: search, one person's file (一人一档), opening it for a stated reason, and who looked."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.errors import Refusal
from tongchou.kernel.identifiers import KIND_NAMES, Kind
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.actions.facts import WITHDRAW_REASONS
from tongchou.record.actions.people_merge import REASONS, UNMERGE_REASONS
from tongchou.record.loops.kinds import current_kinds
from tongchou.record.people.fact_types import fact_types
from tongchou.record.people.purposes import purposes
from tongchou.record.people.reach import person_in_reach
from tongchou.record.questions.people import api_search, read_file, who_looked
from tongchou.record.questions.person_file import FactLine, PersonFile
from tongchou.web.pages.custody import HOLDERS, PURPOSES
from tongchou.web.pages.forms import done
from tongchou.web.pages.requests import actor_of, do
from tongchou.web.permission import Nav, page

SEXES = {"m": Text("男", "male"), "f": Text("女", "female"), "u": Text("未知", "unknown")}
KNOWN = {
    "known": Text("已知", "known"),
    "unknown": Text("不详", "unknown"),
    "not_asked": Text("未问", "not asked"),
    "not_reported": Text("未报告", "not reported"),
    "not_found": Text("未查到", "not found"),
}
HOW = {
    "loop": Text("查看有关事项（脱敏）", "saw a loop about the person (masked)"),
    "file": Text("查看档案（脱敏）", "saw the file (masked)"),
    "open": Text("查看完整身份信息", "opened the full identity"),
    "search": Text("检索时显示（脱敏）", "shown in a search (masked)"),
    "list": Text("名单", "in a list"),
    "print": Text("打印", "printed"),
    "duplicates": Text("核对重复档案", "comparing duplicates"),
    "export": Text("导出", "exported"),
    "decide": Text("按方案判定", "decided by a plan"),
}


PersonCard = Callable[[Actor, uuid.UUID], "dict[str, Any] | None"]
PERSON_CARDS: list[PersonCard] = []
"""What rooms add to a person's file, above everything: {title, lines, badges, links: [{url, label, icon}]}; None where there is nothing to say.
The file's own reading has been recorded; what a card shows besides the person's own data it records itself."""


@page("people", "people", "person.search", nav=Nav(Text("人员", "People"), "users"))
def people(request: HttpRequest) -> HttpResponse:
    """Search. What is typed may be a document or a phone: it is sent in the body, and never stands in an address or a log."""
    found: list[dict[str, Any]] | None = None
    problem: Refusal | None = None
    text = request.POST.get("text", "").strip()[:60]
    if request.method == "POST":
        try:
            found = api_search(actor_of(request), text, "")
        except Refusal as refusal:
            problem = refusal
    for one in found or []:
        one["url"] = reverse("person", args=[one["id"]])
        one["sex"] = SEXES[one["sex"]]
    actor = actor_of(request)
    context = {
        "text": text,
        "found": found,
        "problem": problem,
        "can_add": actor.permits("person.edit"),
        "can_merge": actor.permits("person.merge"),
        "empty": {
            "title": Text("没有找到", "Nobody found"),
            "icon": "search",
            "text": Text(
                "请核对姓名或号码；辖区以外的人员不显示。",
                "Check the name or number; people outside your area are not shown.",
            ),
        },
    }
    return render(request, "pages/people.html", context, status=problem.status if problem else 200)


@page("person", "people/<uuid:person>", "person.view", methods=("GET",))
def person_page(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """One person's file. Masked until opened for a reason; a merged file leads to the one that was kept."""
    actor = actor_of(request)
    try:
        file = read_file(actor, person)
    except Refusal as refusal:
        if "kept" in refusal.details:
            return HttpResponseRedirect(reverse("person", args=[refusal.details["kept"]]))
        raise
    kinds = {k: v.title for k, (_, v) in current_kinds().items()}
    context = {
        "file": file,
        "identity": _identity(file),
        "facts_held": [_fact(f) for f in reversed(file.facts)],
        "loops": [{"line": line, "kind": kinds.get(line.kind, line.kind)} for line in file.loops],
        "stays": [
            {
                "line": s,
                "purpose": PURPOSES.get(s.purpose, s.purpose),
                "holder": HOLDERS.get(s.holder_kind, s.holder_kind),
            }
            for s in reversed(file.custody)
        ],
        "members": [
            {"id": m.id, "name": m.name, "sex": SEXES[m.sex], "birth_year": m.birth_year} for m in file.household
        ],
        "merges": [{"line": m, "reason": REASONS.get(m.reason, m.reason)} for m in file.merges],
        "purposes": [("", Text("请选择", "Choose")), *((p.key, p.title) for p in purposes().values())],
        "withdraw_reasons": list(WITHDRAW_REASONS.items()),
        "unmerge_reasons": list(UNMERGE_REASONS.items()),
        "cards": [card for make in PERSON_CARDS if (card := make(actor, file.id)) is not None],
        "can_edit": actor.permits("person.edit"),
        "can_merge": actor.permits("person.merge"),
        "can_open_loop": actor.permits("loop.open"),
        "can_hold": actor.permits("custody.act") and actor.permits("custody.hold"),
        "breadcrumbs": [
            {"url": reverse("people"), "label": Text("人员", "People")},
            {"url": "", "label": file.identity.name},
        ],
    }
    return render(request, "pages/person.html", context)


def _identity(file: PersonFile) -> list[dict[str, Any]]:
    shown, masked = file.identity, not file.opened
    kind = KIND_NAMES[Kind(shown.document_kind)] if shown.document_kind else Text("证件", "Document")
    born = shown.birth_date or file.birth_year
    return [
        {"label": Text("姓名", "Name"), "value": shown.name, "masked": masked},
        {"label": kind, "value": shown.document or None, "masked": masked and bool(shown.document)},
        {"label": Text("电话", "Phone"), "value": shown.phone or None, "masked": masked and bool(shown.phone)},
        {
            "label": Text("出生日期", "Date of birth") if shown.birth_date else Text("出生年份", "Year of birth"),
            "value": str(born) if born else None,
        },
        {"label": Text("性别", "Sex"), "value": SEXES[file.sex]},
        {"label": Text("所在区域", "Area"), "value": file.area},
        {"label": Text("现住址", "Address"), "value": shown.address or None, "masked": masked and bool(shown.address)},
        {
            "label": Text("户", "Household"),
            "value": file.household_label or None,
            "masked": masked and bool(file.household_label),
        },
        {"label": Text("工作单位或学校", "Workplace or school"), "value": file.workplace or None},
    ]


def _fact(line: FactLine) -> dict[str, Any]:
    of = fact_types().get(line.type)
    words: list[Text | str] = []
    for name, value in line.value.items():
        spec = of.fields.get(name) if of else None
        title = spec.title if spec else Text(name, name)
        shown: Any = spec.choices.get(str(value), value) if spec else value
        if isinstance(value, bool):
            shown = Text("是", "yes") if value else Text("否", "no")
        unit = spec.unit if spec and spec.unit else Text("", "")
        words.append(Text("{t}：{v}{u}", "{t}: {v} {u}").with_(t=title, v=shown, u=unit))
    return {
        "line": line,
        "title": of.title if of else line.type,
        "words": words,
        "known": KNOWN[line.known] if line.known != "known" else None,
        "tone": "" if line.withdrawn_at else "info",
    }


@page("person_open", "people/<uuid:person>/open", "person.view", methods=("POST",))
def person_open(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """Give the reason; from then on this account sees the file unmasked for one shift, and the person can see that."""
    payload = {"person": str(person), "purpose": request.POST.get("purpose", ""), "note": request.POST.get("note", "")}
    do(request, "person.open", payload)
    said = Text(
        "已打开完整信息，12 小时内有效；本次查看已记录。", "The file is open to you for 12 hours; this is on record."
    )
    return done(request, reverse("person", args=[person]), said)


@page("person_looks", "people/<uuid:person>/looks", "person.view", methods=("GET",))
def person_looks(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """Who looked at this person's data, when, in which role and what for."""
    row = person_in_reach(actor_of(request), "person.view", person)
    labels = (
        ("at", "时间", "When"),
        ("unit", "单位", "Unit"),
        ("role", "岗位", "Role"),
        ("how", "方式", "How"),
        ("purpose", "用途", "What for"),
    )
    columns = [{"key": k, "label": Text(zh, en)} for k, zh, en in labels]
    rows = []
    for look in who_looked(row.pk):
        how: Any = HOW.get(look.how, look.how)
        values = (look.at, look.unit or "—", look.role or "—", how, look.purpose or "—")
        rows.append({"cells": [{"value": v} for v in values]})
    context = {
        "sheet": {"key": "looks", "caption": Text("查阅记录", "Who looked"), "columns": columns, "rows": rows},
        "empty": {
            "title": Text("没有查阅记录", "Nobody looked"),
            "text": Text("每次查阅都会记在这里。", "Every look is recorded here."),
            "icon": "eye",
        },
        "breadcrumbs": [
            {"url": reverse("people"), "label": Text("人员", "People")},
            {"url": reverse("person", args=[person]), "label": Text("档案", "File")},
            {"url": "", "label": Text("查阅记录", "Who looked")},
        ],
    }
    return render(request, "pages/person_looks.html", context)
