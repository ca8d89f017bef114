"""Reversing a wrong cohort: choose and reason, count, and another person confirms."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.rooms.trust.actions.reverse import REVERSE, count_of, reversal_in_reach
from tongchou.rooms.trust.models import BulkRun, OrderBatch, Reversal
from tongchou.rooms.trust.pages.bulk import job_of, told
from tongchou.rooms.trust.pages.issue import table_choices
from tongchou.rooms.trust.pages.orders import TITLE
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import PLEASE, area_choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, integer, moment, polled, yes_or_no
from tongchou.web.permission import page

_NAMES = {
    "batch": Text("批次", "Batch"), "table": Text("判定表", "Table"), "rule": Text("规则", "Rule"), "since": Text("下达时间自", "Issued from"),
    "until": Text("下达时间至", "Issued until"),
}  # fmt: skip
_TITLE = Text("批量纠正", "Reversals")


@page("reversals", "orders/reversals", "restriction.reverse_confirm", methods=("GET",))
def reversals(request: HttpRequest) -> HttpResponse:
    """What was proposed, what waits for a second person, what was lifted."""
    actor = actor_of(request)
    where = Q(pk__in=[])
    for path in actor.area_paths("restriction.reverse_confirm"):
        where |= Q(area__path__startswith=path)
    rows = Reversal.objects.select_related("area", "proposed_by").filter(where).order_by("-proposed_at")[:100]
    labels = (
        ("reason", "理由", "Why"),
        ("area", "范围", "Area"),
        ("people", "涉及", "Orders"),
        ("by", "提出人", "Proposed by"),
        ("at", "时间", "When"),
        ("state", "状态", "State"),
    )
    lines = []
    for r in rows:
        label, tone = _state(r)
        lines.append({"cells": [
            {"value": r.reason, "url": reverse("reversal", args=[r.pk])}, {"value": r.area.name}, {"value": r.people}, {"value": r.proposed_by.display_name},
            {"value": r.proposed_at}, {"value": label, "tone": tone, "icon": "clock" if r.agreed is None else "circle-check" if r.agreed else "x"},
        ]})  # fmt: skip
    context = {
        "title": _TITLE, "can_propose": actor.permits(REVERSE), "breadcrumbs": [{"url": "", "label": _TITLE}],
        "sheet": {"key": "reversals", "caption": _TITLE, "columns": [{"key": k, "label": Text(z, e), "number": k == "people"} for k, z, e in labels], "rows": lines},
        "empty": {"title": Text("没有批量纠正", "No reversals"), "icon": "arrow-back-up",
                  "text": Text("一批人被误管时，在这里一次解除。", "A cohort that was restricted in error is released here in one act.")},
    }  # fmt: skip
    return render(request, "trust/reversals.html", context)


def _state(row: Reversal) -> tuple[Text, str]:
    if row.agreed is None:
        return Text("待确认", "waits for a second person"), "warn"
    return (
        (Text("已解除 {n} 项", "{n} lifted").with_(n=row.lifted), "ok")
        if row.agreed
        else (Text("不同意", "not agreed"), "")
    )


@page("reversal_new", "orders/reversals/new", REVERSE)
def reversal_new(request: HttpRequest) -> HttpResponse:
    """Choose the cohort and give the reason."""
    actor = actor_of(request)

    def fields(d: Draft) -> list[FieldParts]:
        batches: list[Any] = [
            PLEASE,
            *(
                (str(b.pk), Text.aside(b.title, b.orders))
                for b in OrderBatch.objects.filter(_areas(actor)).order_by("-at")[:200]
            ),
        ]
        tables = [PLEASE, *{k.partition("/")[2]: (k.partition("/")[2], t) for k, t in table_choices()}.values()]
        told = Text("至少选定一项条件。", "Choose at least one.")
        return [
            d.field(
                "area",
                Text("范围", "Area"),
                "select",
                choices=area_choices(actor, REVERSE, ("district", "street", "community")),
                required=True,
            ),
            d.field("batch", _NAMES["batch"], "select", choices=batches, help=told),
            d.field("table", _NAMES["table"], "select", choices=tables),
            d.field("rule", _NAMES["rule"], maxlength=80),
            d.field("since", _NAMES["since"], "datetime"),
            d.field("until", _NAMES["until"], "datetime"),
            d.field(
                "reason",
                Text("理由（将写入每个人的通知）", "Why (everybody concerned is told)"),
                "textarea",
                rows=3,
                required=True,
                maxlength=400,
            ),
        ]

    def send() -> HttpResponse:
        times = {name: moment(request, name) for name in ("since", "until")}
        payload: dict[str, Any] = {
            "area": integer(request, "area"), "batch": request.POST.get("batch") or None, "table": request.POST.get("table", ""),
            "rule": request.POST.get("rule", "").strip(), "reason": request.POST.get("reason", ""),
        }  # fmt: skip
        payload |= {name: at.isoformat() for name, at in times.items() if at is not None}
        made = do(request, REVERSE, payload).result
        said = Text("涉及 {n} 项，待另一人确认。", "{n} {n|order|orders}; another person must confirm.").with_(n=made["orders"])
        return done(request, reverse("reversal", args=[made["reversal"]]), said)

    title = Text("提出批量纠正", "Propose to reverse a cohort")
    crumbs = [
        {"url": reverse("orders"), "label": TITLE},
        {"url": reverse("reversals"), "label": _TITLE},
        {"url": "", "label": title},
    ]
    return form_page(
        request,
        fields,
        send,
        title=title,
        button=Text("提出", "Propose"),
        back=reverse("reversals"),
        breadcrumbs=crumbs,
    )


def _areas(actor: Any) -> Q:
    where = Q(pk__in=[])
    for path in actor.area_paths(REVERSE):
        where |= Q(area__path__startswith=path)
    return where


@page("reversal", "orders/reversals/<uuid:reversal>", "restriction.reverse_confirm", methods=("GET",))
def reversal_page(request: HttpRequest, reversal: uuid.UUID) -> HttpResponse:
    """One reversal: whom it concerns, why, who proposed it; the second person's yes or no."""
    actor = actor_of(request)
    row = reversal_in_reach(actor, reversal)
    label, tone = _state(row)
    facts = [{"label": _NAMES.get(k, Text(k, k)), "value": v} for k, v in row.chosen.items()]
    batch = OrderBatch.objects.filter(pk=row.chosen.get("batch")).first() if row.chosen.get("batch") else None
    facts = [f | {"value": batch.title} if f["label"] is _NAMES["batch"] and batch else f for f in facts]
    facts += [
        {"label": Text("范围", "Area"), "value": row.area.name}, {"label": Text("提出时涉及", "Orders when proposed"), "value": row.people},
        {"label": Text("现在涉及", "Orders now"), "value": count_of(row.chosen, row.area.path) if row.agreed is None else row.lifted},
        {"label": Text("提出", "Proposed"), "value": f"{row.proposed_by.display_name} · {row.unit.name}"}, {"label": Text("时间", "When"), "value": row.proposed_at},
    ]  # fmt: skip
    if row.confirmed_by is not None:
        facts.append({"label": Text("答复", "Answered"), "value": row.confirmed_by.display_name})
    run = BulkRun.objects.filter(what="reverse", payload__reversal=str(reversal)).order_by("-asked_at").first()
    job = job_of(run, reverse("reversal", args=[reversal])) if run is not None else None
    if (answer := polled(request, job)) is not None:
        return answer
    context = {
        "job": job, "refusal": told(run) if run is not None and row.agreed is None else None,
        "row": row, "facts": facts, "badges": [{"label": label, "tone": tone, "icon": "clock" if row.agreed is None else "check"}],
        "can_answer": job is None and row.agreed is None and row.proposed_by_id != actor.account_id and actor.sees_path("restriction.reverse_confirm", row.area.path),
        "breadcrumbs": [{"url": reverse("reversals"), "label": _TITLE}, {"url": "", "label": row.reason[:30]}],
    }  # fmt: skip
    return render(request, "trust/reversal.html", context)


@page("reversal_answer", "orders/reversals/<uuid:reversal>/answer", "restriction.reverse_confirm", methods=("POST",))
def reversal_answer(request: HttpRequest, reversal: uuid.UUID) -> HttpResponse:
    """Agree, and everything is lifted in this one act; or not."""
    agree = yes_or_no(request, "agree")
    do(request, "restriction.reverse_queue", {"reversal": str(reversal), "agree": agree})
    return HttpResponseRedirect(reverse("reversal", args=[reversal]))
