"""Verbs of the decision: approve or refuse with reasons, and follow a rule that has changed. The checks hold whichever page takes the step."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from pydantic import Field

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions.loops import after_step
from tongchou.record.models import Enterprise, WorkPermit
from tongchou.record.permit_facts import check_until
from tongchou.record.questions.work_orders import refuse_stopped, stops_in_force
from tongchou.rooms.resumption.actions.applying import set_way
from tongchou.rooms.resumption.actions.checking import open_items
from tongchou.rooms.resumption.granting import give
from tongchou.rooms.resumption.masks import Cover, covers
from tongchou.rooms.resumption.models import Application, Supplement
from tongchou.rooms.resumption.reach import DECIDE, application_in_reach
from tongchou.rooms.resumption.stepping import take, take_many
from tongchou.rooms.resumption.ways import APPROVAL, AT_ONCE, Way, rules_on, way_of

KIND = "resumption_application"


class DecideIn(Payload):
    """approve False needs a reason. until: the last day of the permit; conditions: what it is tied to.

    most_staff: how many may return at most, where the masks carry fewer than were asked for.
    """

    application: uuid.UUID
    approve: bool
    reason: str = Field("", max_length=2_000)
    until: date | None = None
    conditions: list[str] = Field(default_factory=list, max_length=20)
    most_staff: int | None = Field(None, ge=1, le=2_000_000)


@verb("resumption.decide", DECIDE, Text("决定复工申请", "Decide on an application"))
def decide(context: Context, given: DecideIn) -> dict[str, Any]:
    """Approve, which gives the permit, or refuse with reasons."""
    row = application_in_reach(context.actor, DECIDE, given.application, lock=True)
    if row.loop is None or row.ended:
        raise Refusal(Reason.WRONG_STAGE, Text("该申请不在办理中。", "It is not in hand."), field="application")
    if not given.approve:
        take(context, row.loop.pk, "refuse", note=given.reason)
        return {"application": str(row.pk), "ended": "refused"}
    today = context.now.astimezone(SHANGHAI).date()
    if given.until is not None:
        check_until(given.until, today)
    conditions = [c.strip()[:300] for c in given.conditions if c.strip()]
    approve(context, [row], given.until, conditions, {row.pk: given.most_staff} if given.most_staff else {})
    number = WorkPermit.objects.filter(loop_id=row.loop.pk).values_list("number", flat=True).get()
    return {"application": str(row.pk), "ended": "approved", "permit": number}


def approve(context: Context, rows: list[Application], until: date | None, conditions: list[str], most: Mapping[uuid.UUID, int]) -> None:
    """Take the step for many; the permits come with it. All or none: the first that cannot be approved refuses all.

    most: how many staff may return at most, by application.
    """
    for row in rows:
        row.terms = {"until": until.isoformat() if until else None, "conditions": conditions}
        if row.pk in most:
            row.terms["most_staff"] = most[row.pk]
    Application.objects.bulk_update(rows, ["terms"])
    loops = [row.loop_id for row in rows if row.loop_id is not None]
    if len(loops) == 1:
        take(context, loops[0], "approve")
    else:
        take_many(context, loops, "approve")


@after_step(KIND, "approve")
def permits_given(context: Context, loops: list[uuid.UUID]) -> None:
    """Nothing is approved that was not looked at item by item, and nothing for which the rule forbids an approval."""
    rows = _of(loops)
    refuse_stopped([r.unit_id for r in rows], "application")
    today = context.now.astimezone(SHANGHAI).date()
    masks = covers(rows, today)
    for row, way in _present(rows, today):
        if way.how == AT_ONCE:
            rule = Text(
                "“{name}”：按现行规定（{title}），不得再行审批。",
                "“{name}”: under the rule in force ({title}) nothing may be approved.",
            )
            remedy = Text(
                "系统会按现行方式为企业办理，无须决定。",
                "The program turns it to the way in force; nothing has to be decided.",
            )
            raise Refusal(
                Reason.NOT_ALLOWED,
                rule.with_(name=row.unit.name, title=way.found.title),
                remedy=remedy,
                field="application",
            )
        if way.how != APPROVAL:
            rule = Text("现在还不能确定复工方式：{why}", "The way is not known yet: {why}").with_(why=way.found.reason)
            raise Refusal(
                Reason.UNAVAILABLE,
                rule,
                remedy=Text("请先登记风险等级。", "Put the grade on record first."),
                field="application",
            )
        left = open_items(row)
        if left:
            names = Text("、".join(i.title["zh"] for i, _, _ in left), ", ".join(i.title["en"] for i, _, _ in left))
            rule = Text(
                "“{unit}”以下各项还没有逐项审核合格：{names}。", "“{unit}”: not found in order item by item: {names}."
            ).with_(unit=row.unit.name, names=names)
            raise Refusal(
                Reason.EVIDENCE_MISSING,
                rule,
                remedy=Text("请先审核，或不予复工。", "Have them checked, or refuse."),
                field="application",
            )
        _carried(row, masks.get(str(row.pk)))
        row.way, row.basis = way.key, way.basis | {"commitment": row.basis.get("commitment", False)}
    terms = rows[0].terms if rows else {}
    until = date.fromisoformat(terms["until"]) if terms.get("until") else None
    give(context, rows, until, terms.get("conditions", []), "approved")


def _carried(row: Application, cover: Cover | None) -> None:
    """Nobody is approved beyond what the masks carry: either so many may return, or nothing is approved."""
    if cover is None or cover.carries is None:
        return
    limit = row.terms.get("most_staff") or cover.wanted
    if limit is None or limit <= cover.carries:
        return
    rule = Text("“{unit}”：{words}", "“{unit}”: {words}").with_(unit=row.unit.name, words=cover.words)
    remedy = Text("请限定返岗人数不超过 {n} 人，或待口罩补足后再批。", "Let {n} return at most, or approve once there are more masks.").with_(n=cover.carries)
    if cover.carries < 1:
        remedy = Text("请待口罩补足后再批。", "Approve once there are masks.")
    raise Refusal(Reason.TOO_MANY, rule, remedy=remedy, field="most_staff", value=limit)


def _of(loops: list[uuid.UUID]) -> list[Application]:
    rows = list(Application.objects.filter(loop_id__in=loops).select_related("unit__area", "loop"))
    if len(rows) != len(loops):
        rule = Text("该事项没有对应的复工申请。", "There is no application behind this loop.")
        raise Refusal(
            Reason.CONFLICT,
            rule,
            remedy=Text("请由企业在“复工申请”中提交。", "The enterprise applies on its own page."),
            field="loop",
        )
    return rows


def _present(rows: list[Application], today: date) -> list[tuple[Application, Way]]:
    """Each application with the way that holds for it now; worked out once for all that are alike."""
    listed = set(
        Enterprise.objects.filter(unit__in=[r.unit_id for r in rows])
        .exclude(lists=[])
        .values_list("unit_id", flat=True)
    )
    rules = rules_on(today)
    known: dict[tuple[str, bool, bool], Way] = {}
    out = []
    for row in rows:
        key = (row.unit.area.code, row.unit_id in listed, bool(row.basis.get("commitment")))
        if key not in known:
            known[key] = way_of(key[0], today, rules, essential=key[1] or None, commitment=key[2])
        out.append((row, known[key]))
    return out


@after_step(KIND, "refuse")
def refused(context: Context, loops: list[uuid.UUID]) -> None:
    _end(context, loops, "refused")


@after_step(KIND, "withdraw")
def withdrawn(context: Context, loops: list[uuid.UUID]) -> None:
    _end(context, loops, "withdrawn")


@after_step(KIND, "ask")
def asked_by_item(context: Context, loops: list[uuid.UUID]) -> None:
    """Asking names its items: elsewhere the step would stop the clock and leave nothing to complete."""
    if Supplement.objects.filter(application__loop__in=loops, answered_at=None).count() < len(loops):
        raise _only_there()


@after_step(KIND, "supply")
def completed_by_item(context: Context, loops: list[uuid.UUID]) -> None:
    """Completing means every item that was asked for."""
    if Supplement.objects.filter(application__loop__in=loops, answered_at=None).exists():
        raise _only_there()


@after_step(KIND, "site_done")
def seen_by_item(context: Context, loops: list[uuid.UUID]) -> None:
    """A conclusion rests on every item on site."""
    for row in _of(loops):
        assert row.loop is not None
        if any(row.loop.owner_unit_id in waiting for _, waiting, _ in open_items(row)):
            raise _only_there()


def _only_there() -> Refusal:
    rule = Text("这一步逐项办理，请在复工申请页面进行。", "This step goes item by item, on the application's page.")
    return Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请打开复工申请。", "Open the application."), field="step")


def _end(context: Context, loops: list[uuid.UUID], how: str) -> None:
    rows = _of(loops)
    for row in rows:
        note = next((e.note for e in reversed(context.events) if e.loop_id == row.loop_id and e.note), "")
        row.ended, row.ended_at, row.reason = how, context.now, note
        row.save(update_fields=["ended", "ended_at", "reason"])
        context.event(f"resumption_{how}", loop_id=row.loop_id, subject=f"application:{row.pk}", note=note)
    Supplement.objects.filter(application__in=rows, answered_at=None).update(answered_at=context.now)


class FollowIn(Payload):
    limit: int = Field(20_000, ge=1, le=100_000)


@verb("resumption.follow", DECIDE, Text("按现行规定调整申请", "Follow the rule"), system_only=True, recurs=True)
def follow(context: Context, given: FollowIn) -> dict[str, Any]:
    """Open applications take the way that holds now: what needs no approval any more takes effect; another kind of approval is noted."""
    today = context.now.astimezone(SHANGHAI).date()
    rows = (
        Application.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(ended_at=None)
        .select_related("unit__area", "loop")
    )
    effective = changed = 0
    waiting = list(rows.order_by("started_at")[: given.limit])
    stopped = stops_in_force([r.unit_id for r in waiting])
    for row, way in _present(waiting, today):
        if (way.key, way.how) == (row.way, row.how):
            continue
        if way.how == AT_ONCE and row.submitted_at is not None and row.unit_id in stopped:
            continue  # it takes effect once the order to stop is lifted
        changed += 1
        note = (
            Text("自{old}改为{new}。", "From {old} to {new}.")
            .with_(old=str(row.basis["title"]["zh"]), new=way.found.title.zh)
            .zh
            + way.found.reason.zh
        )
        if row.submitted_at is None:
            set_way(context, row, way, bool(row.basis.get("commitment")), today)
        elif way.how == AT_ONCE:
            assert row.loop_id is not None
            take(replace(context, actor=SYSTEM, grants=()), row.loop_id, "follow", note=note)
            Supplement.objects.filter(application=row, answered_at=None).update(answered_at=context.now)
            row.way, row.how, row.basis = (
                way.key,
                way.how,
                way.basis | {"commitment": row.basis.get("commitment", False)},
            )
            row.reason = note
            give(context, [row], None, [], "followed")
            effective += 1
            continue
        else:
            row.way, row.how, row.basis = (
                way.key,
                way.how if way.how == APPROVAL else row.how,
                way.basis | {"commitment": row.basis.get("commitment", False)},
            )
            row.save(update_fields=["way", "how", "basis"])
        context.event(
            "resumption_way_changed",
            loop_id=row.loop_id,
            subject=f"application:{row.pk}",
            note=note,
            data={"way": way.key},
        )
    return {"changed": changed, "effective": effective}

