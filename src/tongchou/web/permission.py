"""Every page declares its name, address and permission; the registry is the only source of page URLs.

    @page("work_list", "work", "loop.view", nav=Nav(Text("待办", "Work list"), "list-check"))
    def work_list(request: HttpRequest) -> HttpResponse: ...

The permission is a key of roles.yaml, PUBLIC (nobody need be signed in) or OWN (whoever is signed in). A view finds
the actor in `request.actor`. A Refusal that it raises becomes the error page, or after a POST a message on the page
from which it came.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme

from tongchou.kernel.errors import Reason, Refusal, out_of_range
from tongchou.kernel.text import Text
from tongchou.record.access import Actor, roles
from tongchou.web.actor import first_duty, page_actor
from tongchou.web.navigation import group_of, place

PUBLIC = "public"
OWN = "own"
View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Nav:
    """The page's entry in the main navigation. Where it stands: `web.navigation`.

    count: (request) -> (number or None, whether it is red); asked once for each page shown.
    """

    label: Text
    icon: str
    count: Callable[[HttpRequest], tuple[int | str | None, bool]] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    pattern: str
    permission: str
    methods: tuple[str, ...]
    view: View
    nav: Nav | None
    before_duties: bool = False


PAGES: dict[str, Page] = {}


def page(
    name: str,
    pattern: str,
    permission: str,
    *,
    methods: tuple[str, ...] = ("GET", "POST"),
    nav: Nav | None = None,
    before_duties: bool = False,
) -> Callable[[View], View]:
    """Register a view. before_duties: reachable while a password change or the second factor is still owed."""
    if permission not in (PUBLIC, OWN) and permission not in roles().permissions:
        raise RuntimeError(f"page {name}: roles.yaml has no permission {permission!r}")

    def register(view: View) -> View:
        if name in PAGES:
            raise RuntimeError(f"page {name} is registered twice")
        guarded = _guarded(view, permission, methods, before_duties)
        PAGES[name] = Page(name, pattern, permission, methods, guarded, nav, before_duties)
        return guarded

    return register


def _guarded(view: View, permission: str, methods: tuple[str, ...], before_duties: bool) -> View:
    @wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with translation.override(language_of(request)):
            request.LANGUAGE_CODE = translation.get_language()
            if request.method not in methods and not (request.method == "HEAD" and "GET" in methods):
                return HttpResponseNotAllowed(methods)
            try:
                response = _enter(request, permission, before_duties) or view(request, *args, **kwargs)
            except Refusal as refusal:
                response = refused(request, refusal)
            except (DataError, OverflowError):
                response = refused(request, out_of_range())
            except Http404:
                response = error_page(request, 404)
            except PermissionDenied:
                response = error_page(request, 403)
            if hasattr(response, "render") and not getattr(response, "is_rendered", True):
                response.render()
            response.headers.setdefault("Cache-Control", "no-store")
            response.headers.setdefault("Content-Language", translation.get_language() or "zh-hans")
            return response

    return run


def _enter(request: HttpRequest, permission: str, before_duties: bool) -> HttpResponse | None:
    """Set request.actor and check the permission; return the way to what the account owes first."""
    if permission == PUBLIC:
        request.actor = page_actor(request) if request.user.is_authenticated else None  # type: ignore[attr-defined]
        return None
    actor = page_actor(request)
    request.actor = actor  # type: ignore[attr-defined]
    duty = None if before_duties else first_duty(request, actor)
    if duty is not None:
        return _go(request, f"{reverse(duty)}?{urlencode({'next': _here(request)})}")
    if permission != OWN:
        actor.require(permission)
    return None


def language_of(request: HttpRequest) -> str:
    """The account's language, else the cookie's, else Chinese."""
    if request.user.is_authenticated:
        wanted = str(getattr(request.user, "language", ""))
    else:
        wanted = request.COOKIES.get("language", "")
    return "en" if wanted.lower().startswith("en") else "zh-hans"


def _here(request: HttpRequest) -> str:
    """Where somebody is: the page itself; for a POST or a part of a page, the page from which it was sent."""
    htmx = getattr(request, "htmx", None)
    if request.method in ("GET", "HEAD") and not htmx:
        return request.get_full_path()
    came_from = (htmx and htmx.current_url) or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(came_from, {request.get_host()}):
        return "/"
    parts = urlsplit(came_from)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _go(request: HttpRequest, url: str) -> HttpResponse:
    """Send the browser elsewhere; htmx follows a header, and is told that its part was not served."""
    if getattr(request, "htmx", None):
        return HttpResponse(status=401, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """What a person sees when a view refused."""
    if refusal.reason is Reason.NOT_SIGNED_IN:
        return _go(request, f"{reverse('account_login')}?{urlencode({'next': _here(request)})}")
    if getattr(request, "htmx", None):
        return render(request, "components/refusal.html", {"refusal": refusal, "here": _here(request)}, status=refusal.status)
    if request.method == "POST" and refusal.status not in (403, 404):
        messages.error(request, refusal.sentence(translation.get_language() or "zh-hans", {}))
        back = _here(request)
        if back != request.path:
            return HttpResponseRedirect(back)
    return error_page(request, refusal.status, refusal)


def error_page(request: HttpRequest, status: int, refusal: Refusal | None = None) -> HttpResponse:
    known = status if status in (400, 403, 404, 409, 413, 429, 500, 503) else 422
    return render(
        request, [f"errors/{known}.html", "signin/error.html"], {"status": status, "refusal": refusal}, status=status
    )


def load() -> None:
    """Import every module with pages."""
    import_module("tongchou.web.signin")
    import_module("tongchou.web.second_factor")
    try:
        package = import_module("tongchou.web.pages")
    except ModuleNotFoundError as missing:
        if missing.name != "tongchou.web.pages":
            raise
        return
    for module in pkgutil.iter_modules(package.__path__):
        import_module(f"tongchou.web.pages.{module.name}")


def urlpatterns() -> list[URLPattern]:
    """The URL patterns of every registered page."""
    load()
    return [path(p.pattern, p.view, name=p.name) for p in PAGES.values()]


def nav_for(request: HttpRequest, actor: Actor) -> list[dict[str, Any]]:
    """The entries of the main navigation that the actor may open."""
    out: list[dict[str, Any]] = []
    said: Text | None = None
    for entry in sorted((p for p in PAGES.values() if p.nav), key=lambda p: place(p.name)):
        nav = entry.nav
        assert nav is not None
        if entry.permission not in (PUBLIC, OWN) and not actor.permits(entry.permission):
            continue
        count, alert = nav.count(request) if nav.count else (None, False)
        url, group = reverse(entry.name), group_of(entry.name)
        out.append(
            {
                "key": entry.name,
                "url": url,
                "icon": nav.icon,
                "label": nav.label,
                "count": count,
                "alert": alert,
                "active": request.path == url or (url != "/" and request.path.startswith(url.rstrip("/") + "/")),
                "group": group if group != said else None,
            }
        )
        said = group
    here = max((e["url"] for e in out if e["active"]), key=len, default=None)  # /plans/preview lies in /plans, but is an entry of its own
    for e in out:
        e["active"] = e["url"] == here
    return out
