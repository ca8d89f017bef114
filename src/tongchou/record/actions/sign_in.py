"""Verbs of signing in and out, so that the ledger has them. Failures are recorded by the system actor: nobody is
signed in yet.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from tongchou.kernel.text import Text
from tongchou.record.access.passwords import history_with
from tongchou.record.act import Context, Payload, verb
from tongchou.record.models import Account


class SignedInIn(Payload):
    second_factor: bool = False
    address: str = Field("", max_length=60, description="the network address from which it came")


class SignedOutIn(Payload):
    why: Literal["asked", "idle", "too_long", "no_post", "second_factor"] = "asked"


class FailedIn(Payload):
    """account: None when no such account exists; what was typed as a name is not kept (it may be a password)."""

    account: int | None = None
    why: Literal["password", "locked", "no_post", "second_factor"]
    address: str = Field("", max_length=60)


class SecondFactorIn(Payload):
    change: Literal["activated", "removed", "recovery_codes"]


class PasswordIn(Payload):
    password_hash: str = Field(
        min_length=20, max_length=200, description="made by the door; the password itself never comes here"
    )


class LanguageIn(Payload):
    language: Literal["zh-hans", "en"]


@verb("account.signed_in", "settings.own", Text("登录", "Signed in"))
def signed_in(context: Context, given: SignedInIn) -> dict[str, Any]:
    data = {"second_factor": given.second_factor, "address": given.address}
    context.event("signed_in", subject=f"account:{context.actor.account_id}", data=data)
    return {}


@verb("account.signed_out", "settings.own", Text("退出登录", "Signed out"))
def signed_out(context: Context, given: SignedOutIn) -> dict[str, Any]:
    context.event("signed_out", subject=f"account:{context.actor.account_id}", data={"why": given.why})
    return {}


@verb("account.sign_in_failed", "settings.own", Text("登录失败", "Sign-in failed"), system_only=True)
def sign_in_failed(context: Context, given: FailedIn) -> dict[str, Any]:
    subject = f"account:{given.account}" if given.account else "account:unknown"
    context.event("sign_in_failed", subject=subject, data={"why": given.why, "address": given.address})
    return {}


@verb("account.locked_out", "settings.own", Text("登录锁定", "Locked out"), system_only=True)
def locked_out(context: Context, given: FailedIn) -> dict[str, Any]:
    subject = f"account:{given.account}" if given.account else "account:unknown"
    context.event("locked_out", subject=subject, data={"address": given.address})
    return {}


@verb("account.second_factor", "settings.own", Text("变更二次验证", "Changed the second factor"))
def second_factor(context: Context, given: SecondFactorIn) -> dict[str, Any]:
    context.event("second_factor", subject=f"account:{context.actor.account_id}", data={"change": given.change})
    return {}


@verb("account.own_password", "settings.own", Text("修改本人密码", "Changed own password"))
def own_password(context: Context, given: PasswordIn) -> dict[str, Any]:
    """Store the new hash. Other sessions of the account end, because they carry a hash of the old one."""
    account = Account.objects.select_for_update().get(pk=context.actor.account_id or 0)
    account.password_history = history_with(account)
    account.password, account.must_change_password, account.password_changed_at = given.password_hash, False, context.now
    account.save(update_fields=["password", "password_history", "must_change_password", "password_changed_at"])
    context.event("own_password", subject=f"account:{context.actor.account_id}", data={"fields": ["password"]})
    return {}


@verb("account.own_language", "settings.own", Text("切换语言", "Changed own language"))
def own_language(context: Context, given: LanguageIn) -> dict[str, Any]:
    Account.objects.filter(pk=context.actor.account_id).update(language=given.language)  # type: ignore[misc]
    context.event("own_language", subject=f"account:{context.actor.account_id}", data={"language": given.language})
    return {}
