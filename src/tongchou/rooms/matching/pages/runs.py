"""Runs: asked for, seen as figures, flow and table; pins, bars and weights lead to a further run; two runs compared; one issued."""

from __future__ import annotations

import uuid
from collections import defaultdict
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.rooms.matching.catalogue import catalogue
from tongchou.rooms.matching.models import Run, RunNeed, RunPair
from tongchou.rooms.matching.pages.entries import crumbs
from tongchou.rooms.matching.pages.pairs import BOTH, KM, pairs_sheet, told_pairs
from tongchou.rooms.matching.questions import REASONS, TONES, compare, why
from tongchou.rooms.matching.reach import MANAGE, areas_of, run_in_reach, runs_of
from tongchou.rooms.matching.rules import NAMES, WEIGHTS, rules
from tongchou.rooms.matching.runs import solve_run
from tongchou.rooms.matching.tasks import compute_run
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.loops import KIND_PAGES
from tongchou.web.pages.requests import actor_of, do, given, integer, polled
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import page

_RUNS = Text("匹配方案", "Runs")
_NEW = Text("匹配供需", "Match needs with offers")
STATES: dict[str, tuple[Text, str, str]] = {
    "waiting": (Text("排队中", "waiting"), "", "hourglass"), "running": (Text("计算中", "being computed"), "info", "refresh"),
    "ready": (Text("待审定", "to be decided"), "warn", "eye-check"), "failed": (Text("未完成", "failed"), "act", "alert-circle"),
    "issued": (Text("已下达", "issued"), "ok", "circle-check"), "dropped": (Text("已放弃", "dropped"), "", "x"),
}  # fmt: skip
SHOWN, FLOWS = 400, 40
KIND_PAGES["match"] = "match_run_new"


@page("match_runs", "matching/runs", MANAGE, methods=("GET",))
def match_runs(request: HttpRequest) -> HttpResponse:
    """Every run, the latest first."""
    labels = (
        ("at", "时间", "When"), ("area", "区域", "Area"), ("kinds", "类别", "Kinds"), ("state", "状态", "State"), ("needs", "需求", "Needs"),
        ("full", "全部满足", "Fully met"), ("pairs", "配对", "Pairs"), ("km", "平均公里", "Mean km"), ("who", "经办", "By"), ("reason", "理由", "Reason"),
    )  # fmt: skip
    rows = []
    for r in runs_of(actor_of(request)).order_by("-asked_at")[:200]:
        label, tone, icon = STATES[r.state]
        kinds = [catalogue().kinds[k] for k in r.kinds]
        cells: list[dict[str, Any]] = [
            {"value": r.asked_at, "url": reverse("match_run", args=[r.pk])}, {"value": r.area.name},
            {"value": Text("、".join(k.zh for k in kinds), ", ".join(k.en for k in kinds))}, {"value": label, "tone": tone or "info", "icon": icon},
            *({"value": r.figures.get(k) if r.figures.get(k) is not None else Text("—", "—")} for k in ("needs", "full", "pairs", "km")),
            {"value": r.account.display_name if r.account else ""}, {"value": r.reason},
        ]  # fmt: skip
        rows.append({"cells": cells})
    columns = [{"key": k, "label": Text(zh, en), "number": k in ("needs", "full", "pairs", "km")} for k, zh, en in labels]
    context = {
        "title": _RUNS, "sheet": {"key": "runs", "caption": _RUNS, "columns": columns, "rows": rows}, "breadcrumbs": crumbs({"url": "", "label": _RUNS}),
        "empty": {
            "icon": "arrows-sort", "title": Text("还没有方案", "No run yet"),
            "text": Text("由需求和供给计算出的方案列在这里。", "Runs computed from the pool are listed here."),
        },
    }  # fmt: skip
    return render(request, "matching/runs.html", context)


