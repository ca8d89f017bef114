"""What papers say of duty: who watched, where nobody did, incidents with their clocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from tongchou.documents.model import Block, Paragraph, Table
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.questions.papers import Section, Span, section
from tongchou.record.territory.reach import condition
from tongchou.rooms.command.duty_questions import VIEW, roster, unwatched
from tongchou.rooms.command.incidents import Incident, Report, incidents
from tongchou.rooms.command.rules import duty_rules


@dataclass(frozen=True, slots=True)
class Watched:
    """Shifts that began in a span. absent: places of people who had not come in time or at all yet; open: ended and not handed over, or not taken over."""

    units: int
    shifts: int
    places: int
    absent: int
    open: int
    leaderless: int


_WATCHED = """
with begun as (
  select s.id, s.unit_id, s.starts_at, s.ends_at, s.handed_over_at, s.taken_over_at,
    count(p.id) as places, count(p.id) filter (where p.part = 'leader') as leaders,
    count(p.id) filter (where p.arrived_at is null and c.is_active and s.starts_at + %(grace)s * interval '1 minute' <= %(at)s) as absent
  from command_shift s join record_unit u on u.id = s.unit_id join record_area a on a.id = u.area_id
  left join command_place p on p.shift_id = s.id and p.dropped_at is null left join record_account c on c.id = p.account_id
  where s.cancelled_at is null and s.starts_at >= %(since)s and s.starts_at < %(until)s and {reach} group by s.id
)
select count(distinct unit_id)::int, count(*)::int, coalesce(sum(places), 0)::int, coalesce(sum(absent), 0)::int,
  count(*) filter (where ends_at + %(grace)s * interval '1 minute' <= %(at)s and taken_over_at is null)::int, count(*) filter (where leaders < %(leaders)s)::int
from begun
"""


def watched(actor: Actor, since: datetime, until: datetime, at: datetime) -> Watched:
    """Counts over every unit within reach, by the same rules as the faults of a roster."""
    rules = duty_rules()
    values: dict[str, Any] = {
        "since": since, "until": until, "at": at, "grace": rules["missed_after_minutes"].value, "leaders": rules["leaders_at_least"].value,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_WATCHED.format(reach=condition(actor, VIEW, values, unit="u.id")), values)
        return Watched(*cursor.fetchone())


def brief(actor: Actor, span: Span) -> list[Block]:
    """The day's watch: who leads it in one's own units, how it was kept, where nobody watches, incidents."""
    body: list[Block] = []
    for unit in actor.unit_ids(VIEW):
        said = [_on(s) for s in roster(actor, unit, span.since, span.at) if s.people and s.starts_at <= span.at]
        if said:
            body.append(Paragraph("；".join(said) + "。"))
    body.append(Paragraph(_kept("当日", watched(actor, span.since, span.until, span.at))))
    gaps = unwatched(actor, span.at)
    if gaps:
        rows = tuple(
            (u.name, f"{_minute(u.since)}至{_minute(u.until)}", "现在无人值班" if u.now else "待排班")
            for u in gaps[:20]
        )
        body.append(Table(("单位", "时段", "情况"), rows, f"值班空档（{len(gaps)}处）"))
    return body + _incidents(incidents(actor, span.since, span.until, span.at), "当日")


def month(actor: Actor, span: Span) -> list[Block]:
    """How the watch was kept over a period, and its incidents by category."""
    body: list[Block] = [Paragraph(_kept("期内", watched(actor, span.since, span.until, span.at)))]
    found = incidents(actor, span.since, span.until, span.at, most=5000)
    if not found:
        return [*body, Paragraph("期内没有登记突发事件。")]
    by: dict[str, list[Incident]] = {}
    for one in found:
        by.setdefault(one.category.zh, []).append(one)
    rows = tuple(
        (
            name,
            str(len(ones)),
            _in_time([i.phoned for i in ones]),
            _in_time([i.written for i in ones]),
            str(sum(i.closed_at is None for i in ones)),
        )
        for name, ones in sorted(by.items(), key=lambda x: -len(x[1]))
    )
    return [
        *body,
        Table(("类别", "件数", "首报按时", "书面报告按时", "未核结"), rows, "突发事件信息报送（自获知起计时）"),
    ]


def _kept(when: str, w: Watched) -> str:
    if not w.shifts:
        return f"{when}没有排定值班。"
    faults = [
        f"{n}{what}"
        for n, what in ((w.absent, "人次未按时到岗"), (w.open, "班次未完成交接班"), (w.leaderless, "班次没有带班领导"))
        if n
    ]
    said = "其中" + "，".join(faults) if faults else "到岗和交接班无异常"
    return f"{when}{w.units}个单位安排值班{w.shifts}班次、{w.places}人次，{said}。"


def _on(s: Any) -> str:
    parts = [
        f"{word}{'、'.join(p.name for p in s.of(part))}"
        for part, word in (("leader", "带班领导"), ("staff", "值班人员"))
        if s.of(part)
    ]
    return f"{s.unit_name}{_minute(s.starts_at)}起：{'，'.join(parts)}"


def _incidents(found: list[Incident], when: str) -> list[Block]:
    if not found:
        return [Paragraph(f"{when}没有登记突发事件。")]
    late = sum(i.phoned.late for i in found)
    rows = tuple(
        (i.category.zh, i.area, _minute(i.known_at), _clock(i.phoned), _clock(i.written), i.stage.zh)
        for i in found[:50]
    )
    said = f"，首报超时{late}件" if late else "，均按时首报" if all(i.phoned.at for i in found) else ""
    return [
        Paragraph(f"{when}登记突发事件{len(found)}件{said}。"),
        Table(("类别", "区域", "获知时间", "电话首报", "书面报告", "现状"), rows, "突发事件信息报送（自获知起计时）"),
    ]  # fmt: skip


def _clock(r: Report) -> str:
    limit = f"（限{r.limit}分钟）" if r.limit is not None else ""
    if r.at is None:
        return f"未报，已超时{limit}" if r.late else f"未报{limit}"
    return f"{r.minutes}分钟{'，超时' if r.late else ''}{limit}"


def _in_time(reports: list[Report]) -> str:
    """Of those that are made or late: how many in time."""
    judged = [r for r in reports if r.at is not None or r.late]
    return f"{sum(not r.late for r in judged)}/{len(judged)}" if judged else "—"


def _minute(at: datetime) -> str:
    here = at.astimezone(SHANGHAI)
    return f"{here.month}月{here.day}日{here:%H}时{here:%M}分"


section(Section("duty", "duty", Text("值班值守", "Duty"), (VIEW,), "duty", month=month, brief=brief))
