"""Verbs of permits to work: suspend, send to review, restore, withdraw, expire, check against what they were given for. Granting: `grant`."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from pydantic import Field

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.actions.permit_reviews import close_review, open_reviews
from tongchou.record.models import WorkPermit
from tongchou.record.permit_facts import changes, check_until, present_facts, sealed
from tongchou.record.questions.permits import LIVE, SAID, STATES, plate_of
from tongchou.record.questions.work_orders import refuse_stopped
from tongchou.record.territory.reach import unit_in_reach

VIEW, SUSPEND, DECIDE = "permit.view", "permit.suspend", "permit.decide"
Said = str | int | float | list[str] | None
BATCH = 2_000
"""Permits that one check looks at."""

explain_constraint(
    "permit_one_live", Reason.CONFLICT, Text("该单位已有一份有效的复工许可。", "This unit has a permit already."),
    Text("请先撤销或等待其失效。", "Withdraw it first, or wait until it expires."),
)  # fmt: skip


class SuspendIn(Payload):
    """must_show: what has to be shown before work goes on. seen_version: the permit's version as it was seen; refused if it has moved on."""

    unit: int
    reason: str = Field(min_length=2, max_length=2_000)
    must_show: list[str] = Field(min_length=1, max_length=20)
    seen_version: int | None = None


class ChangeIn(Payload):
    """was, now: as they are shown; a fraction is kept as its text."""

    fact: str = Field(min_length=1, max_length=40)
    was: Said = None
    now: Said = None


class ReviewIn(Payload):
    """changes: what is no longer as it was when the permit was given."""

    unit: int
    reason: str = Field(min_length=2, max_length=2_000)
    changes: list[ChangeIn] = Field(default_factory=list, max_length=20)


class ShownIn(Payload):
    """what: one line of must_show, word for word. found: how it was shown."""

    what: str = Field(max_length=200)
    found: str = Field(min_length=2, max_length=1_000)


class ResumeIn(Payload):
    unit: int
    reason: str = Field(min_length=2, max_length=2_000)
    shown: list[ShownIn] = Field(default_factory=list, max_length=20)
    seen_version: int | None = None


class WithdrawIn(Payload):
    unit: int
    reason: str = Field(min_length=2, max_length=2_000)
    seen_version: int | None = None


class RenewIn(Payload):
    """until: the new last day."""

    unit: int
    until: date
    reason: str = Field(min_length=2, max_length=2_000)
    seen_version: int | None = None


class CheckIn(Payload):
    """units: only these; None: as many as one batch takes, from after this permit on."""

    units: list[int] | None = Field(None, max_length=20_000)
    after: uuid.UUID | None = None


class ExpireIn(Payload):
    limit: int = Field(5_000, ge=1, le=50_000)


@dataclass(frozen=True, slots=True)
class Given:
    """What a permit says. bound: facts beyond those on record that it rests on (answers of a checklist, days of masks)."""

    unit: int
    way: str
    until: date | None
    conditions: tuple[str, ...]
    bound: dict[str, Any]
    pack: str
    edition: str
    rule: str
    loop: uuid.UUID | None = None


def grant(context: Context, wanted: Sequence[Given]) -> list[WorkPermit]:
    """Give permits, with numbers in the order given, one statement for all. A live one of the same unit is a conflict.

    The caller has decided that each may be given; the numbers of a year are handed out one act at a time.
    """
    if not wanted:
        return []
    refuse_stopped([g.unit for g in wanted])
    today = context.now.astimezone(SHANGHAI).date()
    for until in {g.until for g in wanted if g.until is not None}:
        check_until(until, today)
    facts = present_facts([g.unit for g in wanted], today)
    numbers = _numbers(today.year, len(wanted))
    rows = [
        WorkPermit(
            id=new_id(), unit_id=g.unit, way=g.way, state="in_force", plate=plate_of("in_force", today), number=number, loop_id=g.loop,
            from_date=today, until=g.until, conditions=list(g.conditions), bound=sealed(facts.get(g.unit, {}) | g.bound), pack=g.pack,
            edition=g.edition, rule=g.rule, changed_at=context.now,
        )
        for g, number in zip(wanted, numbers, strict=True)
    ]  # fmt: skip
    WorkPermit.objects.bulk_create(rows, batch_size=2_000)
    for row in rows:
        context.event(
            "permit_given",
            loop_id=row.loop_id,
            subject=f"permit:{row.pk}",
            to_stage="in_force",
            data={"number": row.number, "way": row.way},
        )
    return rows


def _numbers(year: int, n: int) -> list[str]:
    """The next n numbers of a year; whoever else grants waits until this act is over."""
    head = f"FG{year}-"
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('permit numbers'), %s)", [year])
        cursor.execute("select max(number) from record_workpermit where number like %s", [head + "%"])
        last = cursor.fetchone()[0]
    first = int(last[len(head) :]) + 1 if last else 1
    return [f"{head}{first + i:06d}" for i in range(n)]


