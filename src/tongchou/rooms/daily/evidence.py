"""What is on record of an enterprise when a sign of a breach turns up: its permit, its reports, who came through the gate, what was measured.

Each line says what is known and what is not; none of it is a finding.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import connection

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.questions.permits import STATES, permit_of
from tongchou.record.territory.reach import condition
from tongchou.rooms.daily.anomaly import Score, score
from tongchou.rooms.daily.lacking import BACK, SUSPECT, UNITS, Sign, file_counts, files_apart, without_permit
from tongchou.rooms.daily.models import Attendance, Report, Signal
from tongchou.rooms.daily.reach import STREET_OF

_WORKING = f"""
select u.id, u.name, coalesce(s.name, ''), r.day, r.at_work, t.people, p.state
from record_unit u
join record_area a on a.id = u.area_id
{STREET_OF}
left join lateral (
  select r.day, r.at_work from daily_report r where r.unit_id = u.id and r.replaced_at is null and r.day > %(since)s and r.day <= %(day)s and r.at_work > 0
  order by r.day desc limit 1) r on true
left join lateral (
  select count(distinct t.person_id) as people from daily_attendance t where t.unit_id = u.id and t.day > %(since)s and t.day <= %(day)s) t on true
left join lateral (
  select w.state from record_workpermit w where w.unit_id = u.id
  order by w.state in ('in_force', 'review', 'suspended') desc, w.from_date desc, w.changed_at desc limit 1) p on true
where u.kind = 'enterprise' and u.active_to is null and {{reach}} and (r.day is not null or t.people > 0)
  and p.state in ('suspended', 'withdrawn', 'expired')
  and not exists (select from daily_breach b where b.unit_id = u.id and b.ended_at is null)
order by u.name, u.id limit 500
"""
_SIGNALS = f"""
select g.unit_id, u.name, coalesce(s.name, ''), g.kind, g.day, g.value
from (select distinct n.unit_id, n.kind from daily_report r join daily_signal n on n.unit_id = r.unit_id and n.day = r.day
      where r.day > %(since)s and r.day <= %(day)s and r.replaced_at is null and (r.closed or r.at_work = 0)) idle
join record_unit u on u.id = idle.unit_id and u.kind = 'enterprise' and u.active_to is null
join record_area a on a.id = u.area_id
{STREET_OF}
join daily_signal g on g.unit_id = idle.unit_id and g.kind = idle.kind and g.day > %(first)s and g.day <= %(day)s
join daily_report r on r.unit_id = g.unit_id and r.day = g.day and r.replaced_at is null and (r.closed or r.at_work = 0)
where {{reach}}
order by g.unit_id, g.kind, g.day
"""
"""What was measured on days reported as idle, of enterprises that were idle within the last three days."""


def signs(actor: Actor, day: date, permission: str) -> list[Sign]:
    """Enterprises in reach that work although their permit is suspended or has ended, or was never given where one is asked for; whose signals do not fit a
    day reported as idle; and whose staff files do not fit who was there."""
    values: dict[str, Any] = {"day": day, "since": day - timedelta(days=3), "first": day - timedelta(days=BACK)}
    reach = condition(actor, permission, values, unit="u.id")
    with connection.cursor() as cursor:
        cursor.execute(_WORKING.format(reach=reach), values)
        working = cursor.fetchall()
        cursor.execute(_SIGNALS.format(reach=reach), values)
        measured = cursor.fetchall()
    out = {row[0]: Sign(row[0], row[1], row[2], _works(*row[3:]), None) for row in working}
    for sign in [*without_permit(actor, day, permission), *files_apart(actor, day, permission), *_idle_but_busy(measured, day)]:
        held = out.get(sign.unit)
        out[sign.unit] = (
            sign if held is None else Sign(held.unit, held.name, held.street, held.why + sign.why, None if None in (held.score, sign.score) else sign.score)
        )
    return sorted(out.values(), key=lambda s: (-(s.score or 99), s.name))


def _works(day: date | None, at_work: int | None, people: int, state: str) -> tuple[Text, ...]:
    permit = Text("许可已{s}", "permit {s}").with_(s=STATES[state])
    said = [permit]
    if day is not None:
        said.append(Text("{d} 日报在岗 {n} 人", "reported {n} at work on {d}").with_(d=day, n=at_work))
    if people:
        said.append(Text("近三日 {n} 人刷卡进厂", "{n} {n|person|people} through the gate in three days").with_(n=people))
    return tuple(said)


def _idle_but_busy(rows: list[tuple[Any, ...]], day: date) -> list[Sign]:
    """Days of the last three that were reported as idle but measured far above the enterprise's own idle days."""
    grouped: dict[tuple[int, str], list[tuple[Any, ...]]] = {}
    for row in rows:
        grouped.setdefault((row[0], row[3]), []).append(row)
    best: dict[int, Sign] = {}
    for (unit, kind), days in grouped.items():
        idle = [float(r[5]) for r in days if r[4] <= day - timedelta(days=3)]
        for row in days:
            if row[4] <= day - timedelta(days=3):
                continue
            found = score(idle, float(row[5]))
            if found is None or found.z < SUSPECT or (unit in best and (best[unit].score or 0) >= found.z):
                continue
            best[unit] = Sign(unit, row[1], row[2], (explained(kind, row[4], found),), found.z)
    return list(best.values())


def explained(kind: str, day: date, found: Score) -> Text:
    """A score in words."""
    return Text(
        "{d} 报停工，{k} {v}，而以往 {n} 个停工日的中位数为 {m}，高出 {z} 个稳健标准差",
        "{d}: reported as idle, {k} {v}, against a median of {m} on {n} idle {n|day|days} before, {z} robust {z|deviation|deviations} above",
    ).with_(d=day, k=UNITS[kind], v=found.value, n=found.days, m=found.middle, z=found.z)


def evidence_of(unit: int, day: date) -> dict[str, Any]:
    """What is on record of one enterprise, as it is frozen with a matter. said: the same in Chinese sentences; contains nobody's name."""
    since = day - timedelta(days=7)
    permit = permit_of(unit, day)
    reports = [
        {"day": str(r.day), "closed": r.closed, "at_work": r.at_work}
        for r in Report.objects.filter(unit_id=unit, replaced_at=None, day__gt=since, day__lte=day).order_by("-day")
    ]  # fmt: skip
    people = Attendance.objects.filter(unit_id=unit, day__gt=since, day__lte=day).values("person_id").distinct().count()
    measured = [
        {"day": str(s.day), "kind": s.kind, "value": str(s.value)}
        for s in Signal.objects.filter(unit_id=unit, day__gt=since).order_by("-day")[:30]
    ]
    strange, absent = file_counts(unit, day)
    said = [
        f"复工许可：{STATES[permit.state].zh}（{permit.number}）" if permit else "复工许可：没有登记",
        f"近七日日报：{len(reports)} 份，最近在岗 {reports[0]['at_work']} 人" if reports else "近七日没有日报",
        f"近七日门岗记录：{people} 人" if people else "近七日没有门岗记录",
        f"近日门岗记录中不在员工档案的 {strange} 人，档案写未返岗而在场的 {absent} 人",
        f"近七日用电用水等信号：{len(measured)} 条" if measured else "没有用电用水等信号",
    ]
    state = permit.state if permit else None
    seen = {"people_at_gate": people, "on_no_file": strange, "not_back_by_file": absent}
    return {"permit": state, "reports": reports, **seen, "signals": measured, "said": "\n".join(said)}
