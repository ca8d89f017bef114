"""Signs that something is lacking: a permit that the rule of the day asks for, or files of people who are there. Signs, not findings; without data there is none."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from tongchou.kernel.text import Text
from tongchou.packs.grading.course import OF_RANK
from tongchou.packs.grading.scheme import rank
from tongchou.record.access import Actor
from tongchou.record.questions.grades import grades_of
from tongchou.record.regime import Regime, regime
from tongchou.record.territory.reach import condition
from tongchou.rooms.daily.anomaly import Score, score
from tongchou.rooms.daily.numbers import daily_rules
from tongchou.rooms.daily.reach import STREET_OF

SUSPECT = 4.0
"""Robust standard deviations from which a day is put before people."""
BACK = 60
UNITS = {"power": Text("用电", "electricity"), "water": Text("用水", "water"), "phones": Text("手机数", "phones")}
ASKED_FOR = ("approval", "banned", "filing", "list", "commitment", "approval_or_filing")
"""Regimes with which an enterprise has to have something on record before it works. What is left to the province, or not known, is no sign."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One enterprise that somebody should look at, with why. score: of the strongest signal, None where the sign is another one."""

    unit: int
    name: str
    street: str
    why: tuple[Text, ...]
    score: float | None


_WITHOUT = f"""
select u.id, u.name, coalesce(s.name, ''), a.id, a.code, case when cardinality(e.lists) > 0 then true end, r.day, r.at_work, t.people, t.day,
  coalesce(g.measured, '[]')::text
from record_unit u
join record_area a on a.id = u.area_id
left join record_enterprise e on e.unit_id = u.id
{STREET_OF}
left join lateral (
  select r.day, r.at_work from daily_report r where r.unit_id = u.id and r.replaced_at is null and r.day > %(since)s and r.day <= %(day)s and r.at_work > 0
  order by r.day desc limit 1) r on true
left join lateral (
  select count(distinct t.person_id) as people, max(t.day) as day from daily_attendance t where t.unit_id = u.id and t.day > %(since)s and t.day <= %(day)s) t on true
left join lateral (
  select jsonb_agg(jsonb_build_array(g.kind, g.day, g.value, g.day > %(since)s) order by g.kind, g.day) as measured from daily_signal g
  where g.unit_id = u.id and g.day > %(first)s and g.day <= %(day)s
    and (g.day > %(since)s or not exists (select from daily_report x where x.unit_id = u.id and x.day = g.day and x.replaced_at is null and x.at_work > 0))
) g on true
where u.kind = 'enterprise' and u.active_to is null and {{reach}}
  and (r.day is not null or t.people > 0 or exists (select from daily_signal n where n.unit_id = u.id and n.day > %(since)s and n.day <= %(day)s))
  and not exists (select from record_workpermit w where w.unit_id = u.id)
  and not exists (select from daily_breach b where b.unit_id = u.id and b.ended_at is null)
order by u.name, u.id limit 2000
"""


def without_permit(actor: Actor, day: date, permission: str) -> list[Sign]:
    """Enterprises that never had a permit although the rule of that day asks for one where they are, and that reports, gate or meters show at work."""
    values: dict[str, Any] = {"day": day, "since": day - timedelta(days=_days()), "first": day - timedelta(days=BACK)}
    reach = condition(actor, permission, values, unit="u.id")
    with connection.cursor() as cursor:
        cursor.execute(_WITHOUT.format(reach=reach), values)
        rows = cursor.fetchall()
    grades = {k: OF_RANK.get(rank(g.grade)) for k, g in grades_of({r[3] for r in rows}, day).items()}
    known: dict[tuple[Any, ...], Regime] = {}
    out = []
    for unit, name, street, area, code, essential, reported, at_work, people, seen, measured in rows:
        level = grades.get(area)
        loud = _started(json.loads(measured))
        on = reported or seen or (loud[1] if loud else None)
        if level is None or on is None:
            continue
        key = (code[:6], on, level, essential)
        if key not in known:
            known[key] = regime(code, on, level=level, essential=essential)
        if known[key].outcome in ASKED_FOR:
            why = _why(known[key], reported, at_work, people, seen, loud)
            out.append(Sign(unit, name, street, why, loud[2].z if loud and reported is None and not people else None))
    return out


def _days() -> int:
    return daily_rules()["attendance_signs_days"].value


def _started(measured: list[list[Any]]) -> tuple[str, date, Score] | None:
    """The meter that is farthest above its own days before: kind, day, score; None where none is far, or too few days are known."""
    best: tuple[str, date, Score] | None = None
    for kind in {m[0] for m in measured}:
        before = [float(m[2]) for m in measured if m[0] == kind and not m[3]]
        for _, day, value, late in (m for m in measured if m[0] == kind):
            found = score(before, float(value)) if late else None
            if found is not None and found.z >= SUSPECT and (best is None or found.z > best[2].z):
                best = kind, date.fromisoformat(day), found
    return best


