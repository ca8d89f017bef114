"""Schools as read: the district's overview, one day's classes, where pupils go, what stands behind a cluster."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from tongchou.kernel.workdays import is_workday
from tongchou.record.access import Actor
from tongchou.record.questions.grades import grades_of
from tongchou.record.territory.reach import condition
from tongchou.rooms.schools.models import Cluster, Destination, OnlineDay, Travel
from tongchou.rooms.schools.reach import VIEW, schools_of
from tongchou.rooms.schools.rules import diseases


@dataclass(frozen=True, slots=True)
class Line:
    """A school on a day. level None: no file yet. state: of its last application, "none" without one. morning, noon: classes that reported
    of `expected`, the classes that owe a check (none where it is not open, or on a day off). present, counted: pupils of the last check of each class.
    lacking: conditions not yet met or reviewed."""

    school: int
    name: str
    area: str
    level: str | None
    classes: int
    pupils: int
    staff: int
    state: str
    opens_on: date | None
    opening: uuid.UUID | None
    lacking: int
    expected: int
    morning: int
    noon: int
    counted: int
    present: int
    ill: int
    unknown: int
    clusters: int
    proposals: int

    @property
    def attendance(self) -> float | None:
        """Percent present of those counted; None where nothing was reported, which is not nobody."""
        return round(100 * self.present / self.counted, 1) if self.counted else None


_OVERVIEW = """
select u.id, u.name, a.name, s.level, coalesce(c.classes, 0), coalesce(c.pupils, 0), coalesce(c.staff, 0), coalesce(o.state, 'none'), o.opens_on, o.id,
  coalesce(o.lacking, 0), case when %(works)s and o.state = 'open' and o.opens_on <= %(on)s then coalesce(c.due, 0) else 0 end,
  coalesce(k.morning, 0), coalesce(k.noon, 0), coalesce(k.counted, 0), coalesce(k.present, 0), coalesce(k.ill, 0), coalesce(k.unknown, 0),
  coalesce(x.clusters, 0), coalesce(x.proposals, 0)
from record_unit u
join record_area a on a.id = u.area_id
left join schools_school s on s.unit_id = u.id
left join (select school_id, count(*)::int as classes, sum(pupils)::int as pupils, sum(staff)::int as staff, 
    count(*) filter (where pupils > 0 and not exists (select 1 from schools_measure z join schools_cluster y on y.id = z.cluster_id
      where y.school_id = n.school_id and z.state = 'ordered' and %(on)s between z.from_day and z.to_day
        and ((z.kind = 'suspend_class' and z.school_class_id = n.id) or z.kind = 'suspend_school')))::int as due
  from schools_schoolclass n where ended_on is null group by 1) c on c.school_id = u.id
left join lateral (select p.id, p.state, p.opens_on, case when p.state = 'collecting' then cardinality(p.items) + 2
    - (select count(*) from schools_proof f where f.opening_id = p.id and f.met)::int else 0 end as lacking
  from schools_opening p where p.school_id = u.id order by p.applied_at desc limit 1) o on true
left join (select d.school_id, count(*) filter (where d.session = 'morning')::int as morning, count(*) filter (where d.session = 'noon')::int as noon,
    sum(d.pupils) filter (where d.last)::int as counted, sum(d.pupils - d.ill - d.other - d.unknown) filter (where d.last)::int as present,
    sum(d.ill) filter (where d.last)::int as ill, sum(d.unknown) filter (where d.last)::int as unknown
  from (select k.*, row_number() over (partition by k.school_class_id order by k.session desc) = 1 as last
    from schools_check k join schools_schoolclass n on n.id = k.school_class_id and n.ended_on is null where k."on" = %(on)s) d group by 1) k on k.school_id = u.id
left join (select q.school_id, count(distinct q.id)::int as clusters, count(m.id) filter (where m.state = 'proposed')::int as proposals
  from schools_cluster q left join schools_measure m on m.cluster_id = q.id where q.ended_on is null group by 1) x on x.school_id = u.id
where u.kind = 'school' and u.active_to is null and {reach}
order by x.clusters desc nulls last, a.path, u.name_key, u.id
limit 2000
"""


def overview(actor: Actor, on: date) -> list[Line]:
    """Every school in reach on a day, those with a cluster first; one statement. session 'noon' sorts after 'morning': the later check counts."""
    values: dict[str, Any] = {"on": on, "works": is_workday(on)}
    reach = condition(actor, VIEW, values, unit="u.id")
    with connection.cursor() as cursor:
        cursor.execute(_OVERVIEW.format(reach=reach), values)
        return [Line(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class ClassDay:
    """A class on a day with what was reported of it; morning, noon: (ill, other, unknown, corrected), None: nothing reported. suspended: by an order."""

    key: int
    grade: int
    name: str
    pupils: int
    morning: tuple[int, int, int, int] | None
    noon: tuple[int, int, int, int] | None
    suspended: bool

    @property
    def sessions(self) -> tuple[tuple[int, int, int, int] | None, ...]:
        """Morning and noon, in order."""
        return self.morning, self.noon


_DAY = """
select c.id, c.grade, c.name, c.pupils, m.ill, m.other, m.unknown, m.corrected, n.ill, n.other, n.unknown, n.corrected,
  exists (select 1 from schools_measure z join schools_cluster x on x.id = z.cluster_id where x.school_id = c.school_id and z.state = 'ordered'
    and %(on)s between z.from_day and z.to_day and ((z.kind = 'suspend_class' and z.school_class_id = c.id) or z.kind = 'suspend_school'))
