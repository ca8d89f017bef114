"""A whole attendance list as a table: who was asked to a meeting, and, once it was held, who came."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import Base64Bytes, Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.rejects import Tally, write_rejected
from tongchou.kernel.tables import Table, read_table
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions.loop_settling import settle_gaps
from tongchou.record.questions.units import by_name_or_code
from tongchou.rooms.directives.actions.attendance import ORIGIN, SIGN_IN_BEFORE
from tongchou.rooms.directives.actions.meetings import may_ask, open_meeting
from tongchou.rooms.directives.models import Attendance, Meeting
from tongchou.rooms.directives.names import ATTENDANCE
from tongchou.rooms.directives.reach import PLAN, meeting_in_reach

MOST_ROWS = 5_000
COLUMNS = {
    "unit": ("单位", "单位名称", "单位代码", "参会单位", "unit"), "venue": ("会场", "venue"), "state": ("出席", "出席情况", "签到", "attendance"),
    "who": ("到会人", "参会人", "姓名", "who"), "substitute": ("代会", "substitute"), "reason": ("原因", "请假原因", "备注", "reason"),
}  # fmt: skip
_YES = ("是", "代", "代会", "yes", "1", "√")


class ImportIn(Payload):
    """A table with the column 单位 (name or code), and if wanted 会场, 出席, 到会人, 代会, 原因."""

    meeting: UUID
    content: Base64Bytes = Field(max_length=8 * 1024 * 1024)
    filename: str = Field(min_length=1, max_length=200)


@verb("meeting.import_attendance", PLAN, Text("导入参会名单", "Import an attendance list"))
def import_attendance(context: Context, given: ImportIn) -> dict[str, Any]:
    """Ask the units that are not on the list yet, record what the table says of each. Rows that cannot be used are told, the others are taken."""
    meeting = open_meeting(context, given.meeting)
    if meeting.closed_at is not None:
        raise Refusal(Reason.WRONG_STAGE, Text("出席已经确定。", "Attendance is settled."), field="meeting")
    table = read_table(given.content, given.filename, max_rows=MOST_ROWS)
    wanted, rejects = read_rows(context.actor, meeting, table, context.now)
    new = [line for line in wanted if line.pk is None]
    old = [line for line in wanted if line.pk is not None]
    for line in wanted:
        line.recorded_by_id = context.actor.account_id
        line.at = context.now if line.state in ("present", "late") and line.at is None else line.at if line.state in ("present", "late") else None
    Attendance.objects.bulk_create(new, batch_size=500)
    Attendance.objects.bulk_update(old, ["venue", "state", "who", "substitute", "reason", "at", "recorded_by"], batch_size=500)
    settle_gaps(context, ORIGIN, [x.pk for x in old if x.state != "expected"], Text("会议组织单位已记录出席情况。", "The organiser recorded attendance."))
    tally = Tally(table.rows_in, len(wanted), len(rejects))
    data = {"rows": tally.rows_in, "asked": len(new), "recorded": len(old), "rejected": tally.rejected}
    context.event("attendance_imported", subject=f"meeting:{meeting.pk}", data=data)
    return {
        "meeting": str(meeting.pk), "rows_in": tally.rows_in, "accepted": tally.accepted, "rejected": tally.rejected, "new": len(new), "changed": len(old),
        "rejects": [{"row": n} | r.as_dict() for n, r in sorted(rejects, key=lambda pair: pair[0])[:500]],
    }  # fmt: skip


def rejected_rows(actor: Actor, meeting: UUID, data: bytes, filename: str, language: str, now: Any) -> bytes:
    """The rows that were not taken as CSV, with why. Computed anew: nothing of it is stored."""
    table = read_table(data, filename, max_rows=MOST_ROWS)
    return write_rejected(table, read_rows(actor, meeting_in_reach(actor, PLAN, meeting), table, now)[1], language)


def read_rows(actor: Actor, meeting: Meeting, table: Table, now: Any) -> tuple[list[Attendance], list[tuple[int, Refusal]]]:
    """Lines as they will stand, new ones unsaved, and the rows refused with why."""
    names = {key: next((h for h in table.header if h.strip().lower() in spelled), None) for key, spelled in COLUMNS.items()}
    if names["unit"] is None:
        rule = Text("缺少列：单位。", "The column 单位 (unit) is missing.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请在第一行写明列名。", "Name the columns in the first row."), field="table")
    lines = {a.unit_id: a for a in meeting.attendance.all()}
    venues = {v.name: v.pk for v in meeting.venues.all()}
    main = next(v.pk for v in meeting.venues.all() if v.main)
    begun = meeting.starts_at - SIGN_IN_BEFORE <= now
    out: list[Attendance] = []
    rejects = list(table.faults)
    seen: dict[int, int] = {}
    for number, record in table.records():
        cells = {key: record[name].strip() if name else "" for key, name in names.items()}
        try:
            unit = _unit(actor, cells["unit"])
            if unit in seen:
                rule = Text("与第 {row} 行重复。", "Row {row} already gives it.").with_(row=seen[unit])
                raise Refusal(Reason.DUPLICATE, rule, remedy=Text("请保留一行。", "Keep one of them."), field="单位", value=cells["unit"][:60])
            line = lines.get(unit) or Attendance(meeting=meeting, unit_id=unit, venue_id=main)
            out.append(_filled(line, cells, venues, begun))
            seen[unit] = number
        except Refusal as refusal:
            rejects.append((number, refusal))
    return out, rejects


def _unit(actor: Actor, text: str) -> int:
    found = [u for u in by_name_or_code(text, exact=True) if may_ask(actor, u)]
    if len(found) == 1:
        return found[0].pk
    rule = Text("有多个单位同名。", "Several units have this name.") if found else Text("没有这个在册单位，或不在管理范围。", "No such active unit within your reach.")
    remedy = Text("请填写单位代码。", "Give its code.") if found else Text("请填写在册全称或代码。", "Give its full name or its code.")
    raise Refusal(Reason.CONFLICT if found else Reason.NOT_FOUND, rule, remedy=remedy, field="单位", value=text[:60])


def _filled(line: Attendance, cells: dict[str, str], venues: dict[str, int], begun: bool) -> Attendance:
    """The line with what the row says; an empty cell leaves what is there."""
    if cells["venue"] and cells["venue"] not in venues:
        rule = Text("没有“{v}”这个会场。", "There is no venue “{v}”.").with_(v=cells["venue"][:40])
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请先在会议中添加会场。", "Add the venue first."), field="会场", value=cells["venue"][:40])
    state = _state(cells["state"]) or line.state
    who, reason = (cells["who"] or line.who)[:80], (cells["reason"] or line.reason)[:200]
    if state in ("present", "late", "absent") and not begun:
        rule, remedy = Text("会议还没有开始。", "The meeting has not begun."), Text("请会后再导入出席情况。", "Import it afterwards.")
        raise Refusal(Reason.CONFLICT, rule, remedy=remedy, field="出席")
    if state in ("present", "late") and not who:
        raise Refusal(Reason.MISSING_VALUE, Text("请写明到会人。", "Say who came."), remedy=Text("请填写“到会人”。", "Fill it in."), field="到会人")
    if state == "leave" and len(reason) < 2:
        raise Refusal(Reason.MISSING_VALUE, Text("请假须写明原因。", "Leave needs a reason."), remedy=Text("请填写“原因”。", "Fill it in."), field="原因")
    line.venue_id, line.state, line.who, line.reason = venues.get(cells["venue"], line.venue_id), state, who, reason
    line.substitute = cells["substitute"].lower() in _YES if cells["substitute"] else line.substitute
    return line


def _state(text: str) -> str:
    if not text:
        return ""
    known = {word: key for key, (title, _, _) in ATTENDANCE.items() for word in (key, title.zh, title.en)} | {"到会": "present", "已签到": "present", "缺勤": "absent"}
    if text.lower() in known:
        return known[text.lower()]
    rule = Text("不认识的出席情况。", "This attendance is not known.")
    remedy = Text("可填：出席、迟到、请假、缺席。", "One of present, late, leave, absent.")
    raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="出席", value=text[:20])
