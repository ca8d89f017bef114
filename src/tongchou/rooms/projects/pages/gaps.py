"""Projects without a paired leader among the gaps of responsibility."""

from __future__ import annotations

from typing import Any

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.questions.responsibility import MORE_GAPS
from tongchou.rooms.projects.reach import MANAGE, VIEW
from tongchou.web.pages.responsibility import GAP_LINKS, GapLink

_LEADERLESS = """
select 'project', j.id::text, j.name, 'project', a.id, a.path, 'paired', case when j.leader_post_id is null then 'never' else 'vacant' end,
       coalesce(l.last, (j.added_at at time zone 'Asia/Shanghai')::date), j.lead_unit_id
from projects_project j join record_area a on a.id = j.area_id
left join lateral (select max(h.to_date) as last from record_postholding h where h.post_id = j.leader_post_id and h.to_date <= %(on)s) l on true
where j.state in ('preparing', 'started', 'suspended')
  and (a.path like any(%(project_paths)s::text[]) or j.lead_unit_id = any(%(project_units)s::bigint[]) or j.owner_unit_id = any(%(project_units)s::bigint[]))
  and not exists (select 1 from held join record_post p on p.id = held.post_id
                  where p.id = j.leader_post_id and (p.ended_on is null or p.ended_on > %(on)s))
"""


def leaderless(actor: Actor, values: dict[str, Any]) -> str:
    """Projects that are not over and whose leader's post is not named, has ended, or is held by nobody active."""
    if not actor.permits(VIEW):
        return ""
    values["project_paths"] = [p + "%" for p in actor.area_paths(VIEW)]
    values["project_units"] = list(actor.unit_ids(VIEW))
    return _LEADERLESS


MORE_GAPS.append(leaderless)
GAP_LINKS["project"] = GapLink(Text("重大项目", "project"), "project", VIEW, "project_change", MANAGE)
