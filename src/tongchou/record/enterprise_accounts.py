"""Accounts of enterprises: which posts there are, user names from the credit code, the sheet of first passwords, what opening one account does."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import roles
from tongchou.record.act import Context
from tongchou.record.models import Account, Post, PostHolding, Unit

KEEPER = "enterprise_accounts"
STAFF_ROLES = ("enterprise_reporter", "enterprise_safety")
"""What the enterprise's own account keeper may give."""
ROLES = ("enterprise_manager", *STAFF_ROLES)


@dataclass(frozen=True, slots=True)
class Handed:
    """One line of the sheet of first passwords, which is shown once and is nowhere stored. row: of the table, 0 outside of one."""

    row: int
    enterprise: str
    name: str
    role: str
    username: str
    password: str
    phone: str = ""


HANDED = (
    Text("企业", "Enterprise"), Text("姓名", "Name"), Text("电话", "Phone"), Text("岗位", "Post"), Text("用户名", "User name"), Text("初始密码", "First password"),
)  # fmt: skip


def handed_cells(line: Handed) -> list[Any]:
    """A line of the sheet in the order of HANDED."""
    return [line.enterprise, line.name, line.phone, roles()[line.role].title, line.username, line.password]


def free_usernames(units: list[Unit], wanted: list[int], besides: AbstractSet[str] = frozenset()) -> dict[int, list[str]]:
    """For each unit as many free user names as are wanted: e and the credit code, then -2, -3 ...; q and the number where there is no code.

    besides: names that are taken without being on record yet.
    """
    stems = {u.pk: f"e{u.code.lower()}" if u.code else f"q{u.pk:05d}" for u in units}
    match = Q(pk__in=[])
    for stem in set(stems.values()):
        match |= Q(username=stem) | Q(username__startswith=f"{stem}-")
    taken = set(Account.objects.filter(match).values_list("username", flat=True)) | besides
    out: dict[int, list[str]] = {}
    for unit, count in zip(units, wanted, strict=True):
        names, n = out.setdefault(unit.pk, []), 1
        while len(names) < count:
            name = stems[unit.pk] if n == 1 else f"{stems[unit.pk]}-{n}"
            if name not in taken:
                names.append(name)
                taken.add(name)
            n += 1
    return out


def role_of(text: str) -> str:
    """A role of ROLES from its key or its name in either language; the manager where nothing is said. Raises Refusal."""
    plain = text.strip()
    names = {w.lower(): k for k in ROLES for w in (k, k.removeprefix("enterprise_"), roles()[k].title.zh, roles()[k].title.en)}
    names |= {"负责人": ROLES[0], "填报员": ROLES[1], "安全管理员": ROLES[2], "安全员": ROLES[2]}
    if not plain:
        return ROLES[0]
    found = names.get(plain.lower())
    if found is None:
        rule = Text("企业没有“{r}”这种岗位。", "An enterprise has no post “{r}”.").with_(r=plain[:20])
        remedy = Text("可填：{all}。", "Write one of: {all}.").with_(all=Text.listed([roles()[k].title for k in ROLES]))
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="role", value=plain[:20])
    return found


@dataclass(frozen=True, slots=True)
class Opening:
    """An account to be opened. password: its hash. roles: of posts in the unit."""

    unit: Unit
    username: str
    name: str
    roles: tuple[str, ...]
    password: str


def open_accounts(context: Context, wanted: list[Opening]) -> list[Account]:
    """Add accounts whose passwords must be changed, and give each its posts in its enterprise; posts that an enterprise lacks are made."""
    accounts = [
        Account(username=w.username, display_name=w.name[:80], must_change_password=True, password_changed_at=context.now, password=w.password)
        for w in wanted
    ]  # fmt: skip
    Account.objects.bulk_create(accounts, batch_size=2000)
    posts, today = _posts(context, wanted), timezone.localdate(context.now)
    held = [
        PostHolding(post=posts[w.unit.pk, role], account=account, from_date=today)
        for w, account in zip(wanted, accounts, strict=True) for role in w.roles
    ]  # fmt: skip
    PostHolding.objects.bulk_create(held, batch_size=2000)
    for account in accounts:
        context.event("account_added", subject=f"account:{account.pk}")
    for row in held:
        data = {"post": row.post_id, "role": row.post.role, "from": str(today), "to": None}
        context.event("post_held", subject=f"account:{row.account_id}", data=data)
    return accounts


def _posts(context: Context, wanted: list[Opening]) -> dict[tuple[int, str], Post]:
    """The post of each role in each enterprise that is wanted; those that only one person may hold are left alone."""
    rows = Post.objects.filter(unit__in={w.unit.pk for w in wanted}, role__in=(*ROLES, KEEPER), ended_on=None, single=False)
    found = {(p.unit_id, p.role): p for p in rows.order_by("-pk")}
    lacking = dict.fromkeys((w.unit.pk, role) for w in wanted for role in w.roles if (w.unit.pk, role) not in found)
    titles = {role: roles()[role].title for role in (*ROLES, KEEPER)}
    new = [Post(unit_id=unit, title=titles[role].zh, title_en=titles[role].en, role=role) for unit, role in lacking]
    Post.objects.bulk_create(new, batch_size=2000)
    for post in new:
        context.event("post_added", subject=f"post:{post.pk}", data={"unit": post.unit_id, "role": post.role})
        found[post.unit_id, post.role] = post
    return found
