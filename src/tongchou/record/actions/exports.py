"""Bulk exports of personal data: asked for with purpose, scope and validity; approved by another unit; made once; erased in time.

The request is a loop of kind export_request. Its step `export` belongs to the program: it is taken with the file itself, by
`export.make`, so that no file exists without an approval and no approval gives two files.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions import loops as steps
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.files import seal
from tongchou.record.loops import engine, state
from tongchou.record.loops.titles import noted, written
from tongchou.record.loops.write import office_unit
from tongchou.record.models import Area, Event, Loop, PersonalExport, Unit
from tongchou.record.people.export_table import COLUMNS, Scope, count, table_of
from tongchou.record.territory.reach import area_in_reach

KIND = "export_request"
MOST_ROWS = 100_000
MOST_DAYS = 30


class AskIn(Payload):
    """area: whose residents. columns: keys of export_table.COLUMNS. need: what it is for in full, and why masked or counted data will not do."""

    area: int
    columns: list[str] = Field(min_length=1, max_length=len(COLUMNS))
    age_from: int | None = Field(None, ge=0, le=150)
    age_to: int | None = Field(None, ge=0, le=150)
    purpose: str = Field(min_length=4, max_length=200)
    need: str = Field(min_length=10, max_length=2000)
    row_limit: int = Field(ge=1, le=MOST_ROWS)
    valid_days: int = Field(ge=1, le=MOST_DAYS)


class MakeIn(Payload):
    loop: uuid.UUID
    format: Literal["xlsx", "csv"] = "xlsx"


class ReadIn(Payload):
    loop: uuid.UUID


class LapseIn(Payload):
    limit: int = Field(200, ge=1, le=1000)


@verb("export.ask", "person.export", Text("申请导出个人信息", "Ask to export personal data"))
def ask(context: Context, given: AskIn) -> dict[str, Any]:
    """Open the request and submit it, in one act. Refused when more people fit than the limit that is asked for."""
    area = area_in_reach(context.actor, "person.export", given.area, "area")
    scope = _checked(area, given.columns, given.age_from, given.age_to)
    found = count(scope, context.actor)
    _within(found, given.row_limit, "row_limit")
    grant = context.grants[0]
    title = Text("{area}个人信息导出（{n} 人）", "Export of personal data, {area} ({n} {n|person|people})").with_(area=area.name, n=found)
    told = Text("{need}\n导出项目：{columns}", "{need}\nColumns: {columns}").with_(need=given.need, columns=Text.listed(COLUMNS[c].title for c in scope.columns))
    request = {
        "kind": KIND,
        **written(title, told),
        "data": {k: v for k, v in _data(given).items() if v is not None},
        "area": area.pk,
        "owner_unit": grant.unit_id,
        "verifier_unit": _approver(grant.unit_id),
        "origin": "export",
    }
    loop = open_one(context, OpenIn.model_validate(request))["loop"]
    done = _step(context, loop, "submit", evidence=[{"key": "need", "type": "text", "text": given.need}])
    return {"loop": loop, "stage": done["stage"], "people": found}


def _step(context: Context, loop: object, step: str, **more: Any) -> dict[str, Any]:
    return steps.advance(context, steps.AdvanceIn.model_validate({"loop": loop, "step": step} | more))


def _data(given: AskIn) -> dict[str, Any]:
    return {
        "columns": ",".join(given.columns), "age_from": given.age_from, "age_to": given.age_to, "purpose": given.purpose,
        "row_limit": given.row_limit, "valid_days": given.valid_days,
    }  # fmt: skip


def _approver(unit: int) -> int | None:
    """The headquarters office; for its own request the unit above it. None: whoever adjudicates, but never the unit that asks."""
    office = office_unit()
    if office is not None and office != unit:
        return office
    return Unit.objects.filter(pk=unit).values_list("parent_id", flat=True).first()


def _checked(area: Area, columns: list[str], age_from: int | None, age_to: int | None) -> Scope:
    unknown = next((c for c in columns if c not in COLUMNS), None)
    if unknown is not None:
        rule = Text("没有这个导出项目。", "There is no such column.")
        remedy = Text("可选：{all}。", "Choose from: {all}.").with_(all=", ".join(COLUMNS))
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="columns", value=unknown[:40])
    if age_from is not None and age_to is not None and age_from > age_to:
        rule = Text("起始年龄大于截止年龄。", "The first age lies above the last.")
        remedy = Text("请调整年龄范围。", "Change the range.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="age_to", value=age_to)
    return Scope(area.path, tuple(c for c in COLUMNS if c in columns), age_from, age_to)


def _within(found: int, limit: int, field: str) -> None:
    if found == 0:
        rule = Text("该范围内没有符合条件的人员。", "Nobody fits in this scope.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=Text("请调整区域或年龄范围。", "Change the area or the ages."), field="area")
    if found > limit:
        rule = Text("符合条件的有 {n} 人，超过申请的 {limit} 条。", "{n} {n|person fits|people fit}, more than the {limit} {limit|row|rows} asked for.")
        remedy = Text("请缩小范围，或另行申请更多条数。", "Narrow the scope, or ask for more rows.")
        raise Refusal(Reason.TOO_LARGE, rule.with_(n=found, limit=limit), remedy=remedy, field=field, value=limit)


@verb("export.make", "person.export", Text("导出个人信息", "Export personal data"))
def make(context: Context, given: MakeIn) -> dict[str, Any]:
    """Make the file of an approved request, once, for who asked; everybody in it is recorded as read."""
    found = own_request(context, given.loop)
    row = Loop.objects.select_related("subject_area", "area").get(pk=found.id)
    until = valid_until(found.id, int(row.data["valid_days"]))
    if found.stage != "approved" or until is None:
        rule = Text("该申请不在“已批准待导出”阶段。", "The request is not approved and waiting.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请查看申请的办理情况。", "See how the request stands."), field="loop")
    if context.now >= until:
        raise _expired(until)
    area = row.subject_area or row.area
    data = row.data
    scope = _checked(area, str(data.get("columns", "")).split(","), data.get("age_from"), data.get("age_to"))
    number = new_id()
    mark = f"{number.hex[-8:]} {context.actor.name}"
    table = table_of(scope, context.actor, int(data["row_limit"]) + 1)
    _within(len(table.people), int(data["row_limit"]), "loop")
    content = table.as_file(given.format, mark, str(data["purpose"]), until)
    grant = context.grant
    assert grant is not None
    assert context.actor.account_id is not None
    PersonalExport.objects.create(
        id=number, loop_id=found.id, account_id=context.actor.account_id, unit_id=grant.unit_id, columns=list(scope.columns),
        rows=len(table.people), format=given.format, sha256=hashlib.sha256(content).digest(), sealed=seal(number, content),
        made_at=context.now, expires_at=until,
    )  # fmt: skip
    context.read(table.people)
    context.purpose = context.purpose or str(data["purpose"])[:200]
    told = Text("{n} 人 {format}", "{n} {n|person|people}, {format}").with_(n=len(table.people), format=given.format)
    _step(replace(context, actor=SYSTEM), found.id, "export", **noted(told))
    return {"loop": str(found.id), "export": str(number), "rows": len(table.people), "expires_at": until.isoformat(), "what": "export"}


def own_request(context: Context, loop: uuid.UUID) -> state.LoopState:
    """Lock an export request that this very account opened; anybody else's is refused."""
    found = steps.locked(context, loop)
    if found.kind.key != KIND:
        raise engine.not_found()
    if found.opener_account is None or found.opener_account != context.actor.account_id:
        rule = Text("只能由申请人本人导出和下载。", "Only the person who asked may make and fetch the file.")
        raise Refusal(Reason.NOT_OWNER, rule, remedy=Text("需要的，请另行申请。", "Who needs it asks for it."), field="loop")
    context.grant = next((g for g in context.grants if g.unit_id == found.opener_unit), context.grants[0])
    return found


