"""The register of enterprises: filters, search, spreadsheet."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.industries import industry_name
from tongchou.kernel.industry_names import SECTIONS
from tongchou.kernel.text import Text
from tongchou.record.enterprises import EDIT, LISTS, VIEW
from tongchou.record.models import Area
from tongchou.record.questions.permits import STATES
from tongchou.record.responsible import COLUMNS, NOBODY, responsible_of
from tongchou.rooms.enterprises.questions import EXPORT, PAGE, Line, lines
from tongchou.rooms.enterprises.words import SIZES, TITLE
from tongchou.web.pages.requests import actor_of, integer
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import Nav, page

_PERMITS = {"none": Text("无复工凭证", "no permit")} | {k: STATES[k] for k in ("in_force", "review", "suspended")}
_TONES = {"in_force": ("ok", "circle-check"), "review": ("warn", "clock"), "suspended": ("act", "alert-circle")}


@page("enterprises", "enterprises", VIEW, methods=("GET",), nav=Nav(TITLE, "building-factory-2"))
def enterprises(request: HttpRequest) -> HttpResponse:
    """Enterprises within reach."""
    actor, today = actor_of(request), timezone.localdate()
    text, given = request.GET.get("q", "").strip()[:60], request.GET
    chosen = {
        "street": integer(request, "street") or 0,
        "section": given.get("section", "")[:1],
        "size": given.get("size", "")[:10],
        "list_key": given.get("list", "")[:20],
        "permit": given.get("permit", "")[:12],
    }
    after = max(integer(request, "after") or 0, 0)
    wanted = asked_for(request)
    rows = lines(actor, today, text=text, **chosen, limit=EXPORT if wanted else PAGE + 1, after=0 if wanted else after)  # type: ignore[arg-type]
    sheet = _sheet(rows if wanted else rows[:PAGE], today)
    if wanted:
        return sheet_file(request, TITLE, *cells_of(sheet))
    streets = [
        a for a in Area.objects.filter(level="street", valid_to=None).order_by("code") if actor.sees_path(VIEW, a.path)
    ]
    context = {
        "title": TITLE,
        "sheet": sheet,
        "next_after": str(after + PAGE) if len(rows) > PAGE else "",
        "filters": [
            _filter(
                "street", Text("街道", "Street"), [(str(a.pk), a.name) for a in streets], str(chosen["street"] or "")
            ),
            _filter(
                "section",
                Text("行业", "Industry"),
                [(k, Text(f"{k} {t.zh}", f"{k} {t.en}")) for k, t in SECTIONS.items()],
                chosen["section"],
            ),
            _filter("size", Text("规模", "Size"), list(SIZES.items()), chosen["size"]),
            _filter("list", Text("名单", "List"), list(LISTS.items()), chosen["list_key"]),
            _filter("permit", Text("复工凭证", "Permit"), list(_PERMITS.items()), chosen["permit"]),
        ],
        "search": {"key": "q", "value": text, "placeholder": Text("名称、拼音、信用代码", "Name, pinyin or code")},
        "can_edit": actor.permits(EDIT),
        "empty": {
            "title": Text("没有符合的企业", "No enterprise fits"),
            "text": Text("可从表格导入，或逐家登记。", "Import a table, or register one."),
            "icon": "building",
        },
    }
    return render(request, "enterprises/register.html", context)


def _filter(key: str, label: Text, options: list[tuple[str, Any]], current: Any) -> dict[str, Any]:
    return {"key": key, "label": label, "current": current, "options": [{"value": v, "label": w} for v, w in options]}


def size_word(size: str, self_employed: bool | None) -> Text | None:
    """The size in words, the self-employed marked apart; None while it is not known."""
    found = SIZES.get(size)
    if self_employed:
        return (
            Text("个体工商户", "self-employed")
            if found is None
            else Text("个体工商户（{s}）", "self-employed ({s})").with_(s=found)
        )
    return found


def _sheet(rows: list[Line], today: date) -> dict[str, Any]:
    labels = (
        ("name", "企业", "Enterprise", 0), ("code", "统一社会信用代码", "Credit code", 0), ("street", "街道", "Street", 0),
        ("industry", "行业", "Industry", 0), ("size", "规模", "Size", 0), ("lists", "名单", "Lists", 0), ("permit", "复工凭证", "Permit", 0),
        ("said", "从业人员", "Staff", 1), ("staff", "员工档案", "Staff files", 1), ("clear", "可返岗", "May start", 1), ("returned", "已返岗", "At work", 1),
    )  # fmt: skip
    columns = [{"key": k, "label": Text(zh, en), "number": bool(n)} for k, zh, en, n in labels]
    columns += [{"key": k, "label": c.title, "off": True} for k, c in COLUMNS.items()]
    body, responsible = [], responsible_of([r.unit for r in rows], today)
    for r in rows:
        tone, icon = _TONES.get(r.permit, ("", ""))
        name = industry_name(r.industry)
        industry = Text(f"{r.industry} {name.zh}", f"{r.industry} {name.en}") if r.industry else None
        listed = Text(
            "、".join(LISTS[k].zh for k in r.lists if k in LISTS), ", ".join(LISTS[k].en for k in r.lists if k in LISTS)
        )
        cells: list[dict[str, Any]] = [
            {"value": r.name, "url": reverse("enterprise", args=[r.unit])},
            {"value": r.code or Text("无代码", "no code")},
            {"value": r.street},
            {"value": industry},
            {"value": size_word(r.size, r.self_employed)},
            {"value": listed},
            {"value": STATES[r.permit], "tone": tone, "icon": icon} if r.permit else {"value": Text("无", "none")},
            {"value": r.said},
            {"value": r.staff},
            {"value": r.clear},
            {"value": r.returned},
            *({"value": responsible.get(r.unit, {}).get(k) or NOBODY} for k in COLUMNS),
        ]
        body.append({"cells": cells})
    return {"key": "enterprises", "caption": TITLE, "columns": columns, "rows": body, "export": True}
