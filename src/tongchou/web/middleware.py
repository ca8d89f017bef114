"""What holds for every answer: security headers, and the time-outs of a session."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from tongchou.kernel.errors import Refusal
from tongchou.web.actor import page_actor, session_actor

log = logging.getLogger("tongchou.web")
GetResponse = Callable[[HttpRequest], HttpResponse]

BEGAN = "signed_in_at"
SEEN = "seen_at"
STEP = 20
"""Seconds by which "last seen" may lag, so that not every request writes the session; the idle time-out comes at
most so much early.
"""
POLL_HEADER = "X-Tongchou-Poll"
"""Requests that a page makes by itself carry this header and do not count as activity."""

CSP = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "media-src 'self' blob:",
        "worker-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(self), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def security_headers(get_response: GetResponse) -> GetResponse:
    """Set the headers on every answer; one that is already there (a stricter one) stays."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return middleware


def session_limits(get_response: GetResponse) -> GetResponse:
    """End a session after 15 minutes without activity and 12 hours in all. Judged on the server: the cookie is not
    believed.

    Also gives the API its way to the actor of a signed-in browser: request.session_actor().
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        request.session_actor = lambda: session_actor(request)  # type: ignore[attr-defined]
        if "HTTP_AUTHORIZATION" not in request.META and settings.SESSION_COOKIE_NAME in request.COOKIES:
            _check(request)
        return get_response(request)

    return middleware


def _check(request: HttpRequest) -> None:
    if not request.user.is_authenticated:
        return
    now = time.time()
    session = request.session
    began, seen = session.get(BEGAN), session.get(SEEN)
    if began is None or seen is None:
        why = "idle"  # a session that nobody stamped is not trusted
    elif now - began > settings.SESSION_ABSOLUTE_SECONDS:
        why = "too_long"
    elif now - seen > settings.SESSION_IDLE_SECONDS:
        why = "idle"
    else:
        if now - seen >= STEP and POLL_HEADER not in request.headers:
            session[SEEN] = now
        return
    end_session(request, why)


def end_session(request: HttpRequest, why: str) -> None:
    """Sign out and record why."""
    from tongchou.web.signin import record

    try:
        record(page_actor(request), "account.signed_out", {"why": why})
    except Refusal as refusal:  # no post any more: the session ends all the same
        log.info("sign-out not recorded: %s", refusal.reason)
    logout(request)
    request._page_actor = None  # type: ignore[attr-defined]
