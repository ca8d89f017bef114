"""One cluster: what was reached and by which rule, the checks behind it, what is proposed and decided, its end."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.text import Text
from tongchou.record.models import Loop
from tongchou.record.plans import pack_in_force
from tongchou.rooms.schools.actions.clusters import cluster_in_reach, handles
from tongchou.rooms.schools.actions.severe import states_severe
from tongchou.rooms.schools.counting import count
from tongchou.rooms.schools.models import Cluster
from tongchou.rooms.schools.pages.parts import crumbs, school_form
from tongchou.rooms.schools.questions import behind
from tongchou.rooms.schools.reach import DECIDE, INVESTIGATE, MANAGE, VIEW, school_in_reach
from tongchou.rooms.schools.rules import Disease, diseases
from tongchou.rooms.schools.words import MEASURE_STATES, MEASURES, SESSIONS, SIGNS, class_name
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import PLEASE
from tongchou.web.pages.forms import Draft, done
from tongchou.web.pages.requests import actor_of, do, given, integer
from tongchou.web.permission import page


@page("school_cluster", "schools/clusters/<uuid:cluster>", VIEW, methods=("GET",))
def school_cluster(request: HttpRequest, cluster: uuid.UUID) -> HttpResponse:
    """A cluster, explained down to its checks."""
    actor, on = actor_of(request), timezone.localdate()
    row = cluster_in_reach(actor, VIEW, cluster)
    disease = diseases()[row.disease]
    live = row.ended_on is None
    title = Text("{d}", "{d}").with_(d=disease.title)
    context = {
        "row": row,
        "unit": row.school.unit,
        "title": title,
        "disease": disease,
        "live": live,
        "outcome": Text.from_dict(row.decision["outcome_title"]),
        "unconfirmed": row.decision["unconfirmed"],
        "counts": _counts(row, disease),
        "now": _now(row, disease, on) if live else [],
        "severe": _severe(row, disease),
        "can_state": live and (actor.permits(INVESTIGATE) or actor.permits(MANAGE)),
        "reasons": [Text(r["zh"], r["en"]) for r in row.decision["reasons"]],
        "edition": Text.from_dict(row.decision["edition_title"]),
        "paper": _paper(row),
        "checks": [
            {
                "on": d,
                "session": SESSIONS[s],
                "name": class_name(g, n),
                "sign": SIGNS[sign],
                "pupils": p,
                "fresh": f,
                "at": at,
                "who": who,
            }
            for d, s, g, n, sign, p, f, at, who in behind(row, row.ended_on or on)
        ],
        "loops": list(Loop.objects.filter(pk__in=row.loops).order_by("opened_at")),
        "measures": [_measure(m) for m in row.measures.select_related("school_class", "decided_by").order_by("pk")],
        "can_decide": actor.permits(DECIDE),
        "can_propose": live and (actor.permits(DECIDE) or actor.permits(INVESTIGATE)),
        "today": on,
        "badges": [
            {"label": Text("处置中", "under way"), "tone": "act", "icon": "alert-triangle"}
            if live
            else {"label": Text("已结束", "over"), "tone": "ok", "icon": "circle-check"}
        ],
        "breadcrumbs": crumbs(row.school.unit, disease.title),
    }
    return render(request, "schools/cluster.html", context)


def _counts(row: Cluster, disease: Disease) -> list[dict[str, Any]]:
    """What was counted when it was reached, beside the mark."""
    pack = pack_in_force(disease.pack, row.as_of)
    out = []
    for w in disease.windows:
        what = (
            Text("{d} 天内一个班最多", "in one class within {d} {d|day|days}")
            if w.by == "class"
            else Text("{d} 天内全校", "in the school within {d} {d|day|days}")
        )
        out.append(
            {
                "what": what.with_(d=w.days),
                "n": row.decision["counts"].get(w.fact, 0),
                "mark": pack.parameters[w.parameter].title if w.parameter in pack.parameters else Text(w.parameter, w.parameter),
            }
        )
    return out


def _severe(row: Cluster, disease: Disease) -> list[dict[str, Any]]:
    """What was stated of pupils in hospital and deaths as things stand, beside the mark. n None: nothing was stated, so it is not known."""
    on = row.ended_on or timezone.localdate()
    found = next((c for c in count(on, row.school_id) if c.disease.key == disease.key), None)
    held = (found.severe if found else {}) if row.ended_on is None else row.decision.get("severe", {})
    marks = pack_in_force(disease.pack, row.as_of).parameters
    return [{"line": s, "n": held.get(s.fact), "mark": marks[s.parameter].title} for s in disease.severe]


def _now(row: Cluster, disease: Disease, on: Any) -> list[dict[str, Any]]:
    """The same windows today, so that one sees whether it goes on."""
    found = next((c for c in count(on, row.school_id) if c.disease.key == disease.key), None)
    return [
        {"days": w.days, "by_class": w.by == "class", "n": found.counts.get(w.fact, 0) if found else 0}
        for w in disease.windows
    ]


def _paper(row: Cluster) -> Any:
    """The document on which the rule rests; None where the rule names none that the pack has."""
    pack = pack_in_force(row.decision["pack"], row.as_of)
    keys = [r["source"] for r in row.decision["reasons"] if r.get("source")]
    return next((pack.documents[k] for k in reversed(keys) if k in pack.documents), None)


def _measure(m: Any) -> dict[str, Any]:
    word, tone, icon = MEASURE_STATES[m.state]
    name = (
        Text("{m}（{c}）", "{m} ({c})").with_(
            m=MEASURES[m.kind], c=class_name(m.school_class.grade, m.school_class.name)
        )
        if m.school_class
        else MEASURES[m.kind]
    )
    return {
        "line": m,
        "name": name,
        "word": word,
        "tone": tone,
        "icon": icon,
        "why": Text(m.basis["zh"], m.basis["en"]),
        "source": Text(m.basis["source"]["zh"], m.basis["source"]["en"]),
        "unconfirmed": m.basis["unconfirmed"],
    }


@page("school_measure", "schools/clusters/<uuid:cluster>/measures/<int:measure>", DECIDE)
def school_measure(request: HttpRequest, cluster: uuid.UUID, measure: int) -> HttpResponse:
    """Order, decline or lift a measure."""
    row = cluster_in_reach(actor_of(request), DECIDE, cluster)
    one = row.measures.select_related("school_class").filter(pk=measure).first()
    ways = (
        [("lift", Text("解除", "Lift it"))]
        if one and one.state == "ordered"
        else [("order", Text("决定执行", "Order it")), ("decline", Text("不予采纳", "Decline it"))]
    )

    def fields(d: Draft) -> list[FieldParts]:
        shown = [d.field("decision", Text("决定", "Decision"), "radio", choices=ways, required=True)]
        if len(ways) > 1:
            shown += [
                d.field("from_day", Text("起", "From"), "date"),
                d.field(
                    "to_day",
                    Text("止（含当日）", "To, that day included"),
                    "date",
                    help=Text("决定执行的须填起止日期。", "For an order."),
                ),
            ]
        return [
            *shown,
            d.field(
                "reason",
                Text("理由", "Reason"),
                "textarea",
                rows=2,
                maxlength=500,
                help=Text("不予采纳和解除须填写。", "For declining and lifting."),
            ),
        ]

    def send() -> Text:
        do(request, "school.measure", {"measure": measure} | given(request, "decision", "from_day", "to_day", "reason"))
        return Text("已决定。", "Decided.")

    title = _measure(one)["name"] if one else Text("措施", "Measure")
    return school_form(
        request,
        row.school.unit,
        title,
        Text("决定", "Decide"),
        fields,
        send,
        reverse("school_cluster", args=[cluster]),
        on_record={"from_day": timezone.localdate(), "decision": ways[0][0]},
    )


@page("school_measure_new", "schools/clusters/<uuid:cluster>/measures/new", VIEW)
def school_measure_new(request: HttpRequest, cluster: uuid.UUID) -> HttpResponse:
    """Propose a measure."""
    actor = actor_of(request)
    row = cluster_in_reach(actor, handles(actor), cluster)
    classes = [
        ("", Text("不指明班级", "no class")),
        *(
            (c.pk, class_name(c.grade, c.name))
            for c in row.school.classes.filter(ended_on=None).order_by("grade", "name")
        ),
    ]

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("kind", Text("措施", "Measure"), "select", choices=[PLEASE, *MEASURES.items()], required=True),
            d.field(
                "school_class", Text("班级（班级停课时）", "Class, where one is suspended"), "select", choices=classes
            ),
            d.field("why", Text("依据", "Why"), "textarea", required=True, maxlength=500),
        ]

    def send() -> Text:
        payload: dict[str, Any] = {"cluster": str(cluster)} | given(request, "kind", "why")
        do(
            request,
            "school.propose_measure",
            payload | ({"school_class": c} if (c := integer(request, "school_class")) else {}),
        )
        return Text("已提出，待教育部门决定。", "Proposed; the education department decides.")

    return school_form(
        request,
        row.school.unit,
        Text("提出措施建议", "Propose a measure"),
        Text("提出", "Propose"),
        fields,
        send,
        reverse("school_cluster", args=[cluster]),
    )


@page("school_cluster_end", "schools/clusters/<uuid:cluster>/end", VIEW, methods=("POST",))
def school_cluster_end(request: HttpRequest, cluster: uuid.UUID) -> HttpResponse:
    """Say that it is over."""
    do(request, "school.cluster_end", {"cluster": str(cluster)} | given(request, "on", "reason"))
    return done(request, reverse("school_cluster", args=[cluster]), Text("已登记结束。", "Recorded as over."))


@page("school_severe", "schools/<int:school>/severe", VIEW)
def school_severe(request: HttpRequest, school: int) -> HttpResponse:
    """State one day's new pupils in hospital and deaths of a disease for which the plan has marks."""
    actor = actor_of(request)
    row = school_in_reach(actor, states_severe(actor), school)
    choices = [(d.key, d.title) for d in diseases().values() if d.severe]

    def fields(d: Draft) -> list[FieldParts]:
        unknown = Text("没有的填 0；还不知道的不填，不当作没有。", "0 for none. Empty is not known, never none.")
        return [
            d.field("disease", Text("病种", "Disease"), "select", choices=choices, required=True),
            d.field("on", Text("日期", "Day"), "date", required=True, help=Text("同一天再次登记即更正。", "Stated again for a day, it is corrected.")),
            d.field("hospitalised", Text("当天新住院学生", "Pupils newly in hospital on that day"), "integer", help=unknown),
            d.field("deaths", Text("当天死亡学生", "Deaths on that day"), "integer", help=unknown),
        ]

    def send() -> Text:
        numbers = {n: v for n in ("hospitalised", "deaths") if (v := integer(request, n)) is not None}
        do(request, "school.severe", {"school": school} | given(request, "disease", "on") | numbers)
        return Text("已登记，已按方案标准核对。", "Recorded and held to the marks of the plan.")

    title = Text("登记住院和死亡", "Pupils in hospital and deaths")
    return school_form(
        request, row.unit, title, Text("登记", "Record"), fields, send, reverse("school", args=[school]),
        on_record={"on": timezone.localdate(), "disease": choices[0][0]},
    )  # fmt: skip
