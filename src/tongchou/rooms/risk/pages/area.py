"""One area: its grade, why, what it brings, when it may change, what was before; and the steps of a change."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from tongchou.kernel.text import Text
from tongchou.packs.plans.report import as_value
from tongchou.record.models import Area
from tongchou.record.questions.grades import grade_history, grade_of
from tongchou.record.territory.reach import area_in_reach, missing, reaches_path
from tongchou.rooms.risk.actions.grades import VIEW
from tongchou.rooms.risk.evaluate import Assessment, numbers_of, picture
from tongchou.rooms.risk.models import CaseCount, Finding, Proposal
from tongchou.rooms.risk.pages.asked import RISK, Asked, ahead, asked, badge
from tongchou.rooms.risk.pages.overview import area_url
from tongchou.rooms.risk.words import FACTS, PLACES, YES_NO, grade_title, triggers, why
from tongchou.web.pages.forms import done
from tongchou.web.pages.loops import LOOP_LINKS, LoopLink
from tongchou.web.pages.requests import actor_of, do
from tongchou.web.permission import page

SHOWN = timedelta(days=30)
_DECIDED = {
    "approved": (Text("批准", "approved"), "circle-check", "ok"),
    "refused": (Text("退回", "refused"), "x", "act"),
    "lapsed": (Text("失效（数据已变化）", "lapsed: the numbers changed"), "clock", ""),
    "": (Text("待审批", "waits to be decided"), "clock", "warn"),
}


@page("risk_area", "risk/areas/<int:area>", VIEW, methods=("GET",))
def risk_area(request: HttpRequest, area: int) -> HttpResponse:
    """One area on a day (?on=), by what was known at the end of another (?known=)."""
    actor, ask = actor_of(request), asked(request)
    row = area_in_reach(actor, VIEW, area)
    seen = picture(ask.on, ask.at)
    found = seen.of(row.pk) if seen else None
    own = grade_of(row.pk, ask.on, ask.at)
    open_one = Proposal.objects.filter(area=row, decided_at=None).select_related("submitted_by").first()
    held = own.grade if own else None
    context = {
        "row": row, "ask": ask, "today": timezone.localdate(), "grade": own, "badges": [badge(held, ask.on)], "found": found,
        "inherited": own is not None and own.area != row.pk, "numbers": found.numbers if found else numbers_of([row.pk], ask.on, ask.at)[row.pk],
        "reasons": why(found.decision, found.rule) if found else [], "needs": _needs(found), "ahead": ahead(found, ask.on) if found else None,
        "by_rules": badge(found.target or ("released" if found.current else ""), ask.on) if found and found.outcome != "undetermined" else None,
        "brings": triggers(held, ask.on) if held else (), "chart": _chart(row, ask), "findings": _findings(row, ask), "timeline": _timeline(row, ask),
        "history": [{"line": g, "badge": badge(g.grade, g.since)} for g in grade_history(row.pk, ask.at)],
        "inside": _inside(row, ask), "proposal": _waits(open_one, actor.account_id) if open_one else None,
        "can_record": reaches_path(actor, "risk.record", row.path) and row.valid_to is None,
        "can_submit": reaches_path(actor, "risk.propose", row.path), "can_decide": reaches_path(actor, "risk.approve", row.path),
        "breadcrumbs": [{"url": reverse("risk") + (f"?{ask.query}" if ask.query else ""), "label": RISK}, {"url": "", "label": row.name}],
    }  # fmt: skip
    return render(request, "risk/area.html", context)


def _needs(found: Assessment | None) -> list[Text]:
    """What has to be found out before the rules give a grade."""
    if found is None or found.outcome != "undetermined" or found.decision is None:
        return []
    inputs = found.decision.standing.inputs
    return [inputs[n].title for n in as_value(found.decision)["needs"]]


def _waits(row: Proposal, account: int | None) -> dict[str, Any]:
    conditions = row.evidence.get("conditions", [])
    return {
        "row": row, "before": badge(row.from_grade, row.as_of), "after": badge(row.to_grade, row.as_of), "reasons": row.evidence.get("reasons", []),
        "numbers": row.evidence.get("numbers", {}), "conditions": conditions, "own": row.submitted_by_id is not None and row.submitted_by_id == account,
    }  # fmt: skip


def _known(ask: Asked) -> Q:
    return Q(known_to=None) if ask.at is None else Q(known_from__lte=ask.at) & (Q(known_to=None) | Q(known_to__gt=ask.at))


def _chart(row: Area, ask: Asked) -> dict[str, Any] | None:
    """New cases of the subtree by day of report, thirty days; a day without a report is a gap, not a zero."""
    first = ask.on - SHOWN
    counts: dict[Any, int] = {}
    rows = CaseCount.objects.filter(_known(ask), area__path__startswith=row.path, basis="report", day__gt=first, day__lte=ask.on)
    for day, cases in rows.values_list("day", "cases"):
        counts[day] = counts.get(day, 0) + cases
    if not counts:
        return None
    days = [first + timedelta(days=n + 1) for n in range(SHOWN.days)]
    language = get_language() or "zh-hans"
    name = Text("新增病例", "New cases")
    return {
        "key": "cases", "title": Text("近三十天新增病例（按报告日期）", "New cases in thirty days, by day of report"),
        "columns": [Text("日期", "Day"), name], "rows": [[f"{d:%m-%d}", counts.get(d)] for d in days],
        "option": {
            "tooltip": {"trigger": "axis"}, "xAxis": {"type": "category", "data": [f"{d:%m-%d}" for d in days]}, "yAxis": {"type": "value", "minInterval": 1},
            "series": [{"name": name.in_(language), "type": "bar", "data": [counts.get(d) for d in days]}],
        },
    }  # fmt: skip


def _findings(row: Area, ask: Asked) -> list[dict[str, Any]]:
    rows = Finding.objects.filter(area=row, day__lte=ask.on).select_related("account").order_by("-day", "-pk")
    if ask.at is not None:
        rows = rows.filter(known_from__lte=ask.at)
    return [{"row": f, "fact": FACTS[f.fact], "value": (PLACES if f.fact == "place" else YES_NO)[f.value]} for f in rows[:20]]


def _timeline(row: Area, ask: Asked) -> list[dict[str, Any]]:
    """Every proposal of the area, the latest first: proposed, put forward, decided."""
    rows = Proposal.objects.filter(area=row).select_related("submitted_by", "decided_by").order_by("-as_of", "-proposed_at")
    if ask.at is not None:
        rows = rows.filter(proposed_at__lte=ask.at)
    out = []
    for p in rows[:50]:
        decision = p.decision if ask.at is None or (p.decided_at and p.decided_at <= ask.at) else ""
        word, icon, tone = _DECIDED[decision]
        what = Text("{day}起：{a} → {b}，{word}", "From {day}: {a} → {b}, {word}").with_(
            day=p.as_of, a=grade_title(p.from_grade, p.as_of), b=grade_title(p.to_grade, p.as_of), word=word
        )
        people = [Text("提请 {n}", "put forward by {n}").with_(n=p.submitted_by.display_name)] if p.submitted_by else []
        people += [Text("审批 {n}", "decided by {n}").with_(n=p.decided_by.display_name)] if p.decided_by and decision else []
        reasons = p.evidence.get("reasons", [])
        why_so = reasons[1] if len(reasons) > 1 else reasons[0] if reasons else None
        note: Any = Text(why_so["zh"] + why_so["document"], f"{why_so['en']} {why_so['document']}") if why_so else ""
        who: Any = Text("；".join(t.zh for t in people), "; ".join(t.en for t in people)) if people else ""
        out.append({"at": p.decided_at if decision else p.proposed_at, "what": what, "who": who, "unit": p.document, "note": note, "tone": tone, "icon": icon})
    return out


def _inside(row: Area, ask: Asked) -> list[dict[str, Any]]:
    """Graded areas inside this one."""
    from tongchou.record.questions.grades import grades_on

    graded = grades_on(ask.on, ask.at)
    inside = set(Area.objects.filter(pk__in=[g.area for g in graded], path__startswith=row.path).exclude(pk=row.pk).values_list("pk", flat=True))
    return [{"line": g, "badge": badge(g.grade, ask.on), "url": area_url(g.area, ask)} for g in graded if g.area in inside]


def _step(request: HttpRequest, proposal: uuid.UUID, step: str, said: Text, *names: str) -> HttpResponse:
    do(request, f"risk.{step}", {"proposal": str(proposal)} | {name: request.POST.get(name, "") for name in names})
    row = Proposal.objects.get(pk=proposal)
    return done(request, area_url(row.area_id, Asked(row.as_of, None)), said)


@page("risk_of_loop", "risk/loops/<uuid:grade_loop>", VIEW, methods=("GET",))
def risk_of_loop(request: HttpRequest, grade_loop: uuid.UUID) -> HttpResponse:
    """From a loop of kind grade_change to its area, on the day of the proposal."""
    row = Proposal.objects.select_related("area").filter(loop=grade_loop).first()
    if row is None or not reaches_path(actor_of(request), VIEW, row.area.path):
        raise missing(Text("没有找到该提请。", "There is no such proposal."), "loop", str(grade_loop))
    return redirect(area_url(row.area_id, Asked(row.as_of, None)))


LOOP_LINKS.append(
    LoopLink(
        "risk_of_loop", Text("查看依据并审批", "See what it rests on and decide"), "map",
        lambda found, actor: found.kind.key == "grade_change" and actor.permits(VIEW),
    )
)  # fmt: skip


@page("risk_submit", "risk/proposals/<uuid:proposal>/submit", "risk.propose", methods=("POST",))
def risk_submit(request: HttpRequest, proposal: uuid.UUID) -> HttpResponse:
    """Put a proposal forward."""
    return _step(request, proposal, "submit", Text("已提请审批。", "Put forward."))


@page("risk_approve", "risk/proposals/<uuid:proposal>/approve", "risk.approve", methods=("POST",))
def risk_approve(request: HttpRequest, proposal: uuid.UUID) -> HttpResponse:
    """Approve it."""
    return _step(request, proposal, "approve", Text("已批准，等级已生效。", "Approved: the grade holds."), "document", "note")


@page("risk_refuse", "risk/proposals/<uuid:proposal>/refuse", "risk.approve", methods=("POST",))
def risk_refuse(request: HttpRequest, proposal: uuid.UUID) -> HttpResponse:
    """Refuse it with a reason."""
    return _step(request, proposal, "refuse", Text("已退回。", "Refused."), "note")
