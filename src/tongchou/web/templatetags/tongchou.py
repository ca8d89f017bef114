"""Template tags of the pages: texts in two languages, icons, times, links that keep the filters, form fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from django import template
from django.forms import BoundField
from django.http import QueryDict
from django.template.context import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from tongchou.kernel.clock import SHANGHAI, aware, remaining
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.actions.responsibilities import KIND_NAMES as RESPONSIBILITIES
from tongchou.web.assets import icon_names
from tongchou.web.fieldparts import FieldParts, Part, from_bound, parts_of

register = template.Library()

SOON_HOURS = 4
LEVELS = {
    "remind": (Text("提醒", "Reminder"), "info", "bell"),
    "supervise": (Text("督办", "Supervised"), "warn", "eye-check"),
    "accountability": (Text("问责线索", "Accountability lead"), "act", "gavel"),
}
_WEEKDAYS = [
    Text("周" + zh, en)
    for zh, en in zip("一二三四五六日", ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], strict=True)
]


def language() -> str:
    """The language of the page being written: zh-hans or en."""
    return "en" if (get_language() or "").lower().startswith("en") else "zh-hans"


def _escaped(value: Any) -> Any:
    if isinstance(value, Text):
        return Text(escape(value.zh), escape(value.en))
    return conditional_escape(value) if isinstance(value, str) else value


@register.simple_tag
def tr(zh: str, en: str, **values: Any) -> str:
    """`{% tr "还有 {n} 件" "{n} left" n=count %}`, also `as name`. The result is escaped like any variable, but for values that are
    markup of a filter of ours (`at|when`): they stay, and the rest is escaped around them."""
    text = Text(str(zh), str(en))
    if any(isinstance(value, SafeString) and "<" in value for value in values.values()):
        inside = {name: _escaped(value) for name, value in values.items()}
        return mark_safe(Text(escape(text.zh), escape(text.en)).with_(**inside).in_(language()))
    # joined so that a literal of the template loses its "safe" mark: what comes out is always escaped
    return "".join((text.with_(**values) if values else text).in_(language()))


@register.filter
def text(value: Any) -> Any:
    """`{{ stage.title|text }}`: a Text, or its {zh, en} pair, in the page's language; anything else unchanged."""
    if isinstance(value, Text):
        return value.in_(language())
    if isinstance(value, Mapping) and {"zh", "en"} <= value.keys():
        return Text.from_dict(value).in_(language())
    return "" if value is None else value


@register.filter
def parts(fields: Any) -> list[Part]:
    """`{% for p in fields|parts %}`: the fields of a form by what opens them."""
    return parts_of(fields)


@register.filter
def listed(items: Any) -> str:
    """`{{ unit_names|listed }}`: several in a row, separated as the page's language does it."""
    return Text.listed(items or ()).in_(language())


@register.simple_tag
def lang() -> str:
    """The value for `<html lang>`."""
    return "en" if language() == "en" else "zh-Hans"


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    """The theme chosen in the cookie: light, unless it says dark."""
    request = context.get("request")
    return "dark" if request is not None and request.COOKIES.get("theme") == "dark" else "light"


@register.simple_tag
def icon(name: str, label: Any = "") -> SafeString:
    """`{% icon "clock" %}`. Decoration unless a label (str or Text) is given; an unknown name is an error."""
    return _icon(name or "circle-dot", str(text(label)) if label else "")


@lru_cache(maxsize=4096)
def _icon(name: str, label: str) -> SafeString:
    if name not in icon_names():
        raise template.TemplateSyntaxError(f"icon {name!r} is not in the sprite")
    address = static("vendor/tabler-icons/icons.svg") + "#" + name
    if not label:
        return format_html('<svg class="tc-icon" aria-hidden="true"><use href="{}"></use></svg>', address)
    return format_html(
        '<svg class="tc-icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, address
    )


def _local(at: datetime) -> datetime:
    return aware(at).astimezone(SHANGHAI)


def _absolute(at: datetime) -> str:
    return f"{_local(at):%Y-%m-%d %H:%M} {text(_WEEKDAYS[_local(at).weekday()])}"


