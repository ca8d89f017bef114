"""How the tests call the API: a client that speaks JSON with a token of one of the cast."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.test import Client

from tests.cast import Cast
from tongchou.kernel.ids import new_id
from tongchou.record.access import roles
from tongchou.record.actions.tokens import NOT_FOR_TOKENS, issue


def token_of(cast: Cast, who: str, permissions: list[str] | None = None) -> str:
    """A token with these permissions, else with all that the account may give one."""
    actor = cast.as_(who)
    if permissions is None:
        permissions = [p for p in roles().permissions if actor.permits(p) and p not in NOT_FOR_TOKENS]
    return issue(actor, new_id(), "测试", permissions, 30).text


class Caller:
    """`get` and `post` return (status, decoded body)."""

    def __init__(self, token: str = "", **extra: Any) -> None:
        self.client = Client()
        self.extra = ({"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {}) | extra

    def get(self, path: str, **more: Any) -> tuple[int, Any]:
        answer = self.client.get("/api/v1" + path, **self.extra, **more)
        return answer.status_code, answer.json() if "json" in answer["Content-Type"] else answer.content

    def post(self, path: str, body: Any, key: uuid.UUID | str | None = None, **more: Any) -> tuple[int, Any]:
        headers = {} if key == "" else {"HTTP_IDEMPOTENCY_KEY": str(key or new_id())}
        data = body if isinstance(body, (str, bytes)) else json.dumps(body)
        answer = self.client.post(
            "/api/v1" + path, data, content_type="application/json", **self.extra, **headers, **more
        )
        return answer.status_code, answer.json()
