"""The district's rules of resumption: weights of the queue, the ways left to it, who reviews what, its own checklist; proposed by one, decided by another."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tongchou.kernel.clock import SHANGHAI, parse_date
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.models import Unit
from tongchou.record.permit_facts import longest_days
from tongchou.rooms.resumption.actions.ruling import CHOICES
from tongchou.rooms.resumption.bounds import VALID, WARN
from tongchou.rooms.resumption.models import RuleEdition
from tongchou.rooms.resumption.queue import PARTS
from tongchou.rooms.resumption.reach import RULES
from tongchou.rooms.resumption.ways import LEFT, approval_lists, district_lists, item_titles, rules_on
from tongchou.rooms.resumption.words import TITLE, WAYS
from tongchou.web.bounds import all_bounds
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, integer, now, yes_or_no
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import page

_RULES = Text("复工规则", "Rules of resumption")
_BOUNDS = Text("现行的规定和参数", "Rules and numbers that hold today")
_TRUST = {
    "confirmed": (Text("来源已证实", "a source confirms it"), "ok", "circle-check"),
    "unconfirmed": (Text("未经来源证实", "no source confirms it"), "warn", "help-circle"),
    "district": (Text("本区审定", "decided by the district"), "info", "gavel"),
}
REVIEWERS = 4


@page("resumption_rules", "resumption/rules", RULES)
def resumption_rules(request: HttpRequest) -> HttpResponse:
    """What is in force, and a form to propose another edition."""
    today = now().astimezone(SHANGHAI).date()
    rules = rules_on(today)
    sheet = _bounds_sheet(today)
    if asked_for(request):
        return sheet_file(request, _BOUNDS, *cells_of(sheet))
    units = Unit.objects.filter(kind__in=("department", "hq_department", "special_team"), active_to=None).order_by(
        "name"
    )
    titles = item_titles()

    def fields(d: Draft) -> list[FieldParts]:
        ways = [(c, WAYS[c] if c else Text("不确定，等待登记", "not settled: wait")) for c in CHOICES]
        shown = [d.field("from_date", Text("自何日起施行", "In force from"), "date", required=True)]
        shown += [d.field(f"w_{k}", Text("{t}（分）", "{t} (points)").with_(t=t), "integer", min=0, max=100) for k, t in PARTS.items()]
        wrong = d.problem.rule if d.problem is not None and d.problem.field == "weights" else ""
        shown.append(FieldParts("weights", Text("权重合计", "All weights"), "text", "100", readonly=True, error=wrong))
        shown += [d.field(k, t, "select", choices=ways) for k, t in LEFT]
        shown.append(d.field("papers", Text("另查五个一", "Ask for the five papers as well"), "checkbox"))
        told = Text("审批时企业逐条勾选并附证明，核查人逐条看。", "Where it approves, the enterprise ticks each point and attaches what shows it; each is checked.")
        shown.append(d.field("checklists", Text("审批须证明的清单", "Checklists to be proved"), "checkboxes", choices=approval_lists(), help=told))
        shown.append(d.field("valid_days", VALID, "integer", min=0, max=longest_days()))
        told = Text("到期前这么多天进入企业和审批单位的待办。", "So long before, it enters the work lists of the enterprise and of who decides.")
        shown.append(d.field("warn_days", WARN, "integer", min=1, max=90, help=told))
        for n in range(REVIEWERS):
            shown.append(
                d.field(
                    f"unit{n}",
                    Text("并联审核部门 {n}", "Reviewing department {n}").with_(n=n + 1),
                    "select",
                    choices=[("", Text("无", "none")), *((u.pk, u.name) for u in units)],
                )
            )
            shown.append(
                d.field(
                    f"items{n}",
                    Text("部门 {n} 审核的项目", "What department {n} reviews").with_(n=n + 1),
                    "checkboxes",
                    choices=list(titles.items()),
                )
            )
        for key, title in district_lists():
            hint = Text("留给区里填写。每行一项：中文 | English", "Left to the district. One a line: Chinese | English")
            shown.append(d.field(f"list_{key}", title, "textarea", rows=8, help=hint, maxlength=8_000))
        return [*shown, d.field("reason", Text("理由和依据", "Why, and on what basis"), required=True, maxlength=300)]

    def send() -> HttpResponse:
        payload: dict[str, Any] = {
            "from_date": parse_date(request.POST.get("from_date", ""), "from_date").isoformat(), "reason": request.POST.get("reason", ""),
            "weights": {k: integer(request, f"w_{k}") or 0 for k in PARTS}, "papers": ["five_papers"] if request.POST.get("papers") else [],
            "checklists": request.POST.getlist("checklists"), "valid_days": integer(request, "valid_days"), "warn_days": integer(request, "warn_days"),
            "reviewers": _reviewers(request),
            "lists": _lists(request),
            **{k: request.POST.get(k, "") for k, _ in LEFT},
        }  # fmt: skip
        do(request, "resumption.propose_rules", payload)
        return done(
            request, reverse("resumption_rules"), Text("已提出，待另一人审定。", "Proposed; another person decides.")
        )

    me = actor_of(request).account_id
    editions = [
        {
            "row": r,
            "parts": [(PARTS[k], w) for k, w in r.rules["weights"].items() if k in PARTS],
            "can": r.state == "proposed" and r.proposed_by_id != me,
        }
        for r in RuleEdition.objects.select_related("proposed_by", "decided_by").order_by("-from_date", "-pk")[:30]
    ]
    current: dict[str, Any] = {f"w_{k}": f"{w:g}" for k, w in rules["weights"].items()} | {
        k: rules[k] for k, _ in LEFT
    }
    current |= {"papers": "on" if rules["papers"] else "", "checklists": list(rules.get("checklists") or ())}
    current |= {"valid_days": rules["valid_days"], "warn_days": rules["warn_days"]}
    for n, r in enumerate(rules["reviewers"][:REVIEWERS]):
        current |= {f"unit{n}": r["unit"], f"items{n}": r["items"]}
    for line in rules["lists"]:
        current[f"list_{line['key']}"] = "\n".join(f"{i['zh']} | {i['en']}" for i in line["items"])
    crumbs = [{"url": reverse("resumption"), "label": TITLE}, {"url": "", "label": _RULES}]
    return form_page(
        request, fields, send, title=_RULES, button=Text("提出", "Propose"), back=reverse("resumption"), breadcrumbs=crumbs, on_record=current,
        template="resumption/rules.html", editions=editions, sheet=sheet,
    )  # fmt: skip


def _bounds_sheet(today: date) -> dict[str, Any]:
    """Every number that these rooms judge by today, with its mark."""
    labels = (("section", "类别", "Of"), ("title", "规定", "What"), ("value", "现值", "Value"), ("trust", "可信度", "Confidence"), ("source", "出处", "Where from"))
    rows = [
        {"cells": [{"value": section}, {"value": b.title}, {"value": b.value}, dict(zip(("value", "tone", "icon"), _TRUST[b.trust], strict=True)), {"value": b.source}]}
        for section, b in all_bounds(today)
    ]
    columns = [{"key": k, "label": Text(zh, en), "words": k in ("title", "source")} for k, zh, en in labels]
    return {"key": "bounds", "caption": _BOUNDS, "columns": columns, "rows": rows, "export": True}


def _reviewers(request: HttpRequest) -> list[dict[str, Any]]:
    out = []
    for n in range(REVIEWERS):
        unit, items = integer(request, f"unit{n}"), request.POST.getlist(f"items{n}")
        if (unit is None) != (not items):
            rule = Text("部门和它审核的项目要一起填。", "A department goes with what it reviews.")
            raise Refusal(Reason.MISSING_VALUE, rule, field=f"items{n}" if unit else f"unit{n}")
        if unit is not None:
            out.append({"unit": unit, "items": items})
    return out


def _lists(request: HttpRequest) -> list[dict[str, Any]]:
    out = []
    for key, _ in district_lists():
        lines = [line.partition("|") for line in request.POST.get(f"list_{key}", "").splitlines() if line.strip()]
        if any(not zh.strip() or not en.strip() for zh, _, en in lines):
            rule = Text("每行写成：中文 | English。", "Each line is: Chinese | English.")
            raise Refusal(Reason.INVALID_VALUE, rule, field=f"list_{key}")
        if lines:
            out.append({"key": key, "items": [{"zh": zh.strip(), "en": en.strip()} for zh, _, en in lines]})
    return out


@page("resumption_rules_decide", "resumption/rules/<int:rules>", RULES, methods=("POST",))
def resumption_rules_decide(request: HttpRequest, rules: int) -> HttpResponse:
    """Agree or not."""
    state = do(
        request, "resumption.decide_rules", {"edition": rules, "adopt": yes_or_no(request, "adopt")}
    ).result["state"]
    said = (
        Text("已审定，到期施行。", "Adopted; in force from its day.")
        if state == "adopted"
        else Text("未采纳。", "Not adopted.")
    )
    return done(request, reverse("resumption_rules"), said)
