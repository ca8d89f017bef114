"""What a form field shows, whether it comes from a Django form or is named in a template."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django import forms
from django.forms import BoundField

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text

MANY = 12


@dataclass(frozen=True)
class FieldParts:
    """One field of a form. Texts are Text or str; `choices` are (value, label) pairs.

    type: text, number, integer, tel, password, code, search, textarea, select, radio, checkboxes, checkbox, date,
    datetime, file, photo, hidden. `code` is for one-time codes. lookup: the address of a page that offers names for what is typed.
    fold: what opens the part of the form in which the field stands, closed until it is wanted; empty where it stands open.
    """

    name: str
    label: Text | str
    type: str = "text"
    value: Any = ""
    help: Text | str = ""
    error: Any = ""
    required: bool = False
    choices: Iterable[tuple[Any, Any]] = ()
    id: str = ""
    unit: Text | str = ""
    rows: int = 4
    accept: str = ""
    multiple: bool = False
    maxlength: int | None = None
    autocomplete: str = "off"
    readonly: bool = False
    keep: bool = True
    min: Any = None
    max: Any = None
    lookup: str = ""
    fold: Text | str = ""

    @property
    def ident(self) -> str:
        """The id of the control; the error summary links to it."""
        return self.id or f"id_{self.name}"

    @property
    def given(self) -> Any:
        """The value as an input holds it: dates and times as a browser wants them, whatever the page's language."""
        return "" if self.value is None else _shown(self.value, self.type)

    @property
    def options(self) -> list[tuple[str, Any, bool]]:
        """(value, label, chosen) for select, radio and checkboxes."""
        chosen = self.value if isinstance(self.value, (list, tuple, set)) else [self.value]
        wanted = {str(v) for v in chosen if v is not None}
        return [(str(value), label, str(value) in wanted) for value, label in self.choices]

    @property
    def is_group(self) -> bool:
        return self.type in ("radio", "checkboxes")

    @property
    def is_many(self) -> bool:
        """Choices that are set side by side, as one column of them would be pages long."""
        return self.is_group and isinstance(self.choices, Sequence) and len(self.choices) > MANY


@dataclass(frozen=True)
class Part:
    """Fields of a form that stand together. fold: what opens them, empty where they stand open; opened: one of them is filled in or wrong."""

    fold: Text | str
    fields: list[FieldParts]

    @property
    def opened(self) -> bool:
        return any(f.error or f.given not in ("", None) for f in self.fields)


def parts_of(fields: Iterable[FieldParts]) -> list[Part]:
    """The fields of a form in their order, those under one fold together."""
    return [Part(fold, list(some)) for fold, some in groupby(fields, key=lambda f: f.fold)]


_TYPES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.Textarea, "textarea"),
    (forms.CheckboxSelectMultiple, "checkboxes"),
    (forms.RadioSelect, "radio"),
    (forms.SelectMultiple, "select"),
    (forms.Select, "select"),
    (forms.CheckboxInput, "checkbox"),
    (forms.PasswordInput, "password"),
    (forms.HiddenInput, "hidden"),
    (forms.DateTimeInput, "datetime"),
    (forms.DateInput, "date"),
    (forms.FileInput, "file"),
    (forms.NumberInput, "number"),
)


def from_bound(bound: BoundField, **extra: Any) -> FieldParts:
    """Read a Django bound field; `extra` overrides any part."""
    widget = bound.field.widget
    kind = next((name for cls, name in _TYPES if isinstance(widget, cls)), "text")
    if isinstance(bound.field, forms.IntegerField) and kind == "number":
        kind = "integer"
    parts: dict[str, Any] = {
        "name": bound.html_name,
        "label": bound.label,
        "type": kind,
        "value": _shown(bound.value(), kind),
        "help": bound.help_text,
        "error": " ".join(str(e) for e in bound.errors),
        "required": bound.field.required,
        "choices": list(getattr(bound.field, "choices", ())),
        "id": bound.auto_id if kind in ("radio", "checkboxes") else bound.id_for_label,
        "maxlength": getattr(bound.field, "max_length", None),
        "accept": widget.attrs.get("accept", ""),
        "multiple": getattr(widget, "allow_multiple_selected", False),
        "autocomplete": widget.attrs.get("autocomplete", "off"),
    }
    return FieldParts(**(parts | extra))


def _shown(value: Any, kind: str) -> Any:
    """The value as the browser's control wants it; a password or a file is never shown again."""
    if value is None or kind in ("password", "file"):
        return ""
    if kind == "datetime" and isinstance(value, datetime):
        return (value.astimezone(SHANGHAI) if value.tzinfo else value).strftime("%Y-%m-%dT%H:%M")
    if kind == "date" and hasattr(value, "strftime"):
        return value.strftime("%Y-%m-%d")
    return value
