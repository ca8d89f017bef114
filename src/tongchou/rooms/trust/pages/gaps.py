"""People under an order of isolation or monitoring, at home too, among those who need somebody to answer for them."""

from __future__ import annotations

from tongchou.record.questions.responsibility import UNDER_ORDER

# isolation and monitoring, in force on the day; who is in custody at a site counts already
UNDER_ORDER.append(
    """
select r.person_id, p.area_id, r.starts_on as since from trust_restriction r join record_person p on p.id = r.person_id
where r.state = 'active' and r.kind in ('isolation', 'monitoring') and r.starts_on <= %(on)s and r.ends_on >= %(on)s
"""
)
