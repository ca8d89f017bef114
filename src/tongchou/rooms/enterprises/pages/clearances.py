"""Passes over all staff: how far the one under way is, what earlier ones were asked for by, and whose result they turned."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import act
from tongchou.record.clearance_due import asked_by
from tongchou.record.models import ClearanceRun
from tongchou.record.staffing import COUNTS, OUTCOMES, VIEW
from tongchou.rooms.enterprises.passes import Turned, job_of, turned
from tongchou.rooms.enterprises.words import PlanWords, outcome_badge, plan_words
from tongchou.web.pages.requests import actor_of, integer, polled
from tongchou.web.permission import page

_TITLE = Text("返岗判定记录", "Passes of clearance")
_RUNS, _PAGE = 30, 50


@page("clearances", "staff/clearances", COUNTS, methods=("GET",))
def clearances(request: HttpRequest) -> HttpResponse:
    """The last passes, and of one of them (?run=, else the latest) why it ran and whose result it turned."""
    job = job_of()
    if (answer := polled(request, job)) is not None:
        return answer
    actor = actor_of(request)
    runs = list(ClearanceRun.objects.order_by("-started_at")[:_RUNS])
    run = _chosen(request.GET.get("run", ""), runs)
    after = max(integer(request, "after") or 0, 0)
    found: list[Turned] = []
    if run is not None and actor.permits(VIEW):
        found = turned(actor, run, after=after, limit=_PAGE + 1)
    shown = found[:_PAGE]
    if shown:
        act("staff.read", actor, new_id(), {"staff": [t.staff for t in shown]})
    words = plan_words()
    context = {
        "title": _TITLE, "job": job, "waiting": asked_by(None), "runs": [(r, words.edition_of(r.edition)) for r in runs], "run": run,
        "edition": words.edition_of(run.edition) if run else "",
        "asked": asked_by(run.pk) if run else [],
        "outcomes": [(OUTCOMES.get(k, Text(k, k)), n) for k, n in (run.outcomes if run else {}).items()],
        "lines": [_line(t, words) for t in shown], "can_view": actor.permits(VIEW), "next_after": str(shown[-1].id) if len(found) > _PAGE else "",
        "breadcrumbs": [{"url": reverse("staff_return"), "label": Text("员工返岗", "Return of staff")}, {"url": "", "label": _TITLE}],
        "empty": {"title": Text("还没有全员判定过", "No pass yet"), "icon": "users",
                  "text": Text("方案、风险等级或多人信息变化后自动判定，每晚一次。", "One runs by itself after a change of plan, grade or many facts, and every night.")},
    }  # fmt: skip
    return render(request, "enterprises/clearances.html", context)


def _chosen(given: str, runs: list[ClearanceRun]) -> ClearanceRun | None:
    try:
        key = UUID(given)
    except ValueError:
        return runs[0] if runs else None
    return ClearanceRun.objects.filter(pk=key).first()


def _line(one: Turned, words: PlanWords) -> dict[str, Any]:
    return {
        "one": one, "was": outcome_badge(one.was), "now": outcome_badge(one.outcome), "reason": words.reason_of(one.rule), "url": reverse("staff_file", args=[one.staff]),
    }  # fmt: skip
