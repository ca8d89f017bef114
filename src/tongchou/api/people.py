"""Reads of personal data: each is an act of reading, with its purpose, before anything is shown."""

from __future__ import annotations

import uuid
from importlib import import_module
from typing import Any

from django.http import HttpRequest

from tongchou.api.acts import purpose_of
from tongchou.api.root import operation
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor


def _purpose(request: HttpRequest) -> str:
    purpose = purpose_of(request)
    if len(purpose) < 2:
        raise Refusal(
            Reason.MISSING_VALUE,
            Text("查阅个人信息须说明用途。", "Reading personal data needs a purpose."),
            remedy=Text(
                "请在 Purpose 请求头中写明用途（中文用百分号编码）。",
                "Give it in the Purpose header (percent-encode Chinese).",
            ),
            field="Purpose",
        )
    return purpose


def _reading(name: str) -> Any:
    """A reading of record/questions/people.py: (actor, what, purpose) -> plain data, itself recorded as an act of
    reading.
    """
    try:
        found = getattr(import_module("tongchou.record.questions.people"), name, None)
    except ModuleNotFoundError:
        found = None
    if found is None:
        raise Refusal(Reason.UNAVAILABLE, Text("人员查询尚未启用。", "Looking up people is not available yet."))
    return found


@operation("GET", "/people", "people", tag="people", response=dict[str, Any])
def people(request: HttpRequest, actor: Actor, q: str) -> Any:
    """Search by name, pinyin, phone tail or document tail within one's area; identities are masked."""
    return {"items": _reading("api_search")(actor, q.replace("\x00", "")[:60], purpose_of(request))}


@operation("GET", "/people/{uuid:person}", "person", tag="people", response=dict[str, Any])
def person(request: HttpRequest, actor: Actor, person: uuid.UUID) -> Any:
    """One person's file. The header Purpose is required, and is shown to the person who asks who looked."""
    purpose = _purpose(request)
    return _reading("api_file")(actor, person, purpose)
