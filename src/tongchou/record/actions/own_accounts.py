"""An enterprise's own accounts: its account keeper opens, closes and gives new passwords to those of its reporters and safety officers, nobody else's."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone
from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor, roles
from tongchou.record.access.passwords import first_hash, first_password
from tongchou.record.act import Context, Payload, act, done_before, verb
from tongchou.record.actions.accounts import checked_hash, checked_username, give_password, other_account, set_active
from tongchou.record.enterprise_accounts import STAFF_ROLES, Handed, Opening, free_usernames, open_accounts
from tongchou.record.enterprises import active, enterprise_in_reach
from tongchou.record.models import Account, PostHolding, Unit
from tongchou.record.people.given import clean_name
from tongchou.record.territory.reach import missing

OWN_ACCOUNTS = "enterprise.accounts"
MOST = 30
"""Accounts of its own staff that one enterprise may have open at a time."""


class OpenIn(Payload):
    """unit: one's own enterprise. role: one of STAFF_ROLES. username: a free one is found where it is left out."""

    unit: int
    name: str = Field(min_length=1, max_length=60)
    role: str = Field(max_length=30)
    username: str | None = Field(None, max_length=60)
    password_hash: str = Field(min_length=20, max_length=128)


class CloseIn(Payload):
    unit: int
    account: int


class ResetIn(CloseIn):
    password_hash: str = Field(min_length=20, max_length=128)


def issue_own(actor: Actor, client_id: uuid.UUID, unit: int, name: str, role: str, username: str = "") -> Handed | None:
    """Open an account of one's own enterprise and hand out its first password; None where this was done before. Raises Refusal."""
    if done_before("enterprise.account_open", actor, client_id) is not None:
        return None
    password = first_password()
    payload = {"unit": unit, "name": name, "role": role, "password_hash": first_hash(password)} | ({"username": username} if username else {})
    return _handed(act("enterprise.account_open", actor, client_id, payload).result, password)


def reissue_own(actor: Actor, client_id: uuid.UUID, unit: int, account: int) -> Handed | None:
    """Give an account of one's own enterprise a new first password; None where this was done before. Raises Refusal."""
    if done_before("enterprise.account_reset", actor, client_id) is not None:
        return None
    password = first_password()
    payload = {"unit": unit, "account": account, "password_hash": first_hash(password)}
    return _handed(act("enterprise.account_reset", actor, client_id, payload).result, password)


def _handed(result: dict[str, Any], password: str) -> Handed:
    account = Account.objects.get(pk=result["account"])
    unit = Unit.objects.get(pk=result["unit"])
    return Handed(0, unit.name, account.display_name, result["role"], account.username, password)


def held_in(unit: Unit, today: Any) -> list[PostHolding]:
    """Who holds a post of the enterprise's own staff today or later, by name."""
    rows = PostHolding.objects.filter(post__unit=unit, post__role__in=STAFF_ROLES, post__ended_on=None).exclude(to_date__lte=today)
    return list(rows.select_related("account", "post").order_by("account__display_name", "pk"))


@verb("enterprise.account_open", OWN_ACCOUNTS, Text("开通本企业账号", "Open an account of one's own enterprise"))
def open_own(context: Context, given: OpenIn) -> dict[str, Any]:
    """Open an account for a reporter or a safety officer."""
    unit = active(enterprise_in_reach(context.actor, given.unit, OWN_ACCOUNTS, lock=True))
    if given.role not in STAFF_ROLES:
        rule = Text("本企业只能开通填报员和安全管理员的账号。", "An enterprise opens accounts of reporters and safety officers only.")
        remedy = Text("负责人的账号请向指挥部申请。", "Ask the headquarters for a manager's account.")
        raise Refusal(Reason.NOT_ALLOWED, rule, remedy=remedy, field="role", value=given.role)
    held = held_in(unit, timezone.localdate(context.now))
    if len(held) >= MOST:
        rule = Text("本企业已有 {n} 个账号，达到上限。", "The enterprise has {n} {n|account|accounts}, which is the most.").with_(n=len(held))
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请先停用不用的账号。", "Close those not in use first."), field="unit", value=unit.pk)
    name = clean_name(given.name)
    if any(h.account.display_name == name and h.post.role == given.role and h.account.is_active for h in held):
        rule = Text("{who} 已有这个岗位的账号。", "{who} has an account with this post.").with_(who=name)
        raise Refusal(Reason.DUPLICATE, rule, remedy=Text("忘记密码的请重置。", "Reset a lost password."), field="name", value=name)
    username = checked_username(given.username) if given.username else free_usernames([unit], [1])[unit.pk][0]
    if Account.objects.filter(username=username).exists():
        rule = Text("该用户名已被使用。", "This user name is taken.")
        raise Refusal(Reason.DUPLICATE, rule, remedy=Text("请换一个，或留空。", "Choose another, or leave it empty."), field="username", value=username)
    (account,) = open_accounts(context, [Opening(unit, username, name, (given.role,), checked_hash(given.password_hash))])
    return {"account": account.pk, "username": username, "unit": unit.pk, "role": given.role}


@verb("enterprise.account_close", OWN_ACCOUNTS, Text("停用本企业账号", "Close an account of one's own enterprise"))
def close_own(context: Context, given: CloseIn) -> dict[str, Any]:
    """End the account's posts among the enterprise's staff at once; one that holds no other post can no longer sign in."""
    account, rows = _own_account(context, given)
    today = timezone.localdate(context.now)
    for row in rows:
        row.to_date = max(today, row.from_date)
        row.save(update_fields=["to_date"])
        context.event("post_released", subject=f"account:{account.pk}", data={"post": row.post_id})
    left = PostHolding.objects.filter(account=account).exclude(to_date__lte=today).exists()
    if not left:
        set_active(context, account, False)
    return {"account": account.pk, "active": account.is_active}


@verb("enterprise.account_reset", OWN_ACCOUNTS, Text("重置本企业账号密码", "Reset a password of one's own enterprise"))
def reset_own(context: Context, given: ResetIn) -> dict[str, Any]:
    """Give one of the enterprise's staff a new first password. Refused where the account holds a post besides: that password is not the keeper's to give."""
    account, rows = _own_account(context, given)
    today = timezone.localdate(context.now)
    if PostHolding.objects.filter(account=account).exclude(to_date__lte=today).exclude(pk__in=[r.pk for r in rows]).exists():
        rule = Text("该账号还担任其他岗位，不能由本企业重置密码。", "The account holds other posts too; its password is not reset here.")
        remedy = Text("请联系安全管理员。", "Ask the security administrator.")
        raise Refusal(Reason.NOT_OWNER, rule, remedy=remedy, field="account", value=account.pk)
    give_password(context, account, given.password_hash)
    return {"account": account.pk, "unit": given.unit, "role": rows[0].post.role}


def _own_account(context: Context, given: CloseIn) -> tuple[Account, list[PostHolding]]:
    """An account that holds a staff post of the actor's own enterprise, locked; else it is not found."""
    unit = enterprise_in_reach(context.actor, given.unit, OWN_ACCOUNTS, lock=True)
    rows = [h for h in held_in(unit, timezone.localdate(context.now)) if h.account_id == given.account]
    if not rows:
        raise missing(Text("本企业没有这个账号。", "The enterprise has no such account."), "account", given.account)
    return other_account(context, given.account), rows


def staff_roles() -> list[tuple[str, Text]]:
    """Roles that an enterprise gives by itself, with their names."""
    return [(key, roles()[key].title) for key in STAFF_ROLES]
