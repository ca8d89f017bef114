"""Reads that name nobody: kinds, territory, units, custody, the ledger's head, oneself. Each calls the question
that the pages call.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.http import HttpRequest
from ninja import Schema

from tongchou.api.root import operation
from tongchou.api.texts import Pair, pair
from tongchou.record.access import Actor, roles
from tongchou.record.loops.kinds import current_kinds
from tongchou.record.questions import custody

LARGEST_PAGE = 200


class KindOut(Schema):
    key: str
    version: int
    title: Pair
    purpose: Pair
    subjects: list[str]
    start: str
    stages: list[str]
    steps: list[str]
    fields: list[dict[str, Any]]


@operation("GET", "/kinds", "kinds", tag="loops", response=list[KindOut])
def kinds(request: HttpRequest, actor: Actor) -> Any:
    """The kinds of loops in force."""
    return [
        KindOut(
            key=k.key,
            version=k.version,
            title=pair(k.title),
            purpose=pair(k.purpose),
            subjects=list(k.subjects),
            start=k.start,
            stages=list(k.stages),
            steps=list(k.steps),
            fields=[
                {"key": f.key, "type": f.type, "title": f.title.as_dict(), "required": f.required} for f in k.fields
            ],
        )
        for _, k in current_kinds().values()
    ]


class AreaOut(Schema):
    id: int
    code: str
    name: str
    level: str
    parent: int | None


class AreasOut(Schema):
    items: list[AreaOut]
    next: str


_AREAS = """
select a.id, a.code, a.name, a.level, a.parent_id from record_area a
where a.valid_to is null and a.id > %(after)s and (%(parent)s::bigint is null or a.parent_id = %(parent)s)
  and (%(q)s = '' or a.name ilike %(like)s or a.code like %(prefix)s)
order by a.id limit %(limit)s
"""


@operation("GET", "/areas", "areas", tag="territory", response=AreasOut)
def areas(
    request: HttpRequest, actor: Actor, parent: int | None = None, q: str = "", after: int = 0, limit: int = 100
) -> Any:
    """The territory in force. It is public information and not limited to one's own area."""
    rows, more = _page(_AREAS, {"parent": parent} | _like(q), after, limit)
    return {"items": [AreaOut(id=r[0], code=r[1], name=r[2], level=r[3], parent=r[4]) for r in rows], "next": more}


class UnitOut(Schema):
    id: int
    name: str
    name_en: str
    kind: str
    area: int


class UnitsOut(Schema):
    items: list[UnitOut]
    next: str


_UNITS = """
select u.id, u.name, u.name_en, u.kind, u.area_id from record_unit u
where (u.active_to is null or u.active_to > current_date) and u.id > %(after)s and (%(kind)s = '' or u.kind = %(kind)s)
  and (%(area)s::bigint is null or u.area_id = %(area)s)
  and (%(q)s = '' or u.name ilike %(like)s or u.name_key like %(prefix)s)
order by u.id limit %(limit)s
"""


@operation("GET", "/units", "units", tag="territory", response=UnitsOut)
def units(
    request: HttpRequest,
    actor: Actor,
    kind: str = "",
    area: int | None = None,
    q: str = "",
    after: int = 0,
    limit: int = 100,
) -> Any:
    """Active units of the district: work is handed to any of them, so the list is not limited to one's own area."""
    rows, more = _page(_UNITS, {"kind": kind[:20], "area": area} | _like(q), after, limit)
    return {"items": [UnitOut(id=r[0], name=r[1], name_en=r[2], kind=r[3], area=r[4]) for r in rows], "next": more}


def _like(q: str) -> dict[str, str]:
    safe = q.replace("\x00", "")[:60]
    escaped = safe.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {"q": safe, "like": f"%{escaped}%", "prefix": f"{escaped}%"}


def _page(sql: str, values: dict[str, Any], after: int, limit: int) -> tuple[list[Any], str]:
    """One page by id: the rows, and the cursor of the next page ("" at the end)."""
    size = max(1, min(limit, LARGEST_PAGE))
    with connection.cursor() as cursor:
        cursor.execute(sql, values | {"after": max(0, min(after, 2**62)), "limit": size + 1})
        rows = cursor.fetchall()
    return rows[:size], str(rows[size - 1][0]) if len(rows) > size else ""


class BalanceOut(Schema):
    """taken_in = held + let_out; `sound` says whether the account balances."""

    purpose: str
    taken_in: int
    held: int
    let_out: int
    unlocated: int
    residual: int
    sound: bool


@operation("GET", "/custody/balances", "custody_balances", tag="custody", response=list[BalanceOut])
def custody_balances(request: HttpRequest, actor: Actor) -> Any:
    """The custody account of every purpose within one's reach."""
    return [
        BalanceOut(
            purpose=b.purpose,
            taken_in=b.taken_in,
            held=b.held,
            let_out=b.let_out,
            unlocated=b.unlocated,
            residual=b.residual,
            sound=b.sound,
        )
        for b in custody.balances(actor)
    ]


class HeldOut(Schema):
    """next: the cursor for `after`; "" at the end."""

    items: list[custody.Held]
    next: str


@operation("GET", "/custody/held", "custody_held", tag="custody", response=HeldOut)
def custody_held(request: HttpRequest, actor: Actor, purpose: str = "", kind: str = "", after: str = "", limit: int = 200) -> Any:
    """What is held now, the unlocated first. People are given by id only."""
    items, following = custody.held(actor, purpose=purpose[:30], kind=kind[:12], limit=max(1, min(limit, 1000)), after=after[:200])
    return {"items": items, "next": following}


class HeadOut(Schema):
    seq: int
    hash: str
    at: datetime | None
    waiting: int


@operation("GET", "/ledger/head", "ledger_head", tag="ledger", response=HeadOut)
def ledger_head(request: HttpRequest, actor: Actor) -> Any:
    """The newest link of the ledger and how many acts wait to be chained: anybody may keep it as a witness."""
    with connection.cursor() as cursor:
        cursor.execute("select seq, encode(hash, 'hex'), at from record_ledgerentry order by seq desc limit 1")
        seq, link, at = cursor.fetchone() or (0, "", None)
        cursor.execute("select count(*) from record_ledgerqueue")
        return HeadOut(seq=seq, hash=link, at=at, waiting=cursor.fetchone()[0])


class MeOut(Schema):
    account: int
    name: str
    via: str
    second_factor: bool
    posts: list[dict[str, Any]]
    permissions: list[str]


@operation("GET", "/me", "me", tag="account", response=MeOut)
def me(request: HttpRequest, actor: Actor) -> Any:
    """Who the caller is, which posts it holds today, and what it may do through this door."""
    table = roles()
    return MeOut(
        account=actor.account_id or 0,
        name=actor.name,
        via=actor.via,
        second_factor=actor.second_factor,
        posts=[
            {"role": g.role, "title": table[g.role].title.as_dict(), "unit": g.unit_id, "unit_name": g.unit_name}
            for g in actor.grants
        ],
        permissions=sorted(p for p in table.permissions if actor.permits(p)),
    )
