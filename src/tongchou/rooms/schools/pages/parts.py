"""What several pages of schools share: the way back, the day asked for, a form about one school."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.models import Unit
from tongchou.rooms.schools.words import TITLE
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page


def crumbs(school: Unit, *more: Text | str) -> list[dict[str, Any]]:
    """From the list of schools to the school, and on."""
    out: list[dict[str, Any]] = [
        {"url": reverse("schools"), "label": TITLE},
        {"url": reverse("school", args=[school.pk]) if more else "", "label": school.name[:30]},
    ]
    return out + [{"url": "", "label": label} for label in more]


def asked_day(request: HttpRequest) -> date:
    """The day that the query asks for, today without one; never later. Raises Refusal for what is no day."""
    text, today = (request.GET.get("on") or "").strip(), timezone.localdate()
    if not text:
        return today
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = today + timedelta(days=1)
    if day > today:
        rule = Text("请填写今天或以前的日期，如 2026-11-24。", "Give today or a day before, such as 2026-11-24.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="on", value=text[:20])
    return day


def school_form(
    request: HttpRequest,
    unit: Unit,
    title: Text,
    button: Text,
    fields: Callable[[Draft], list[FieldParts]],
    send: Callable[[], Text],
    back: str,
    **more: Any,
) -> HttpResponse:
    """A form about one school, which leads back to where it came from."""
    return form_page(
        request,
        fields,
        lambda: done(request, back, send()),
        title=title,
        subtitle=unit.name,
        button=button,
        back=back,
        breadcrumbs=crumbs(unit, title),
        **more,
    )
