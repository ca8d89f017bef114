"""A bulk act that was asked for: how far it is, what came of it, and issuing what was only tried."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.rooms.trust.models import BulkRun
from tongchou.rooms.trust.pages.orders import RUN_STATES, TITLE
from tongchou.web.pages.requests import actor_of, do, polled
from tongchou.web.permission import page

_WHATS = {
    ("batch", True): Text("成批下达：试算", "Orders for a cohort: counted only"), ("batch", False): Text("成批下达", "Orders for a cohort"),
    ("confirm", False): Text("成批确认", "Confirming a batch"), ("reverse", False): Text("批量纠正", "Reversal"),
}  # fmt: skip
_STAGES = {
    "": Text("读取在册事实", "reading the record"), "deciding": Text("逐人判定", "deciding for each person"), "storing": Text("写入措施", "storing the orders"),
    "lifting": Text("解除措施", "lifting the orders"), "recording": Text("记入台账、通知本人", "recording, and telling those concerned"),
}  # fmt: skip
_LEFT = {
    "no_measure": Text("方案不要求管控", "the plan restricts them not"), "unconfirmed": Text("依据未经证实", "rests on what is unconfirmed"),
    "under_order": Text("已在管控中", "under an order already"), "rejected": Text("在册事实有误，未判定", "facts on record are wrong: not decided"),
}  # fmt: skip


def run_in_reach(actor: Actor, key: uuid.UUID) -> BulkRun:
    """A run of one's own, or of an area whose orders one sees; any other is not found."""
    row = BulkRun.objects.select_related("area", "account", "unit").filter(pk=key).first()
    if row is None or not (row.account_id == actor.account_id or actor.sees_path("restriction.view", row.area.path)):
        rule, remedy = Text("没有这项批量办理。", "There is no such bulk act."), Text("请从管控措施页面打开。", "Open it from the page of orders.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=remedy, field="run", value=str(key))
    return row


@page("order_run", "orders/runs/<uuid:bulk>", "restriction.view", methods=("GET",))
def order_run(request: HttpRequest, bulk: uuid.UUID) -> HttpResponse:
    """Progress while it runs; then the counts, or why nothing was done."""
    actor = actor_of(request)
    row = run_in_reach(actor, bulk)
    job = job_of(row, reverse("order_run", args=[bulk]))
    if (answer := polled(request, job)) is not None:
        return answer
    label, tone, icon = RUN_STATES[row.state]
    title = _WHATS[row.what, row.trial]
    context = {
        "row": row, "title": title, "job": job, "badges": [{"label": label, "tone": tone, "icon": icon}],
        "counts": _counts(row), "refusal": told(row), "can_issue": row.trial and row.result.get("orders") and actor.sees_path("restriction.issue", row.area.path),
        "breadcrumbs": [{"url": reverse("orders"), "label": TITLE}, {"url": "", "label": title}],
    }  # fmt: skip
    return render(request, "trust/run.html", context)


def job_of(row: BulkRun, url: str) -> dict[str, Any] | None:
    """What components/progress.html shows of a run that is not over."""
    if row.state not in ("waiting", "running"):
        return None
    state = "running" if row.state == "running" else "queued"
    return {"label": _WHATS[row.what, row.trial], "done": row.done, "total": row.total or None, "state": state, "url": url,
            "left": _STAGES.get(row.stage, _STAGES[""]) if state == "running" else None}  # fmt: skip


def told(row: BulkRun) -> dict[str, Any] | None:
    """Why a run did nothing, in words."""
    if row.state != "failed":
        return None
    remedy = row.refusal.get("remedy")
    return {"rule": Text.from_dict(row.refusal["rule"]), "remedy": Text.from_dict(remedy) if remedy else None}


def _counts(row: BulkRun) -> list[dict[str, Any]]:
    if row.state != "done":
        return []
    found = row.result
    if row.what == "confirm":
        return [{"label": Text("已确认", "confirmed"), "value": found["confirmed"]}, {"label": Text("未予确认", "not confirmed"), "value": found["refused"]}]
    if row.what == "reverse":
        return [{"label": Text("已解除", "lifted"), "value": found["lifted"]}]
    orders = Text("将下达", "orders it would issue") if row.trial else Text("已下达", "orders issued")
    return [
        {"label": Text("表中人员", "people before the table"), "value": found["people"]}, {"label": orders, "value": found["orders"]},
        *({"label": _LEFT[k], "value": n} for k, n in found["left_out"].items()),
        {"label": Text("名单中没有在册依据", "of the list, without a ground on record"), "value": found["not_on_table"]},
    ]  # fmt: skip


@page("order_run_issue", "orders/runs/<uuid:bulk>/issue", "restriction.issue", methods=("POST",))
def order_run_issue(request: HttpRequest, bulk: uuid.UUID) -> HttpResponse:
    """Issue what was tried: the record of now decides, not the counts of then."""
    row = run_in_reach(actor_of(request), bulk)
    if not row.trial:
        rule, remedy = Text("这一项不是试算。", "This was no trial."), Text("请从“成批下达”开始。", "Begin at “Issue for a cohort”.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=remedy, field="run")
    made = do(request, "restriction.batch_queue", row.payload | {"trial": False}).result["run"]
    return HttpResponseRedirect(reverse("order_run", args=[made]))
