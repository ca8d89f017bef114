"""Verbs of clusters: thresholds held to the checks, measures decided by people, the end."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, Literal

from django.db.models import Max
from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.packs.plans.decide import Decision
from tongchou.packs.plans.report import as_value, outcome_title
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.loops.titles import written
from tongchou.record.loops.write import office_unit
from tongchou.record.territory.reach import missing
from tongchou.rooms.schools.actions.files import today
from tongchou.rooms.schools.counting import RANK, Counted, reached
from tongchou.rooms.schools.measures import basis, proposals
from tongchou.rooms.schools.models import Cluster, Measure, School, Sign
from tongchou.rooms.schools.reach import DECIDE, INVESTIGATE, VIEW, office, schools_of
from tongchou.rooms.schools.rules import diseases
from tongchou.rooms.schools.words import MEASURES

ORIGIN = "school_cluster"
explain_constraint(
    "school_measure_once",
    Reason.DUPLICATE,
    Text("该措施已提出或正在执行。", "The measure is proposed or in force already."),
    Text("请在现有的一条上办理。", "Go on with that one."),
)


class EvaluateIn(Payload):
    as_of: date
    school: int | None = None


class ProposeIn(Payload):
    cluster: uuid.UUID
    kind: str = Field(max_length=20)
    school_class: int | None = None
    why: str = Field(min_length=2, max_length=500)


class MeasureIn(Payload):
    """order needs days; decline and lift a reason."""

    measure: int
    decision: Literal["order", "decline", "lift"]
    from_day: date | None = None
    to_day: date | None = None
    reason: str = Field("", max_length=500)


class EndIn(Payload):
    cluster: uuid.UUID
    on: date
    reason: str = Field(min_length=2, max_length=500)


@verb("school.evaluate", VIEW, Text("核对聚集性疫情标准", "Hold checks to the thresholds"), system_only=True, recurs=True)
def evaluate(context: Context, given: EvaluateIn) -> dict[str, Any]:
    """Raise what has reached a threshold, once; a graver outcome of the same cluster opens its own loop."""
    found = reached(given.as_of, given.school)
    schools = {
        s.pk: s
        for s in School.objects.select_for_update(of=("self",))
        .select_related("unit__area")
        .filter(pk__in={r.school for r, _ in found})
        .order_by("pk")
    }
    live = {(c.school_id, c.disease): c for c in Cluster.objects.filter(school__in=schools, ended_on=None)}
    opened = 0
    for row, decision in found:
        known = live.get((row.school, row.disease.key))
        if known is None:
            known = Cluster(id=new_id(), school=schools[row.school], disease=row.disease.key, raised_at=context.now)
            _store(context, known, row, decision, given.as_of)
            for kind, school_class, why in proposals(row.disease, known.rule, row.worst, given.as_of):
                Measure.objects.create(
                    cluster=known, kind=kind, school_class_id=school_class, basis=why, proposed_at=context.now
                )
        elif RANK[decision.outcome] <= RANK[known.outcome]:
            continue
        else:
            _store(context, known, row, decision, given.as_of)
        opened += 1
    return {"reached": len(found), "opened": opened}


def _store(context: Context, cluster: Cluster, row: Counted, decision: Decision, on: date) -> None:
    """Keep what was reached, and hand it out."""
    value = as_value(decision)
    cluster.outcome, cluster.rule, cluster.as_of = decision.outcome, decision.rule.key if decision.rule else "", on
    cluster.decision = value | {"worst": row.worst, "counts": row.counts, "severe": row.severe}
    cluster.loops = [
        *cluster.loops,
        uuid.UUID(
            _hand_out(context, cluster, row, outcome_title(decision, decision.outcome), bool(value["unconfirmed"]))
        ),
    ]
    cluster.save()
    data = {
        "cluster": str(cluster.pk),
        "disease": cluster.disease,
        "counts": row.counts,
        "severe": row.severe,
        "pack": value["pack"],
        "hash": value["hash"],
        "edition": value["edition"],
        "rule": cluster.rule,
    }
    context.event("cluster_reached", subject=f"unit:{cluster.school_id}", to_stage=cluster.outcome, data=data)


def _hand_out(context: Context, cluster: Cluster, row: Counted, title: Text, unconfirmed: bool) -> str:
    """A loop owned by the school, verified by the health department, with the education department beside it."""
    unit = cluster.school.unit
    health, education, own = office(INVESTIGATE, unit.area.path), office(DECIDE, unit.area.path), office_unit()
    verifier = health or education or own
    beside = [] if education in (None, verifier) else [{"unit": education, "part": "研究停课等措施"}]
    cases = "；".join(
        f"{w.days}天内{'一个班' if w.by == 'class' else '全校'} {row.counts.get(w.fact, 0)} 例"
        for w in row.disease.windows
    ) + "".join(f"；{s.days}天内{'住院' if s.what == 'hospitalised' else '死亡'} {row.severe[s.fact]} 人" for s in row.disease.severe if s.fact in row.severe)
    given: dict[str, Any] = {
        "kind": "school_cluster", **written(Text("{name} {disease}：{what}", "{name}, {disease}: {what}").with_(name=unit.name, disease=row.disease.title, what=title)),
        "owner_unit": unit.pk, "unit": unit.pk, "verifier_unit": verifier,
        "co_units": beside, "urgent": True, "origin": ORIGIN, "origin_ref": f"{cluster.pk}:{cluster.outcome}",
        "data": {"disease": row.disease.title.zh, "outcome": title.zh + ("（标准未经证实）" if unconfirmed else ""), "cases": cases},
    }  # fmt: skip
    return str(open_one(context, OpenIn.model_validate(given))["loop"])


def cluster_in_reach(actor: Actor, permission: str, key: uuid.UUID, *, lock: bool = False) -> Cluster:
    """Return a cluster; outside the actor's reach it is not found."""
    rows = Cluster.objects.select_related("school__unit__area", "ended_by")
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=key).first()
    if found is None or not schools_of(actor, permission).filter(pk=found.school_id).exists():
        raise missing(Text("没有找到这起聚集性疫情。", "There is no such cluster."), "cluster", str(key))
    return found


