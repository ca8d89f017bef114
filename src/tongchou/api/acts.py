"""POST /acts/{verb}: every change, under the client's own id. The body is the verb's payload."""

from __future__ import annotations

import json
import uuid
from functools import cache
from typing import Any
from urllib.parse import unquote

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, QueryDict

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import parse_id
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Outcome, Verb, act, verbs

NOT_OFFERED = frozenset(
    {
        "account.signed_in",
        "account.signed_out",
        "account.second_factor",
        "account.own_password",  # the sign-in pages do these
        "token.create",  # POST /tokens makes the token's text
        "file.upload",
        "file.read",  # /files and /loops/{id}/files carry the bytes
        "person.read",
        "loop.read",  # /loops/{id} gives what it shows
        "person.search",  # /people gives what they show
    }
)
"""Verbs that this door does not offer under /acts. Verbs of the system are never offered."""
LARGEST_BODY = 32 * 1024 * 1024


def offered() -> dict[str, Verb]:
    """The verbs of POST /acts/{verb}, by name."""
    return {name: spec for name, spec in sorted(verbs().items()) if not spec.system_only and name not in NOT_OFFERED}


def carry_out(request: HttpRequest, actor: Actor, name: str, body: dict[str, Any]) -> Outcome:
    """Carry out a verb with what the request says besides: client id, dry run, purpose."""
    client_id = client_id_of(request, body)
    dry_run = request.META.get("QUERY_STRING", "") != "" and is_dry_run(request)
    return act(name, actor, client_id, body, dry_run=dry_run, purpose=purpose_of(request))


def post_act(request: HttpRequest, actor: Actor, name: str) -> HttpResponse:
    if name not in offered_names():
        raise Refusal(
            Reason.NOT_FOUND,
            Text("没有这个操作。", "There is no such act."),
            remedy=Text("可用操作见接口说明。", "The API description lists the acts."),
            field="verb",
            value=name[:60],
        )
    return answer(carry_out(request, actor, name, body_of(request)))


@cache
def _offered_names(registered: int) -> frozenset[str]:
    return frozenset(offered())


def offered_names() -> frozenset[str]:
    """Names of the offered verbs; worked out again when verbs have been registered since."""
    return _offered_names(len(verbs()))


def answer(outcome: Outcome) -> HttpResponse:
    body = {"act": outcome.id, "result": outcome.result, "repeated": outcome.repeated, "dry_run": outcome.dry_run}
    text = json.dumps(body, ensure_ascii=False, cls=DjangoJSONEncoder)
    return HttpResponse(text, content_type="application/json", headers={"Cache-Control": "no-store"})


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of the body; refuses anything else."""
    declared = request.META.get("CONTENT_TYPE", "").split(";")[0].strip().lower()
    if declared not in ("application/json", ""):
        rule = Text("请求内容须为 JSON。", "The body must be JSON.")
        raise Refusal(Reason.INVALID_VALUE, rule, field="Content-Type", value=declared[:60])
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        raise Refusal(Reason.TOO_LARGE, Text("请求内容不得超过 32 MB。", "The body may not be larger than 32 MB."))
    try:
        body = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        rule = Text("请求内容不是有效的 JSON。", "The body is not valid JSON.")
        raise Refusal(
            Reason.INVALID_VALUE,
            rule,
            remedy=Text("请检查格式和编码（UTF-8）。", "Check its form and encoding (UTF-8)."),
        ) from None
    if not isinstance(body, dict):
        raise Refusal(Reason.INVALID_VALUE, Text("请求内容须为 JSON 对象。", "The body must be a JSON object."))
    return body


def client_id_of(request: HttpRequest, body: dict[str, Any]) -> uuid.UUID:
    """The header Idempotency-Key, or client_id of the body (which is taken out of it). Every write needs one."""
    given = body.pop("client_id", None)
    header = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if header is not None and given is not None and header.strip('" ') != str(given):
        rule = Text("请求头与请求内容的编号不一致。", "The id in the header differs from the one in the body.")
        raise Refusal(Reason.INVALID_VALUE, rule, field="client_id")
    key = header.strip('" ') if header is not None else given
    if key is None:
        raise Refusal(
            Reason.MISSING_VALUE,
            Text(
                "写操作须带编号（UUID），以便重复提交只办理一次。",
                "A write needs an id (UUID), so that sending it twice does it once.",
            ),
            remedy=Text(
                "请在 Idempotency-Key 请求头中给出新的 UUID。", "Give a new UUID in the Idempotency-Key header."
            ),
            field="Idempotency-Key",
        )
    return parse_id(key, "Idempotency-Key")


def is_dry_run(request: HttpRequest) -> bool:
    return QueryDict(request.META.get("QUERY_STRING", "")).get("dry_run", "") in ("1", "true")


def purpose_of(request: HttpRequest) -> str:
    """The header Purpose: why personal data is read; percent-encoded UTF-8 for Chinese."""
    raw = request.META.get("HTTP_PURPOSE", "")
    return unquote(raw)[:200].strip() if raw else ""
