"""Staff of an enterprise, and one person's file. What is shown is masked, and every reading is recorded."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.errors import Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.packs.plans.decide import decide_standing
from tongchou.packs.plans.facts import read_facts
from tongchou.record.act import act
from tongchou.record.clearance import INPUTS, PACK, TABLE, decided, staff_before
from tongchou.record.enterprises import OWN, enterprise_in_reach
from tongchou.record.models import Staff, Unit
from tongchou.record.people.identity import open_identity
from tongchou.record.plans import standing_in_force
from tongchou.record.questions.enterprises import staff_counts
from tongchou.record.staffing import EDIT, OUTCOMES, VIEW, open_itinerary, staff_in_reach
from tongchou.rooms.enterprises.questions import PAGE, StaffLine, history, staff_lines
from tongchou.rooms.enterprises.turned import GROUPS, NAMES, turned_counts
from tongchou.rooms.enterprises.words import LEVELS, TITLE, PlanWords, flag, outcome_badge, plan_words
from tongchou.web.pages.requests import actor_of, integer
from tongchou.web.permission import page

STAFF = Text("员工档案", "Staff files")


def crumbs_of(request: HttpRequest, unit: Unit, *more: dict[str, Any]) -> list[dict[str, Any]]:
    """From the register, or from one's own enterprise, down to the page."""
    if actor_of(request).permits(OWN):
        return [{"url": reverse("enterprise_own"), "label": unit.name[:30]}, *more]
    return [
        {"url": reverse("enterprises"), "label": TITLE},
        {"url": reverse("enterprise", args=[unit.pk]), "label": unit.name[:30]},
        *more,
    ]


@page("staff", "enterprises/<int:enterprise>/staff", VIEW, methods=("GET",))
def staff(request: HttpRequest, enterprise: int) -> HttpResponse:
    """Staff files of an enterprise, those to see to first."""
    actor, today = actor_of(request), timezone.localdate()
    row = enterprise_in_reach(actor, enterprise, VIEW)
    outcome, origin, waiting = (
        request.GET.get("outcome", "")[:20],
        request.GET.get("origin", "")[:12],
        request.GET.get("waiting") == "1",
    )
    turned = request.GET.get("turned", "")
    turned = turned if turned in GROUPS else ""
    after = max(integer(request, "after") or 0, 0)
    words = plan_words()
    rows = staff_lines(enterprise, today, outcome=outcome, origin=origin, waiting=waiting, turned=turned, limit=PAGE + 1, after=after)
    shown = rows[:PAGE]
    if shown:
        act("staff.read", actor, new_id(), {"staff": [r.id for r in shown]})
    counts = staff_counts([enterprise], today)[enterprise]
    news = turned_counts([enterprise], today).get(enterprise, {})
    origins = sorted({(r.origin, r.origin_name) for r in rows if r.origin})
    context = {
        "title": STAFF,
        "unit": row,
        "outcome": outcome,
        "lines": [_line(r, words) for r in shown],
        "next_after": str(after + PAGE) if len(rows) > PAGE else "",
        "filters": [
            {
                "key": "turned",
                "label": Text("有变化", "Changed"),
                "current": turned,
                "options": [{"value": g, "label": t, "count": news.get(g, 0)} for g, t in NAMES.items()],
            },
            {
                "key": "outcome",
                "label": Text("判定", "Result"),
                "current": outcome,
                "options": [
                    {"value": k, "label": t, "count": counts.by_outcome[k]}
                    for k, t in OUTCOMES.items()
                    if k and counts.by_outcome[k]
                ],
            },
            {
                "key": "origin",
                "label": Text("来源地", "Origin"),
                "current": origin,
                "options": [{"value": c, "label": n} for c, n in origins],
            },
        ],
        "toggles": [{"key": "waiting", "label": Text("未返岗", "Not back yet"), "icon": "clock", "on": waiting}],
        "found": Text("{n} 人，已返岗 {b} 人", "{n} {n|person|people}, {b} at work").with_(n=counts.total, b=counts.returned),
        "can_edit": actor.permits(EDIT),
        "breadcrumbs": crumbs_of(request, row, {"url": "", "label": STAFF}),
        "empty": {
            "title": Text("没有员工档案", "No staff files"),
            "text": Text("可从表格导入，或逐人登记。", "Import a table, or add people one by one."),
            "icon": "users",
        },
    }
    return render(request, "enterprises/staff.html", context)


def _line(r: StaffLine, words: PlanWords) -> dict[str, Any]:
    return {
        "line": r,
        "badge": outcome_badge(r.outcome),
        "was": OUTCOMES.get(r.was) if r.was else None,
        "reason": words.reason_of(r.rule),
        "open_end": words.open_end(r.outcome, r.rule, r.until),
        "asks": words.asked(r.asks),
        "level": LEVELS[r.level] if r.origin else None,
        "url": reverse("staff_file", args=[r.id]),
    }


