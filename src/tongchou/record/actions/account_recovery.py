"""Verbs by which the security administrator lets somebody in again: end a lock-out, remove a lost second factor."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, verb
from tongchou.record.actions.accounts import AccountIn, other_account


@verb("account.unlock", "account.manage", Text("解除登录锁定", "End a lock-out"))
def unlock(context: Context, given: AccountIn) -> dict[str, Any]:
    """Forget the failed attempts under an account's name; it may try again at once."""
    account = other_account(context, given.account)
    forgotten, _ = AccessAttempt.objects.filter(username=account.username).delete()
    context.event("unlocked", subject=f"account:{account.pk}", data={"attempts": forgotten})
    return {"account": account.pk, "attempts": forgotten}


@verb("account.remove_second_factor", "account.manage", Text("清除二次验证", "Remove a second factor"))
def remove_second_factor(context: Context, given: AccountIn) -> dict[str, Any]:
    """Remove a lost authenticator and its recovery codes. A post that requires one asks for a new one at the next sign-in."""
    account = other_account(context, given.account)
    removed, _ = Authenticator.objects.filter(user_id=account.pk).delete()
    if not removed:
        rule = Text("该账号没有启用二次验证。", "The account has no second factor.")
        raise Refusal(Reason.CONFLICT, rule, field="account", value=account.pk)
    context.event("second_factor", subject=f"account:{account.pk}", data={"change": "removed_by_administrator"})
    return {"account": account.pk}
