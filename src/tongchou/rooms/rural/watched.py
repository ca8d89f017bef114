"""Relief as read: files, one household, who should be looked at, figures by town and village."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from tongchou.kernel.ids import new_id
from tongchou.record.access import Actor
from tongchou.record.act import act
from tongchou.record.models import Household as Home
from tongchou.record.models import Person
from tongchou.record.people.identity import open_identity
from tongchou.record.people.purposes import stated
from tongchou.record.people.reach import like_paths
from tongchou.record.questions.people import age_band
from tongchou.record.territory.reach import area_above, condition
from tongchou.rooms.rural.actions.relief import no_such_household
from tongchou.rooms.rural.catalogue import rural_rules
from tongchou.rooms.rural.models import Household, Income, Job, Measure, Problem, Wish, YearIncome
from tongchou.rooms.rural.reach import CARE, COUNTS, WATCH

BACK = timedelta(days=183)


def files_of(actor: Actor, permission: str = WATCH) -> QuerySet[Household]:
    """Files in reach: numbers and codes, nobody's name."""
    actor.require(permission)
    where = Q(pk__in=[])
    for path in actor.area_paths(permission):
        where |= Q(area__path__startswith=path)
    return Household.objects.filter(where).select_related("area", "household", "proposed_by", "verified_by")


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a household, masked. wish, job: None where nothing is on record."""

    id: uuid.UUID
    name: str
    age: str
    sex: str
    wish: Wish | None
    job: Job | None
    lost: Job | None


@dataclass(frozen=True, slots=True)
class File:
    """One household's file. elsewhere: how many of it live outside the actor's area. line: the watch line of last year; None: none is set."""

    row: Household
    members: list[Member]
    elsewhere: int
    measures: list[Measure]
    problems: list[Problem]
    incomes: list[Income]
    years: list[YearIncome]
    line: Decimal | None
    history: list[tuple[datetime, str, str, str]]


_HISTORY = """
select e.at, e.what, coalesce(c.display_name, ''), e.note
from record_event e join record_act t on t.id = e.act_id left join record_account c on c.id = t.account_id
where e.subject = %s and e.subject <> '' order by e.at desc, e.n limit 100
"""


def relief_file(actor: Actor, key: uuid.UUID, on: date) -> File:
    """A file with its household's members, masked; that they were shown is recorded first."""
    row = files_of(actor).filter(pk=key).first()
    if row is None:
        raise no_such_household(str(key), "file")
    members, elsewhere = members_of(actor, row.household, on)
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY, [f"relief:{key}"])
        history = cursor.fetchall()
    return File(
        row, members, elsewhere, list(row.measures.select_related("unit").order_by("-from_on", "-pk")),
        list(row.problems.select_related("loop__owner_unit").order_by("-found_on", "-pk")),
        list(Income.objects.filter(household=row.household_id).order_by("-month", "-pk")[:36]),
        list(YearIncome.objects.filter(household=row.household_id).order_by("-year")), line_for(row.area.path, on.year - 1), history,
    )  # fmt: skip


def members_of(actor: Actor, home: Home, on: date) -> tuple[list[Member], int]:
    """The people of a household within reach, masked, and how many live elsewhere. The reading is recorded."""
    people = list(
        Person.objects.filter(household=home, merged_into=None, erased_at=None)
        .select_related("area")
        .order_by("birth_year", "pk")
    )
    paths = [p.rstrip("%") for p in like_paths(actor, "person.view")]
    seen = [p for p in people if p.area.path.startswith(tuple(paths))]
    if seen:
        told = {"people": [str(p.pk) for p in seen], "what": "list", "purpose": stated("livelihood", "防返贫监测")}
        act("person.read", actor, new_id(), told)
    ids = [p.pk for p in seen]
    wishes = {w.person_id: w for w in Wish.objects.filter(person__in=ids)}
    jobs: dict[uuid.UUID, list[Job]] = {}
    for job in Job.objects.filter(person__in=ids).select_related("employer").order_by("-from_on", "-pk"):
        jobs.setdefault(job.person_id, []).append(job)
    out = []
    for p in seen:
        mine = jobs.get(p.pk, [])
        now = next((j for j in mine if j.ended_on is None), None)
        lost = next((j for j in mine if j.ended_on is not None), None) if now is None else None
        name = open_identity(p.sealed, p.pk).masked().name
        out.append(Member(p.pk, name, age_band(p.birth_year, on.year), p.sex, wishes.get(p.pk), now, lost))
    return out, len(people) - len(seen)


_LINE = """
select w.per_head from rural_watchline w join record_area a on a.id = w.area_id
where w.year = %s and %s like a.path || '%%' order by length(a.path) desc limit 1
"""


def line_for(path: str, year: int) -> Decimal | None:
    """The watch line that holds at a place: of the nearest area above it. None: none is set."""
    with connection.cursor() as cursor:
        cursor.execute(_LINE, [year, path])
        row = cursor.fetchone()
    return None if row is None else Decimal(row[0])


@dataclass(frozen=True, slots=True)
class Proposed:
    """A household without a file that shows signs (words.SIGNS). Nobody's name or door stands here."""

    household: int
    area: str
    village: str
    signs: list[str]


