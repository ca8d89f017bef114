"""Verbs of accounts, for the security administrator: add, disable, enable, reset a password.

A password never comes here in clear: the door makes it, shows it once and gives its hash (`issue_account`, `issue_password`).
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from dataclasses import dataclass
from typing import Any, Literal

from django.contrib.auth.hashers import identify_hasher, make_password
from django.utils import timezone
from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.access.passwords import first_password, history_with
from tongchou.record.act import Context, Payload, act, done_before, explain_constraint, verb
from tongchou.record.models import Account, PostHolding
from tongchou.record.territory.reach import missing

_USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,39}")
_RESERVED = frozenset({"system", "root", "admin", "administrator", "tongchou", "anonymous"})
_TAKEN = Text("该用户名已被使用。", "This user name is taken.")
_OTHER = Text("请换一个用户名。", "Choose another one.")
explain_constraint("record_account_username_key", Reason.DUPLICATE, _TAKEN, _OTHER)


class AddIn(Payload):
    """password_hash: of a first password that must be changed at the first sign-in; without it nobody can sign in yet."""

    username: str = Field(max_length=60)
    display_name: str = Field(min_length=1, max_length=80)
    language: Literal["zh-hans", "en"] = "zh-hans"
    password_hash: str | None = Field(None, min_length=20, max_length=128)


class AccountIn(Payload):
    account: int


class ResetIn(Payload):
    account: int
    password_hash: str = Field(min_length=20, max_length=128)


@dataclass(frozen=True, slots=True)
class Issued:
    """An account and its first password, which is shown once and is nowhere stored; None when the act had been done before."""

    account: int
    username: str
    password: str | None


def issue_account(
    actor: Actor, client_id: uuid.UUID, username: str, display_name: str, language: str = "zh-hans"
) -> Issued:
    """Add an account with a random first password. Raises Refusal."""
    earlier = done_before("account.add", actor, client_id)
    if earlier is not None and earlier.result["username"] == checked_username(username):
        return Issued(int(earlier.result["account"]), str(earlier.result["username"]), None)
    password = first_password()
    payload = {
        "username": username, "display_name": display_name, "language": language, "password_hash": make_password(password),
    }  # fmt: skip
    result = act("account.add", actor, client_id, payload).result
    return Issued(int(result["account"]), str(result["username"]), password)


def issue_password(actor: Actor, client_id: uuid.UUID, account: int) -> Issued:
    """Give an account a new random password. Raises Refusal."""
    earlier = done_before("account.reset_password", actor, client_id)
    if earlier is not None and earlier.result["account"] == account:
        return Issued(account, str(earlier.result["username"]), None)
    password = first_password()
    payload = {"account": account, "password_hash": make_password(password)}
    result = act("account.reset_password", actor, client_id, payload).result
    return Issued(account, str(result["username"]), password)


def checked_username(given: str) -> str:
    """Return the user name in its stored form: small letters and digits, beginning with a letter."""
    plain = unicodedata.normalize("NFKC", given).strip().lower()
    if not _USERNAME.fullmatch(plain) or plain in _RESERVED:
        rule = Text(
            "用户名为 3 至 40 个小写字母、数字、点、横线或下划线，以字母开头，且不是保留名。",
            "A user name has 3 to 40 small letters, digits, dots, hyphens or underscores, begins with a letter and is not reserved.",
        )
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=_OTHER, field="username", value=plain[:40])
    return plain


@verb("account.add", "account.manage", Text("新增账号", "Add an account"))
def add(context: Context, given: AddIn) -> dict[str, Any]:
    """Add an account. It may do nothing until it is given a post."""
    username = checked_username(given.username)
    if Account.objects.filter(username=username).exists():
        raise Refusal(Reason.DUPLICATE, _TAKEN, remedy=_OTHER, field="username", value=username)
    account = Account(
        username=username, display_name=given.display_name, language=given.language, must_change_password=True,
        password_changed_at=context.now,
    )  # fmt: skip
    if given.password_hash is None:
        account.set_unusable_password()
    else:
        account.password = checked_hash(given.password_hash)
    account.save()
    context.event("account_added", subject=f"account:{account.pk}")
    return {"account": account.pk, "username": username}


@verb("account.disable", "account.manage", Text("停用账号", "Disable an account"))
def disable(context: Context, given: AccountIn) -> dict[str, Any]:
    """Disable an account at once: its next request, by page or token, is refused. Its posts stay and show as gaps."""
    account = other_account(context, given.account)
    if account.is_active and _last_security_admin(context, account):
        rule = Text("这是最后一名在任的安全管理员。", "This is the last security administrator in office.")
        remedy = Text("请先任命另一名安全管理员。", "Give the post to somebody else first.")
        raise Refusal(Reason.CONFLICT, rule, remedy=remedy, field="account", value=account.pk)
    return set_active(context, account, False)


@verb("account.enable", "account.manage", Text("启用账号", "Enable an account"))
def enable(context: Context, given: AccountIn) -> dict[str, Any]:
    return set_active(context, other_account(context, given.account), True)


@verb("account.reset_password", "account.manage", Text("重置密码", "Reset a password"))
def reset_password(context: Context, given: ResetIn) -> dict[str, Any]:
    """Give another's account a new first password; its open sessions end, and the password must be changed at the next sign-in."""
    account = other_account(context, given.account)
    give_password(context, account, given.password_hash)
    return {"account": account.pk, "username": account.username}


def give_password(context: Context, account: Account, password_hash: str) -> None:
    """A new first password, to be changed at the next sign-in; the present one counts among the earlier ones."""
    account.password_history = history_with(account)
    account.password = checked_hash(password_hash)
    account.must_change_password = True
    account.password_changed_at = context.now
    account.save(update_fields=["password", "password_history", "must_change_password", "password_changed_at"])
    context.event("password_reset", subject=f"account:{account.pk}", data={"fields": ["password"]})


def checked_hash(given: str) -> str:
    """Refuse what is not a hash of ours: a password in clear must never be stored."""
    try:
        identify_hasher(given)
    except ValueError:
        rule = Text("这里只接受本系统生成的密码散列。", "Only a password hash made by this program is taken here.")
        raise Refusal(Reason.INVALID_VALUE, rule, field="password_hash") from None
    return given


def set_active(context: Context, account: Account, active: bool) -> dict[str, Any]:
    """Let an account sign in, or not; nothing happens where it is so already."""
    if account.is_active != active:
        account.is_active = active
        account.save(update_fields=["is_active"])
        context.event("account_enabled" if active else "account_disabled", subject=f"account:{account.pk}")
    return {"account": account.pk, "active": active}


def other_account(context: Context, key: int) -> Account:
    """The account, locked for the act; refused when there is none, or it is the actor's own."""
    account = Account.objects.select_for_update().filter(pk=key).first()
    if account is None:
        raise missing(Text("没有找到该账号。", "There is no such account."), "account", key)
    if account.pk == context.actor.account_id:
        rule = Text("不能管理自己的账号。", "Nobody manages his own account.")
        remedy = Text("请由另一名安全管理员办理；本人密码请在个人设置中修改。", "Ask another security administrator; change your own password in the settings.")
        raise Refusal(Reason.SAME_PERSON, rule, remedy=remedy, field="account", value=key)
    return account


def _last_security_admin(context: Context, account: Account) -> bool:
    today = timezone.localdate(context.now)
    in_office = PostHolding.objects.filter(post__role="security_admin", account__is_active=True, from_date__lte=today)
    holders = set(in_office.exclude(to_date__lte=today).values_list("account_id", flat=True))
    return holders == {account.pk}
