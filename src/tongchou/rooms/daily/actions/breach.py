"""Work without a right to it: told of, heard, looked at, decided by another; signals from outside; draws of spot checks."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import connection
from pydantic import Base64Bytes, Field

from tongchou.kernel.clock import parse_date
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.rejects import Tally, write_rejected
from tongchou.kernel.tables import Table, read_table
from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM, Actor
from tongchou.record.act import Context, Payload, act, explain_constraint, verb
from tongchou.record.actions.loops import AdvanceIn, advance, after_step
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.actions.permits import SuspendIn, suspend
from tongchou.record.actions.work_orders import Wanted, issue, lock_for_stop
from tongchou.record.copytext import batched_lines
from tongchou.record.loops.write import office_unit
from tongchou.record.models import Evidence, Loop, Unit, WorkPermit
from tongchou.record.questions.units import street_of
from tongchou.rooms.daily.actions.inspection import tell_inspection_soon
from tongchou.rooms.daily.actions.table import enterprises_named
from tongchou.rooms.daily.evidence import evidence_of
from tongchou.rooms.daily.models import Breach, Signal
from tongchou.rooms.daily.numbers import local_day
from tongchou.rooms.daily.reach import KINDS

KIND = "resumption_breach"
TELL, HANDLE = "breach.report", "breach.handle"
LARGEST, SHOWN = 64 * 1024 * 1024, 200
explain_constraint(
    "breach_one_open",
    Reason.DUPLICATE,
    Text("该企业已有一件在办的查处事项。", "A matter about this enterprise is open already."),
    Text("请在该事项中补充说明。", "Add to that one."),
)
COLUMNS: dict[str, tuple[str, ...]] = {
    "code": ("code", "信用代码", "统一社会信用代码"), "name": ("name", "企业名称", "企业"), "day": ("day", "日期"),
    "power": ("power", "用电量", "用电量（千瓦时）"), "water": ("water", "用水量", "用水量（立方米）"), "phones": ("phones", "手机数"),
}  # fmt: skip


class TellIn(Payload):
    """enterprise: its registered name or code, exactly: whoever tells of it need not see its file."""

    enterprise: str = Field(min_length=2, max_length=160)
    text: str = Field(min_length=6, max_length=5_000)


class SignalsIn(Payload):
    content: Base64Bytes = Field(max_length=LARGEST)
    filename: str = Field(min_length=1, max_length=200)


class UnheardIn(Payload):
    limit: int = Field(200, ge=1, le=2000)


@verb("breach.report", TELL, Text("举报擅自复工", "Tell of work without a right to it"))
def tell(context: Context, given: TellIn) -> dict[str, Any]:
    """Open the matter: the enterprise is heard first. Who told of it is kept apart from the loop, which the enterprise sees."""
    plain = given.enterprise.strip()
    found = list(Unit.objects.filter(kind__in=KINDS, active_to=None, name=plain).select_related("area")[:2])
    found = (
        list(Unit.objects.filter(kind__in=KINDS, active_to=None, code=plain.upper()).select_related("area")[:1])
        or found
    )
    if len(found) != 1:
        rule = Text("没有这家在册企业，或有重名。", "There is no such active enterprise, or several of that name.")
        raise Refusal(
            Reason.NOT_FOUND,
            rule,
            remedy=Text("请填写登记的全称或信用代码。", "Give its registered name or code."),
            field="enterprise",
            value=plain[:60],
        )
    role = context.grants[0].role if context.grants else ""
    source = (
        Breach.Source.PUBLIC
        if role in ("resident", "volunteer")
        else Breach.Source.RECORD
        if context.actor.system
        else Breach.Source.INSPECTION
    )
    return {"breach": str(told_of(context, found[0], source, given.text).pk)}


def told_of(context: Context, unit: Unit, source: str, text: str, more: dict[str, Any] | None = None) -> Breach:
    """Put a sign on record with what is known of the enterprise at this moment; `more` is frozen beside it. Its loop is opened by an act of its own."""
    facts = evidence_of(unit.pk, local_day(context.now)) | (more or {})
    account = context.actor.account_id
    row = Breach.objects.create(id=new_id(), unit=unit, source=source, text=text, evidence=facts, account_id=account, at=context.now)
    context.event("breach", subject=f"breach:{row.pk}", data={"source": source})
    context.effect(_soon)
    return row


def _soon() -> None:
    """Open it at once, by an act of its own. Should this not come to pass, the job does it."""
    act("breach.take_up", SYSTEM, new_id(), {})


@verb("breach.take_up", "loop.act", Text("受理线索", "Take up what was told"), system_only=True)
def take_up(context: Context, given: UnheardIn) -> dict[str, Any]:
    """Open the loops of what was told, in the name of the program: the timeline, which the enterprise sees, does not say by whom."""
    rows = (
        Breach.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(loop=None, ended_at=None)
        .select_related("unit__area")
    )
    opened = 0
    for row in rows.order_by("at")[: given.limit]:
        owner = street_of(row.unit) or office_unit()
        wanted = {
            "kind": KIND, "title": f"擅自复工线索：{row.unit.name}", "unit": row.unit_id, "owner_unit": owner, "origin": "breach", "detail": row.evidence["said"],
        }  # fmt: skip
        row.loop_id = uuid.UUID(str(open_one(context, OpenIn.model_validate(wanted))["loop"]))
        row.save(update_fields=["loop"])
        opened += 1
    return {"opened": opened}


@verb("breach.unheard", "loop.act", Text("逾期未说明转核查", "Not answered in time"), system_only=True, recurs=True)
def unheard(context: Context, given: UnheardIn) -> dict[str, Any]:
    """The time to answer is over: it is looked at without an answer, which may still be added."""
    due = Loop.objects.filter(kind=KIND, closed_at=None, stage="hearing", deadline__lt=context.now).order_by("pk")
    moved = list(due.values_list("pk", flat=True)[: given.limit])
    for loop in moved:
        advance(context, AdvanceIn.model_validate({"loop": loop, "step": "unanswered"}))
    return {"moved": len(moved)}


@after_step(KIND, "stop")
def _stopped(context: Context, loops: list[uuid.UUID]) -> None:
    """Ordered to stop, by a numbered order that holds until it is lifted; the right to work, where there is one, is suspended with the same reason."""
    rows = _ended(context, loops)
    reasons = _reasons(context, rows)
    lock_for_stop([r.unit_id for r in rows])
    live = list(
        WorkPermit.objects.select_for_update().filter(unit_id__in=[r.unit_id for r in rows], state__in=("in_force", "review")).order_by("pk")
    )
    for permit in live:
        given = {"unit": permit.unit_id, "reason": f"责令停工：{reasons[permit.unit_id]}"[:2_000], "must_show": list(MUST_SHOW)}
        suspend(replace(context, actor=SYSTEM, grants=()), SuspendIn.model_validate(given))
    permits = {p.unit_id: p.pk for p in live}
    _order(context, "stop", rows, reasons, permits)
    context.effect(tell_inspection_soon)


MUST_SHOW = ("整改情况", "重新核查意见")
"""What has to be shown before a stop is lifted."""


def _order(context: Context, kind: str, rows: list[Breach], reasons: dict[int, str], permits: dict[int, uuid.UUID]) -> None:
    """Issue the numbered order of a decision, by the unit that decided it."""
    organ = (context.grant.unit_id if context.grant else None) or office_unit()
    points = MUST_SHOW if kind == "stop" else ("立即改正上述问题", "五个工作日内书面报告改正情况")
    if organ is not None:
        issue(context, [Wanted(kind, r.unit_id, organ, reasons[r.unit_id], points, r.loop_id, permits.get(r.unit_id)) for r in rows])


@after_step(KIND, "correct")
def _correct(context: Context, loops: list[uuid.UUID]) -> None:
    """Ordered to correct, by a numbered order."""
    rows = _ended(context, loops)
    _order(context, "correct", rows, _reasons(context, rows), {})


def _reasons(context: Context, rows: list[Breach]) -> dict[int, str]:
    """The reason of each decision, by enterprise."""
    loops = [r.loop_id for r in rows if r.loop_id is not None]
    said = dict(Evidence.objects.filter(loop_id__in=loops, act=context.act_id, key="reason").values_list("loop_id", "text"))
    return {r.unit_id: said[r.loop_id] for r in rows if r.loop_id is not None}


@after_step(KIND, "dismiss")
def _over(context: Context, loops: list[uuid.UUID]) -> None:
    _ended(context, loops)


def _ended(context: Context, loops: list[uuid.UUID]) -> list[Breach]:
    Breach.objects.filter(loop_id__in=loops).update(ended_at=context.now)
    return list(Breach.objects.filter(loop_id__in=loops))


@dataclass
class Read:
    """A table of signals that was read."""

    table: Table
    ready: dict[tuple[int, str, str], Decimal] = field(default_factory=dict)
    accepted: int = 0
    rejects: list[tuple[int, Refusal]] = field(default_factory=list)


@verb("signal.import_table", HANDLE, Text("导入用电用水信号", "Import signals"))
def import_signals(context: Context, given: SignalsIn) -> dict[str, Any]:
    """Electricity, water or phones of enterprises by day. A value that comes again takes the place of the earlier one."""
    found = read_signals(context.actor, given.content, given.filename, context.now)
    tally = Tally(found.table.rows_in, found.accepted, len(found.rejects))
    if not context.dry_run and found.ready:
        with connection.cursor() as cursor:
            cursor.execute(
                "create temporary table signal_in (unit_id bigint, day date, kind text, value numeric) on commit drop"
            )
            with cursor.copy("copy signal_in (unit_id, day, kind, value) from stdin") as copy:
                for part in batched_lines((unit, day, kind, value) for (unit, day, kind), value in found.ready.items()):
                    copy.write(part)
            cursor.execute(
                """insert into daily_signal (unit_id, day, kind, value, act) select unit_id, day, kind, value, %s from signal_in
                   on conflict (unit_id, kind, day) do update set value = excluded.value, act = excluded.act""",
                [context.act_id],
            )
            cursor.execute("drop table signal_in")
    result = {"rows_in": tally.rows_in, "accepted": tally.accepted, "rejected": tally.rejected}
    context.event("signals_imported", data=dict(result))
    return result | {"rejects": [{"row": n} | r.as_dict() for n, r in found.rejects[:SHOWN]]}


def rejected_signals(actor: Actor, data: bytes, filename: str, now: datetime, language: str) -> bytes:
    """The rows of a table that are rejected, as CSV with row, field, reason, rule and remedy."""
    found = read_signals(actor, data, filename, now)
    return write_rejected(found.table, found.rejects, language)


def read_signals(actor: Actor, data: bytes, filename: str, now: datetime) -> Read:
    table = read_table(data, filename, titled=True)
    places = {
        f: n for f, names in COLUMNS.items() for n, head in enumerate(table.header) if head.strip().lower() in names
    }
    if (
        "day" not in places
        or not {"code", "name"} & places.keys()
        or not {k.value for k in Signal.Kind} & places.keys()
    ):
        rule = Text(
            "须有企业、日期和至少一列信号。",
            "There must be a column for the enterprise, the day and one signal at least.",
        )
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请补上列。", "Add the columns."), field="table")
    out, today = Read(table, rejects=list(table.faults)), local_day(now)
    given = [(n, {f: cells[place] for f, place in places.items()}) for n, cells in table.rows]
    units = enterprises_named(actor, HANDLE, [g for _, g in given])
    for number, cells in given:
        try:
            unit = units.get(cells.get("code", "").upper()) or units.get(cells.get("name", ""))
            if unit is None:
                rule = Text(
                    "辖区内没有这家在册企业，或重名。",
                    "No such active enterprise in your area, or several of that name.",
                )
                raise Refusal(
                    Reason.NOT_FOUND,
                    rule,
                    remedy=Text("请填写信用代码。", "Give its code."),
                    field="code",
                    value=(cells.get("code") or "")[:60],
                )
            day = parse_date(cells["day"], "day")
            if day > today:
                raise Refusal(
                    Reason.IMPOSSIBLE_DATE,
                    Text("日期不能晚于今天。", "The day is not after today."),
                    field="day",
                    value=str(day),
                )
            values = {k.value: _value(k.value, cells[k.value]) for k in Signal.Kind if cells.get(k.value)}
            if not values:
                raise Refusal(
                    Reason.MISSING_VALUE, Text("这一行没有信号。", "This row holds no signal."), field="power"
                )
            out.ready |= {(unit.pk, str(day), kind): value for kind, value in values.items()}
            out.accepted += 1
        except Refusal as refusal:
            refusal.line = number
            out.rejects.append((number, refusal))
    out.rejects.sort(key=lambda pair: pair[0])
    return out


def _value(kind: str, text: str) -> Decimal:
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or not 0 <= value < Decimal(10) ** 11:
        rule = Text("须为不小于 0 的数。", "This must be a number, 0 or more.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请更正。", "Correct it."), field=kind, value=text[:40])
    return value.quantize(Decimal("0.01"))