@verb("permit.suspend", SUSPEND, Text("暂停复工许可", "Suspend a permit"))
def suspend(context: Context, given: SuspendIn) -> dict[str, Any]:
    """Work has to stop. From in force or under review."""
    permit = live_permit(context, SUSPEND, given.unit, given.seen_version)
    allowed_from(permit, ("in_force", "review"), Text("暂停", "suspended"))
    must_show = [m.strip() for m in given.must_show if m.strip()]
    if not must_show or len(set(must_show)) != len(must_show) or max(map(len, must_show)) > 200:
        rule = Text(
            "须逐条写明恢复前要提供什么，不重复，每条不超过 200 字。",
            "Say what has to be shown, each once, at most 200 characters each.",
        )
        raise Refusal(Reason.INVALID_VALUE, rule, field="must_show")
    return move(context, permit, "suspended", given.reason, must_show=must_show)


@verb("permit.review", SUSPEND, Text("转入复核", "Send a permit to review"))
def review(context: Context, given: ReviewIn) -> dict[str, Any]:
    """What the permit was given for has changed; work goes on until it is settled. A repetition adds what is new."""
    permit = live_permit(context, SUSPEND, given.unit, None)
    allowed_from(permit, ("in_force", "review"), Text("转入复核", "sent to review"))
    found = [_plain(c) for c in given.changes] or [{"fact": SAID, "was": None, "now": given.reason[:300]}]
    return send_to_review(context, permit, given.reason, found)


def _plain(change: ChangeIn) -> dict[str, Any]:
    return {k: f"{v:g}" if isinstance(v, float) else v for k, v in change.model_dump().items()}


def send_to_review(context: Context, permit: WorkPermit, reason: str, found: list[dict[str, Any]]) -> dict[str, Any]:
    """The same for other verbs, on a locked row: the review is opened as a loop with its notice. A change of a fact that is listed replaces its line."""
    version = permit.version
    out = _to_review(context, permit, reason, found)
    if permit.version > version:
        open_reviews(context, [permit])
    return out


def _to_review(context: Context, permit: WorkPermit, reason: str, found: list[dict[str, Any]]) -> dict[str, Any]:
    told = {c["fact"]: c for c in (*permit.changes, *found)}
    if permit.state == "review" and list(told.values()) == permit.changes:
        return {"permit": str(permit.pk), "state": permit.state}
    return move(context, permit, "review", reason, changes=list(told.values()))


@verb("permit.resume", SUSPEND, Text("恢复复工许可", "Restore a permit"))
def resume(context: Context, given: ResumeIn) -> dict[str, Any]:
    """Work goes on: everything that had to be shown was shown. The permit rests on the facts as they are now."""
    permit = live_permit(context, SUSPEND, given.unit, given.seen_version)
    allowed_from(permit, ("review", "suspended"), Text("恢复", "restored"))
    refuse_stopped([permit.unit_id])
    shown = {s.what.strip(): s.found for s in given.shown}
    left = [m for m in permit.must_show if m not in shown]
    if left:
        rule = Text("还没有提供：{what}。", "Not shown yet: {what}.").with_(what="；".join(left))
        raise Refusal(
            Reason.EVIDENCE_MISSING,
            rule,
            remedy=Text("请逐条核实后再恢复。", "Check each before restoring."),
            field="shown",
        )
    today = context.now.astimezone(SHANGHAI).date()
    permit.bound = sealed(permit.bound | present_facts([permit.unit_id], today).get(permit.unit_id, {}))
    return move(context, permit, "in_force", given.reason, shown=shown)


