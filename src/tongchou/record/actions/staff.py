"""Verbs of staff files (一人一档): add, change, end, and deciding again for many who may return."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.utils import timezone
from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.clearance import clear
from tongchou.record.clearance_alarm import tell
from tongchou.record.clearance_due import ask, step
from tongchou.record.enterprises import active, enterprise_in_reach
from tongchou.record.models import Person, Staff, Unit
from tongchou.record.people.given import Given, read_identity
from tongchou.record.people.identity import document_hash, same_name_token, sealed_values
from tongchou.record.people.locks import lock_document, on_record
from tongchou.record.people.reach import area_for_people, like_paths
from tongchou.record.staffing import CLEAR, EDIT, FileIn, put, staff_in_reach

explain_constraint(
    "staff_once",
    Reason.DUPLICATE,
    Text("此人已在本企业员工档案中。", "This person is in the enterprise's staff files already."),
    Text("请打开原档案修改。", "Open that file and change it."),
)


class AddIn(FileIn):
    """Who: name and document, by which a person on record is known again; the rest is for somebody new."""

    unit: int
    name: str = Field(max_length=200)
    document_kind: str = Field("", max_length=40)
    document: str = Field(min_length=1, max_length=60)
    phone: str = Field("", max_length=60)
    from_date: date | None = None


class ChangeIn(FileIn):
    """What is left out stays as it is."""

    staff: int
    seen_version: int | None = None


class EndIn(Payload):
    staff: int
    on: date | None = None


class ClearIn(Payload):
    """area: only staff of enterprises in it; None: all within reach. as_of: the day to decide for, today when left out."""

    area: int | None = None
    as_of: date | None = None


@verb("staff.add", EDIT, Text("登记员工", "Add a member of staff"))
def add(context: Context, given: AddIn) -> dict[str, Any]:
    """Open a file for somebody at an enterprise, and decide whether the person may return."""
    unit = active(enterprise_in_reach(context.actor, given.unit, EDIT))
    today = timezone.localdate(context.now)
    read = read_identity(name=given.name, document_kind=given.document_kind, document=given.document, phone=given.phone, today=today)
    person, existing = _person(context, read, unit)
    row = Staff(unit=unit, person_id=person, from_date=given.from_date or today, act=context.act_id, changed_at=context.now)
    put(row, given, given.model_fields_set & set(FileIn.model_fields), today)
    row.save(force_insert=True)
    context.event("staff_added", subject=f"staff:{row.pk}", data={"unit": unit.pk, "existing": existing})
    return decided_now(context, row, today) | {"existing": existing}


@verb("staff.change", EDIT, Text("更新员工档案", "Change a staff file"))
def change(context: Context, given: ChangeIn) -> dict[str, Any]:
    """Change what a file says; whether the person may return is decided again."""
    row = staff_in_reach(context.actor, EDIT, given.staff, lock=True)
    if row.to_date is not None:
        rule = Text("该档案已于 {on} 结束。", "This file ended on {on}.").with_(on=row.to_date)
        raise Refusal(Reason.CONFLICT, rule, field="staff", value=row.pk)
    if given.seen_version is not None and given.seen_version != row.version:
        rule = Text("该档案刚被别人改过（现为第 {n} 版）。", "Somebody else has just changed this file (now version {n}).").with_(n=row.version)
        remedy = Text("请刷新后按最新内容修改。", "Reload and change it as it is now.")
        raise Refusal(Reason.CONFLICT, rule, remedy=remedy, field="seen_version", value=given.seen_version)
    today = timezone.localdate(context.now)
    asked = given.model_fields_set & set(FileIn.model_fields)
    put(row, given, asked, today)
    row.version += 1
    row.act, row.changed_at = context.act_id, context.now
    row.save()
    context.event("staff_changed", subject=f"staff:{row.pk}", data={"unit": row.unit_id, "fields": sorted(asked)})
    return decided_now(context, row, today)


@verb("staff.end", EDIT, Text("结束员工档案", "End a staff file"))
def end(context: Context, given: EndIn) -> dict[str, Any]:
    """The person no longer works there, today unless another day is given."""
    row = staff_in_reach(context.actor, EDIT, given.staff, lock=True)
    today = timezone.localdate(context.now)
    on = given.on or today
    if row.to_date is not None or on > today or on < row.from_date:
        rule = Text("结束日期应在 {since} 至今天之间，且档案尚未结束。", "A file that has not ended ends between {since} and today.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule.with_(since=row.from_date), field="on", value=str(on))
    row.to_date, row.act, row.changed_at = on, context.act_id, context.now
    row.version += 1
    row.save(update_fields=["to_date", "act", "changed_at", "version"])
    Person.objects.filter(pk=row.person_id, workplace=row.unit_id).update(workplace=None)
    context.event("staff_ended", subject=f"staff:{row.pk}", data={"unit": row.unit_id, "on": str(on)})
    return {"staff": row.pk}


@verb("staff.clear", CLEAR, Text("重新判定返岗", "Decide again who may return"))
def clear_many(context: Context, given: ClearIn) -> dict[str, Any]:
    """Decide again for everybody within reach, or in one area. Only what became another is written."""
    paths = like_paths(context.actor, CLEAR)
    if given.area is not None:
        paths = [area_for_people(context.actor, CLEAR, given.area).path + "%"]
    today = timezone.localdate(context.now)
    as_of = given.as_of or today
    found = clear(context.act_id, context.now, as_of, write=not context.dry_run and as_of == today, paths=paths)
    if as_of == today:
        tell(context, found)
    context.event("staff_cleared", data={"looked_at": found.looked_at, "changed": found.changed, "edition": found.edition})
    return {
        "as_of": as_of.isoformat(), "edition": found.edition, "looked_at": found.looked_at, "changed": found.changed, "outcomes": found.outcomes,
        "written": as_of == today,
        "stopped": [{"unit": u, "people": n} for u, n in found.stopped.items()],
        "held": [{"unit": u, "people": n} for u, n in found.held.items()],
    }  # fmt: skip


class NothingIn(Payload):
    """Nothing."""


@verb("staff.clear_day", CLEAR, Text("新的一天，重新判定返岗", "A new day: decide again who may return"), system_only=True)
def clear_day(context: Context, given: NothingIn) -> dict[str, Any]:
    """Days pass, so that somebody's isolation ends: ask for a pass over everybody. The nightly job works it off itself."""
    ask(context, "day", f"day:{timezone.localdate(context.now)}", job=False)
    return {}


