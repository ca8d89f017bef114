"""Orders out of decisions: what a decision allows today, rows for the database, notices, and who two organisations are."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, explain_constraint
from tongchou.record.clearance import HELD
from tongchou.record.copytext import batched_lines
from tongchou.record.models import Unit
from tongchou.rooms.trust.models import LIVE, Restriction
from tongchou.rooms.trust.progress import counted

SMALL = 20
"""More orders than these in batches within a day need two organisations."""
DAY = timedelta(hours=24)
HELD.append(
    """select person_id, starts_on as since, ends_on as until from trust_restriction
    where state = 'active' and kind in ('isolation', 'movement') and %(as_of)s between starts_on and ends_on"""
)
"""Whoever is under such an order may not return to work before it ends."""
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_OF_HEADQUARTERS = ("headquarters", "hq_office", "hq_department", "special_team")

for _name, _reason, _rule, _remedy in (
    ("order_one_live", Reason.DUPLICATE, Text("此人已有同类管控措施。", "This person is under such an order already."),
     Text("请在原措施上续期或解除。", "Renew or lift that one.")),
    ("order_has_evidence", Reason.EVIDENCE_MISSING, Text("没有依据材料的措施不能下达。", "An order without evidence cannot exist."),
     Text("请写明依据的事实。", "Name the facts on which it rests.")),
    ("order_has_legal_basis", Reason.MISSING_VALUE, Text("没有法律依据的措施不能下达。", "An order without legal basis cannot exist."),
     Text("请写明法律条款和文件。", "Name the law's article and the paper.")),
    ("order_within_rule", Reason.INVALID_VALUE, Text("截止日期超过方案规定的最后一日。", "It would last longer than the rule allows."),
     Text("请改为方案规定的日期或更早；确需延长的，重新判定。", "Choose the rule's last day or earlier; to go on, decide again.")),
    ("order_grounded", Reason.APPROVAL_MISSING, Text("没有可以据以管控的判定。", "There is no binding decision about this person."),
     Text("请先按方案判定。", "Decide by the plan first.")),
    ("order_two_organisations", Reason.SAME_UNIT, Text("须由另一单位的另一人确认。", "Another person of another organisation must confirm it."),
     Text("请由其他单位确认。", "Ask another organisation.")),
    ("order_two_units", Reason.SAME_UNIT, Text("须由另一单位的另一人确认。", "Another person of another organisation must confirm it."),
     Text("请由其他单位确认。", "Ask another organisation.")),
    ("order_by_hand_needs_two", Reason.APPROVAL_MISSING,
     Text("人工认定或超过 20 人的措施须由两个单位的两人办理。", "By hand, or for more than 20 people, it takes two people of two organisations."),
     Text("请提交确认。", "Have it confirmed.")),
    ("order_frozen", Reason.CONFLICT, Text("已下达的措施不能改动，已结束的不能恢复。", "An order is not changed, and one that has ended does not begin again."),
     Text("请解除或另行下达。", "Lift it, or issue another.")),
    ("reversal_two_people", Reason.SAME_PERSON, Text("提出人不能确认自己提出的纠正。", "Who proposed the reversal may not confirm it."),
     Text("请由另一人确认。", "Another person must confirm.")),
):  # fmt: skip
    explain_constraint(_name, _reason, _rule, _remedy)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a decision allows on a day: from the first restricting measure to the last day of the last one."""

    mode: str
    starts_on: date
    ends_on: date


REVIEW = timedelta(days=14)
"""An order must end. Where the rule gives no day (a patient stays until the tests allow discharge), it ends after so long unless decided again before."""


def allowed(content: dict[str, Any], today: date) -> Allowed | None:
    """The order that a decision's measures allow; None where nothing restricts any more. An open end is to be looked at again after REVIEW."""
    held = [m for m in content["measures"] if m["restricts"] and m["from"] is not None and not m.get("waits_for")]
    left = [m for m in held if _last_day(m, today) >= today]
    if not left:
        return None
    starts = date.fromisoformat(held[0]["from"])
    return Allowed(left[0]["mode"], starts, max(starts, *(_last_day(m, today) for m in left)))


