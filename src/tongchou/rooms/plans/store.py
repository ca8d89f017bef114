"""The packs on record: which is in force on a day, its rules as they stand, and what a district has signed for."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from importlib.resources import as_file, files
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q
from django.utils import timezone

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.packs.plans.decide import Decision as Decided
from tongchou.packs.plans.model import Pack
from tongchou.packs.plans.packfile import digest, read_texts, shipped_packs
from tongchou.packs.plans.report import enforceable, unconfirmed, waits
from tongchou.packs.plans.resolve import Standing, stand
from tongchou.record.plans import answer_for_packs, district_code
from tongchou.rooms.plans.models import PackVersion, SignOff


def install_shipped_packs(names: Iterable[str] = ()) -> list[str]:
    """Put the packs that come with this version of the program on record; returns what was added. Older ones stay, for their decisions.

    names: only these; all of them where none is named.
    """
    added = []
    for name in names or shipped_packs():
        with as_file(files("tongchou.packs").joinpath("data", name)) as folder:
            texts = {p.relative_to(folder).as_posix(): p.read_text("utf-8") for p in sorted(folder.rglob("*")) if p.is_file()}
        mark = digest(as_bytes(texts))
        if PackVersion.objects.filter(pack=name, digest=mark, origin="shipped").exists():
            continue
        pack = read_texts(as_bytes(texts))
        PackVersion.objects.create(
            id=new_id(), pack=name, version=pack.version, title=pack.title.as_dict(), origin="shipped", files=texts, digest=mark, sound=True,
            made_at=timezone.now(),
        )  # fmt: skip
        added.append(name)
    return added


def as_bytes(texts: dict[str, str]) -> dict[str, bytes]:
    return {path: text.encode() for path, text in texts.items()}


def pack_of(version: PackVersion) -> Pack:
    """The pack of an edition on record, read once for each content. Raises PackErrors for a draft that is not sound."""
    found = _kept(version.digest)
    return found or _read(version.digest, json.dumps(version.files, sort_keys=True))


_PACKS: dict[str, Pack] = {}


def _kept(mark: str) -> Pack | None:
    return _PACKS.get(mark)


def _read(mark: str, texts: str) -> Pack:
    pack = read_texts(as_bytes(json.loads(texts)))
    if len(_PACKS) >= 64:
        _PACKS.clear()
    _PACKS[mark] = pack
    return pack


def versions_in_force(on: date, pack: str = "") -> dict[str, PackVersion]:
    """For each pack, or for one, the edition in force: the approved one with the latest first day, else the newest that was shipped.

    The files are fetched only when somebody reads them: pack_of() keeps what it has read.
    """
    rows = PackVersion.objects.filter(withdrawn_at=None, **({"pack": pack} if pack else {})).defer("files")
    own = Q(origin="local", approved_at__isnull=False, from_day__lte=on)
    found = rows.filter(own | Q(origin="shipped"))  # what was shipped has no first day: the district's own editions come after it
    return {row.pack: row for row in found.order_by("pack", F("from_day").asc(nulls_first=True), "approved_at", "made_at")}


def version_in_force(pack: str, on: date) -> PackVersion:
    """The edition in force of one pack. Raises Refusal."""
    found = versions_in_force(on, pack).get(pack)
    if found is None:
        raise Refusal(
            Reason.NOT_FOUND, Text("没有这个方案包。", "There is no such plan pack."),
            remedy=Text("请从方案列表中选择。", "Choose from the list of plans."), field="pack", value=pack[:60],
        )  # fmt: skip
    return found


_EDITION = """
select id, digest from plans_packversion
where pack = %s and withdrawn_at is null and (origin = 'shipped' or (origin = 'local' and approved_at is not null and from_day <= %s))
order by from_day desc nulls last, approved_at desc, made_at desc limit 1
"""
"""The edition that versions_in_force() names, without its row: many an act asks only this."""


def pack_on_record(name: str, on: date) -> Pack | None:
    """The pack of the edition in force on a day; None where none of that name is on record."""
    with connection.cursor() as cursor:
        cursor.execute(_EDITION, [name, on])
        row = cursor.fetchone()
    if row is None:
        return None
    return _kept(row[1]) or pack_of(PackVersion.objects.get(pk=row[0]))


def may_bind(decided: Decided) -> bool:
    """Whether a decision may restrict, with what the district has signed for."""
    return binding(decided, signed_for(decided.standing.pack.key))[0]


answer_for_packs(pack_on_record, may_bind)


def version_by_id(key: UUID) -> PackVersion:
    row = PackVersion.objects.filter(pk=key).first()
    if row is None:
        rule = Text("没有这一版方案。", "There is no such edition of a plan.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=Text("请从方案列表打开。", "Open it from the list."), field="version", value=str(key))
    return row


def standing_of(version: PackVersion, table: str, as_of: date, known_on: date | None = None) -> Standing:
    """The table as it stands on a day in this district. Raises Refusal."""
    return stand(pack_of(version), table, as_of, known_on, district_code())


def signed_for(pack: str) -> dict[tuple[str, str, str], UUID]:
    """What the district has signed for: (what, name, value as JSON) -> the sign-off."""
    rows = SignOff.objects.filter(pack=pack, withdrawn_at=None).values_list("what", "name", "value", "pk")
    return {(what, name, json.dumps(value, sort_keys=True)): pk for what, name, value, pk in rows}


def binding(decided: Decided, signed: dict[tuple[str, str, str], UUID]) -> tuple[bool, list[UUID]]:
    """Whether a decision may restrict, and the sign-offs that it leans on."""
    if enforceable(decided):
        return True, []
    if waits(decided):
        return False, []
    found = []
    for point in unsettled(unconfirmed(decided)):
        mark = signed.get((point["what"], point["name"], json.dumps(point["value"], sort_keys=True)))
        if mark is None:
            return False, []
        found.append(mark)
    return True, sorted(set(found))


def unsettled(points: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What keeps a decision from restricting: all that is unconfirmed but the convention, which moves tests and not the end."""
    return [p for p in points if p["what"] != "convention"]

