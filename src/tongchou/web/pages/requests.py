"""What every page reads from a request: the client id, numbers, times, and the actor; and what it carries out."""

from __future__ import annotations

import re
import uuid
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django_htmx.http import HttpResponseClientRefresh

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Outcome, act


def actor_of(request: HttpRequest) -> Actor:
    """The actor that the page's guard has set."""
    found: Actor = request.actor  # type: ignore[attr-defined]
    return found


def client_id(request: HttpRequest) -> uuid.UUID:
    """The form's own client id, by which a second click is known."""
    try:
        return uuid.UUID(request.POST.get("client_id", ""))
    except ValueError:
        return new_id()


def do(request: HttpRequest, verb: str, payload: dict[str, Any], *, purpose: str = "", dry_run: bool = False) -> Outcome:
    """Carry out a verb for the person on the page, under the form's own client id."""
    return act(verb, actor_of(request), client_id(request), payload, purpose=purpose, dry_run=dry_run)


def polled(request: HttpRequest, job: dict[str, Any] | None) -> HttpResponse | None:
    """The answer to components/progress.html asking how far its job is; None where the whole page is asked for.

    job: None when it is over. The page is then loaded anew: a result never takes the place of the bar in the old one.
    """
    if not getattr(request, "htmx", None):
        return None
    return HttpResponseClientRefresh() if job is None else render(request, "components/progress.html", {"job": job})


def integer(request: HttpRequest, name: str) -> int | None:
    """A whole number from the query or the form; None when it is not given."""
    given = (request.POST.get(name) or request.GET.get(name) or "").strip()
    if not given:
        return None
    if re.fullmatch(r"-?\d{1,18}", given) is None:
        rule = Text("须是整数。", "This must be a whole number.")
        raise Refusal(Reason.INVALID_VALUE, rule, field=name, value=given[:40])
    return int(given)


def month(request: HttpRequest) -> date:
    """The first day of the month that the query asks for (?month=2026-11), else of the present one."""
    given = request.GET.get("month", "").strip()
    if not given:
        return now().astimezone(SHANGHAI).date().replace(day=1)
    found = re.fullmatch(r"(19|20|21)\d\d-(0[1-9]|1[0-2])", given, re.ASCII)
    if found is None:
        rule = Text("月份应写作 2026-11。", "A month is written 2026-11.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="month", value=given[:20])
    return date(int(given[:4]), int(given[5:]), 1)


def yes_or_no(request: HttpRequest, name: str) -> bool:
    """A choice that somebody has to make; nothing chosen is refused, never taken for a no."""
    given = request.POST.get(name, "")
    if given not in ("yes", "no"):
        rule = Text("须在两项中选择一项。", "One of the two has to be chosen.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请选择。", "Choose."), field=name, value=given[:40] or None)
    return given == "yes"


def moment(request: HttpRequest, name: str) -> datetime | None:
    """A time as a browser sends it (2026-11-23T14:05, in the district's own time zone); None when it is not given."""
    given = request.POST.get(name, "").strip()
    if not given:
        return None
    try:
        return datetime.fromisoformat(given).replace(tzinfo=SHANGHAI)
    except ValueError:
        rule = Text("不是有效的日期时间。", "This is no valid date and time.")
        remedy = Text("请按“2026-11-23T14:05”的格式填写。", "Write it like 2026-11-23T14:05.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=remedy, field=name, value=given[:40]) from None


def given(request: HttpRequest, *names: str) -> dict[str, str]:
    """What a form gives under these names; what was left empty is left out."""
    found = {name: request.POST.get(name, "").strip() for name in names}
    return {name: value for name, value in found.items() if value}


def now() -> datetime:
    return timezone.now()