def _last_day(measure: dict[str, Any], today: date) -> date:
    return today + REVIEW if measure["until"] is None else date.fromisoformat(measure["until"])


def new_code() -> str:
    """The code of a notice: 12 characters that cannot be guessed (59 bits) and are not confused when read aloud."""
    return "".join(secrets.choice(_LETTERS) for _ in range(12))


def organisation(unit: int) -> int:
    """The organisation of a unit: the headquarters and its offices are one, any other unit is its own."""
    row = Unit.objects.only("kind", "parent_id").get(pk=unit)
    if row.kind not in _OF_HEADQUARTERS:
        return unit
    top = Unit.objects.filter(kind="headquarters", active_to=None).order_by("pk").values_list("pk", flat=True).first()
    return top or unit


def organisations(actor: Actor) -> set[int]:
    """Of all posts that the actor holds: who has one in the issuing organisation does not confirm for another."""
    return {organisation(unit) for unit in {g.unit_id for g in actor.grants}}


def small_today(org: int, table: str, now: datetime) -> int:
    """How many orders by a table an organisation issued in batches within a day that nobody else confirmed: a large cohort cut in small ones
    is a large one (docs/decisions/0074). The database counts the same."""
    unseen = Restriction.objects.filter(issuer_org=org, table=table, two_needed=False, batch__isnull=False)
    return unseen.filter(issued_at__gt=now - DAY, issued_at__lte=now).count()


def other_organisation(context: Context, issuer: Unit, issuer_org: int, issued_by: int) -> tuple[int, int]:
    """(unit, organisation) by which the actor may confirm. Refuses the same person, the same organisation, and one below the issuer; who has a
    post in the issuing organisation confirms by no other post either."""
    if context.actor.account_id == issued_by:
        raise Refusal(
            Reason.SAME_PERSON,
            Text("下达人不能确认自己下达的措施。", "Who issued it may not confirm it."),
            remedy=_ASK_OTHERS,
        )
    for grant in () if issuer_org in organisations(context.actor) else context.grants:
        mine = organisation(grant.unit_id)
        if not _below(grant.unit_id, issuer.pk):
            context.grant = grant
            return grant.unit_id, mine
    rule = Text("下达单位自己或其下属单位不能确认。", "The issuing organisation, or one below it, may not confirm.")
    raise Refusal(Reason.SAME_UNIT, rule, remedy=_ASK_OTHERS)


_ASK_OTHERS = Text("请由其他单位的人员确认。", "Somebody of another organisation must confirm.")


def _below(unit: int, above: int) -> bool:
    parent = Unit.objects.filter(pk=unit).values_list("parent_id", flat=True).first()
    for _ in range(6):
        if parent is None:
            return False
        if parent == above:
            return True
        parent = Unit.objects.filter(pk=parent).values_list("parent_id", flat=True).first()
    return False


def no_such_order(key: Any, field: str = "order") -> Refusal:
    return Refusal(
        Reason.NOT_FOUND, Text("没有找到该项管控措施。", "There is no such order."),
        remedy=Text("请从措施列表打开；辖区以外的不显示。", "Open it from the list; what lies outside your area is not shown."), field=field, value=str(key),
    )  # fmt: skip


def order_in_reach(actor: Actor, permission: str, key: uuid.UUID, *, lock: bool = False) -> Restriction:
    """An order about a person within reach; any other is not found."""
    rows = Restriction.objects.select_for_update(of=("self",)) if lock else Restriction.objects
    row = rows.select_related("person__area", "issuer", "decision", "batch").filter(pk=key).first()
    if row is None or not actor.sees_path(permission, row.person.area.path):
        raise no_such_order(key)
    return row