def handles(actor: Actor) -> str:
    """The permission with which somebody handles clusters. Refuses who has neither."""
    for permission in (INVESTIGATE, DECIDE):
        if actor.permits(permission):
            return permission
    raise Refusal(
        Reason.NOT_ALLOWED,
        Text("由卫健部门或教育部门办理。", "This is for the health or the education department."),
        field="cluster",
    )


def _live(row: Cluster) -> Cluster:
    if row.ended_on is not None:
        raise Refusal(
            Reason.WRONG_STAGE, Text("该起疫情已结束。", "The cluster is over."), field="cluster", value=str(row.pk)
        )
    return row


@verb("school.propose_measure", VIEW, Text("提出措施建议", "Propose a measure"))
def propose(context: Context, given: ProposeIn) -> dict[str, Any]:
    """Propose a measure: the health department after its investigation, or the education department."""
    row = _live(cluster_in_reach(context.actor, handles(context.actor), given.cluster, lock=True))
    if given.kind not in MEASURES:
        raise Refusal(
            Reason.INVALID_VALUE, Text("没有这种措施。", "There is no such measure."), field="kind", value=given.kind
        )
    if (given.kind == "suspend_class") != (given.school_class is not None) or (
        given.school_class is not None and not row.school.classes.filter(pk=given.school_class).exists()
    ):
        raise Refusal(
            Reason.INVALID_VALUE,
            Text(
                "班级停课须指明该校班级，其他措施不指明。",
                "Suspending a class names a class of the school; other measures name none.",
            ),
            field="school_class",
            value=given.school_class,
        )
    who = Text(context.actor.name, context.actor.name)
    made = Measure.objects.create(
        cluster=row,
        kind=given.kind,
        school_class_id=given.school_class,
        basis=basis(Text(given.why, given.why), who, unconfirmed=False),
        proposed_at=context.now,
    )
    context.event(
        "measure_proposed",
        subject=f"unit:{row.school_id}",
        note=given.why,
        data={"cluster": str(row.pk), "measure": made.pk, "kind": given.kind},
    )
    return {"measure": made.pk}