@verb("staff.clear_step", CLEAR, Text("重新判定返岗（分步）", "Decide again who may return, one step"), system_only=True)
def clear_step(context: Context, given: NothingIn) -> dict[str, Any]:
    """One step of the pass that is under way or asked for."""
    found = step(context)
    return {"run": str(found.run) if found.run else None, "going_on": found.going_on, "changed": found.changed}


def decided_now(context: Context, row: Staff, today: date) -> dict[str, Any]:
    """Decide for one file inside its act; what it says now."""
    tell(context, clear(context.act_id, context.now, today, staff=[row.pk]))
    row.refresh_from_db(fields=["outcome", "rule", "until", "asks"])
    until = row.until.isoformat() if row.until else None
    return {"staff": row.pk, "version": row.version, "outcome": row.outcome, "rule": row.rule, "until": until, "asks": row.asks.split()}


def _person(context: Context, read: Given, unit: Unit) -> tuple[uuid.UUID, bool]:
    """Who is meant: the person on record with this document, wherever it lives, else somebody new who lives where the enterprise lies.

    A name that is not that of the document is refused; nothing else of a person on record is told or changed.
    """
    hashed = document_hash(read.identity.document_kind, read.identity.document)
    assert hashed is not None
    lock_document(hashed)
    known = on_record([hashed], ["%"]).get(hashed)
    if known is not None:
        if known.name != same_name_token(read.identity.name):
            raise other_name(read)
        Person.objects.filter(pk=known.person, workplace=None).update(workplace=unit)
        return known.person, True
    person = new_id()
    Person.objects.create(
        **sealed_values(read.identity, person), sex=read.sex, area=unit.area, workplace=unit, created_at=context.now,
    )  # fmt: skip
    context.event("person_registered", subject=f"person:{person}", data={"area": unit.area_id})
    return person, False


def other_name(read: Given) -> Refusal:
    """The document is on record under another name."""
    rule = Text("姓名与该证件在册的姓名不一致。", "The name is not the one on record with this document.")
    remedy = Text("请对照证件核对姓名和号码。", "Compare name and number with the document.")
    return Refusal(Reason.CONFLICT, rule, remedy=remedy, field="name", value=read.identity.masked().name)
