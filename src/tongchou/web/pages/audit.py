"""What auditors see: who did what when, what was refused, and whether the record is whole. No case, no name of anybody concerned."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from tongchou.kernel.reason_names import REASON_NAMES
from tongchou.kernel.text import Text
from tongchou.record.act import verbs
from tongchou.record.actions.heads import export_head, public_key
from tongchou.record.ledger import lag, seal_all, verify
from tongchou.record.models import HeadExport, LedgerEntry
from tongchou.web.pages.requests import actor_of, integer
from tongchou.web.permission import Nav, page

PAGE = 100
_ACTS = """
select e.seq, a.at, a.verb, coalesce(c.username, ''), coalesce(u.name, ''), a.role, a.via, a.events, a.purpose, encode(e.hash, 'hex')
from record_ledgerentry e join record_act a on a.id = e.act_id
left join record_account c on c.id = a.account_id left join record_unit u on u.id = a.unit_id
where e.seq <= %(upto)s and (%(verb)s = '' or a.verb = %(verb)s) and (%(account)s = '' or c.username = %(account)s)
order by e.seq desc limit %(limit)s
"""
_REFUSALS = """
select r.at, r.verb, coalesce(c.username, ''), r.via, r.reason, r.field
from record_storedrefusal r left join record_account c on c.id = r.account_id order by r.id desc limit 100
"""


@page("audit", "audit", "audit.view", methods=("GET",), nav=Nav(Text("审计记录", "Audit record"), "shield-lock"))
def audit(request: HttpRequest) -> HttpResponse:
    """The chained acts, newest first, filtered by verb and account."""
    newest = LedgerEntry.objects.order_by("-seq").first()
    upto = integer(request, "after") or (newest.seq if newest else 0)
    values: dict[str, Any] = {"upto": upto, "verb": request.GET.get("verb", ""), "account": request.GET.get("account", "").strip(), "limit": PAGE + 1}
    with connection.cursor() as cursor:
        cursor.execute(_ACTS, values)
        rows = cursor.fetchall()
    context = {
        "sheet": _sheet(rows[:PAGE]),
        "next_after": str(rows[PAGE][0]) if len(rows) > PAGE else "",
        "filters": [_verb_filter(values["verb"])],
        "search": {"key": "account", "value": values["account"], "placeholder": Text("账号", "Account")},
        "ledger_head": newest,
        "lag": round(lag(timezone.now())),
        "empty": {"title": Text("还没有记录", "Nothing yet"), "text": Text("每个操作都会记在这里。", "Every act is recorded here."), "icon": "shield-lock"},
    }  # fmt: skip
    return render(request, "pages/audit.html", context)


def _verb_filter(current: str) -> dict[str, Any]:
    options = [{"value": name, "label": spec.title} for name, spec in sorted(verbs().items())]
    return {"key": "verb", "label": Text("操作", "Verb"), "options": options, "current": current}


def _sheet(rows: list[Any]) -> dict[str, Any]:
    names = verbs()
    labels = (("seq", "序号", "No."), ("at", "时间", "Time"), ("verb", "操作", "Verb"), ("account", "账号", "Account"), ("unit", "单位", "Unit"),
              ("role", "岗位", "Role"), ("via", "途径", "Door"), ("events", "涉及", "Events"), ("hash", "链值", "Hash"))  # fmt: skip
    columns = [{"key": k, "label": Text(zh, en), "number": k in ("seq", "events")} for k, zh, en in labels]
    lines = []
    for seq, at, verb, account, unit, role, via, events, _purpose, digest in rows:
        title: Any = names[verb].title if verb in names else verb
        values = (seq, at, title, account or Text("系统", "the program"), unit or "—", role or "—", via, events, digest[:16])
        lines.append({"cells": [{"value": v} for v in values]})
    return {"key": "audit", "caption": Text("操作记录", "Acts"), "columns": columns, "rows": lines}


@page("audit_refusals", "audit/refusals", "audit.view", methods=("GET",), nav=Nav(Text("被拒操作", "Refusals"), "lock"))
def refusals(request: HttpRequest) -> HttpResponse:
    """The last hundred refusals: who tried what, and why it was refused."""
    with connection.cursor() as cursor:
        cursor.execute(_REFUSALS)
        rows = cursor.fetchall()
    names = verbs()
    labels = (("at", "时间", "Time"), ("verb", "操作", "Verb"), ("account", "账号", "Account"), ("via", "途径", "Door"),
              ("reason", "原因", "Reason"), ("field", "字段", "Field"))  # fmt: skip
    lines = []
    for at, verb, account, via, reason, field in rows:
        why = next((t for r, t in REASON_NAMES.items() if r.value == reason), reason)
        title: Any = names[verb].title if verb in names else verb
        lines.append({"cells": [{"value": v} for v in (at, title, account or Text("系统", "the program"), via, why, field or "—")]})
    columns = [{"key": k, "label": Text(zh, en)} for k, zh, en in labels]
    sheet = {"key": "refusals", "caption": Text("被拒操作", "Refusals"), "columns": columns, "rows": lines}
    told = Text("被拒绝的操作会记在这里。", "Refused acts appear here.")
    empty = {"title": Text("没有被拒的操作", "Nothing was refused"), "text": told, "icon": "lock"}
    return render(request, "pages/refusals.html", {"sheet": sheet, "empty": empty})


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
