"""Decide by a plan: choose a table, a person or typed facts; what comes out, why, and what would change it. A kept decision's file."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.clock import parse_date
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.packs.plans.model import Input, Pack
from tongchou.packs.plans.report import as_value
from tongchou.packs.plans.resolve import Standing
from tongchou.packs.plans.values import Document
from tongchou.record.act import act
from tongchou.record.models import Fact
from tongchou.record.people.fact_types import fact_types
from tongchou.record.people.identity import open_identity
from tongchou.record.people.reach import person_in_reach
from tongchou.rooms.plans.deciding import decide_one, explained
from tongchou.rooms.plans.onrecord import OnRecord, on_record
from tongchou.rooms.plans.questions import decided_again, decision_in_reach
from tongchou.rooms.plans.store import pack_of, signed_for, standing_of, version_in_force, versions_in_force
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import done
from tongchou.web.pages.requests import actor_of, do
from tongchou.web.permission import Nav, page

_TITLE = Text("按方案判定", "Decide by the plan")
_YES = [("", Text("不知道", "not known")), ("true", Text("是", "yes")), ("false", Text("否", "no"))]


def tables() -> list[tuple[str, Any]]:
    """pack/table of every pack in force, the district's own first."""
    found: list[tuple[str, Any]] = [("", Text("请选择", "Choose"))]
    for name, version in sorted(
        versions_in_force(timezone.localdate()).items(), key=lambda kv: (kv[1].origin == "shipped", kv[0])
    ):
        title = Text.from_dict(version.title)
        found += [
            (f"{name}/{k}", Text("{p} · {t}", "{p} · {t}").with_(p=title, t=t.title))
            for k, t in pack_of(version).tables.items()
        ]
    return found


@page("plan_decide", "plans/decide", "plan.view", nav=Nav(_TITLE, "gavel"))
def plan_decide(request: HttpRequest) -> HttpResponse:
    """Nothing is kept unless a person is named and “keep” is pressed."""
    actor = actor_of(request)
    given = request.POST if request.method == "POST" else request.GET
    pack, _, table = given.get("table", "").partition("/")
    person, name = _person(request, given.get("person", ""))
    context: dict[str, Any] = {
        "title": _TITLE,
        "tables": tables(),
        "table": f"{pack}/{table}" if table else "",
        "person": person,
        "name": name,
    }
    if not table:
        return render(request, "plans/decide.html", context)
    problem: Refusal | None = None
    today = timezone.localdate()
    try:
        as_of = parse_date(given["as_of"], "as_of") if given.get("as_of") else today
        if as_of > today and person is not None:
            rule = Text("判定日期不得晚于今天。", "The day of the decision may not lie ahead.")
            raise Refusal(
                Reason.IMPOSSIBLE_DATE,
                rule,
                remedy=Text("请改为今天或更早。", "Choose today or earlier."),
                field="as_of",
                value=str(as_of),
            )
        version = version_in_force(pack, as_of)
        standing = standing_of(version, table, as_of)
        found = on_record(standing, person) if person is not None else OnRecord()
        known = found.facts
        typed = _typed(request, standing) if request.method == "POST" else {}
        context |= {
            "version": version,
            "as_of": as_of,
            "fields": _fields(standing, found, typed, request.method == "POST"),
            "known": bool(known),
        }
        if request.method == "POST" or known:
            if request.POST.get("keep") and person is not None:
                facts = {k: v for k, v in typed.items() if str(known.get(k, "")) != str(v)}
                payload = {"person": str(person), "pack": pack, "table": table, "as_of": str(as_of), "facts": facts}
                key = do(request, "plan.decide", payload).result["decision"]
                return done(
                    request, reverse("plan_decision", args=[key]), Text("判定已保存。", "The decision is kept.")
                )
            decided = decide_one(standing, known | typed, explain=True)
            kept = explained(decided, signed_for(pack))
            context["result"] = shown(as_value(decided), standing.pack, kept.binding)
    except Refusal as refusal:
        problem = refusal
    context |= {
        "problem": problem,
        "can_keep": person is not None and actor.permits("plan.decide") and "result" in context,
    }
    return render(request, "plans/decide.html", context, status=problem.status if problem else 200)


def _person(request: HttpRequest, text: str) -> tuple[uuid.UUID | None, str]:
    """The person whom the page is about, masked; the reading is recorded."""
    if not text:
        return None, ""
    actor = actor_of(request)
    try:
        key = uuid.UUID(text)
    except ValueError:
        key = uuid.UUID(int=0)
    actor.require("plan.decide")
    row = person_in_reach(actor, "plan.decide", key)
    act("person.read", actor, new_id(), {"people": [str(key)], "what": "file"})
    return key, open_identity(row.sealed, row.pk).masked().name


def _fields(standing: Standing, found: OnRecord, typed: dict[str, Any], posted: bool) -> list[FieldParts]:
    fields, known = [], found.facts
    said = _said(found)
    for key, spec in standing.inputs.items():
        if spec.derived:
            continue
        value = typed.get(key) if posted else known.get(key)
        told: Any = ""
        if key in known:
            told = Text("在册：{v}（{s}）", "On record: {v} ({s})").with_(v=_word(spec, known[key]), s=said[key])
        elif spec.from_record is not None and standing.table.people:
            told = Text("在册信息中没有，请查明后填写。", "Not on record: find out and fill in.")
        fields.append(_field(f"fact_{key}", spec, value, told))
    return fields


