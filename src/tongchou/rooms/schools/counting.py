"""New cases by school and disease in the windows of the plans: one statement, for one school or for all."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

from django.db import connection

from tongchou.kernel.errors import Refusal
from tongchou.packs.plans.decide import Decision, decide_standing
from tongchou.packs.plans.facts import read_facts
from tongchou.packs.plans.resolve import Standing, stand
from tongchou.record.plans import pack_in_force
from tongchou.rooms.schools.rules import Disease, diseases

RANK = {"event": 2, "outbreak": 1, "report": 1}
"""Outcomes of the packs' tables that are a cluster, and how grave. Whatever is not here is routine."""

_COUNTS = """
with wanted(disease, fact, days, by_class, signs) as (
  select * from unnest(%(diseases)s::text[], %(facts)s::text[], %(days)s::int[], %(by_class)s::bool[], %(signs)s::text[])),
ended as (select school_id, disease, max(ended_on) as ended_on from schools_cluster where ended_on is not null group by 1, 2),
by_class as (
  select s.school_id, s.school_class_id, w.disease, w.fact, w.by_class, sum(s.fresh)::int as n, max(s."on") as latest
  from schools_sign s
  join wanted w on s."on" > %(on)s::date - w.days and s.sign = any(string_to_array(w.signs, ','))
  left join ended e on e.school_id = s.school_id and e.disease = w.disease
  where s.fresh > 0 and s."on" > %(since)s and s."on" <= %(on)s and (%(school)s::bigint is null or s.school_id = %(school)s)
    and (e.ended_on is null or s."on" > e.ended_on)
  group by 1, 2, 3, 4, 5)
select b.school_id, b.disease, b.fact, case when b.by_class then max(b.n) else sum(b.n)::int end,
  (array_agg(b.school_class_id order by b.n desc, b.school_class_id))[1], max(b.latest), a.code
from by_class b join record_unit u on u.id = b.school_id and u.active_to is null join record_area a on a.id = u.area_id
group by b.school_id, b.disease, b.fact, b.by_class, a.code
order by b.school_id, b.disease, b.fact
"""


@dataclass(slots=True)
class Counted:
    """What a school's checks show of a disease. counts: by the plan's fact; worst: the class with the most; latest: day of the last new case, None where
    only what is severe was stated. severe: what was stated, by the plan's fact; what was not stated is not in it, and so not known."""

    school: int
    disease: Disease
    area: str
    counts: dict[str, int]
    worst: int | None
    latest: date | None
    severe: dict[str, int] = field(default_factory=dict)


def count(on: date, school: int | None = None) -> list[Counted]:
    """New cases on a day, in one statement, as far back as each disease's window goes. Cases up to the end of a cluster that was ended do not count again."""
    windows = [(d, w) for d in diseases().values() for w in d.windows]
    values: dict[str, Any] = {
        "diseases": [d.key for d, _ in windows], "facts": [w.fact for _, w in windows], "days": [w.days for _, w in windows],
        "by_class": [w.by == "class" for _, w in windows], "signs": [",".join(d.signs) for d, _ in windows],
        "on": on, "since": on - timedelta(days=max(w.days for _, w in windows)), "school": school,
    }  # fmt: skip
    found: dict[tuple[int, str], Counted] = {}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, values)
        for key, disease, fact, n, worst, latest, area in cursor.fetchall():
            row = found.setdefault((key, disease), Counted(key, diseases()[disease], area, {}, None, latest))
            row.counts[fact] = n
            row.latest = max(row.latest or latest, latest)
            if row.worst is None or next(w for w in row.disease.windows if w.fact == fact).by == "class":
                row.worst = worst
    _add_severe(found, on, school)
    return list(found.values())


_SEVERE = """
with wanted(disease, fact, days, what) as (select * from unnest(%(diseases)s::text[], %(facts)s::text[], %(days)s::int[], %(what)s::text[]))
select v.school_id, v.disease, w.fact, sum(case w.what when 'deaths' then v.deaths else v.hospitalised end)::int, a.code
from schools_severe v join wanted w on w.disease = v.disease and v."on" > %(on)s::date - w.days
join record_unit u on u.id = v.school_id and u.active_to is null join record_area a on a.id = u.area_id
where v."on" <= %(on)s and (%(school)s::bigint is null or v.school_id = %(school)s)
  and v."on" > coalesce((select max(c.ended_on) from schools_cluster c where c.school_id = v.school_id and c.disease = v.disease), '-infinity')
group by v.school_id, v.disease, w.fact, a.code
having sum(case w.what when 'deaths' then v.deaths else v.hospitalised end) is not null
"""


def _add_severe(found: dict[tuple[int, str], Counted], on: date, school: int | None) -> None:
    """Put what was stated beside what was counted; a school may have stated it without a new case in the checks."""
    stated = [(d, s) for d in diseases().values() for s in d.severe]
    values: dict[str, Any] = {
        "diseases": [d.key for d, _ in stated], "facts": [s.fact for _, s in stated], "days": [s.days for _, s in stated],
        "what": [s.what for _, s in stated], "on": on, "school": school,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_SEVERE, values)
        for key, disease, fact, n, area in cursor.fetchall():
            found.setdefault((key, disease), Counted(key, diseases()[disease], area, {}, None, None)).severe[fact] = n


def judge(row: Counted, on: date, standing: Standing) -> Decision:
    """What the plan's table says of what was counted. A window without cases counts zero: the checks were made, and what was not
    reported is chased by itself. What is severe and was not stated stays unknown."""
    facts: dict[str, Any] = {w.fact: row.counts.get(w.fact, 0) for w in row.disease.windows} | row.severe
    if "disease" in standing.inputs:
        facts["disease"] = row.disease.key
    if "latest_case" in standing.inputs and row.latest is not None:
        facts["latest_case"] = row.latest
    return decide_standing(standing, read_facts(standing.table, facts, on), explain=False)


def reached(on: date, school: int | None = None) -> list[tuple[Counted, Decision]]:
    """What is a cluster on a day, by the plan in force; nothing is where no plan was in force. A pack is asked for once for all schools."""
    pack = cache(lambda name: pack_in_force(name, on))
    out = []
    for row in count(on, school):
        try:
            standing = stand(pack(row.disease.pack), row.disease.table, on, None, row.area[:6])
        except Refusal:
            continue
        decision = judge(row, on, standing)
        if decision.outcome in RANK:
            out.append((row, decision))
    return out
