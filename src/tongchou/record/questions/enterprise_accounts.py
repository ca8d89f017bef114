"""Enterprises that nobody can sign in for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from tongchou.record.access import Actor


@dataclass(frozen=True, slots=True)
class Unmanned:
    """An active enterprise without a manager's account that can sign in."""

    unit: int
    name: str
    code: str | None
    area: str
    has_contact: bool


_UNMANNED = """
select u.id, u.name, u.code, a.name, e.sealed_contact is not null
from record_unit u join record_area a on a.id = u.area_id left join record_enterprise e on e.unit_id = u.id
where u.kind = 'enterprise' and u.active_to is null and (%(text)s = '' or u.name like %(inside)s or u.code = upper(%(text)s))
  and not exists (
    select 1 from record_post p join record_postholding h on h.post_id = p.id join record_account c on c.id = h.account_id and c.is_active
    where p.unit_id = u.id and p.role = 'enterprise_manager' and p.ended_on is null and (h.to_date is null or h.to_date > %(on)s))
order by a.code, u.name, u.id limit %(limit)s offset %(after)s
"""


def unmanned(actor: Actor, text: str, *, limit: int, after: int = 0) -> list[Unmanned]:
    """Enterprises without a manager's account, by part of the name or the code. Raises a Refusal without account.manage."""
    actor.require("account.manage")
    plain = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    values: dict[str, Any] = {"text": text, "inside": f"%{plain}%", "on": timezone.localdate(), "limit": limit, "after": after}
    with connection.cursor() as cursor:
        cursor.execute(_UNMANNED, values)
        return [Unmanned(*row) for row in cursor.fetchall()]
