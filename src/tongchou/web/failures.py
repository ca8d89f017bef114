"""Error views of the URL root."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import translation

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
