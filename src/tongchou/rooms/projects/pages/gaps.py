"""Projects without a paired leader among the gaps of responsibility."""

from __future__ import annotations

from tongchou.kernel.text import Text
from tongchou.record.questions.responsibility import MORE_GAPS
from tongchou.web.pages.responsibility import GAP_LINKS, GapLink

# a project counts until it is completed or dropped; its leader's post must be in force and held
MORE_GAPS.append(
    """
select 'project', j.id::text, j.name, 'project', a.id, a.path, 'paired', case when j.leader_post_id is null then 'never' else 'vacant' end,
       coalesce(l.last, (j.added_at at time zone 'Asia/Shanghai')::date), j.lead_unit_id
from projects_project j join record_area a on a.id = j.area_id join record_unit u on u.id = j.lead_unit_id
left join lateral (select max(h.to_date) as last from record_postholding h where h.post_id = j.leader_post_id and h.to_date <= %(on)s) l on true
where j.state in ('preparing', 'started', 'suspended') and ({area_reach} or {unit_reach}) and not exists (
  select 1 from held join record_post p on p.id = held.post_id where p.id = j.leader_post_id and (p.ended_on is null or p.ended_on > %(on)s))
"""
)
GAP_LINKS["project"] = GapLink(Text("重大项目", "project"), "project", "project.view", "project_change", "project.manage")
