"""Accounts as the security administrator reads them: who can sign in, with which posts, since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import Account
from tongchou.record.territory.reach import missing

STATES = ("active", "disabled", "no_post")


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A holding: past, present or to come. title: the post's own; role: a key of roles.yaml."""

    holding: int
    title: str
    title_en: str
    role: str
    unit: int
    unit_name: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class AccountLine:
    id: int
    username: str
    name: str
    active: bool
    must_change: bool
    last_login: datetime | None
    second_factor: bool
    posts: tuple[HeldPost, ...]


@dataclass(frozen=True, slots=True)
class AccountFile:
    """One account with every holding it ever had, newest first."""

    line: AccountLine
    created_at: datetime
    password_changed_at: datetime | None
    language: str
    tokens: int
    history: list[HeldPost]


_LINES = """
select c.id, c.username, c.display_name, c.is_active, c.must_change_password, c.last_login,
       exists (select 1 from mfa_authenticator m where m.user_id = c.id)
from record_account c
where (%(text)s = '' or c.username like %(start)s or c.display_name ilike %(inside)s)
  and (%(state)s = '' or (%(state)s = 'active' and c.is_active) or (%(state)s = 'disabled' and not c.is_active)
       or (%(state)s = 'no_post' and c.is_active and not exists (
             select 1 from record_postholding h join record_post p on p.id = h.post_id and p.ended_on is null
             where h.account_id = c.id and h.from_date <= %(on)s and (h.to_date is null or h.to_date > %(on)s))))
order by c.username limit %(limit)s offset %(after)s
"""
_POSTS = """
select h.account_id, h.id, p.title, p.title_en, p.role, u.id, u.name, h.from_date, h.to_date
from record_postholding h join record_post p on p.id = h.post_id join record_unit u on u.id = p.unit_id
where h.account_id = any(%(accounts)s::bigint[]) and (not %(now)s or (
  h.from_date <= %(on)s and (h.to_date is null or h.to_date > %(on)s)
  and (p.ended_on is null or p.ended_on > %(on)s) and (u.active_to is null or u.active_to > %(on)s)))
order by h.from_date desc, h.id desc
"""


def account_lines(actor: Actor, text: str, state: str, *, limit: int = 50, after: int = 0) -> list[AccountLine]:
    """Accounts by user name or name. state: one of STATES or "". Raises a Refusal without account.manage."""
    actor.require("account.manage")
    plain = text.strip()[:60].replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    values: dict[str, Any] = {
        "text": plain, "start": plain.lower() + "%", "inside": f"%{plain}%", "state": state, "on": timezone.localdate(),
        "limit": limit, "after": after,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_LINES, values)
        rows = cursor.fetchall()
    held = _posts([r[0] for r in rows], now=True)
    return [AccountLine(*row, tuple(held.get(row[0], ()))) for row in rows]  # type: ignore[call-arg]


def account_file(actor: Actor, account: int) -> AccountFile:
    """One account; raises a Refusal where there is none."""
    actor.require("account.manage")
    row = Account.objects.filter(pk=account).first()
    if row is None:
        raise missing(Text("没有找到该账号。", "There is no such account."), "account", account)
    with connection.cursor() as cursor:
        cursor.execute("select exists (select 1 from mfa_authenticator where user_id = %s)", [account])
        (second,) = cursor.fetchone()
    line = AccountLine(
        row.pk, row.username, row.display_name, row.is_active, row.must_change_password, row.last_login, second,
        tuple(_posts([account], now=True).get(account, ())),
    )  # fmt: skip
    live = row.tokens.filter(revoked_at=None, expires_at__gt=timezone.now()).count()
    history = _posts([account], now=False).get(account, [])
    return AccountFile(line, row.created_at, row.password_changed_at, row.language, live, history)


def _posts(accounts: list[int], *, now: bool) -> dict[int, list[HeldPost]]:
    found: dict[int, list[HeldPost]] = {}
    values: dict[str, Any] = {"accounts": accounts, "on": timezone.localdate(), "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_POSTS, values)
        for account, *held in cursor.fetchall():
            found.setdefault(account, []).append(HeldPost(*held))
    return found