@register.filter
def deadline(at: datetime | str | None) -> str:
    """`{{ loop.deadline|deadline }}`: 还剩 3 小时 or 已超 2 小时, with icon; the moment on hover; nothing for None."""
    if not isinstance(at, datetime):  # None, or a name that the context does not have
        return ""
    now = timezone.now()
    left = (aware(at) - now).total_seconds()
    state, name = (
        ("late", "clock-exclamation")
        if left < 0
        else ("soon", "hourglass")
        if left < SOON_HOURS * 3600
        else ("ok", "clock")
    )
    return format_html(
        '<time class="tc-deadline is-{}" datetime="{}" data-deadline title="{}">{}<span>{}</span></time>',
        state,
        _local(at).isoformat(),
        _absolute(at),
        icon(name),
        text(remaining(at, now)),
    )


@register.filter
def when(at: datetime | str | None) -> str:
    """`{{ event.at|when }}`: 14:05 today, 11-22 14:05 this year, else the full date; all of it on hover."""
    if not isinstance(at, datetime):  # None, or a name that the context does not have
        return ""
    local, today = _local(at), _local(timezone.now())
    form = "%H:%M" if local.date() == today.date() else "%m-%d %H:%M" if local.year == today.year else "%Y-%m-%d %H:%M"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', local.isoformat(), _absolute(at), local.strftime(form)
    )


@register.filter
def responsibility(kind: str) -> Text:
    """`{{ kind|responsibility|text }}`: what a kind of responsibility is called."""
    return RESPONSIBILITIES.get(kind) or Text(kind, kind)


@register.filter
def grouped(value: Any) -> str:
    """12345 as 12,345; None as a dash, because unknown is not nought; a string unchanged."""
    if value is None:
        return "—"
    return value if isinstance(value, str) else f"{value:,}"


@register.inclusion_tag("components/badge.html")
def level(value: str) -> dict[str, Any]:
    """`{% level loop.level %}`: the badge of 提醒, 督办 or 问责线索; nothing for "none"."""
    label, tone, name = LEVELS.get(str(value), (None, "", ""))
    return {"label": label, "tone": tone, "icon": name}


@register.inclusion_tag("components/badge.html")
def badge(label: Any, tone: str = "", icon: str = "") -> dict[str, Any]:
    """`{% badge "已办结" "ok" %}`: state as colour, icon and word. Tones: ok, info, warn, act, or none (neutral)."""
    return {"label": label, "tone": tone, "icon": icon}


@register.simple_tag(takes_context=True)
def qs(context: Context, **changes: Any) -> str:
    """`<a href="{% qs view='unit' after=None %}">`: this page's query, some keys changed; None or "" removes."""
    request = context.get("request")
    query: QueryDict = request.GET.copy() if request is not None else QueryDict(mutable=True)
    for key, value in changes.items():
        if value is None or value == "":
            query.pop(key, None)
        else:
            query[key] = str(value)
    return "?" + query.urlencode()


@register.simple_tag(takes_context=True)
def qs_set(context: Context, key: str, value: Any = None) -> str:
    """`{% qs_set filter.key option.value %}`: as qs, with the key in a variable; always back to the first page."""
    return qs(context, **{str(key): value, "after": None})


@register.simple_tag(takes_context=True)
def client_id(context: Context, form: str = "") -> SafeString:
    """The hidden id by which the server knows a repeated submission.

    A form shown again after a refusal keeps its id, unless that id was used for something else (back button, changed, sent again).
    Several forms on a page are named: `{% client_id "sign" %}`.
    """
    request = context.get("request")
    posted = request.POST if request is not None and request.method == "POST" else {}
    problem = context.get("problem")
    used = isinstance(problem, Refusal) and problem.reason is Reason.CLIENT_ID_REUSED
    kept = posted.get("client_id", "") if posted.get("client_form", "") == form and not used else ""
    try:
        value = UUID(kept)
    except ValueError:
        value = uuid4()
    hidden = format_html('<input type="hidden" name="client_id" value="{}">', value)
    return hidden + format_html('<input type="hidden" name="client_form" value="{}">', form) if form else hidden


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, **extra: Any) -> dict[str, Any]:
    """`{% field form.title %}`: label, help, control and error of a Django form field."""
    return {"f": from_bound(bound, **extra)}


