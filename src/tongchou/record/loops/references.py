"""Evidence that points to another record: `loop:<id>`, `unit:<id>`, `area:<id>`, `person:<id>`, and what the rooms add."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.loops import state
from tongchou.record.models import Loop
from tongchou.record.people.identity import open_identity
from tongchou.record.people.reach import person_in_reach
from tongchou.record.territory.reach import area_in_reach, unit_in_reach

LONGEST = 2000
"""Characters of a pasted address. What is stored has at most 120."""


@dataclass(frozen=True, slots=True)
class Referable:
    """A kind of record. find: (actor, id) -> its title; raises Refusal, or gives None, where the actor may not read it.

    path: the address of its pages without the id, "loops"; query: the key that holds the id where it is not part of the path.
    page: the page that shows it, "" for none. whole: ids are whole numbers, not UUIDs. personal: the title is about a person, masked.
    """

    key: str
    title: Text
    find: Callable[[Actor, str], str | Text | None]
    path: str = ""
    query: str = ""
    page: str = ""
    whole: bool = False
    personal: bool = False


REFERABLE: dict[str, Referable] = {}


def referable(kind: Referable) -> None:
    """Let evidence point to one more kind of record."""
    REFERABLE[kind.key] = kind


def parse(text: str) -> tuple[Referable, str] | None:
    """The kind of record and its id in normal form, out of a form of its own or of the address of one of our pages; None for anything else."""
    key, colon, rest = text.partition(":")
    if colon and key.strip().lower() in REFERABLE:
        kind = REFERABLE[key.strip().lower()]
        return _known(kind, rest.strip())
    try:
        parts = urlsplit(text)
        if not parts.path.startswith("/") or (
            parts.netloc and not (parts.scheme in ("http", "https") and _ours(parts.netloc))
        ):
            return None
        for kind in REFERABLE.values():
            given = parse_qs(parts.query).get(kind.query, [""])[0] if kind.query else ""
            match = (
                re.match(rf"/{kind.path}/([0-9a-fA-F-]+)(?:/|$)", parts.path) if kind.path and not kind.query else None
            )
            if match or (kind.query and parts.path.rstrip("/") == f"/{kind.path}" and given):
                return _known(kind, match[1] if match else given)
    except ValueError:
        return None
    return None


def _ours(netloc: str) -> bool:
    return validate_host(split_domain_port(netloc)[0], settings.ALLOWED_HOSTS)


def _known(kind: Referable, number: str) -> tuple[Referable, str] | None:
    if kind.whole:
        return (kind, str(int(number))) if re.fullmatch(r"[0-9]{1,18}", number) else None
    try:
        return kind, str(uuid.UUID(number))
    except ValueError:
        return None


def title_of(actor: Actor, kind: Referable, number: str) -> str | Text | None:
    """The record's title for somebody who may read it; None for all others, as if there were none."""
    try:
        return kind.find(actor, number)
    except Refusal:
        return None


def resolved(actor: Actor, text: str, field: str) -> str:
    """The reference as it is stored. Raises Refusal for what is none, and for what the actor may not read."""
    found = parse(text)
    if found is None:
        rule = Text("不是本系统的记录。", "This is no record of this system.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=HELP, field=field, value=text[:120])
    kind, number = found
    if title_of(actor, kind, number) is None:
        rule = Text("没有这条记录。", "There is no such record.")
        remedy = Text(
            "请核对编号；辖区以外的记录不能引用。", "Check the id; a record outside your area cannot be referred to."
        )
        raise Refusal(Reason.NOT_FOUND, rule, remedy=remedy, field=field, value=text[:120])
    return f"{kind.key}:{number}"


HELP = Text(
    "粘贴本系统页面的网址（事项、单位、区域、人员、公文、管控措施），或填“loop:编号”“unit:编号”“area:编号”“person:编号”。",
    "Paste the address of a page of this system (loop, unit, area, person, document, order), or write loop:id, unit:id, area:id, person:id.",
)


def _loop(actor: Actor, number: str) -> Text | None:
    found = state.load([uuid.UUID(number)])
    if not found or not state.visible(actor, found[0]):
        return None
    return Loop.objects.only("title", "data").get(pk=number).heading


def _person(actor: Actor, number: str) -> str:
    row = person_in_reach(actor, "person.view", uuid.UUID(number), merged=True)
    return open_identity(row.sealed, row.pk).masked().name


referable(Referable("loop", Text("事项", "Loop"), _loop, "loops", page="loop"))
referable(
    Referable(
        "unit",
        Text("单位", "Unit"),
        lambda a, n: unit_in_reach(a, "unit.view", int(n)).name,
        "units",
        page="unit",
        whole=True,
    )
)
referable(
    Referable(
        "area",
        Text("区域", "Area"),
        lambda a, n: area_in_reach(a, "territory.view", int(n)).name,
        "territory",
        "area",
        page="territory",
        whole=True,
    )
)
referable(Referable("person", Text("人员", "Person"), _person, "people", page="person", personal=True))
