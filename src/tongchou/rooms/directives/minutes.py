"""A settled meeting as the draft of minutes (纪要): who attended, who was absent, and what was decided."""

from __future__ import annotations

import re
import uuid

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.questions.drafts import Drafted, DraftSource, draft_source
from tongchou.rooms.directives.models import Attendance, Meeting
from tongchou.rooms.directives.reach import PLAN, meeting_in_reach

_OPENS = re.compile(r"(?:20\d\d年)?\d{1,2}月\d{1,2}日.{0,60}(?:召开|举行)")
"""How minutes open that say themselves when the meeting was."""
CAME = ("present", "late")


def minutes_of(actor: Actor, key: uuid.UUID) -> Drafted:
    """For who runs the meeting, once attendance is settled and the minutes are written."""
    row = meeting_in_reach(actor, PLAN, key)
    if row.cancelled_at is not None or row.closed_at is None or not row.minutes.strip():
        rule = Text("会议尚未确定出席情况，或还没有纪要内容。", "Attendance is not settled, or nothing was written of the meeting yet.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请先确定出席情况、写好纪要。", "Settle attendance and write the minutes first."), field="meeting")
    lines = list(row.attendance.select_related("unit", "venue").order_by("-venue__main", "unit__kind", "unit__name_key", "pk"))
    at = row.starts_at.astimezone(SHANGHAI)
    chair = f"{row.chair}主持会议。" if row.chair else ""
    venue = next((v.name for v in row.venues.all() if v.main), "")
    where = f"在{venue}" if venue else ""
    said = _without_head([line.strip() for line in row.minutes.splitlines() if line.strip()])
    opening = f"{at.year}年{at.month}月{at.day}日{at:%H}时{at:%M}分，{row.unit.name}{where}召开{row.title}。{chair}现将议定事项纪要如下。"
    body = [*([] if said and _OPENS.match(said[0]) else [opening]), *said, *_others(lines)]
    came = [x for x in lines if x.state in CAME]
    title = row.title if row.title.endswith("纪要") else f"{row.title}纪要"
    return Drafted("minutes", title[:200], "\n".join(body), [x.unit_id for x in lines], [_who(x) for x in came])


def _without_head(lines: list[str]) -> list[str]:
    """What was written, without a title of its own: the paper has one."""
    return lines[1:] if len(lines) > 1 and lines[0].endswith("纪要") else lines


def _who(x: Attendance) -> str:
    return f"{x.unit.name}{x.who}{'（代）' if x.substitute else ''}"[:120]


def _others(lines: list[Attendance]) -> list[str]:
    """请假 and 缺席, where there were any."""
    said = (("请假", [x for x in lines if x.state == Attendance.State.LEAVE]), ("缺席", [x for x in lines if x.state == Attendance.State.ABSENT]))
    return [f"{word}：{'、'.join(x.unit.name for x in those)}。" for word, those in said if those]


def can_compose(row: Meeting) -> bool:
    """Whether minutes can be drafted from a meeting now."""
    return row.cancelled_at is None and row.closed_at is not None and bool(row.minutes.strip())


draft_source(DraftSource("meeting", Text("会议", "The meeting"), "meeting", minutes_of))
