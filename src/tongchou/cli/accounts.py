"""Accounts, for commands."""

from __future__ import annotations

from django.utils import timezone

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor, load_actor
from tongchou.record.models import Account


def actor_named(username: str) -> Actor:
    """The actor of an account by its user name; refuses an unknown one."""
    account = Account.objects.filter(username=username, is_active=True).first()
    if account is None:
        rule = Text("没有这个账号。", "There is no such account.")
        raise Refusal(Reason.NOT_FOUND, rule, field="account", value=username)
    return load_actor(account.pk, account.display_name, timezone.localdate(), via="cli", person_id=account.person_id)