@page("match_run_new", "matching/runs/new", MANAGE)
def match_run_new(request: HttpRequest) -> HttpResponse:
    """Where, which kinds, with which weights."""
    actor, on = actor_of(request), timezone.localdate()
    held = rules(on)

    def fields(d: Draft) -> list[FieldParts]:
        weights = [
            d.field(k, NAMES[k], "integer", help=held[k].source, min=0) for k in WEIGHTS
        ]
        changed = Text("权重与规定不同的，须写明理由。", "Needed where a weight differs from the rule.")
        return [
            d.field("area", Text("区域", "Area"), "select", choices=[(a.pk, a.name) for a in areas_of(actor)], required=True),
            d.field("kinds", Text("类别", "Kinds"), "checkboxes", choices=list(catalogue().kinds.items()), required=True),
            *weights, d.field("reason", Text("理由", "Reason"), maxlength=300, help=changed),
        ]  # fmt: skip

    def send() -> HttpResponse:
        weights = {k: v for k in WEIGHTS if (v := integer(request, k)) is not None and v != held[k].value}
        payload = {"area": integer(request, "area") or 0, "kinds": request.POST.getlist("kinds"), "weights": weights} | given(request, "reason")
        return _go(request, do(request, "match.run", payload).result)

    note = Text("先算出方案，人审定后再下达；下达前不占用任何一方。", "A run only proposes. Nothing is promised before somebody issues it.")
    on_record: dict[str, Any] = {k: held[k].value for k in WEIGHTS} | {"kinds": list(catalogue().kinds)}
    return form_page(
        request, fields, send, title=_NEW, button=Text("计算", "Compute"), back=reverse("match_runs"), note=note, on_record=on_record,
        breadcrumbs=crumbs({"url": reverse("match_runs"), "label": _RUNS}, {"url": "", "label": _NEW}),
    )  # fmt: skip


def _go(request: HttpRequest, made: dict[str, Any]) -> HttpResponse:
    """Few are computed at once, many by the job queue; the page shows how far it is."""
    if made["at_once"]:
        solve_run(actor_of(request), uuid.UUID(made["run"]))
    else:
        compute_run.defer(run=made["run"])
    return HttpResponseRedirect(reverse("match_run", args=[made["run"]]))


@page("match_run", "matching/runs/<uuid:run>", MANAGE, methods=("GET",))
def match_run(request: HttpRequest, run: uuid.UUID) -> HttpResponse:
    """A run: figures and proof, the flow, every pair, every need with its reason."""
    actor = actor_of(request)
    row = run_in_reach(actor, run)
    job = _job(row)
    if (answer := polled(request, job)) is not None:
        return answer
    pairs = list(row.pairs.select_related(*BOTH).order_by("need__item", "need__unit__name", "pk")[: 50_000 if asked_for(request) else SHOWN])
    needs = list(row.needs.select_related("need__unit").order_by("covered", "-points", "pk")[: 50_000 if asked_for(request) else SHOWN])
    units = _names(needs)
    if asked_for(request):
        sheet = _needs_sheet(needs, units) if request.GET.get("of") == "needs" else pairs_sheet(told_pairs(row, pairs))
        return sheet_file(request, Text("匹配方案", "Run"), *cells_of(sheet))
    label, tone, icon = STATES[row.state]
    context = {
        "row": row, "badges": [{"label": label, "tone": tone, "icon": icon}], "figures": row.figures, "stages": _stages(row), "chart": _flow(pairs),
        "pairs": told_pairs(row, pairs), "km_told": KM, "needs": [_need(n, units) for n in needs], "job": job, "reasons": _reasons(row),
        "weights": [(NAMES[k], row.weights[k], k in row.changed) for k in WEIGHTS if k in row.weights], "matches": row.matches.count(),
        "others": runs_of(actor).filter(area=row.area).exclude(pk=row.pk).order_by("-asked_at")[:8], "shown": SHOWN,
        "breadcrumbs": crumbs({"url": reverse("match_runs"), "label": _RUNS}, {"url": "", "label": row.area.name}),
    }  # fmt: skip
    return render(request, "matching/run.html", context)


def _names(needs: list[RunNeed]) -> dict[str, str]:
    from tongchou.rooms.matching.models import Entry

    keys = {k for n in needs for k, _, _ in n.rivals}
    return {str(k): name for k, name in Entry.objects.filter(pk__in=keys).values_list("pk", "unit__name")}


