"""The register of documents: what came in, how far it is; those from above by themselves."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.rooms.directives.names import DOCUMENT_LEVELS, DOCUMENT_STATES
from tongchou.rooms.directives.questions import DocumentLine, document_list, waiting
from tongchou.rooms.directives.reach import DRAFT, VIEW
from tongchou.web.pages.requests import actor_of, now
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import Nav, page

TITLE = Text("会议部署", "Directives")
_COLUMNS = (
    ("title", "文件", "Document"), ("state", "状态", "State"), ("level", "级别", "Level"), ("issuer", "发文机关", "Issuer"), ("on", "日期", "Date"),
    ("live", "事项", "Directives"), ("unread", "待确认", "To confirm"), ("issued", "已下达", "Issued"), ("closed", "已销号", "Closed"),
    ("late", "超时", "Late"), ("unit", "收文单位", "Taken in by"), ("at", "收入时间", "Taken in"),
)  # fmt: skip
_NUMBERS = {"live", "unread", "issued", "closed", "late"}


def _count(request: HttpRequest) -> tuple[int | str | None, bool]:
    actor = actor_of(request)
    return (waiting(actor) or None, False) if actor.permits(DRAFT) else (None, False)


@page("directives", "directives", VIEW, methods=("GET",), nav=Nav(TITLE, "clipboard-list", count=_count))
def register(request: HttpRequest) -> HttpResponse:
    """The latest documents, with what became of them."""
    actor = actor_of(request)
    level, text = request.GET.get("level", ""), request.GET.get("text", "").strip()[:60]
    level = level if level in DOCUMENT_LEVELS else ""
    above, aside = request.GET.get("above") == "1", request.GET.get("aside") == "1"
    rows = document_list(actor, now(), level=level, text=text, aside=aside, above=above)
    sheet = {
        "key": "directives", "caption": TITLE, "export": True, "rows": [{"cells": _cells(r)} for r in rows],
        "columns": [{"key": k, "label": Text(z, e), "number": k in _NUMBERS, "off": k in ("unit",)} for k, z, e in _COLUMNS],
    }  # fmt: skip
    if asked_for(request):
        return sheet_file(request, TITLE, *cells_of(sheet))
    context = {
        "title": TITLE,
        "sheet": sheet,
        "can_draft": actor.permits(DRAFT),
        "toggles": [
            {"key": "above", "label": Text("上级文件", "From above"), "icon": "arrow-back-up", "on": above},
            {"key": "aside", "label": Text("含作废", "With those set aside"), "icon": "archive", "on": aside},
        ],
        "filters": [
            {
                "key": "level",
                "label": Text("级别", "Level"),
                "current": level,
                "options": [{"value": k, "label": t} for k, t in DOCUMENT_LEVELS.items()],
            }
        ],
        "search": {"key": "text", "value": text, "placeholder": Text("标题、文号、发文机关", "Title, number, issuer")},
        "empty": {
            "title": Text("还没有文件", "No documents yet"),
            "text": Text(
                "上传会议报道、通知或纪要，系统读出其中的部署，逐条确认后下达。",
                "Send in a report, notice or minutes: what it asks for is read out, confirmed and issued.",
            ),
            "icon": "clipboard-list",
            "action_url": reverse("directive_new") if actor.permits(DRAFT) else "",
            "action_label": Text("收入文件", "Take in a document"),
        },
    }
    return render(request, "directives/register.html", context)


def _cells(r: DocumentLine) -> list[dict[str, Any]]:
    state = DOCUMENT_STATES[r.stands]
    return [
        {"value": r.title, "url": reverse("directive_document", args=[r.id])},
        {"value": state[0], "tone": state[1] or "none", "icon": state[2]},
        {"value": DOCUMENT_LEVELS[r.level]}, {"value": r.issuer or r.number or Text("—", "—")}, {"value": r.issued_on.isoformat() if r.issued_on else None},
        {"value": r.live}, {"value": r.unread}, {"value": r.issued}, {"value": r.closed},
        {"value": r.late, "tone": "act", "icon": "clock-exclamation"} if r.late else {"value": 0}, {"value": r.unit}, {"value": r.taken_in_at},
    ]  # fmt: skip
