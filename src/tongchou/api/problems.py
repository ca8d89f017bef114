"""Errors as application/problem+json (RFC 9457), in the caller's language."""

from __future__ import annotations

import json
import logging
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja.errors import HttpError, ValidationError

from tongchou.kernel.errors import Reason, Refusal, out_of_range
from tongchou.kernel.reason_names import REASON_NAMES
from tongchou.kernel.text import Text
from tongchou.record.misfits import why

log = logging.getLogger("tongchou.api")
CONTENT_TYPE = "application/problem+json"

_BY_STATUS = {
    400: (Reason.INVALID_VALUE, Text("请求无法识别。", "The request could not be read.")),
    401: (Reason.NOT_SIGNED_IN, Text("缺少有效的令牌或登录。", "A valid token or session is needed.")),
    403: (Reason.NOT_ALLOWED, Text("不允许这样做。", "This is not allowed.")),
    404: (
        Reason.NOT_FOUND,
        Text("没有这个地址或内容，或不在管理范围。", "There is no such thing, or it lies outside your area."),
    ),
    405: (Reason.NOT_ALLOWED, Text("此地址不支持该请求方法。", "This address does not take that method.")),
    413: (Reason.TOO_LARGE, Text("请求内容过大。", "The request is too large.")),
    415: (Reason.WRONG_FILE_TYPE, Text("请求内容的类型不受支持。", "This content type is not taken.")),
    429: (Reason.RATE_LIMITED, Text("请求过于频繁。", "Too many requests.")),
    503: (Reason.UNAVAILABLE, Text("系统暂时不可用。", "The system is not available.")),
}


def language(request: HttpRequest) -> str:
    """The caller's language by Accept-Language: English when asked for first, else Chinese."""
    return "en" if request.headers.get("Accept-Language", "").lower().lstrip().startswith("en") else "zh-hans"


def problem(request: HttpRequest, refusal: Refusal, status: int | None = None) -> HttpResponse:
    """The answer for a refusal. `type` is relative; `reason` is from the closed list; the rest is for people."""
    tongue = language(request)
    code = status or refusal.status
    body = {
        "type": f"/problems/{refusal.reason.value}",
        "title": REASON_NAMES[refusal.reason].in_(tongue),
        "status": code,
        "detail": refusal.sentence(tongue),
        **refusal.as_dict(tongue),
    }
    response = HttpResponse(json.dumps(body, ensure_ascii=False, default=str), status=code, content_type=CONTENT_TYPE)
    response.headers["Content-Language"] = "en" if tongue == "en" else "zh-Hans"
    response.headers["Cache-Control"] = "no-store"
    if code == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="tongchou"'
    if code in (429, 503):
        response.headers["Retry-After"] = "60"
    return response


def problem_of_status(request: HttpRequest, status: int) -> HttpResponse:
    """The answer for an HTTP status that no refusal stands behind."""
    reason, rule = _BY_STATUS.get(status, _BY_STATUS[400] if status < 500 else _BY_STATUS[503])
    return problem(request, Refusal(reason, rule), status)


def of_exception(request: HttpRequest, error: BaseException) -> HttpResponse:
    """The answer for whatever an operation raised. What is not known is logged, and shown without its text."""
    match error:
        case Refusal():
            return problem(request, error)
        case ValidationError():
            return problem(request, _of_validation(error.errors))
        case Http404():
            return problem_of_status(request, 404)
        case HttpError():
            return problem_of_status(request, error.status_code)
        case RequestDataTooBig() | TooManyFilesSent():
            return problem_of_status(request, 413)
        case DataError() | OverflowError():
            log.warning("not storable: %s", error)
            return problem(request, out_of_range())
        case OperationalError() | InterfaceError():
            log.error("database: %s", error)
            return problem_of_status(request, 503)
    log.exception("unexpected error in %s", request.path, exc_info=error)
    rule = Text("系统出错，没有完成。错误已记录。", "Something went wrong and was not done. It has been logged.")
    return problem(request, Refusal(Reason.UNAVAILABLE, rule), 500)


def _of_validation(errors: list[dict[str, Any]]) -> Refusal:
    first = errors[0]
    field = ".".join(
        str(p) for p in first.get("loc", ()) if p not in ("query", "path", "body", "header", "form", "file")
    )
    if first.get("type") == "missing":
        rule = Text("缺少必填项。", "A required field is missing.")
        return Refusal(Reason.MISSING_VALUE, rule, field=field or None, remedy=Text("请补充该项。", "Give this field."))
    rule = Text("取值不符合要求（{why}）。", "The value does not fit: {why}.").with_(why=why(first))
    given = first.get("input")
    shown = None if isinstance(given, (dict, list)) or given is None else str(given)[:80]
    return Refusal(
        Reason.INVALID_VALUE,
        rule,
        field=field or None,
        value=shown,
        remedy=Text("请按要求更正。", "Correct the value."),
    )