@register.inclusion_tag("components/field.html")
def control(name: str, label: Any, type: str = "text", **parts: Any) -> dict[str, Any]:
    """`{% control "note" label "textarea" required=True %}`: the same without a Django form. Parts: FieldParts."""
    return {"f": FieldParts(name=name, label=label, type=type, **parts)}


@register.inclusion_tag("components/error_summary.html", takes_context=True)
def error_summary(context: Any, source: Any = None) -> dict[str, Any]:
    """`{% error_summary form %}` or `{% error_summary refusal %}`: what to mend, on top of the page, if anything.

    source: a Django form, a Refusal, a list of Refusals, or None. What a value lacks is said with the label that its field has among the page's `fields`.
    """
    if isinstance(source, Refusal):
        source = [source]
    if not source and not hasattr(source, "errors"):
        return {"problems": []}
    if hasattr(source, "errors"):
        return {"problems": _of_form(source)}
    labels = {f.name: text(f.label) for f in context.get("fields") or () if isinstance(f, FieldParts)}
    return {
        "problems": [_of_refusal(r, labels) for r in source],
        "overtaken": all(_not_typed(r) for r in source),
    }


def _of_refusal(refusal: Refusal, labels: dict[str, str]) -> dict[str, Any]:
    name = (refusal.field or "").replace("evidence.", "evidence_")
    label = labels.get(name, "") if refusal.reason in (Reason.MISSING_VALUE, Reason.INVALID_VALUE) else ""
    value = None if _not_typed(refusal) else refusal.value
    return {"field": name, "label": label, "rule": text(refusal.rule), "remedy": text(refusal.remedy), "value": value}


_OVERTAKEN = (Reason.WRONG_STAGE, Reason.LOOP_CLOSED, Reason.NOT_OWNER, Reason.SAME_PERSON, Reason.SAME_UNIT, Reason.NOT_ALLOWED)


def _not_typed(refusal: Refusal) -> bool:
    """Refused for what became of the matter or for who asks: nothing that was typed is to be mended, and the value is the program's own word."""
    return refusal.reason in _OVERTAKEN or (refusal.field or "").startswith("seen_")


def _of_form(form: Any) -> list[dict[str, Any]]:
    problems = []
    for name, messages in form.errors.items():
        own = name != "__all__"
        label = text(form[name].label) if own else ""
        problems += [
            {"field": form[name].html_name if own else None, "label": label, "rule": m, "remedy": ""} for m in messages
        ]
    return problems


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@register.filter
def shown(value: Any) -> Any:
    """A value as people read it: Text in its language, numbers grouped, datetimes by `when`, days in one piece, booleans as words."""
    if isinstance(value, datetime):
        return when(value)
    if isinstance(value, date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return format_html("<time>{}</time>", str(value))
    if isinstance(value, bool):
        return text(Text("是", "yes") if value else Text("否", "no"))
    if isinstance(value, (int, float)):
        return f"{value:,}"
    return text(value)


@register.filter
def why(reason: Any) -> str:
    """The reason why a step is not possible: of a Refusal its rule and remedy, of a Text the words."""
    if isinstance(reason, Refusal):
        space = " " if reason.remedy and language() == "en" else ""
        return f"{reason.rule.in_(language())}{space}{text(reason.remedy)}"
    return str(text(reason))


@register.filter
def cells(sheet: Any, row: Any) -> list[tuple[Any, Any]]:
    """The columns of a sheet with a row's cells; a row of the wrong width is an error."""
    return list(zip(_part(sheet, "columns"), _part(row, "cells"), strict=True))


@register.filter
def totals(sheet: Any) -> list[tuple[Any, Any]]:
    """The columns of a sheet with their totals."""
    return list(zip(_part(sheet, "columns"), _part(sheet, "totals"), strict=True))


def _part(thing: Any, name: str) -> Any:
    return thing[name] if isinstance(thing, Mapping) else getattr(thing, name)
