"""Error views of the URL root, and the password rule of the 等保 level 3 profile."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from tongchou.kernel.text import Text
from tongchou.web.permission import error_page, language_of


def _page(request: HttpRequest, status: int) -> HttpResponse:
    if request.path_info.startswith("/api/"):
        return HttpResponse(status=status)  # the API's first middleware writes the problem document
    with translation.override(language_of(request)):
        return error_page(request, status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 404)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, 403)


def server_error(request: HttpRequest) -> HttpResponse:
    """The database may be what failed: nothing here may ask it again."""
    try:
        return _page(request, 500)
    except Exception:  # the last line of defence says something whatever is broken
        body = "系统出错了，这一步没有完成。请稍后重试。 Something went wrong and was not done. Try again in a while."
        return HttpResponse(body, status=500, content_type="text/plain; charset=utf-8")


class ThreeKinds:
    """GB/T 22239-2019 8.1.4.1: passwords are complex; here: three of capitals, small letters, digits, signs."""

    _KINDS = (r"[A-Z]", r"[a-z]", r"\d", r"[^A-Za-z0-9]")
    _RULE = Text(
        "密码须含大写、小写、数字、符号中的三类。", "Use three of: capital letters, small letters, digits, signs."
    )

    def validate(self, password: str, user: Any = None) -> None:
        if sum(bool(re.search(kind, password)) for kind in self._KINDS) < 3:
            raise ValidationError(self.get_help_text(), code="three_kinds")

    def get_help_text(self) -> str:
        return self._RULE.in_(translation.get_language() or "zh-hans")
