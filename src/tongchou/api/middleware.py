"""First in the chain: the short way for writes with a token, and problem+json for whatever goes wrong below /api/."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from tongchou.api.acts import post_act
from tongchou.api.callers import by_token
from tongchou.api.problems import CONTENT_TYPE, of_exception, problem_of_status

GetResponse = Callable[[HttpRequest], HttpResponse]
ACTS = "/api/v1/acts/"


def problems(get_response: GetResponse) -> GetResponse:
    """Answer POST /acts/{verb} with a bearer token at once: sessions, CSRF, messages and routing have no part in it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if not path.startswith("/api/"):
            return get_response(request)
        authorization = request.META.get("HTTP_AUTHORIZATION")
        if request.method == "POST" and authorization and path.startswith(ACTS):
            return _short_way(request, authorization, path[len(ACTS) :])
        response = get_response(request)
        if response.status_code >= 400 and response.headers.get("Content-Type", "").split(";")[0] != CONTENT_TYPE:
            allow = response.headers.get("Allow")
            response = problem_of_status(request, response.status_code)
            if allow:
                response.headers["Allow"] = allow
        return response

    return middleware


def _short_way(request: HttpRequest, authorization: str, verb: str) -> HttpResponse:
    try:
        return post_act(request, by_token(request, authorization), verb)
    except Exception as error:  # every error becomes a problem document; the unexpected is logged there
        return of_exception(request, error)
