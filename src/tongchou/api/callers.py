"""Who calls: an API token, or a browser that is signed in. One SQL statement reads the token, its account and the
posts held today.
"""

from __future__ import annotations

import json
import time
from threading import Lock
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from ninja.utils import check_csrf
from psycopg import Cursor

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor, Grant
from tongchou.record.actions.tokens import PREFIX, digest_of

_TOKEN = """
select t.id, t.permissions::text, t.last_used_on, c.id, c.display_name, c.person_id,
       p.role, p.unit_id, u.area_id, a.path, p.id, u.name
from record_apitoken t
join record_account c on c.id = t.account_id and c.is_active
left join (
  record_postholding h
  join record_post p on p.id = h.post_id and (p.ended_on is null or p.ended_on > %(on)s::date)
  join record_unit u on u.id = p.unit_id and (u.active_to is null or u.active_to > %(on)s::date)
  join record_area a on a.id = u.area_id
) on h.account_id = any(array[c.id]) and h.from_date <= %(on)s::date and (h.to_date is null or h.to_date > %(on)s::date)
where t.digest = %(digest)s::bytea and t.revoked_at is null and t.expires_at > %(now)s::timestamptz
order by h.id
"""
# any(array[...]): a GiST index cannot serve it, so the planner takes the B-tree on account_id; the exclusion
# constraint's index, which it
# prefers for "=", takes 1 ms a look-up.
FAILURES_A_MINUTE = 30
"""Wrong tokens that one address may show in a minute before it is told to wait (per process)."""
_failures: dict[str, tuple[float, int]] = {}
_lock = Lock()


def caller(request: HttpRequest) -> Actor:
    """The actor of an API call. Raises Refusal(NOT_SIGNED_IN | RATE_LIMITED | ...)."""
    header = request.META.get("HTTP_AUTHORIZATION", "")
    if header:
        return by_token(request, header)
    actor: Actor = request.session_actor()  # type: ignore[attr-defined]
    if request.method not in ("GET", "HEAD", "OPTIONS") and check_csrf(request):
        raise Refusal(
            Reason.NOT_ALLOWED,
            Text("CSRF 校验失败。", "The CSRF check failed."),
            remedy=Text(
                "请在请求头 X-CSRFToken 中带上页面的令牌，或改用接口令牌。",
                "Send the page's token in X-CSRFToken, or use an API token.",
            ),
        )
    return actor


def by_token(request: HttpRequest, header: str) -> Actor:
    """Read a bearer token. Its list of permissions limits what the account's posts grant now; it never adds to it."""
    scheme, _, text = header.partition(" ")
    text = text.strip()
    if scheme.lower() != "bearer" or not text.startswith(PREFIX) or len(text) > 100:
        raise _refused(request)
    now, today = timezone.now(), timezone.localdate()
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    # Django's cursors bind on the client, so that every call is planned anew; this statement is prepared once for
    # each connection.
    raw = connection.connection
    raw.prepare_threshold = 5  # Django sets None, which forbids preparing; its own client-side cursors never prepare
    with connection.wrap_database_errors, Cursor(raw) as cursor:
        rows = cursor.execute(_TOKEN, {"digest": digest_of(text), "on": today, "now": now}, prepare=True).fetchall()
        if not rows:
            raise _refused(request)
        if rows[0][2] != today:
            cursor.execute("update record_apitoken set last_used_on = %s where id = %s", [today, rows[0][0]])
    return _actor(rows)


def _actor(rows: list[Any]) -> Actor:
    _, permissions, _, account, name, person = rows[0][:6]
    grants = tuple(Grant(*row[6:]) for row in rows if row[6] is not None)
    return Actor(account, name, grants, "token", frozenset(json.loads(permissions)), person)


def _refused(request: HttpRequest) -> Refusal:
    address = str(request.META.get("REMOTE_ADDR", ""))
    minute = time.monotonic() // 60
    with _lock:
        began, count = _failures.get(address, (minute, 0))
        count = count + 1 if began == minute else 1
        if len(_failures) > 10_000:
            _failures.clear()
        _failures[address] = (minute, count)
    if count > FAILURES_A_MINUTE:
        rule = Text("无效令牌的请求过多。", "Too many requests with a token that is not valid.")
        return Refusal(Reason.RATE_LIMITED, rule, remedy=Text("请等一分钟再试。", "Wait a minute and try again."))
    return Refusal(
        Reason.NOT_SIGNED_IN,
        Text("令牌无效、已吊销或已过期。", "The token is not valid, was revoked, or has expired."),
        remedy=Text("请使用有效的令牌。", "Use a valid token."),
    )