@page("staff_file", "staff/<int:staff>", VIEW, methods=("GET",))
def staff_file(request: HttpRequest, staff: int) -> HttpResponse:
    """One person's file: what it says, what was decided and why, what would change it, what was decided before."""
    actor = actor_of(request)
    row = staff_in_reach(actor, VIEW, staff)
    act("staff.read", actor, new_id(), {"staff": [staff]})
    file = told(row)
    context = file | {
        "file": file,
        "can_edit": actor.permits(EDIT) and row.to_date is None,
        "itinerary": open_itinerary(row),
        "breadcrumbs": crumbs_of(
            request,
            row.unit,
            {"url": reverse("staff", args=[row.unit_id]), "label": STAFF},
            {"url": "", "label": Text("档案", "File")},
        ),
    }
    return render(request, "enterprises/staff_file.html", context)


def told(row: Staff) -> dict[str, Any]:
    """What a page shows of a file: facts as the file says and as the record has them, result, reason, what would change it, history."""
    who = open_identity(row.person.sealed, row.person_id).masked()
    known, changes = _known(row)
    words = plan_words()
    return {
        "row": row,
        "who": who,
        "badge": outcome_badge(row.outcome),
        "reason": words.reason_of(row.rule),
        "open_end": words.open_end(row.outcome, row.rule, row.until),
        "asks": words.asked(tuple(row.asks.split())),
        "edition": words.edition_of(row.edition),
        "facts": _facts(row, known),
        "changes": changes,
        "history": [
            {"step": s, "badge": outcome_badge(s.outcome), "reason": words.reason_of(s.rule), "asks": words.asked(s.asks)}
            for s in history(row.pk)
        ],
    }


_INPUT_OF = {
    "symptoms": "symptoms",
    "in_hard_hit": "in_hard_hit_area",
    "last_risk": "last_risk",
    "observed_from": "observed_from",
    "cleared": "cleared",
    "temperature_normal": "temperature_normal",
}
_TITLES = {
    "title": Text("岗位", "Job"),
    "post_urgent": Text("岗位急需", "Urgent post"),
    "origin": Text("来源地", "Origin"),
    "planned_return": Text("计划返岗", "Planned return"),
    "returned_on": Text("实际返岗", "Came back"),
    "symptoms": Text("有症状", "Has symptoms"),
    "in_hard_hit": Text("仍在高发地区", "Still in a hard-hit area"),
    "last_risk": Text("最后风险日期", "Last day of risk"),
    "observed_from": Text("开始隔离", "Isolation began"),
    "cleared": Text("检测已排除", "Ruled out by test"),
    "temperature_normal": Text("体温正常", "Temperature normal"),
}


def _facts(row: Staff, known: dict[str, Any]) -> list[dict[str, Any]]:
    out = []
    for name, title in _TITLES.items():
        value = getattr(row, name)
        used = known.get(_INPUT_OF.get(name, ""))
        out.append(
            {
                "title": title,
                "value": _word(value),
                "record": _word(used) if used is not None and used != value else None,
            }
        )
    return out


def _word(value: Any) -> Any:
    return flag(value) if isinstance(value, bool) else value or None


def _known(row: Staff) -> tuple[dict[str, Any], list[Text]]:
    """The facts with which the plan decides, the record's included, and which single fact would lead to another result."""
    if row.to_date is not None:
        return {}, []
    standing = standing_in_force(PACK, TABLE, timezone.localdate())
    frame = decided(standing, staff_before(standing, staff=[row.pk]))
    if not frame.height:
        return {}, []
    facts = {k: v for k, v in frame.row(0, named=True).items() if k in INPUTS and v is not None}
    try:
        found = decide_standing(standing, read_facts(standing.table, facts, standing.as_of))
    except Refusal:  # a day on record that is not in order: the facts are shown all the same
        return facts, []
    titles = {k: v.title for k, v in standing.inputs.items()}
    changes = [
        Text("若“{what}”为 {value}：{then}", "If “{what}” were {value}: {then}").with_(
            what=titles.get(a.fact, Text(a.fact, a.fact)),
            value=_shown(a.value),
            then=OUTCOMES.get(a.outcome, Text(a.outcome, a.outcome)),
        )
        for a in found.alternatives
    ]
    return facts, changes


def _shown(value: Any) -> Text:
    return (
        (Text("是", "yes") if value else Text("否", "no")) if isinstance(value, bool) else Text(str(value), str(value))
    )