@verb("permit.renew", DECIDE, Text("延续复工许可", "Renew a permit"))
def renew(context: Context, given: RenewIn) -> dict[str, Any]:
    """A permit that has an end gets a later one; it rests on the facts as they are now. From in force or under review, which it ends."""
    permit = live_permit(context, DECIDE, given.unit, given.seen_version)
    allowed_from(permit, ("in_force", "review"), Text("延续", "renewed"))
    today = context.now.astimezone(SHANGHAI).date()
    if permit.until is None:
        rule = Text("该许可长期有效，不需要延续。", "The permit has no end; it needs no renewal.")
        raise Refusal(Reason.WRONG_STAGE, rule, field="until", value=given.until.isoformat())
    if given.until <= max(permit.until, today):
        rule = Text("新的期限须晚于{d}。", "The new last day is later than {d}.").with_(d=max(permit.until, today).isoformat())
        remedy = Text("请填写之后的日期。", "Give a later day.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=remedy, field="until", value=given.until.isoformat())
    check_until(given.until, today)
    was, permit.until = permit.until, given.until
    permit.bound = sealed(permit.bound | present_facts([permit.unit_id], today).get(permit.unit_id, {}))
    told = {"was": was.isoformat(), "until": given.until.isoformat()}
    return move(context, permit, "in_force", given.reason, "permit_renewed", **told) | {"until": told["until"]}


@verb("permit.withdraw", DECIDE, Text("撤销复工许可", "Withdraw a permit"))
def withdraw(context: Context, given: WithdrawIn) -> dict[str, Any]:
    """End a permit before its time."""
    permit = live_permit(context, DECIDE, given.unit, given.seen_version)
    return move(context, permit, "withdrawn", given.reason)


@verb("permit.expire", "permit.suspend", Text("许可到期", "Let permits expire"), system_only=True, recurs=True)
def expire(context: Context, given: ExpireIn) -> dict[str, Any]:
    """End what has passed its last day."""
    today = context.now.astimezone(SHANGHAI).date()
    due = (
        WorkPermit.objects.select_for_update(skip_locked=True)
        .filter(state__in=LIVE, until__lt=today)
        .order_by("pk")[: given.limit]
    )
    ended = [move(context, p, "expired", "许可期限届满") for p in due]
    return {"expired": len(ended)}


@verb("permit.check", "permit.suspend", Text("核对许可依据的事实", "Check what permits rest on"), system_only=True)
def check(context: Context, given: CheckIn) -> dict[str, Any]:
    """Send to review what no longer rests on the facts that it was given for."""
    return recheck(context, given.units, given.after)


def recheck(context: Context, units: Iterable[int] | None = None, after: uuid.UUID | None = None) -> dict[str, Any]:
    """The same of some units, or of the next batch. last: where the next batch goes on; None: all were looked at."""
    rows = WorkPermit.objects.select_for_update(of=("self",)).select_related("unit").filter(state__in=("in_force", "review"))
    if units is not None:
        rows = rows.filter(unit_id__in=list(units))
    elif after is not None:
        rows = rows.filter(pk__gt=after)
    permits = list(rows.order_by("pk")[: None if units is not None else BATCH])
    today = context.now.astimezone(SHANGHAI).date()
    facts = present_facts([p.unit_id for p in permits], today)
    sent = []
    for permit in permits:
        found = changes(permit.bound, facts.get(permit.unit_id, {}))
        if found:
            version = permit.version
            _to_review(context, permit, "批准所依据的事实已变化", found)
            if permit.version > version:
                sent.append(permit)
    open_reviews(context, sent)
    more = units is None and len(permits) == BATCH
    return {"looked_at": len(permits), "sent": len(sent), "last": str(permits[-1].pk) if more else None}


def live_permit(context: Context, permission: str, key: int, seen: int | None) -> WorkPermit:
    """The live permit of a unit within reach, locked."""
    unit = unit_in_reach(context.actor, permission, key)
    permit = WorkPermit.objects.select_for_update().filter(unit=unit, state__in=LIVE).first()
    if permit is None:
        rule = Text("“{name}”没有有效的复工许可。", "“{name}” has no permit.").with_(name=unit.name)
        raise Refusal(
            Reason.WRONG_STAGE, rule, remedy=Text("请先申请复工。", "It has to apply first."), field="unit", value=key
        )
    if seen is not None and seen != permit.version:
        rule = Text("该许可刚刚变为“{now}”。", "The permit has just become “{now}”.").with_(now=STATES[permit.state])
        raise Refusal(
            Reason.CONFLICT,
            rule,
            remedy=Text("请刷新后再办理。", "Reload before you act."),
            field="seen_version",
            value=seen,
        )
    return permit


def allowed_from(permit: WorkPermit, states: tuple[str, ...], what: Text) -> None:
    if permit.state not in states:
        rule = Text("“{now}”的许可不能{what}。", "A permit that is “{now}” cannot be {what}.").with_(
            now=STATES[permit.state], what=what
        )
        raise Refusal(Reason.WRONG_STAGE, rule, field="unit", value=permit.unit_id)


def move(context: Context, permit: WorkPermit, state: str, reason: str, event: str = "", step: str = "", **data: Any) -> dict[str, Any]:
    """Set the state with its reason, plate and lists, and record it. step: how an open review ends with it, where the state does not say so."""
    was, today = permit.state, context.now.astimezone(SHANGHAI).date()
    permit.state, permit.reason, permit.plate = state, reason, plate_of(state, today)
    permit.must_show = data.get("must_show", [])
    permit.changes = data.get("changes", [])
    permit.version, permit.changed_at = permit.version + 1, context.now
    permit.save()
    context.event(
        event or f"permit_{state}", loop_id=permit.loop_id, subject=f"permit:{permit.pk}", from_stage=was, to_stage=state, note=reason,
        data={"unit": permit.unit_id, **data},
    )  # fmt: skip
    if was == "review" and state != "review":
        close_review(context, permit, step or {"in_force": "keep", "suspended": "suspend"}.get(state, "end"), reason)
    return {"permit": str(permit.pk), "state": state, "plate": permit.plate}
