"""The catalogue of policies, and one policy: who qualifies, by which paper, and why others do not."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import Unit
from tongchou.rooms.policies.catalogue import (
    EXPIRED,
    NOT_YET,
    OUTCOMES,
    Catalogue,
    benefits,
    ground,
    known_policy,
    standing_outcome,
)
from tongchou.rooms.policies.pages.words import crumbs, outcome_badge, today_catalogue
from tongchou.rooms.policies.questions import failing, lacking, outcomes
from tongchou.rooms.policies.reach import APPLY, MANAGE, TELL, VIEW
from tongchou.web.pages.requests import actor_of
from tongchou.web.pages.spreadsheets import asked_for, cells_of, sheet_file
from tongchou.web.permission import page

_TITLE = Text("政策目录", "Catalogue of policies")
IN_FORCE = {"label": Text("施行中", "in force"), "tone": "ok", "icon": "circle-check"}


def officer(actor: Actor) -> bool:
    """Whether the counts of enterprises are shown: to everybody but the enterprises."""
    return not actor.permits(APPLY)


def _badge(standing: Any) -> dict[str, Any]:
    flat = standing_outcome(standing)
    return outcome_badge(flat) if flat else IN_FORCE


@page("policy_catalogue", "policies/catalogue", VIEW, methods=("GET",))
def policy_catalogue(request: HttpRequest) -> HttpResponse:
    """Every policy of the pack in force, those that can be had first."""
    actor, found = actor_of(request), today_catalogue()
    counted = outcomes(actor) if officer(actor) else {}
    sheet = _sheet(found, counted)
    if asked_for(request):
        return sheet_file(request, _TITLE, *cells_of(sheet))
    context = {
        "title": _TITLE,
        "sheet": sheet,
        "found": found,
        "local": found.version.origin == "local",
        "edit_url": reverse("pack", args=[found.version.pk]) if actor.permits("plan.view") else "",
        "breadcrumbs": crumbs(("", _TITLE)),
        "empty": {"title": Text("没有政策", "No policies"), "text": Text("", ""), "icon": "note"},
    }
    return render(request, "policies/catalogue.html", context)


def _sheet(found: Catalogue, counted: dict[str, dict[str, int]]) -> dict[str, Any]:
    units = dict(
        Unit.objects.filter(pk__in=[s.unit for s in found.settings.values() if s.unit]).values_list("pk", "name")
    )
    kinds, local = benefits(), set(found.version.base.files) if found.version.base else set()
    labels = [
        ("title", "政策", "Policy"),
        ("state", "状态", "State"),
        ("benefit", "方式", "Benefit"),
        ("unit", "办理部门", "Decided by"),
        ("where", "来源", "From"),
    ]
    numbers = (
        [("eligible", "符合", "Qualify"), ("undetermined", "待补充", "Unclear"), ("not_eligible", "不符合", "Do not")]
        if counted
        else []
    )
    columns = [{"key": k, "label": Text(zh, en)} for k, zh, en in labels] + [
        {"key": k, "label": Text(zh, en), "number": True} for k, zh, en in numbers
    ]
    lines = []
    for key, standing in sorted(found.standings.items(), key=lambda kv: (standing_outcome(kv[1]) != "", kv[0])):
        badge, setting = _badge(standing), found.settings[key]
        shipped = f"tables/{key}.yaml" in local or not found.version.base
        cells: list[dict[str, Any]] = [
            {"value": standing.table.title, "url": reverse("policy", args=[key])},
            {"value": badge["label"], "tone": badge["tone"] or "info", "icon": badge["icon"]},
            {"value": kinds.get(setting.benefit, setting.benefit)},
            {"value": units.get(setting.unit or 0, Text("指挥部办公室", "headquarters office"))},
            {"value": Text("随程序", "shipped") if shipped else Text("本区", "the district's")},
        ]
        lines.append({"cells": [*cells, *({"value": counted.get(key, {}).get(k, 0)} for k, _, _ in numbers)]})
    return {"key": "catalogue", "caption": _TITLE, "columns": columns, "rows": lines, "export": True}


@page("policy", "policies/catalogue/<slug:policy>", VIEW, methods=("GET",))
def policy_page(request: HttpRequest, policy: str) -> HttpResponse:
    """One policy: its conditions with paper and clause, what it gives, and how many fail which condition."""
    actor, found = actor_of(request), today_catalogue()
    standing = known_policy(found, policy)
    setting, shown = found.settings[policy], officer(actor)
    grounds = [ground(standing, r) for r in standing.rules]
    counts = outcomes(actor, policy).get(policy, {}) if shown else {}
    bad, unclear = (failing(actor, policy), lacking(actor, policy)) if shown else ({}, {})
    unit = Unit.objects.filter(pk=setting.unit).first() if setting.unit else None
    context = {
        "title": standing.table.title,
        "policy": policy,
        "badge": _badge(standing),
        "groups": [
            (Text("谁可以享受", "Who qualifies"), [g for g in grounds if g.outcome == "eligible"]),
            (Text("谁不能享受", "Who does not"), [g for g in grounds if g.outcome == "not_eligible"]),
            (Text("期限", "Term"), [g for g in grounds if g.outcome in (EXPIRED, NOT_YET)]),
        ],
        "setting": setting,
        "benefit": benefits().get(setting.benefit, setting.benefit),
        "base": found.fact_title(setting.base) if setting.base else None,
        "unit": unit,
        "edition": standing.edition.title,
        "counts": [{**outcome_badge(k), "n": counts[k]} for k in OUTCOMES if counts.get(k)],
        "chart": _chart({g.rule: g.reason for g in grounds}, bad),
        "lacking": [(found.fact_title(f), n) for f, n in unclear.items()],
        "asks": [s.title for k, s in standing.inputs.items() if not s.derived],
        "can_manage": actor.permits(MANAGE),
        "can_tell": actor.permits(TELL),
        "breadcrumbs": crumbs((reverse("policy_catalogue"), _TITLE), ("", standing.table.title)),
    }
    return render(request, "policies/policy.html", context)


def _chart(words: dict[str, Text], counts: dict[str, int]) -> dict[str, Any] | None:
    if not counts:
        return None
    language = get_language() or "zh-hans"
    names = [words[k].in_(language) if k in words else k for k in counts]
    return {
        "key": "failing",
        "title": Text("不符合的企业，按不符的条件", "Who does not qualify, by the condition that fails"),
        "definition": Text("同时不符几项的，各计一次。", "Whoever fails several counts under each."),
        "columns": [Text("条件", "Condition"), Text("企业", "Enterprises")],
        "rows": [[name, n] for name, n in zip(names, counts.values(), strict=True)],
        "option": {
            "tooltip": {},
            "grid": {"containLabel": True, "left": 8, "right": 24, "top": 8, "bottom": 8},
            "xAxis": {"type": "value", "minInterval": 1},
            "yAxis": {"type": "category", "inverse": True, "data": names},
            "series": [
                {"name": Text("企业", "Enterprises").in_(language), "type": "bar", "data": list(counts.values())}
            ],
        },
    }
