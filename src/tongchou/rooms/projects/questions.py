"""Projects as read: the list with what is late and ready, one project's file, totals."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import Loop
from tongchou.record.photos import photos_of
from tongchou.record.territory.reach import missing
from tongchou.rooms.projects.models import Part, Progress, Project, SiteVisit
from tongchou.rooms.projects.reach import VIEW, project_in_reach, projects_of


@dataclass(frozen=True, slots=True)
class Line:
    """One project in the list. parts, done: preliminary steps and milestones that stand; late: not done after their planned end.

    lacking: required parts not done. blocking, obstacles: open obstacles. percent, invested: the latest report; None without one.
    """

    id: uuid.UUID
    name: str
    kind: str
    area: str
    lead: str
    owner: str
    leader: str
    invest: Decimal
    invest_year: Decimal | None
    state: str
    start_planned: date | None
    parts: int
    done: int
    late: int
    lacking: int
    obstacles: int
    blocking: int
    percent: Decimal | None
    invested: Decimal | None
    reported: date | None
    visited_at: datetime | None

    @property
    def ready(self) -> bool:
        """Whether it could start now."""
        return self.state == Project.State.PREPARING and not self.lacking and not self.blocking


_LINES = """
select p.id, p.name, p.kind, a.name, l.name, coalesce(o.name, ''), coalesce(h.who, ''), p.invest, p.invest_year, p.state, p.start_planned,
  coalesce(t.parts, 0), coalesce(t.done, 0), coalesce(t.late, 0), coalesce(t.lacking, 0), coalesce(b.obstacles, 0), coalesce(b.blocking, 0),
  g.percent, g.invested, g.on, v.at
from projects_project p
join record_area a on a.id = p.area_id
join record_unit l on l.id = p.lead_unit_id
left join record_unit o on o.id = p.owner_unit_id
left join lateral (
  select string_agg(c.display_name, '、') as who from record_postholding s join record_account c on c.id = s.account_id and c.is_active
  where s.post_id = p.leader_post_id and s.from_date <= %(on)s and (s.to_date is null or s.to_date > %(on)s)) h on true
left join lateral (
  select count(*)::int as parts, count(*) filter (where done_on is not null)::int as done,
    count(*) filter (where done_on is null and planned_to < %(on)s)::int as late,
    count(*) filter (where done_on is null and required)::int as lacking
  from projects_part where project_id = p.id and cancelled_at is null) t on true
left join lateral (
  select count(*)::int as obstacles, count(*) filter (where (data->>'blocking')::boolean)::int as blocking
  from record_loop where kind = 'obstacle' and origin = 'project' and origin_ref = p.id::text and closed_at is null) b on true
left join lateral (select percent, invested, "on" from projects_progress where project_id = p.id order by "on" desc limit 1) g on true
left join lateral (select max(at) as at from projects_sitevisit where project_id = p.id) v on true
where p.id = any(%(ids)s)
order by array_position(array['started', 'preparing', 'suspended', 'completed', 'dropped'], p.state::text), p.invest desc, p.name
"""


def lines(actor: Actor, on: date, *, state: str = "", area: int | None = None) -> list[Line]:
    """The projects in reach, those under way first, the largest first. on: the day by which lateness is judged."""
    rows = projects_of(actor, VIEW)
    if state:
        rows = rows.filter(state=state)
    if area is not None:
        rows = rows.filter(area=area)
    ids = list(rows.values_list("pk", flat=True)[:5_000])
    with connection.cursor() as cursor:
        cursor.execute(_LINES, {"ids": ids, "on": on})
        return [Line(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class File:
    """One project. obstacles: its loops that the actor may see, open ones first."""

    project: Project
    parts: list[Part]
    progress: list[Progress]
    visits: list[SiteVisit]
    obstacles: list[Loop]
    history: list[tuple[datetime, str, str, str, dict[str, Any]]]


_HISTORY = """
select e.at, e.what, coalesce(c.display_name, ''), e.note, e.data
from record_event e join record_act t on t.id = e.act_id left join record_account c on c.id = t.account_id
where e.subject = %s and e.subject <> '' order by e.at desc, e.n limit 100
"""


def project_file(actor: Actor, key: uuid.UUID) -> File:
    """A project with all that belongs to it; not found outside the actor's reach."""
    project = project_in_reach(actor, VIEW, key)
    obstacles = Loop.objects.filter(kind="obstacle", origin="project", origin_ref=str(key)).select_related("owner_unit")
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY, [f"project:{key}"])
        history = cursor.fetchall()
    return File(
        project=project,
        parts=list(project.parts.filter(cancelled_at=None).select_related("unit", "late_loop").order_by("planned_from", "planned_to", "pk")),
        progress=list(project.progress.select_related("account").order_by("on")),
        visits=list(project.visits.select_related("account").order_by("-at")[:50]),
        obstacles=sorted(obstacles, key=lambda o: (o.closed_at is not None, o.opened_at)),
        history=history,
    )


@photos_of("site_visit")
def _photos(actor: Actor, key: uuid.UUID) -> list[uuid.UUID]:
    row = SiteVisit.objects.filter(pk=key, project__in=projects_of(actor, VIEW).values("pk")).first()
    if row is None:
        raise missing(Text("没有找到这次走访。", "There is no such visit."), "visit", str(key))
    return list(row.photos)