_MOVES = {"order": ("proposed", "ordered"), "decline": ("proposed", "declined"), "lift": ("ordered", "lifted")}


@verb("school.measure", DECIDE, Text("决定措施", "Decide on a measure"))
def decide_measure(context: Context, given: MeasureIn) -> dict[str, Any]:
    """Order a proposed measure with its days, decline it, or lift it: people decide, the program only proposes."""
    row = Measure.objects.select_for_update(of=("self",)).select_related("cluster").filter(pk=given.measure).first()
    if row is None or not schools_of(context.actor, DECIDE).filter(pk=row.cluster.school_id).exists():
        raise missing(Text("没有找到这项措施。", "There is no such measure."), "measure", given.measure)
    before, after = _MOVES[given.decision]
    if row.state != before:
        raise Refusal(
            Reason.WRONG_STAGE,
            Text("该措施已有决定。", "The measure has been decided."),
            field="decision",
            value=given.decision,
        )
    if given.decision == "order":
        if (
            given.from_day is None
            or given.to_day is None
            or given.to_day < given.from_day
            or given.from_day < today(context)
        ):
            raise Refusal(
                Reason.IMPOSSIBLE_DATE,
                Text("须写明起止日期，起始不早于今天。", "Give its first and last day, from today on."),
                field="to_day",
                value=str(given.to_day or ""),
            )
        row.from_day, row.to_day = given.from_day, given.to_day
    elif len(given.reason) < 2:
        raise Refusal(Reason.MISSING_VALUE, Text("须写明理由。", "Say why."), field="reason")
    if given.decision == "lift" and row.to_day is not None and row.from_day is not None:
        row.to_day = max(row.from_day, min(row.to_day, today(context)))
    row.state, row.decided_by_id, row.decided_at, row.reason = (
        after,
        context.actor.account_id,
        context.now,
        given.reason,
    )
    row.save()
    context.event(
        "measure_decided",
        subject=f"unit:{row.cluster.school_id}",
        from_stage=before,
        to_stage=after,
        note=given.reason,
        data={"measure": row.pk, "kind": row.kind, "from": str(row.from_day or ""), "to": str(row.to_day or "")},
    )
    return {"measure": row.pk, "state": after}


@verb("school.cluster_end", VIEW, Text("结束聚集性疫情", "End a cluster"))
def end(context: Context, given: EndIn) -> dict[str, Any]:
    """Say that a cluster is over. New cases after that day are counted anew; those up to it do not raise it again."""
    row = _live(cluster_in_reach(context.actor, handles(context.actor), given.cluster, lock=True))
    signs = diseases()[row.disease].signs
    latest = Sign.objects.filter(school=row.school_id, sign__in=signs, fresh__gt=0).aggregate(n=Max("on"))["n"]
    if given.on > today(context) or given.on < row.as_of or (latest is not None and latest > given.on):
        rule = Text(
            "结束日期不早于最近一例（{d}）和达到标准之日，也不晚于今天。",
            "The end is not before the last case ({d}) or the day it was reached, nor after today.",
        ).with_(d=latest or row.as_of)
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="on", value=given.on.isoformat())
    row.ended_on, row.ended_by_id, row.end_reason = given.on, context.actor.account_id, given.reason
    row.save(update_fields=["ended_on", "ended_by", "end_reason"])
    context.event(
        "school_cluster_ended",
        subject=f"unit:{row.school_id}",
        note=given.reason,
        data={"cluster": str(row.pk), "on": given.on.isoformat()},
    )
    return {"cluster": str(row.pk)}