def restricts(row: Restriction, today: date) -> bool:
    """Whether an order limits anybody on a day: in force, and not past its end, whether or not the job has noted that."""
    return row.state == Restriction.State.ACTIVE and row.ends_on >= today


def end(context: Context, rows: Sequence[Restriction], state: str, reason: str, note: str = "", told: str = "") -> None:
    """End live orders that were locked: state, reason, events, notices."""
    for row in rows:
        row.state, row.ended_at, row.ended_by_id, row.end_reason, row.end_note = (
            state,
            context.now,
            context.actor.account_id,
            reason,
            note,
        )
        row.save(update_fields=["state", "ended_at", "ended_by", "end_reason", "end_note"])
        context.event(
            f"order_{state}",
            subject=f"person:{row.person_id}",
            note=note,
            data={"order": str(row.pk), "reason": reason},
        )
    notify(context, ((row.pk, state, told or note) for row in rows))


def notify(context: Context, items: Iterable[tuple[uuid.UUID, str, str]]) -> None:
    """Notices, given as (order, what, text)."""
    with (
        connection.cursor() as cursor,
        cursor.copy("copy trust_notice (restriction_id, what, text, at) from stdin") as copy,
    ):
        for part in batched_lines((order, what, text[:400], context.now) for order, what, text in items):
            copy.write(part)


def lapse_past(context: Context, *, person: uuid.UUID | None = None, limit: int = 20_000) -> int:
    """Note the end of live orders whose last day is past; returns how many."""
    rows = Restriction.objects.select_for_update(skip_locked=True).filter(
        state__in=LIVE, ends_on__lt=timezone.localdate(context.now)
    )
    if person is not None:
        rows = rows.filter(person_id=person)
    past = list(rows.order_by("pk")[:limit])
    if past:
        Restriction.objects.filter(pk__in=[r.pk for r in past]).update(
            state="lapsed", ended_at=context.now, end_reason="lapsed"
        )
        for row in past:
            context.event("order_lapsed", subject=f"person:{row.person_id}", data={"order": str(row.pk)})
        notify(context, ((r.pk, "lapsed", "") for r in past))
    return len(past)


_COLUMNS = (
    'id, code, person_id, kind, mode, pack, "table", rule, decision_id, evidence, legal_basis, starts_on, ends_on, rule_ends_on, state, by_hand, '
    "two_needed, batch_id, issuer_id, issuer_org, issued_by_id, issued_at, end_reason, end_note"
)


@dataclass(frozen=True, slots=True)
class New:
    """An order to be stored."""

    id: uuid.UUID
    person: uuid.UUID
    decision: uuid.UUID
    rule: str
    kind: str
    allowed: Allowed
    evidence: list[str]


def store_many(
    context: Context, items: Sequence[New], batch: uuid.UUID, pack: str, table: str, legal_basis: str, *, two: bool
) -> None:
    """Store a batch's orders by COPY, with events and notices."""
    unit, account = context.grants[0].unit_id, context.actor.account_id
    org, state = organisation(unit), "pending" if two else "active"
    with connection.cursor() as cursor, cursor.copy(f"copy trust_restriction ({_COLUMNS}) from stdin") as copy:
        rows = (
            (i.id, new_code(), i.person, i.kind, i.allowed.mode, pack, table, i.rule, i.decision, _json(i.evidence), legal_basis,
             i.allowed.starts_on, i.allowed.ends_on, i.allowed.ends_on, state, False, two, batch, unit, org, account, context.now, "", "")
            for i in counted(items, "storing")
        )  # fmt: skip
        for part in batched_lines(rows):
            copy.write(part)
    for i in items:
        context.event(
            "order_issued",
            subject=f"person:{i.person}",
            data={"order": str(i.id), "until": str(i.allowed.ends_on), "state": state},
        )
    if not two:
        notify(context, ((i.id, "issued", "") for i in items))


def _json(texts: list[str]) -> str:

    return json.dumps(texts, ensure_ascii=False)