from schools_schoolclass c
left join schools_check m on m.school_class_id = c.id and m."on" = %(on)s and m.session = 'morning'
left join schools_check n on n.school_class_id = c.id and n."on" = %(on)s and n.session = 'noon'
where c.school_id = %(school)s and c.ended_on is null order by c.grade, length(c.name), c.name, c.id
"""


def class_day(school: int, on: date) -> list[ClassDay]:
    """The classes of a school on a day. The caller has looked whether the school is in reach."""
    with connection.cursor() as cursor:
        cursor.execute(_DAY, {"school": school, "on": on})
        return [
            ClassDay(r[0], r[1], r[2], r[3], None if r[4] is None else r[4:8], None if r[8] is None else r[8:12], r[12])
            for r in cursor.fetchall()
        ]


_PREVIOUS = """
select distinct on (s.sign) s.sign, s.pupils from schools_sign s join schools_check k on k.id = s.check_taken_id
where k.id = (select id from schools_check where school_class_id = %(key)s and ("on", session) < (%(on)s, %(session)s) order by "on" desc, session desc limit 1)
"""


def previous_signs(school_class: int, on: date, session: str) -> dict[str, int]:
    """Sign -> pupils at the check before, from which the new ones are told."""
    with connection.cursor() as cursor:
        cursor.execute(_PREVIOUS, {"key": school_class, "on": on, "session": session})
        return dict(cursor.fetchall())


_ATTENDANCE = """
select k."on", sum(k.pupils)::int, sum(k.pupils - k.ill - k.other - k.unknown)::int, sum(k.ill)::int
from schools_check k join record_unit u on u.id = k.school_id join record_area a on a.id = u.area_id
where k."on" > %(since)s and k."on" <= %(on)s and k.session = 'morning' and (%(school)s::bigint is null or k.school_id = %(school)s) and {reach}
group by 1 order by 1
"""


def attendance(actor: Actor, on: date, days: int, school: int | None = None) -> list[tuple[date, int, int, int]]:
    """Day, pupils counted, present, ill at the morning check, of the schools in reach."""
    values: dict[str, Any] = {"on": on, "since": on - timedelta(days=days), "school": school}
    reach = condition(actor, VIEW, values, unit="u.id")
    with connection.cursor() as cursor:
        cursor.execute(_ATTENDANCE.format(reach=reach), values)
        return cursor.fetchall()


def clusters(actor: Actor, school: int | None = None) -> list[Cluster]:
    """Clusters in reach: those under way first, then the ended ones."""
    rows = (
        Cluster.objects.filter(school__in=schools_of(actor, VIEW))
        .select_related("school__unit__area")
        .prefetch_related("measures")
    )
    if school is not None:
        rows = rows.filter(school=school)
    return sorted(rows.order_by("-raised_at")[:500], key=lambda c: c.ended_on is not None)


_BEHIND = """
select s."on", k.session, c.grade, c.name, s.sign, s.pupils, s.fresh, k.recorded_at, t.display_name
from schools_sign s join schools_check k on k.id = s.check_taken_id join schools_schoolclass c on c.id = s.school_class_id
join record_account t on t.id = k.account_id
where s.school_id = %(school)s and s.fresh > 0 and s.sign = any(%(signs)s) and s."on" > %(since)s and s."on" <= %(on)s
order by s."on", k.session, c.grade, c.name
"""


def behind(cluster: Cluster, on: date) -> list[tuple[date, str, int, str, str, int, int, datetime, str]]:
    """The checks with new cases that make up a cluster, from the first day of its longest window on."""
    disease = diseases()[cluster.disease]
    values = {
        "school": cluster.school_id,
        "signs": list(disease.signs),
        "since": cluster.as_of - timedelta(days=disease.longest),
        "on": on,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BEHIND, values)
        return cursor.fetchall()


@dataclass(frozen=True, slots=True)
class Goal:
    """A destination with how many go there. grade: the area's on the day, None: not known, which does not mean low."""

    place: str
    pupils: int
    grade: str | None


def goals(school: int, leaves_on: date, on: date) -> list[Goal]:
    """Where the pupils of a school go, by destination, the most first."""
    rows = Destination.objects.filter(travel__school_class__school=school, travel__leaves_on=leaves_on).select_related(
        "area"
    )
    totals: dict[tuple[int | None, str], int] = {}
    for row in rows:
        key = (row.area_id, row.area.name if row.area else row.place)
        totals[key] = totals.get(key, 0) + row.pupils
    graded = grades_of({area for area, _ in totals if area is not None}, on)
    found = [Goal(place, n, graded[area].grade if area in graded else None) for (area, place), n in totals.items()]
    return sorted(found, key=lambda g: (g.grade is None, -g.pupils, g.place))


def travels(school: int) -> dict[date, list[Travel]]:
    """Travel reports of a school by day of leaving, the latest first."""
    out: dict[date, list[Travel]] = {}
    for row in (
        Travel.objects.filter(school_class__school=school)
        .select_related("school_class")
        .order_by("-leaves_on", "school_class__grade", "school_class__name")[:2000]
    ):
        out.setdefault(row.leaves_on, []).append(row)
    return out


def online_days(school: int, since: date) -> list[OnlineDay]:
    """Teaching at home of a school, the latest day first."""
    return list(
        OnlineDay.objects.filter(school=school, on__gte=since).select_related("account").order_by("-on", "grade")
    )