_PROPOSED = f"""
with recent as (
  select household_id from rural_income where way = 'down' and month > %(since)s
  union select household_id from rural_yearincome where year = %(year)s
  union select p.household_id from rural_job j join record_person p on p.id = j.person_id where j.ended_on > %(since)s and p.household_id is not null
), found as (
  select h.id, a.name, a.path, array_remove(array[
    case when exists (select from rural_yearincome y where y.household_id = h.id and y.year = %(year)s and y.per_head < (
      select w.per_head from rural_watchline w join record_area x on x.id = w.area_id
      where w.year = %(year)s and a.path like x.path || '%%' order by length(x.path) desc limit 1)) then 'below_line' end,
    case when (select count(*) from rural_income i where i.household_id = h.id and i.way = 'down' and i.month > %(since)s) >= %(down)s then 'income_down' end,
    case when exists (select from rural_income i where i.household_id = h.id and i.way = 'down' and i.month > %(since)s and i.band = 'from_5000')
      then 'big_fall' end,
    case when exists (select from rural_job j join record_person p on p.id = j.person_id where p.household_id = h.id and j.ended_on > %(since)s
      and not exists (select from rural_job k where k.person_id = j.person_id and k.ended_on is null)) then 'job_lost' end
  ], null) as signs
  from recent r join record_household h on h.id = r.household_id join record_area a on a.id = h.area_id
  where {{reach}} and not exists (select from rural_household f where f.household_id = h.id and f.state <> 'removed')
)
select f.id, f.name, coalesce(c.name, ''), f.signs
from found f
{area_above("community", "f.path", "c")}
where cardinality(f.signs) > 0 {{one}}
  and not exists (select from rural_dismissal d where d.household_id = f.id and d.until > %(on)s and d.signs::text[] @> f.signs)
order by cardinality(f.signs) desc, f.path, f.id limit 2000
"""


def proposed(actor: Actor, on: date, household: int | None = None) -> list[Proposed]:
    """Who should be looked at, and why. Nothing follows by itself: somebody opens a file, or decides against one."""
    values: dict[str, Any] = {
        "since": on - BACK,
        "year": on.year - 1,
        "down": rural_rules()["down_events"].value,
        "on": on,
        "household": household,
    }
    sql = _PROPOSED.format(
        reach=condition(actor, CARE, values), one="" if household is None else "and f.id = %(household)s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [Proposed(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Counted:
    """Figures of a village. open: risks that stand, proposed ones included. working: members in work; lost: a job lost and none found since.

    fallen: watched households whose income fell within half a year. closed, in_time: problems put right, and by their date.
    """

    area: int
    code: str
    name: str
    street: int | None
    street_code: str
    street_name: str
    files: int
    open: int
    removed: int
    problems: int
    late: int
    closed: int
    in_time: int
    working: int
    lost: int
    fallen: int


_COUNTS = """
with place as (
  select c.id, c.code, c.name, c.path, s.id as street, s.code as street_code, s.name as street_name from record_area c
  left join record_area s on s.id = c.parent_id and s.level = 'street'
  where c.level = 'community' and c.valid_to is null and {reach}
), file as (
  select h.id, h.household_id, h.state, u.id as place from rural_household h join record_area a on a.id = h.area_id
  cross join lateral unnest(string_to_array(rtrim(a.path, '.'), '.')::bigint[]) as u(id)
  where u.id in (select id from place)
), files as (
  select place, count(*)::int as files, count(*) filter (where state <> 'removed')::int as open, count(*) filter (where state = 'removed')::int as removed
  from file group by place
), problems as (
  select f.place, count(*) filter (where l.closed_at is null)::int as open,
    count(*) filter (where l.closed_at is null and l.deadline < %(now)s)::int as late, count(*) filter (where l.end_reason = 'done')::int as closed,
    count(*) filter (where l.end_reason = 'done' and l.closed_at <= l.due_at)::int as in_time
  from rural_problem p join file f on f.id = p.file_id join record_loop l on l.id = p.loop_id group by f.place
), jobs as (
  select m.place, count(*) filter (where m.working)::int as working, count(*) filter (where not m.working)::int as lost
  from (select f.place, j.person_id, bool_or(j.ended_on is null) as working
    from rural_job j join record_person p on p.id = j.person_id join file f on f.household_id = p.household_id group by f.place, j.person_id) m
  group by m.place
), fallen as (
  select f.place, count(distinct f.household_id)::int as n from rural_income i join file f on f.household_id = i.household_id and f.state <> 'removed'
  where i.way = 'down' and i.month > %(since)s group by f.place
)
select p.id, p.code, p.name, p.street, coalesce(p.street_code, ''), coalesce(p.street_name, ''), coalesce(f.files, 0), coalesce(f.open, 0),
  coalesce(f.removed, 0), coalesce(q.open, 0), coalesce(q.late, 0), coalesce(q.closed, 0), coalesce(q.in_time, 0), coalesce(j.working, 0),
  coalesce(j.lost, 0), coalesce(d.n, 0)
from place p left join files f on f.place = p.id left join problems q on q.place = p.id left join jobs j on j.place = p.id
left join fallen d on d.place = p.id
order by p.path
"""


def counts(actor: Actor, now: datetime, on: date) -> list[Counted]:
    """Figures of every village in reach: counts only."""
    values: dict[str, Any] = {"now": now, "since": on - BACK}
    sql = _COUNTS.format(reach=condition(actor, COUNTS, values, path="c.path"))
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [Counted(*row) for row in cursor.fetchall()]
