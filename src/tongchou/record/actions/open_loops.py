"""Opening loops: one, or many thousands in one act."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from django.db import connection
from django.utils import timezone
from pydantic import AwareDatetime, Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.packs.kinds import LoopKind, Party
from tongchou.record.access import Actor, Grant, roles
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.actions.loop_times import check_due
from tongchou.record.actions.loops import BULK_LIMIT, AdvanceIn, advance
from tongchou.record.copytext import batched_lines
from tongchou.record.loops import engine
from tongchou.record.loops.asked import Asked, check_asked
from tongchou.record.loops.fields import fields_refused
from tongchou.record.loops.kinds import current_edition
from tongchou.record.loops.titles import beside
from tongchou.record.loops.write import office_unit
from tongchou.record.models import CoUnit


class CoUnitIn(Payload):
    unit: int
    part: str = Field("", max_length=200)


explain_constraint(
    "record_loop_pkey",
    Reason.DUPLICATE,
    Text("该编号已用于另一事项。", "Another loop has this id already."),
    Text("请换一个编号，或不填由系统给出。", "Choose another id, or leave it out."),
)


class OpenIn(Payload):
    """A loop to open. `owner_unit` is the lead unit; the area is the lead unit's unless given.

    signed: handed out to one's own unit, such as the whole above the parts of others, it starts signed for.
    """

    kind: str = Field(max_length=40)
    title: str = Field(min_length=2, max_length=300)
    title_en: str = Field(default="", max_length=300, description="what readers of English see; without it the title as written")
    detail: str = Field("", max_length=50_000)
    detail_en: str = Field(default="", max_length=50_000)
    data: dict[str, Any] = Field(default_factory=dict)
    person: uuid.UUID | None = None
    unit: int | None = None
    area: int | None = None
    item: str = Field("", max_length=120)
    owner_unit: int
    owner_account: int | None = None
    verifier_unit: int | None = None
    co_units: list[CoUnitIn] = Field(default_factory=list, max_length=200)
    due_at: AwareDatetime | None = None
    parent: uuid.UUID | None = None
    origin: str = Field("", max_length=30)
    origin_ref: str = Field("", max_length=120)
    urgent: bool = False
    asked: list[Asked] = Field(default_factory=list, max_length=5, description="evidence without which the work cannot be reported as done")
    id: uuid.UUID | None = Field(None, description="chosen by the client, to link records; else given by the program")
    signed: bool = False


class OpenManyIn(Payload):
    items: list[OpenIn] = Field(min_length=1, max_length=BULK_LIMIT)
    mode: Literal["all", "listed"] = "all"


@dataclass(slots=True)
class _Reference:
    """What the items refer to, read once for all of them."""

    units: dict[int, tuple[int, str]] = field(default_factory=dict)      # active unit -> (area, path)
    areas: dict[int, str] = field(default_factory=dict)                  # area in force -> path
    people: dict[uuid.UUID, tuple[int, str]] = field(default_factory=dict)
    parents: dict[uuid.UUID, bool] = field(default_factory=dict)         # parent -> closed
    office: int | None = None
    times: dict[tuple[Any, ...], Times | Refusal] = field(default_factory=dict)
    openers: dict[tuple[str, str], Grant | Refusal | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Times:
    """When a loop is due, when its first stage is, and when the escalation job looks first."""

    due_at: datetime
    deadline: datetime
    check_at: datetime | None


@verb("loop.open", "loop.open", Text("交办", "Open a loop"))
def open_one(context: Context, given: OpenIn) -> dict[str, Any]:
    """Open one loop; its clock starts now."""
    rows, refused = _plan(context, [given])
    if refused:
        raise refused[0][1]
    _write(context, rows)
    return {"loop": str(rows[0].id), "stage": _sign_own(context, rows) or rows[0].kind.start}


@verb("loop.open_many", "loop.bulk", Text("批量交办", "Open many loops"))
def open_many(context: Context, given: OpenManyIn) -> dict[str, Any]:
    """Open many loops in one act: all or none, or those that can with the rest listed by their place in the list."""
    context_allows = context.actor.require("loop.open")
    context.grants = context_allows
    rows, refused = _plan(context, given.items)
    if refused and given.mode == "all":
        place, first = refused[0]
        raise Refusal(
            first.reason,
            Text("{n} 项不能交办，第 {place} 项原因：{why}", "{n} cannot be opened; number {place} because: {why}").with_(
                n=len(refused), place=place + 1, why=first.rule
            ),
            remedy=first.remedy,
            field=f"items.{place}.{first.field or ''}".rstrip("."),
            refused=[p for p, _ in refused[:100]],
        )
    _write(context, rows)
    _sign_own(context, rows)
    return {
        "opened": len(rows),
        "loops": [str(r.id) for r in rows],
        "refused": [{"place": p, "reason": r.reason.value, "field": r.field, **r.rule.as_dict()} for p, r in refused],
    }


@dataclass(slots=True)
class _Row:
    id: uuid.UUID
    given: OpenIn
    edition: int
    kind: LoopKind
    area: int
    opener: Grant | None
    times: Times
    turn: int


def _plan(context: Context, items: Sequence[OpenIn]) -> tuple[list[_Row], list[tuple[int, Refusal]]]:
    known = _read_references(items, timezone.localdate(context.now))
    kinds: dict[str, tuple[int, LoopKind] | Refusal] = {}
    rows: list[_Row] = []
    refused: list[tuple[int, Refusal]] = []
    for place, given in enumerate(items):
        if given.kind not in kinds:
            kinds[given.kind] = _kind(context, given.kind)
        edition = kinds[given.kind]
        verdict = edition if isinstance(edition, Refusal) else _row(context, given, edition, known)
        if isinstance(verdict, Refusal):
            refused.append((place, verdict))
        else:
            rows.append(verdict)
    if rows:
        context.grant = rows[0].opener
    return rows, refused


def _kind(context: Context, key: str) -> tuple[int, LoopKind] | Refusal:
    try:
        edition, kind = current_edition(key)
    except Refusal as refusal:
        return refusal
    if context.actor.system or not kind.opened_by or any(g.role in kind.opened_by for g in context.grants):
        return edition, kind
    return Refusal(
        Reason.NOT_ALLOWED,
        Text("现任岗位不能发起“{kind}”。", "Your posts may not open “{kind}”.").with_(kind=kind.title),
        remedy=Text("请由有权岗位发起。", "Somebody whose role may must open it."),
        field="kind",
        value=key,
    )


_UNITS = """select u.id, u.area_id, a.path from record_unit u join record_area a on a.id = u.area_id
            where u.id = any(%s) and (u.active_to is null or u.active_to > %s)"""
_PEOPLE = """select p.id, p.area_id, a.path from record_person p join record_area a on a.id = p.area_id
             where p.id = any(%s) and p.merged_into_id is null and p.erased_at is null"""


def _read_references(items: Sequence[OpenIn], today: date) -> _Reference:
    units = {u for i in items for u in (i.owner_unit, i.verifier_unit, i.unit) if u is not None}
    units.update(c.unit for i in items for c in i.co_units)
    known = _Reference(office=office_unit())
    with connection.cursor() as cursor:
        cursor.execute(_UNITS, [list(units), today])
        known.units = {row[0]: (row[1], row[2]) for row in cursor.fetchall()}
        areas = {i.area for i in items if i.area is not None}
        cursor.execute("select id, path from record_area where id = any(%s) and valid_to is null", [list(areas)])
        known.areas = dict(cursor.fetchall())
        people = list({i.person for i in items if i.person is not None})
        if people:
            cursor.execute(_PEOPLE, [people])
            known.people = {row[0]: (row[1], row[2]) for row in cursor.fetchall()}
        parents = list({i.parent for i in items if i.parent is not None})
        if parents:
            cursor.execute("select id, closed_at is not null from record_loop where id = any(%s) for share", [parents])
            known.parents = dict(cursor.fetchall())
    return known


def _unknown(name: str, value: object, what: Text) -> Refusal:
    return Refusal(
        Reason.NOT_FOUND,
        Text("没有这个{what}，或不在管理范围。", "There is no such {what} within your reach.").with_(what=what),
        remedy=Text("请从清单中选择。", "Choose from the list."),
        field=name,
        value=value,
    )


def _row(context: Context, given: OpenIn, edition: tuple[int, LoopKind], known: _Reference) -> _Row | Refusal:
    kind = edition[1]
    for name, unit in (("owner_unit", given.owner_unit), ("verifier_unit", given.verifier_unit), ("unit", given.unit)):
        if unit is not None and unit not in known.units:
            return _unknown(name, unit, Text("单位", "unit"))
    for co in given.co_units:
        if co.unit not in known.units or co.unit == given.owner_unit:
            return _unknown("co_units", co.unit, Text("协办单位", "co-unit"))
    refusal = _subject(given, kind, known) or _parent(given, known) or fields_refused(given.data, kind, context.now) or check_asked(kind, given.asked)
    if refusal is not None:
        return refusal
    area, path = _area(given, known)
    way = (path, known.units[given.owner_unit][1])
    if way not in known.openers:  # items that go the same way get the same answer: it is worked out once
        known.openers[way] = _opener(context.actor, context.grants, *way)
    opener = known.openers[way]
    if isinstance(opener, Refusal):
        return opener
    given = _verified_by(given, kind, opener, known.office)
    clock = kind.stages[kind.start].clock
    when = (edition[0], given.due_at, *((given.data[clock.since], given.data[clock.by]) if clock else ()))
    if when not in known.times:
        known.times[when] = _times(context.now, kind, given.due_at, given.data)
    times = known.times[when]
    if isinstance(times, Refusal):
        return times
    turn = _turn(kind, given, opener, known.office)
    return _Row(given.id or new_id(), given, edition[0], kind, area, opener, times, turn)


def _verified_by(given: OpenIn, kind: LoopKind, opener: Grant | None, office: int | None) -> OpenIn:
    """What somebody outside the administration reports is verified by the headquarters office, not by the one who reported it."""
    if given.verifier_unit is not None or opener is None or office in (None, given.owner_unit) or not roles()[opener.role].served:
        return given
    verifies = any(s.owner is Party.VERIFIER for s in kind.stages.values())
    return given.model_copy(update={"verifier_unit": office}) if verifies else given


def _times(now: datetime, kind: LoopKind, due_at: datetime | None, data: dict[str, Any]) -> Times | Refusal:
    stage = kind.stages[kind.start]
    if due_at is None:
        if kind.limit is None:
            rule = Text("须给出办结时限。", "A due time is needed.")
            return Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请填写时限。", "Give one."), field="due_at")
        due_at = kind.limit.after(now)
    else:
        try:
            check_due(now, due_at)
        except Refusal as refusal:
            return refusal
    deadline = stage.due(now, due_at, data)
    if stage.clock is not None and deadline <= now:  # entered late: the escalation job looks at once
        return Times(due_at, deadline, now)
    return Times(due_at, deadline, engine.level_due(stage, deadline, now)[1])


def _turn(kind: LoopKind, given: OpenIn, opener: Grant | None, office: int | None) -> int:
    """The unit that owes the first move."""
    party = kind.stages[kind.start].owner or Party.OWNER
    if party is Party.OWNER:
        return given.owner_unit
    opening = opener.unit_id if opener else office
    turns = {
        Party.OPENER: opening, Party.VERIFIER: given.verifier_unit or opening, Party.ADJUDICATOR: office, Party.SUBJECT: given.unit,
    }  # fmt: skip
    return turns.get(party) or given.owner_unit


def _subject(given: OpenIn, kind: LoopKind, known: _Reference) -> Refusal | None:
    named = [k for k, v in (("person", given.person), ("unit", given.unit), ("item", given.item)) if v]
    if len(named) > 1:
        rule = Text("一个事项只能有一个对象。", "A loop has one subject.")
        return Refusal(Reason.INVALID_VALUE, rule, field=named[1])
    subject = named[0] if named else ("area" if given.area is not None and "area" in kind.subjects else "none")
    if subject not in kind.subjects and not (subject == "none" and "area" in kind.subjects):
        rule = Text("“{kind}”的对象不能是 {what}。", "“{kind}” cannot be about a {what}.")
        return Refusal(
            Reason.INVALID_VALUE, rule.with_(kind=kind.title, what=subject), field=subject if named else "subject",
            remedy=Text("可用对象：{all}", "Possible subjects: {all}").with_(all=", ".join(kind.subjects)),
        )  # fmt: skip
    if given.person is not None and given.person not in known.people:
        return _unknown("person", str(given.person), Text("人员", "person"))
    if given.area is not None and given.area not in known.areas:
        return _unknown("area", given.area, Text("区域", "area"))
    return None


def _parent(given: OpenIn, known: _Reference) -> Refusal | None:
    if given.parent is None:
        return None
    if given.parent not in known.parents:
        return _unknown("parent", str(given.parent), Text("上级事项", "parent loop"))
    if known.parents[given.parent]:
        return Refusal(Reason.LOOP_CLOSED, Text("上级事项已办结。", "The parent loop is closed."), field="parent")
    return None


def _area(given: OpenIn, known: _Reference) -> tuple[int, str]:
    if given.area is not None:
        return given.area, known.areas[given.area]
    if given.person is not None:
        return known.people[given.person]
    if given.unit is not None:
        return known.units[given.unit]
    return known.units[given.owner_unit]


def _opener(actor: Actor, grants: Sequence[Grant], path: str, owner_path: str) -> Grant | Refusal | None:
    """The post by which the loop is opened: downwards in one's area, within one's unit's area, or upwards to those above."""
    if actor.system:
        return None
    table = roles()
    for grant in grants:
        scope = table[grant.role].scope
        if scope in ("unit", "self"):
            return grant
        if scope == "area" and path.startswith(grant.path):
            return grant
        if scope == "area" and grant.path.startswith(owner_path):
            return grant
    return _unknown("area", None, Text("区域", "area"))


