"""API tokens: made and revoked by their owner. A token never does more than its owner may do at the moment of use."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor, roles
from tongchou.record.act import Context, Payload, act, done_before, verb
from tongchou.record.models import ApiToken

LONGEST_DAYS = 90
MOST_PERMISSIONS = 300
"""More than a role has; what is asked for beyond the owner's role is refused by name."""
PREFIX = "tc_"
NOT_FOR_TOKENS = frozenset({"token.own", "settings.own", "account.manage", "security.manage"})
"""Permissions that no token carries: who holds a token must not be able to make another, or to manage access."""


class CreateIn(Payload):
    """digest: SHA-256 of the token's text, in hex. The text itself is made by the door and never comes here."""

    name: str = Field(min_length=1, max_length=80)
    permissions: list[str] = Field(min_length=1, max_length=MOST_PERMISSIONS)
    days: int = Field(30, ge=1, le=LONGEST_DAYS)
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")


class RevokeIn(Payload):
    token: int


@verb("token.create", "token.own", Text("创建接口令牌", "Create an API token"))
def create(context: Context, given: CreateIn) -> dict[str, Any]:
    """Keep the digest of a new token with a subset of the owner's present permissions."""
    owner = _owner(context)
    wanted = sorted(set(given.permissions))
    for permission in wanted:
        if permission not in roles().permissions:
            rule = Text("没有这项权限。", "There is no such permission.")
            raise Refusal(Reason.INVALID_VALUE, rule, field="permissions", value=permission)
        if permission in NOT_FOR_TOKENS or not context.actor.permits(permission):
            raise Refusal(
                Reason.NOT_ALLOWED,
                Text("令牌不能带有“{what}”权限。", "A token may not carry “{what}”.").with_(
                    what=roles().permissions[permission]
                ),
                remedy=Text("令牌只能使用您现有的业务权限。", "It may use only the working permissions that you hold."),
                field="permissions",
                value=permission,
            )
    row = ApiToken.objects.create(
        account_id=owner,
        name=given.name,
        digest=bytes.fromhex(given.digest),
        permissions=wanted,
        expires_at=context.now + timedelta(days=given.days),
    )
    data = {"permissions": wanted, "days": given.days}
    context.event("token_created", subject=f"token:{row.pk}", data=data)
    return {"token": row.pk, "expires_at": row.expires_at.isoformat()}


@verb("token.revoke", "token.own", Text("吊销接口令牌", "Revoke an API token"))
def revoke(context: Context, given: RevokeIn) -> dict[str, Any]:
    """Revoke one of one's own tokens. It stops working at once."""
    owner = _owner(context, by_token=True)
    row = ApiToken.objects.select_for_update().filter(pk=given.token, account_id=owner).first()
    if row is None:
        rule = Text("没有这个令牌。", "There is no such token.")
        raise Refusal(Reason.NOT_FOUND, rule, field="token", value=given.token)
    if row.revoked_at is None:
        row.revoked_at = context.now
        row.save(update_fields=["revoked_at"])
        context.event("token_revoked", subject=f"token:{row.pk}")
    return {"token": row.pk}


def _owner(context: Context, by_token: bool = False) -> int:
    """The account whose token it is. Only a person makes one: the program has none, and a token makes no token."""
    if context.actor.account_id is None or (context.actor.limit is not None and not by_token):
        rule = Text("不能用令牌创建令牌。", "A token may not make another token.")
        raise Refusal(
            Reason.NOT_ALLOWED, rule, remedy=Text("请在网页登录后创建。", "Sign in on the page and make it there.")
        )
    return context.actor.account_id


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token; `text` is shown once and is nowhere stored: None when the act had been done before."""

    id: int
    text: str | None
    expires_at: str


def issue(actor: Actor, client_id: uuid.UUID, name: str, permissions: list[str], days: int) -> Issued:
    """Make a token of 32 random bytes for its owner. Raises Refusal."""
    earlier = done_before("token.create", actor, client_id)
    if earlier is not None:
        return Issued(int(earlier.result["token"]), None, str(earlier.result["expires_at"]))
    text = PREFIX + secrets.token_urlsafe(32)
    payload = {"name": name, "permissions": permissions, "days": days, "digest": digest_of(text).hex()}
    result = act("token.create", actor, client_id, payload).result
    return Issued(int(result["token"]), text, str(result["expires_at"]))


def digest_of(text: str) -> bytes:
    """What is stored of a token: 256 random bits need no slow hash."""
    return hashlib.sha256(text.encode()).digest()
