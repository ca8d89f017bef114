"""Writes: acts, bulk acts on loops, files, tokens."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Schema
from ninja.files import UploadedFile
from pydantic import ConfigDict, Field

from tongchou.api.acts import answer, body_of, carry_out, client_id_of, is_dry_run, post_act, purpose_of
from tongchou.api.root import operation
from tongchou.record import files
from tongchou.record.access import Actor
from tongchou.record.act import validate
from tongchou.record.actions.tokens import LONGEST_DAYS, MOST_PERMISSIONS, issue
from tongchou.record.models import ApiToken


@operation("POST", "/acts/{verb}", "act", tag="acts", include_in_schema=False)
def do_act(request: HttpRequest, actor: Actor, verb: str) -> HttpResponse:
    """One change. The description lists one such operation for each verb."""
    return post_act(request, actor, verb)


@operation("POST", "/loops:open", "loops_open", tag="loops")
def loops_open(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Open many loops in one act (payload of loop.open_many): all, or those that can be with the rest listed."""
    return answer(carry_out(request, actor, "loop.open_many", body_of(request)))


@operation("POST", "/loops:advance", "loops_advance", tag="loops")
def loops_advance(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Take one step for many loops in one act (payload of loop.advance_many): all, or those that can with the rest
    listed.
    """
    return answer(carry_out(request, actor, "loop.advance_many", body_of(request)))


@operation("POST", "/files", "file_upload", tag="files")
def file_upload(
    request: HttpRequest, actor: Actor, file: File[UploadedFile], client_id: Form[str] = ""
) -> HttpResponse:
    """Upload one file (multipart, field `file`, at most 20 MB). Its id then goes into the evidence of a step."""
    files.too_large(file.size or 0)
    key = client_id_of(request, {"client_id": client_id} if client_id else {})
    outcome = files.take_in(
        actor, key, file.name or "", file.content_type or "", file.read(), dry_run=is_dry_run(request)
    )
    return answer(outcome)


@operation("GET", "/loops/{uuid:loop}/files/{uuid:file}", "loop_file", tag="files")
def loop_file(request: HttpRequest, actor: Actor, loop: uuid.UUID, file: uuid.UUID) -> HttpResponse:
    """The content of a file of a loop. The reading is recorded."""
    opened = files.read_out(actor, loop, file, purpose=purpose_of(request))
    return HttpResponse(opened.content, headers=opened.headers)


class TokenIn(Schema):
    """A token to make: what it may do (at most what its owner may), and for how many days."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1, max_length=80)
    permissions: list[str] = Field(min_length=1, max_length=MOST_PERMISSIONS)
    days: int = Field(30, ge=1, le=LONGEST_DAYS)


class TokenOut(Schema):
    id: int
    token: str | None
    expires_at: str


@operation(
    "POST",
    "/tokens",
    "token_create",
    tag="tokens",
    response=TokenOut,
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/json": {"schema": TokenIn.model_json_schema()}}}
    },
)
def token_create(request: HttpRequest, actor: Actor) -> Any:
    """Make a token. Its text is in this answer and nowhere else; only a signed-in browser can make one."""
    body = body_of(request)
    key = client_id_of(request, body)
    given = validate(TokenIn, body)  # type: ignore[type-var]
    made = issue(actor, key, given.name, given.permissions, given.days)
    return TokenOut(id=made.id, token=made.text, expires_at=made.expires_at)


class TokenRow(Schema):
    id: int
    name: str
    permissions: list[str]
    created_at: str
    expires_at: str
    revoked: bool
    last_used_on: str | None


@operation("GET", "/tokens", "tokens", tag="tokens", response=list[TokenRow])
def tokens(request: HttpRequest, actor: Actor) -> Any:
    """One's own tokens, without their texts. Revoke with POST /acts/token.revoke."""
    rows = ApiToken.objects.filter(account_id=actor.account_id or 0).order_by("-pk")[:200]
    return [
        TokenRow(
            id=t.pk,
            name=t.name,
            permissions=t.permissions,
            created_at=t.created_at.isoformat(),
            expires_at=t.expires_at.isoformat(),
            revoked=t.revoked_at is not None,
            last_used_on=t.last_used_on.isoformat() if t.last_used_on else None,
        )
        for t in rows
    ]