def valid_until(loop: uuid.UUID, days: int) -> datetime | None:
    """The approval's last moment; None when there is no approval."""
    at = Event.objects.filter(loop_id=loop, what="approve").order_by("-id").values_list("at", flat=True).first()
    return at + timedelta(days=days) if at else None


def _expired(until: datetime) -> Refusal:
    rule = Text("批准的有效期已于 {at} 届满。", "The approval ended on {at}.").with_(at=f"{until:%Y-%m-%d %H:%M}")
    remedy = Text("确需使用的，请重新申请。", "Ask again if it is still needed.")
    return Refusal(Reason.EXPIRED, rule, remedy=remedy, field="loop")


@verb("export.read", "person.export", Text("下载导出的个人信息", "Fetch exported personal data"))
def read(context: Context, given: ReadIn) -> dict[str, Any]:
    """Record one download by who asked. The bytes: `questions.exports.fetch`."""
    found = own_request(context, given.loop)
    row = PersonalExport.objects.select_for_update().filter(loop_id=found.id).first()
    if row is None:
        rule = Text("该申请还没有导出。", "Nothing was exported yet.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请先生成文件。", "Make the file first."), field="loop")
    if row.sealed is None or context.now >= row.expires_at:
        raise _expired(row.expires_at)
    row.downloads += 1
    row.save(update_fields=["downloads"])
    context.purpose = context.purpose or str(Loop.objects.values_list("data", flat=True).get(pk=found.id)["purpose"])[:200]
    context.event("download", loop_id=found.id, data={"export": str(row.pk), "n": row.downloads})
    return {"loop": str(found.id), "export": str(row.pk), "downloads": row.downloads}


@verb("export.lapse", "person.export", Text("导出到期清除", "Erase expired exports"), system_only=True, recurs=True)
def lapse(context: Context, given: LapseIn) -> dict[str, Any]:
    """Erase files whose time is over, and let approvals lapse that nobody used. Safe to run twice and side by side."""
    over = list(
        PersonalExport.objects.select_for_update(skip_locked=True)
        .filter(erased_at=None, expires_at__lte=context.now)
        .order_by("expires_at", "pk")[: given.limit]
    )
    for row in over:
        row.sealed, row.erased_at = None, context.now
        row.save(update_fields=["sealed", "erased_at"])
        context.event("erase", loop_id=row.loop_id, data={"export": str(row.pk)})
    waiting = Loop.objects.filter(kind=KIND, stage="approved", closed_at=None).order_by("pk").values_list("pk", "data")
    unused = [
        loop for loop, data in waiting[: given.limit]
        if (until := valid_until(loop, int(data["valid_days"]))) is not None and until <= context.now
    ]  # fmt: skip
    for loop in unused:
        _step(context, loop, "lapse")
    return {"erased": len(over), "lapsed": len(unused)}
