"""The list of applications: a department's own, a street's, all."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.rooms.policies.actions.applications import STATES
from tongchou.rooms.policies.catalogue import Catalogue
from tongchou.rooms.policies.pages.words import crumbs, day_of, state_badge, today_catalogue, yuan
from tongchou.rooms.policies.questions import Applied, applications
from tongchou.rooms.policies.reach import VIEW
from tongchou.web.pages.requests import actor_of, integer, now
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import page

_TITLE = Text("政策申请", "Applications")


@page("policy_applications", "policies/applications", VIEW, methods=("GET",))
def policy_applications(request: HttpRequest) -> HttpResponse:
    """What is due first, first; by policy and state."""
    actor, found = actor_of(request), today_catalogue()
    policy, state, late = request.GET.get("policy", ""), request.GET.get("state", ""), request.GET.get("late") == "1"
    rows = applications(
        actor,
        now(),
        policy=policy,
        state=state,
        late=late,
        street=integer(request, "street"),
        limit=5_000 if asked_for(request) else 200,
    )
    sheet = _sheet(rows, found)
    if asked_for(request):
        return sheet_file(request, _TITLE, *cells_of(sheet))
    context = {
        "title": _TITLE,
        "sheet": sheet,
        "policy": policy,
        "state": state,
        "late": late,
        "policies": [("", Text("全部政策", "All policies")), *((k, s.table.title) for k, s in found.standings.items())],
        "states": [("", Text("全部状态", "All states")), *STATES.items()],
        "breadcrumbs": crumbs(("", _TITLE)),
        "empty": {
            "title": Text("没有申请", "No applications"),
            "text": Text("企业提交后显示在这里。", "They appear once handed in."),
            "icon": "file-text",
        },
    }
    return render(request, "policies/applications.html", context)


def _sheet(rows: list[Applied], found: Catalogue) -> dict[str, Any]:
    labels = (
        ("name", "企业", "Enterprise"),
        ("policy", "政策", "Policy"),
        ("state", "状态", "State"),
        ("deadline", "时限", "Deadline"),
        ("late", "超时", "Late"),
        ("owner", "办理部门", "Decided by"),
        ("street", "街道", "Street"),
        ("applied", "申请", "Applied"),
        ("worked_out", "计算金额", "Worked out"),
        ("approved", "认定金额", "Approved"),
        ("paid", "兑现金额", "Paid"),
        ("arrived", "到账", "Arrived"),
    )
    columns = [
        {"key": k, "label": Text(zh, en), "number": k in ("worked_out", "approved", "paid")} for k, zh, en in labels
    ]
    lines = []
    for a in rows:
        badge = state_badge(a.state)
        late = {"value": Text("超时", "late"), "tone": "warn", "icon": "alert-triangle"} if a.late else {"value": ""}
        dash = Text("—", "—")
        cells: list[dict[str, Any]] = [
            {"value": a.name, "url": reverse("policy_application", args=[a.loop])},
            {"value": found.title(a.policy)},
            {"value": badge["label"], "tone": badge["tone"] or "info", "icon": badge["icon"]},
            {"value": a.deadline or dash},
            late,
            {"value": a.owner},
            {"value": a.street},
            {"value": a.applied_at},
            {"value": yuan(a.worked_out) or dash},
            {"value": yuan(a.approved) or dash},
            {"value": yuan(a.paid) or dash},
            {"value": day_of(a.arrived_on)},
        ]
        lines.append({"cells": cells})
    return {"key": "applications", "caption": _TITLE, "columns": columns, "rows": lines, "export": True}
