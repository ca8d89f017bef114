"""What an auditor reads: the chained acts and the refusals. No case, no name of anybody concerned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection


@dataclass(frozen=True, slots=True)
class ActLine:
    """A chained act. events: how much it recorded. shown: how many people's data it showed. purpose: what for, where it was asked."""

    seq: int
    at: datetime
    verb: str
    account: str
    unit: str
    role: str
    via: str
    events: int
    shown: int
    purpose: str
    hash: str


@dataclass(frozen=True, slots=True)
class Sought:
    """Which acts: of a verb, an account, between two moments; by people alone; those alone that showed personal data."""

    verb: str = ""
    account: str = ""
    since: datetime | None = None
    until: datetime | None = None
    people: bool = False
    reads: bool = False


_ACTS = """
select e.seq, a.at, a.verb, coalesce(c.username, ''), coalesce(u.name, ''), a.role, a.via, a.events,
       (select count(*) from record_readsubject r where r.act_id = a.id), a.purpose, encode(e.hash, 'hex')
from record_ledgerentry e join record_act a on a.id = e.act_id
left join record_account c on c.id = a.account_id left join record_unit u on u.id = a.unit_id
where e.seq <= %(upto)s and (%(verb)s = '' or a.verb = %(verb)s) and (%(account)s = '' or c.username = %(account)s)
  and (%(since)s::timestamptz is null or a.at >= %(since)s) and (%(until)s::timestamptz is null or a.at < %(until)s)
  and (not %(people)s or a.account_id is not null) and (not %(reads)s or exists (select from record_readsubject r where r.act_id = a.id))
order by e.seq desc limit %(limit)s
"""


def chained_acts(sought: Sought, upto: int, limit: int) -> list[ActLine]:
    """Acts from an entry of the ledger backwards, the latest first."""
    values = {
        "verb": sought.verb, "account": sought.account, "since": sought.since, "until": sought.until, "people": sought.people, "reads": sought.reads,
        "upto": upto, "limit": limit,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_ACTS, values)
        return [ActLine(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """Something that was refused. field: what of it was at fault."""

    id: int
    at: datetime
    verb: str
    account: str
    via: str
    reason: str
    field: str


_REFUSALS = """
select r.id, r.at, r.verb, coalesce(c.username, ''), r.via, r.reason, r.field
from record_storedrefusal r left join record_account c on c.id = r.account_id
where (%(upto)s::bigint is null or r.id <= %(upto)s) and (%(account)s = '' or c.username = %(account)s) order by r.id desc limit %(limit)s
"""


def refused_acts(account: str, upto: int | None, limit: int) -> list[RefusedLine]:
    """Refusals, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(_REFUSALS, {"account": account, "upto": upto, "limit": limit})
        return [RefusedLine(*row) for row in cursor.fetchall()]
