"""The named cast: who acts in the tests, in a small district with two streets. Somebody from the next street must see nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from tongchou.kernel.ids import new_id
from tongchou.record.access import Actor, load_actor
from tongchou.record.act import Outcome, act
from tongchou.record.loops.kinds import install_shipped_kinds
from tongchou.record.models import Account, Area, District, Post, PostHolding, Unit

SINCE = date(2020, 1, 1)
CODES = {
    "province": ("99", None, "province"),
    "city": ("9901", "province", "city"),
    "district": ("990101", "city", "district"),
    "east": ("990101001", "district", "street"),
    "west": ("990101002", "district", "street"),
    "spring": ("990101001001", "east", "community"),
    "grid": ("990101001001-001", "spring", "grid"),
    "reed": ("990101002001", "west", "community"),
}
UNITS = {
    "office": ("hq_office", "district"),
    "department": ("department", "district"),
    "supervision": ("supervision_group", "district"),
    "discipline_unit": ("discipline", "district"),
    "administration": ("administration", "district"),
    "east_street": ("street", "east"),
    "west_street": ("street", "west"),
    "spring_community": ("community", "spring"),
    "site": ("site", "east"),
    "bus": ("transport", "east"),
    "works": ("enterprise", "spring"),
    "mill": ("enterprise", "reed"),
}
PEOPLE = {
    "hq": ("office", "hq_officer"),
    "leader": ("office", "leader"),
    "dept": ("department", "dept_officer"),
    "street": ("east_street", "street_officer"),
    "street_colleague": ("east_street", "street_officer"),
    "next_street": ("west_street", "street_officer"),
    "community": ("spring_community", "community_officer"),
    "grid_worker": ("spring_community", "grid_worker"),
    "site_officer": ("site", "site_officer"),
    "driver": ("bus", "site_officer"),
    "enterprise": ("works", "enterprise_manager"),
    "rival": ("mill", "enterprise_manager"),
    "inspector": ("supervision", "inspector"),
    "discipline": ("discipline_unit", "discipline_officer"),
    "auditor": ("administration", "auditor"),
    "security": ("administration", "security_admin"),
    "sysadmin": ("administration", "system_admin"),
}


@dataclass
class Cast:
    """areas, units, accounts by the names above; `as_(name)` gives the actor with its posts of today."""

    areas: dict[str, Area] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)

    def as_(self, name: str, **more: Any) -> Actor:
        account = self.accounts[name]
        more.setdefault("via", "test")
        return load_actor(account.pk, account.display_name, timezone.localdate(), **more)

    def act(self, name: str, verb: str, /, **payload: Any) -> Outcome:
        """Let one of the cast do something, with a new client id."""
        return act(verb, self.as_(name), new_id(), payload)

    def task(self, opener: str = "hq", owner: str = "east_street", **more: Any) -> str:
        """Open a task and return its id."""
        payload = {"kind": "task", "title": "排查返区人员", "owner_unit": self.units[owner].pk} | more
        return str(act("loop.open", self.as_(opener), new_id(), payload).result["loop"])


def build() -> Cast:
    """Make the district and everybody in it: a statement for each table, as thousands of tests begin with this."""
    cast = Cast()
    areas = [Area(code=code, name=f"{name} 区域", level=level, valid_from=SINCE) for name, (code, _, level) in CODES.items()]
    cast.areas = dict(zip(CODES, Area.objects.bulk_create(areas), strict=True))
    for name, (_, parent, _) in CODES.items():
        area, area.parent = cast.areas[name], cast.areas.get(parent or "")
        area.path = f"{area.parent.path if area.parent else ''}{area.pk}."
    Area.objects.bulk_update(areas, ["parent", "path"])
    units = [Unit(name=f"{name} 单位", kind=kind, area=cast.areas[area], active_from=SINCE) for name, (kind, area) in UNITS.items()]
    cast.units = dict(zip(UNITS, Unit.objects.bulk_create(units), strict=True))
    accounts = [Account(username=name, display_name=f"{name} 同志", password=make_password(None)) for name in PEOPLE]
    cast.accounts = dict(zip(PEOPLE, Account.objects.bulk_create(accounts), strict=True))
    posts = Post.objects.bulk_create(Post(unit=cast.units[unit], title=role, role=role) for unit, role in PEOPLE.values())
    PostHolding.objects.bulk_create(PostHolding(post=p, account=a, from_date=SINCE) for p, a in zip(posts, accounts, strict=True))
    District.objects.create(pk=1, name="清源区", root=cast.areas["district"], demo=False)
    install_shipped_kinds()
    return cast