def _job(row: Run) -> dict[str, Any] | None:
    if row.state not in ("waiting", "running"):
        return None
    state = "running" if row.state == "running" else "queued"
    return {"label": _NEW, "done": row.done, "total": row.total or None, "state": state, "url": reverse("match_run", args=[row.pk])}


def _stages(row: Run) -> list[dict[str, Any]]:
    words = {
        "cover": (Text("能满足的总量", "Quantity covered"), Text("上界", "No more than")),
        "distance": (Text("总距离（数量×公里）", "Quantity times km"), Text("下界", "No less than")),
    }
    out = []
    for key, value, bound in row.figures.get("stages", []):
        scale = 1000 if key == "distance" else 1
        out.append({"title": words[key][0], "bound_title": words[key][1], "value": value // scale, "bound": bound // scale, "proven": value == bound})
    return out


def _reasons(row: Run) -> list[dict[str, Any]]:
    found = row.figures.get("reasons", {})
    return [{"label": t, "n": found[k or "covered"], "tone": TONES.get(k, "")} for k, t in REASONS.items() if found.get(k or "covered")]


def _need(n: RunNeed, units: dict[str, str]) -> dict[str, Any]:
    plain, whole = REASONS[n.reason], why(n, units)
    return {
        "line": n, "item": catalogue().items[n.need.item], "why": plain, "more": whole if whole != plain else "", "tone": TONES.get(n.reason, "") or "info",
        "share": n.covered * 100 // n.wanted,
    }  # fmt: skip


def _flow(pairs: list[RunPair]) -> dict[str, Any] | None:
    """Who gives to whom, by unit: the widest flows, as shares of what each need asks (pieces and people do not add up)."""
    if not pairs:
        return None
    wide: dict[tuple[str, str], float] = defaultdict(float)
    for p in pairs:
        wide[p.offer.unit.name, p.need.unit.name] += p.quantity / p.need.quantity
    top = sorted(wide.items(), key=lambda w: (-w[1], w[0]))[:FLOWS]
    en = (get_language() or "zh-hans").startswith("en")
    left, right = ("from ", "to ") if en else ("供：", "需：")
    names = {left + a for (a, _), _ in top} | {right + b for (_, b), _ in top}
    return {
        "key": "flow", "title": Text("供给流向（按满足的需求项数）", "Where offers go (in needs met)"), "tall": True,
        "columns": [Text("供方 → 需方", "From → to"), Text("满足的需求项数", "Needs met")], "rows": [[f"{a} → {b}", round(v, 2)] for (a, b), v in top],
        "option": {
            "tooltip": {},
            "series": [{
                "type": "sankey", "nodeAlign": "justify", "data": [{"name": n} for n in sorted(names)], "left": 8, "right": 140,
                "links": [{"source": left + a, "target": right + b, "value": round(v, 3)} for (a, b), v in top],
            }],
        },
    }  # fmt: skip


def _needs_sheet(needs: list[RunNeed], units: dict[str, str]) -> dict[str, Any]:
    labels = (("item", "品名", "Item"), ("unit", "需方", "Unit"), ("wanted", "需要", "Wanted"), ("covered", "满足", "Covered"), ("fair", "公平份额", "Fair part"),
              ("points", "优先分", "Points"), ("why", "原因", "Why"))  # fmt: skip
    rows = [
        {"cells": [{"value": v} for v in (catalogue().items[n.need.item].title, n.need.unit.name, n.wanted, n.covered, round(n.fair, 2), n.points, why(n, units))]}
        for n in needs
    ]
    return {"key": "needs", "columns": [{"key": k, "label": Text(zh, en)} for k, zh, en in labels], "rows": rows}


@page("match_run_act", "matching/runs/<uuid:run>/act", MANAGE, methods=("POST",))
def match_run_act(request: HttpRequest, run: uuid.UUID) -> HttpResponse:
    """Issue, drop, or compute again with what was pinned and barred."""
    row, act_ = run_in_reach(actor_of(request), run), request.POST.get("act", "")
    back = reverse("match_run", args=[run])
    if act_ == "issue":
        made = do(request, "match.issue", {"run": str(run)}).result
        return done(request, back, Text("已下达 {n} 项对接，双方各自确认。", "{n} {n|match|matches} issued; both sides confirm.").with_(n=made["loops"]))
    if act_ == "drop":
        do(request, "match.drop", {"run": str(run)})
        return done(request, reverse("match_runs"), Text("已放弃该方案。", "Dropped."))
    if act_ != "again":
        raise Refusal(Reason.INVALID_VALUE, Text("没有这种操作。", "There is no such act."), field="act", value=act_[:20])
    return _go(request, do(request, "match.run", _again(request, row)).result)


def _again(request: HttpRequest, row: Run) -> dict[str, Any]:
    """The same run with the pins and bars that were ticked besides those it had."""
    pinned = {(n, o): q for n, o, q in row.pinned}
    barred = {(n, o) for n, o in row.forbidden}
    for name in ("pin", "bar"):
        for ticked in request.POST.getlist(name)[:2_000]:
            need, _, rest = ticked.partition(":")
            offer, _, quantity = rest.partition(":")
            if name == "bar":
                barred.add((need, offer))
                pinned.pop((need, offer), None)
            elif quantity.isdigit():
                pinned[need, offer] = int(quantity)
    weights = row.changed | {k: v for k in WEIGHTS if (v := integer(request, k)) is not None and v != rules(timezone.localdate())[k].value}
    return {
        "area": row.area_id, "kinds": row.kinds, "based_on": str(row.pk), "weights": weights, "reason": request.POST.get("reason", "").strip() or row.reason,
        "pinned": [{"need": n, "offer": o, "quantity": q} for (n, o), q in sorted(pinned.items())],
        "forbidden": [{"need": n, "offer": o} for n, o in sorted(barred)],
    }  # fmt: skip


@page("match_compare", "matching/runs/<uuid:run>/compare", MANAGE, methods=("GET",))
def match_compare(request: HttpRequest, run: uuid.UUID) -> HttpResponse:
    """Two runs side by side: figures, and the needs that fare differently."""
    actor = actor_of(request)
    two = run_in_reach(actor, run)
    try:
        one = run_in_reach(actor, uuid.UUID(request.GET.get("with", "") or str(two.based_on_id or run)))
    except ValueError:
        raise Refusal(Reason.INVALID_VALUE, Text("方案编号不正确。", "This is no id of a run."), field="with") from None
    names = (("needs", "需求", "Needs"), ("full", "全部满足", "Fully met"), ("none", "完全没有", "Got nothing"), ("pairs", "配对", "Pairs"),
             ("km", "平均公里", "Mean km"), ("spread", "同级最大差距", "Largest gap among equals"))  # fmt: skip
    dash = Text("—", "—")
    figures = [(Text(zh, en), one.figures.get(k, dash), two.figures.get(k, dash)) for k, zh, en in names]
    lines = [
        {"cells": [
            {"value": d.need.unit.name}, {"value": catalogue().items[d.need.item].title}, {"value": d.need.quantity},
            {"value": dash if d.before is None else d.before}, {"value": dash if d.after is None else d.after},
        ]}
        for d in compare(one, two)[:500]
    ]  # fmt: skip
    labels = (("unit", "需方", "Unit"), ("item", "品名", "Item"), ("wanted", "需要", "Wanted"), ("before", "前一方案", "Before"), ("after", "本方案", "After"))
    title = Text("两个方案的差别", "Two runs compared")
    context = {
        "title": title, "one": one, "two": two, "figures": figures,
        "sheet": {"key": "differences", "caption": Text("结果不同的需求", "Needs that fare differently"), "rows": lines,
                  "columns": [{"key": k, "label": Text(zh, en), "number": k in ("wanted", "before", "after")} for k, zh, en in labels]},
        "empty": {"title": Text("两个方案对每项需求的结果相同", "Every need fares the same"), "text": Text("", ""), "icon": "circle-check"},
        "breadcrumbs": crumbs(
            {"url": reverse("match_runs"), "label": _RUNS}, {"url": reverse("match_run", args=[run]), "label": two.area.name}, {"url": "", "label": title}
        ),
    }  # fmt: skip
    return render(request, "matching/compare.html", context)