def _why(
    rule: Regime,
    reported: date | None,
    at_work: int,
    people: int,
    seen: date | None,
    loud: tuple[str, date, Score] | None,
) -> tuple[Text, ...]:
    on = reported or seen or (loud[1] if loud else None)
    said = [
        Text(
            "没有任何复工手续，而 {d} 当地的规定是“{r}”",
            "no permit was ever on record, and on {d} the rule there was: {r}",
        ).with_(d=on, r=rule.title)
    ]
    if rule.document is not None:
        said.append(Text("依据 {t}", "by {t}").with_(t=rule.document[0]))
    if reported is not None:
        said.append(Text("{d} 日报在岗 {n} 人", "reported {n} at work on {d}").with_(d=reported, n=at_work))
    if people:
        said.append(Text("近 {k} 日考勤 {n} 人", "{n} {n|person|people} at the gate in {k} {k|day|days}").with_(k=_days(), n=people))
    if loud is not None:
        told = Text(
            "{d} {k} {v}，此前 {n} 天的中位数为 {m}，高出 {z} 个稳健标准差",
            "{d}: {k} {v}, against a median of {m} on {n} {n|day|days} before, {z} robust {z|deviation|deviations} above",
        )
        said.append(
            told.with_(d=loud[1], k=UNITS[loud[0]], v=loud[2].value, n=loud[2].days, m=loud[2].middle, z=loud[2].z)
        )
    return tuple(said)


FILES = """
select coalesce(x.unit_id, n.unit_id) as unit_id, coalesce(x.people, 0) as strange, coalesce(n.people, 0) as absent, n.longest
from (select unit_id, count(distinct who) as people from daily_alarm
  where kind = 'stranger' and day > %(since)s and day <= %(day)s and how not in ('visitor', 'mistaken', 'filed') group by unit_id) x
full join (
  select t.unit_id, count(distinct t.person_id) as people, max(t.days) as longest
  from (select unit_id, person_id, count(distinct day) as days from daily_attendance where day > %(since)s and day <= %(day)s group by 1, 2) t
  join record_staff s on s.unit_id = t.unit_id and s.person_id = t.person_id and s.to_date is null and (s.returned_on is null or s.returned_on > %(day)s)
  group by t.unit_id) n on n.unit_id = x.unit_id
"""
_APART = f"""
select u.id, u.name, coalesce(s.name, ''), f.strange, f.absent, f.longest
from ({FILES}) f
join record_unit u on u.id = f.unit_id and u.kind = 'enterprise' and u.active_to is null
join record_area a on a.id = u.area_id
{STREET_OF}
where {{reach}} and (f.strange >= %(least)s or f.absent >= %(least)s)
  and not exists (select from daily_breach b where b.unit_id = u.id and b.ended_at is null)
order by f.strange + f.absent desc, u.name, u.id limit 500
"""


def files_apart(actor: Actor, day: date, permission: str) -> list[Sign]:
    """Enterprises at whose gate people were seen who are on no staff file, or whose file says that they have not come back."""
    values: dict[str, Any] = {
        "day": day,
        "since": day - timedelta(days=_days()),
        "least": daily_rules()["files_apart_people"].value,
    }
    reach = condition(actor, permission, values, unit="u.id")
    with connection.cursor() as cursor:
        cursor.execute(_APART.format(reach=reach), values)
        return [Sign(r[0], r[1], r[2], _files(r[3], r[4], r[5]), None) for r in cursor.fetchall()]


def _files(strange: int, absent: int, longest: int | None) -> tuple[Text, ...]:
    said = []
    if strange:
        said.append(
            Text(
                "近 {k} 日考勤中有 {n} 人不在员工档案", "{n} {n|person|people} at the gate in {k} {k|day|days} {n|is|are} on no staff file"
            ).with_(k=_days(), n=strange)
        )
    if absent:
        told = Text(
            "员工档案写“未返岗”的有 {n} 人在场，最多的到场 {d} 天",
            "{n} {n|person|people} whose file says not back {n|was|were} seen, up to {d} {d|day|days}",
        )
        said.append(told.with_(n=absent, d=longest))
    return tuple(said)


def file_counts(unit: int, day: date) -> tuple[int, int]:
    """(people at the gate on no staff file, people there whose file says not back) of one enterprise in the last days."""
    values: dict[str, Any] = {"day": day, "since": day - timedelta(days=_days()), "unit": unit}
    with connection.cursor() as cursor:
        cursor.execute(f"select strange, absent from ({FILES}) f where unit_id = %(unit)s", values)
        row = cursor.fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)
