"""The actor of an act: an account with the posts that it holds at this moment, through one door."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.db import connection

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access.roles import roles

_HOLDINGS = """
select p.role, p.unit_id, u.area_id, a.path, p.id, u.name
from record_postholding h
join record_post p on p.id = h.post_id and (p.ended_on is null or p.ended_on > %(on)s)
join record_unit u on u.id = p.unit_id and (u.active_to is null or u.active_to > %(on)s)
join record_area a on a.id = u.area_id
join record_account c on c.id = h.account_id and c.is_active
where h.account_id = %(account)s and h.from_date <= %(on)s and (h.to_date is null or h.to_date > %(on)s)
order by h.id
"""


@dataclass(frozen=True, slots=True)
class Grant:
    """One post held: a role in a unit, with the path of the unit's area."""

    role: str
    unit_id: int
    area_id: int
    path: str
    post_id: int
    unit_name: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """limit: the permissions that the door leaves (an API token's list); None leaves all that the roles grant."""

    account_id: int | None
    name: str
    grants: tuple[Grant, ...] = ()
    via: str = "page"
    limit: frozenset[str] | None = None
    person_id: object = None
    system: bool = False
    second_factor: bool = field(default=False)

    def grants_for(self, permission: str) -> tuple[Grant, ...]:
        """The posts that grant a permission."""
        if self.limit is not None and permission not in self.limit:
            return ()
        table = roles()
        return tuple(g for g in self.grants if permission in table[g.role].permissions)

    def permits(self, permission: str) -> bool:
        return self.system or bool(self.grants_for(permission))

    def require(self, permission: str) -> tuple[Grant, ...]:
        """Return the grants for a permission; refuse when there is none."""
        if self.system:
            return self.grants
        held = self.grants_for(permission)
        if not held:
            title = roles().permissions[permission]
            raise Refusal(
                Reason.NOT_ALLOWED,
                Text("现任岗位没有“{what}”权限。", "None of your present posts grants “{what}”.").with_(what=title),
                remedy=Text("请联系安全管理员核对任职。", "Ask the security administrator to check your posts."),
                permission=permission,
            )
        return held

    def area_paths(self, permission: str) -> tuple[str, ...]:
        """Path prefixes of the subtrees in which the actor has the permission by area scope."""
        table = roles()
        wide = ("area", "unit") if permission in table.directory else ("area",)
        return tuple(dict.fromkeys(g.path for g in self.grants_for(permission) if table[g.role].scope in wide))

    def unit_ids(self, permission: str) -> tuple[int, ...]:
        """The actor's own units under the permission, whatever the scope (but not 'none' or 'self')."""
        table = roles()
        return tuple(
            dict.fromkeys(g.unit_id for g in self.grants_for(permission) if table[g.role].scope in ("area", "unit"))
        )

    def sees_path(self, permission: str, path: str) -> bool:
        return self.system or any(path.startswith(prefix) for prefix in self.area_paths(permission))


SYSTEM = Actor(account_id=None, name="system", via="job", system=True)


def load_actor(
    account_id: int,
    name: str,
    on: date,
    *,
    via: str,
    limit: frozenset[str] | None = None,
    person_id: object = None,
    second_factor: bool = False,
) -> Actor:
    """Read the posts that an account holds on a day. One statement; nothing is cached, so a change holds at once."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLDINGS, {"account": account_id, "on": on})
        rows = cursor.fetchall()
    grants = tuple(Grant(*row) for row in rows)
    return Actor(account_id, name, grants, via, limit, person_id, False, second_factor)
