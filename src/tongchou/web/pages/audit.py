"""What auditors see: who did what when, what was refused, and whether the record is whole. No case, no name of anybody concerned."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.reason_names import REASON_NAMES
from tongchou.kernel.text import Text
from tongchou.record.access import roles
from tongchou.record.act import verbs
from tongchou.record.actions.heads import export_head, public_key
from tongchou.record.ledger import lag, seal_all, verify
from tongchou.record.models import HeadExport, LedgerEntry
from tongchou.record.questions.acts import ActLine, Sought, chained_acts, refused_acts
from tongchou.web.pages.requests import actor_of, integer
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import Nav, page

PAGE = 100
MOST = 20_000
"""Acts that a file holds; a narrower span gives the rest."""
_DOORS = {
    "page": Text("网页", "page"), "api": Text("接口", "API"), "token": Text("接口令牌", "API token"), "cli": Text("命令行", "command line"),
    "job": Text("定时任务", "the program’s round"), "demo": Text("演示数据", "demo data"),
}  # fmt: skip
_PROGRAM = Text("系统", "the program")


@page("audit", "audit", "audit.view", methods=("GET",), nav=Nav(Text("审计记录", "Audit record"), "shield-lock"))
def audit(request: HttpRequest) -> HttpResponse:
    """The chained acts, newest first: by verb, account and days, those of people, those that showed personal data."""
    newest = LedgerEntry.objects.order_by("-seq").first()
    first, last = _day(request, "first"), _day(request, "last")
    people, reads = request.GET.get("people") == "1", request.GET.get("reads") == "1"
    sought = Sought(
        request.GET.get("verb", ""), request.GET.get("account", "").strip(), _start(first) if first else None,
        _start(last + timedelta(days=1)) if last else None, people, reads,
    )  # fmt: skip
    upto = integer(request, "after") or (newest.seq if newest else 0)
    if asked_for(request):
        return sheet_file(request, Text("审计记录", "Audit record"), *cells_of(_sheet(chained_acts(sought, upto, MOST))))
    rows = chained_acts(sought, upto, PAGE + 1)
    context = {
        "sheet": _sheet(rows[:PAGE]),
        "next_after": str(rows[PAGE].seq) if len(rows) > PAGE else "",
        "filters": [_verb_filter(sought.verb)],
        "toggles": [
            {"key": "people", "label": Text("只看人员操作", "By people only"), "icon": "user", "on": people},
            {"key": "reads", "label": Text("只看查阅个人信息", "Personal data read"), "icon": "eye", "on": reads},
        ],
        "search": {"key": "account", "value": sought.account, "placeholder": Text("账号", "Account")},
        "first": first, "last": last,
        "ledger_head": newest,
        "lag": round(lag(timezone.now())),
        "empty": {
            "title": Text("没有记录", "Nothing"), "icon": "shield-lock",
            "text": Text("每个操作都会记在这里；请放宽筛选条件。", "Every act is recorded here; take off a filter."),
        },
    }  # fmt: skip
    return render(request, "pages/audit.html", context)


def _day(request: HttpRequest, name: str) -> date | None:
    given = request.GET.get(name, "").strip()
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        rule = Text("不是有效的日期。", "This is no valid date.")
        remedy = Text("请按“2026-11-23”的格式填写。", "Write it like 2026-11-23.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=remedy, field=name, value=given[:20]) from None


def _start(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def _verb_filter(current: str) -> dict[str, Any]:
    options = [{"value": name, "label": spec.title} for name, spec in sorted(verbs().items())]
    return {"key": "verb", "label": Text("操作", "Verb"), "options": options, "current": current}


def _title(verb: str) -> Text | str:
    names = verbs()
    return names[verb].title if verb in names else verb


def _role(role: str) -> Text | str:
    known = roles().by_key.get(role)
    return known.title if known is not None else role or "—"


def _sheet(rows: list[ActLine]) -> dict[str, Any]:
    labels = (("seq", "序号", "No."), ("at", "时间", "Time"), ("verb", "操作", "Verb"), ("account", "账号", "Account"), ("unit", "单位", "Unit"),
              ("role", "岗位", "Role"), ("via", "途径", "Door"), ("events", "记录数", "Events"), ("shown", "查阅人数", "People shown"),
              ("purpose", "用途", "Purpose"), ("hash", "链值", "Hash"))  # fmt: skip
    columns = [{"key": k, "label": Text(zh, en), "number": k in ("seq", "events", "shown")} for k, zh, en in labels]
    lines = []
    for r in rows:
        door = _DOORS.get(r.via, r.via)
        values = (r.seq, r.at, _title(r.verb), r.account or _PROGRAM, r.unit or "—", _role(r.role), door, r.events, r.shown, r.purpose or "—", r.hash[:16])
        lines.append({"cells": [{"value": v} for v in values]})
    return {"key": "audit", "caption": Text("操作记录", "Acts"), "columns": columns, "rows": lines, "export": True}


@page("audit_refusals", "audit/refusals", "audit.view", methods=("GET",), nav=Nav(Text("被拒操作", "Refusals"), "lock"))
def refusals(request: HttpRequest) -> HttpResponse:
    """Who tried what, and why it was refused, newest first."""
    account = request.GET.get("account", "").strip()
    rows = refused_acts(account, integer(request, "after"), PAGE + 1)
    reasons = {r.value: t for r, t in REASON_NAMES.items()}
    labels = (("at", "时间", "Time"), ("verb", "操作", "Verb"), ("account", "账号", "Account"), ("via", "途径", "Door"),
              ("reason", "原因", "Reason"), ("field", "字段", "Field"))  # fmt: skip
    lines = [
        {"cells": [{"value": v} for v in (r.at, _title(r.verb), r.account or _PROGRAM, _DOORS.get(r.via, r.via), reasons.get(r.reason, r.reason), r.field or "—")]}
        for r in rows[:PAGE]
    ]  # fmt: skip
    columns = [{"key": k, "label": Text(zh, en)} for k, zh, en in labels]
    sheet = {"key": "refusals", "caption": Text("被拒操作", "Refusals"), "columns": columns, "rows": lines, "export": True}
    if asked_for(request):
        return sheet_file(request, Text("被拒操作", "Refusals"), *cells_of(sheet))
    told = Text("被拒绝的操作会记在这里。", "Refused acts appear here.")
    context = {
        "sheet": sheet, "next_after": str(rows[PAGE].id) if len(rows) > PAGE else "",
        "search": {"key": "account", "value": account, "placeholder": Text("账号", "Account")},
        "empty": {"title": Text("没有被拒的操作", "Nothing was refused"), "text": told, "icon": "lock"},
    }  # fmt: skip
    return render(request, "pages/refusals.html", context)


@page("audit_verify", "audit/verify", "audit.verify", methods=("POST",))
def audit_verify(request: HttpRequest) -> HttpResponse:
    """Recompute everything and show what was found."""
    seal_all()
    return render(request, "pages/audit_verify.html", {"report": verify()})


@page("audit_heads", "audit/heads", "audit.verify", nav=Nav(Text("外部见证", "Witness"), "signature"))
def audit_heads(request: HttpRequest) -> HttpResponse:
    """Heads that were handed to an outside witness; signing another one downloads it."""
    if request.method == "POST":
        head = export_head(actor_of(request))
        answer = HttpResponse(json.dumps(head, ensure_ascii=False, indent=2), content_type="application/json; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="ledger-head-{head["seq"]}.json"'
        return answer
    columns = [
        {"key": "at", "label": Text("导出时间", "Exported")},
        {"key": "seq", "label": Text("链条序号", "Entry"), "number": True},
        {"key": "hash", "label": Text("链值", "Hash")},
        {"key": "key", "label": Text("签名密钥", "Key")},
    ]
    rows = [
        {"cells": [{"value": h.at}, {"value": h.seq}, {"value": bytes(h.hash).hex()}, {"value": h.key_id}]}
        for h in HeadExport.objects.order_by("-pk")[:200]
    ]
    told = Text(
        "定期导出并交给外部保存，日后可证明此前的记录没有被改写或截断。",
        "Export one regularly and have it kept elsewhere: it shows later that nothing before it was rewritten or cut off.",
    )
    context = {
        "sheet": {"key": "heads", "caption": Text("已导出的链尾", "Exported heads"), "columns": columns, "rows": rows},
        "empty": {"title": Text("还没有导出过", "None yet"), "text": told, "icon": "signature"},
        "public": public_key(),
    }
    return render(request, "pages/audit_heads.html", context)