def _said(found: OnRecord) -> dict[str, Text]:
    """For each input that the record fills the facts that it was read from, by kind and day."""
    facts = {f.pk: f for f in Fact.objects.filter(pk__in={k for keys in found.sources.values() for k in keys})}
    out = {}
    for key, ids in found.sources.items():
        named = [(fact_types()[facts[k].type].title, str(facts[k].on or "")) for k in ids if k in facts]
        zh, en = "、".join(f"{t.zh} {d}".strip() for t, d in named), ", ".join(f"{t.en} {d}".strip() for t, d in named)
        out[key] = Text(zh, en) if named else Text("管控、隔离或员工档案", "custody, an order or a staff file")
    return out


def _word(spec: Input, value: Any) -> Any:
    return dict(_YES)[str(value).lower()] if spec.type == "boolean" else spec.choices.get(value, value)


def _field(name: str, spec: Input, value: Any, told: Any) -> FieldParts:
    shown_value = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    match spec.type:
        case "boolean":
            return FieldParts(name, spec.title, "select", shown_value, told, choices=_YES)
        case "choice":
            return FieldParts(
                name,
                spec.title,
                "select",
                shown_value,
                told,
                choices=[("", Text("不知道", "not known")), *spec.choices.items()],
            )
        case "date":
            return FieldParts(name, spec.title, "date", shown_value, told)
        case "number":
            return FieldParts(name, spec.title, "number", shown_value, told)
    return FieldParts(name, spec.title, "text", shown_value, told, maxlength=80)


def _typed(request: HttpRequest, standing: Standing) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, spec in standing.inputs.items():
        text = request.POST.get(f"fact_{key}", "").strip()
        if not text or spec.derived:
            continue
        out[key] = text == "true" if spec.type == "boolean" else _number(key, text) if spec.type == "number" else text
    return out


def _number(key: str, text: str) -> float | int:
    try:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        raise Refusal(
            Reason.INVALID_VALUE, Text("须为数字。", "This must be a number."), field=f"fact_{key}", value=text[:40]
        ) from None


def _paper(paper: Document, clause: str | None) -> Text:
    """Title, number and clause; a decision kept from before clauses were told has none."""
    rest = "".join(f" {part}" for part in (paper.number, clause) if part)
    return Text("{title}{rest}", "{title}{rest}").with_(title=paper.title, rest=rest)


def shown(value: dict[str, Any], pack: Pack, binding: bool) -> dict[str, Any]:
    """A decision as its template takes it. Names of papers instead of keys."""
    papers = pack.documents
    return {
        "outcome": value["outcome_title"],
        "undetermined": value["outcome"] in ("undetermined", "no_rule"),
        "edition": value["edition_title"],
        "rule": value["rule"],
        "until": value["until"],
        "reasons": [
            {"text": Text(r["zh"], r["en"]), "paper": _paper(papers[r["source"]], r.get("clause")) if r["source"] in papers else None}
            for r in value["reasons"]
        ],
        "measures": value["measures"],
        "unconfirmed": [u for u in value["unconfirmed"] if u["what"] != "convention"],
        "binding": binding,
        "would_change": value.get("would_change", []),
        "trace": value.get("trace", []),
        "hash": value.get("hash", ""),
        "restricts": any(m["restricts"] for m in value["measures"]),
    }


@page("plan_decision", "plans/decisions/<uuid:decision>", "plan.decide", methods=("GET",))
def plan_decision(request: HttpRequest, decision: uuid.UUID) -> HttpResponse:
    """One kept decision: what was said then, by which pack, on which facts; and whether it comes out the same today."""
    actor = actor_of(request)
    row = decision_in_reach(actor, decision)
    person = row.person
    assert person is not None
    act("person.read", actor, new_id(), {"people": [str(row.person_id)], "what": "file"})
    now = decided_again(row)
    again = explained(now, {}).explanation
    inputs = now.standing.inputs
    facts: list[dict[str, Any]] = [
        {"label": inputs[k].title, "value": _word(inputs[k], v)} for k, v in row.facts.items()
    ]
    facts += [{"label": inputs[k].title, "value": None} for k in row.explanation.content["unknown"] if k in inputs]
    full = as_value(now)
    context = {
        "row": row,
        "name": open_identity(person.sealed, person.pk).masked().name,
        "result": shown(
            row.explanation.content
            | {"would_change": full["would_change"], "trace": full["trace"], "hash": row.digest},
            pack_of(row.pack_version),
            row.binding,
        ),
        "facts": facts,
        "same": again == row.explanation_id,
        "can_issue": actor.permits("restriction.issue"),
        "breadcrumbs": [
            {"url": reverse("person", args=[row.person_id]), "label": Text("人员档案", "Person's file")},
            {"url": "", "label": Text("判定", "Decision")},
        ],
    }
    return render(request, "plans/decision.html", context)