_COLUMNS = (
    "id, kind, edition_id, title, detail, data, subject_person_id, subject_unit_id, subject_area_id, subject_item, area_id, "
    "owner_unit_id, owner_account_id, opener_unit_id, opener_account_id, verifier_unit_id, turn_unit_id, stage, opened_at, due_at, "
    "deadline, check_at, parent_id, origin, origin_ref, urgent, asked"
)


def _write(context: Context, rows: Sequence[_Row]) -> None:
    account = context.actor.account_id
    sql = f"copy record_loop ({_COLUMNS}) from stdin"
    with connection.cursor() as cursor, cursor.copy(sql) as copy:
        for part in batched_lines(_values(context, row, account) for row in rows):
            copy.write(part)
    CoUnit.objects.bulk_create(
        [CoUnit(loop_id=r.id, unit_id=c.unit, part=c.part) for r in rows for c in r.given.co_units], batch_size=2000
    )
    for row in rows:
        context.event(
            "open", loop_id=row.id, to_stage=row.kind.start,
            data={"kind": row.kind.key, "owner_unit": row.given.owner_unit, "due_at": row.times.due_at.isoformat()},
        )  # fmt: skip


def _sign_own(context: Context, rows: Sequence[_Row]) -> str:
    """Who hands something out to the own unit has it in hand: nobody is reminded to sign for it. Returns the stage of the last one, "" where none was signed for."""
    stage = ""
    for row in rows if context.actor.permits("loop.act") and not context.actor.system else ():
        if not row.given.signed or row.opener is None or row.opener.unit_id != row.given.owner_unit:
            continue
        starts = (s for s in row.kind.steps.values() if row.kind.start in s.from_stages and Party.OWNER in s.by and s.to_stage not in ("=", row.kind.start))
        sign = next((s for s in starts if s.note == "none" and not s.needs and not s.is_return), None)
        if sign is not None:
            stage = str(advance(context, AdvanceIn.model_validate({"loop": row.id, "step": sign.key}))["stage"])
    return stage


def _values(context: Context, row: _Row, account: int | None) -> tuple[Any, ...]:
    given, opener = row.given, row.opener.unit_id if row.opener else None
    return (
        row.id, row.kind.key, row.edition, given.title, given.detail, given.data | beside(given.title_en, given.detail_en), given.person, given.unit,
        given.area if "area" in row.kind.subjects else None, given.item, row.area, given.owner_unit, given.owner_account, opener, account,
        given.verifier_unit, row.turn, row.kind.start, context.now, row.times.due_at, row.times.deadline, row.times.check_at, given.parent,
        given.origin, given.origin_ref, given.urgent, list(dict.fromkeys(given.asked)),
    )  # fmt: skip
