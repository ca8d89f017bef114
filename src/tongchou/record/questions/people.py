"""People: search, and who looked. Doors go through an act of reading: `api_search`, or person.search / person.read themselves."""

from __future__ import annotations

import re
import unicodedata
import uuid
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.identifiers import Kind, parse_document
from tongchou.kernel.ids import new_id
from tongchou.kernel.names import pinyin_of, query_keys
from tongchou.kernel.phones import parse_phone
from tongchou.kernel.text import Text
from tongchou.record.access import Actor, roles
from tongchou.record.act import act
from tongchou.record.people.identity import document_hash, open_identity, phone_hash, query_tokens
from tongchou.record.people.reach import like_paths
from tongchou.record.questions.person_file import PersonFile, person_file

__all__ = ["Found", "Look", "PersonFile", "api_file", "api_search", "person_file", "read_file", "search", "who_looked", "whole_hashes"]
LIMIT = 50


@dataclass(frozen=True, slots=True)
class Found:
    """One person found, masked. age_band: ten years, such as "30-39"; "" when the year of birth is not known."""

    id: uuid.UUID
    name: str
    document: str
    phone: str
    age_band: str
    sex: str
    area: str
    area_id: int


# The hits come first and alone: with "order by" beside the token condition the planner likes to walk the whole table by its key.
# A merged file's keys lead to the file that was kept.
_SEARCH = """
with recursive hit as materialized (
  select id, merged_into_id as next from record_person where {keys} and erased_at is null
), up(id, next) as (
  select id, next from hit where next is not null
  union
  select p.id, p.merged_into_id from up join record_person p on p.id = up.next
), live as (
  select id from hit where next is null union select id from up where next is null
)
select p.id, p.sealed, p.birth_year, p.sex, a.name, a.id
from live join record_person p on p.id = live.id join record_area a on a.id = p.area_id
where a.path like any(%(paths)s::text[]) and p.erased_at is null
order by p.id limit %(limit)s
"""
_BY_TOKENS = "tokens @> %(tokens)s::bigint[]"
_BY_HASH = "(document_hash = any(%(documents)s::bytea[]) or phone_hash = any(%(phones)s::bytea[]))"


def search(actor: Actor, text: str, limit: int = LIMIT) -> list[Found]:
    """Find people within the actor's person.search areas by name (two or more Han characters), pinyin, initials, the last 4 or
    6 places of a phone or document, or a whole phone or document. At most `limit`, by name. Raises Refusal for what finds too much.
    """
    actor.require("person.search")
    values: dict[str, Any] = {"paths": like_paths(actor, "person.search"), "limit": limit}
    if looks_whole(text):
        condition = _BY_HASH
        values["documents"], values["phones"] = whole_hashes(text)
    else:
        condition = _BY_TOKENS
        values["tokens"] = query_tokens(query_keys(text))
    with connection.cursor() as cursor:
        cursor.execute(_SEARCH.format(keys=condition), values)
        rows = cursor.fetchall()
    year = timezone.localdate().year
    named = [(row, open_identity(row[1], row[0])) for row in rows]
    named.sort(key=lambda pair: (pinyin_of(pair[1].name), pair[0][0]))
    return [_found(row, identity.masked(), year) for row, identity in named]


def _found(row: tuple[Any, ...], shown: Any, year: int) -> Found:
    key, _, birth_year, sex, area, area_id = row
    return Found(key, shown.name, shown.document, shown.phone, age_band(birth_year, year), sex, area, area_id)


def age_band(birth_year: int | None, year: int) -> str:
    if birth_year is None:
        return ""
    low = max(0, year - birth_year) // 10 * 10
    return f"{low}-{low + 9}"


def looks_whole(text: str) -> bool:
    """Whether a whole number was typed rather than a name or the tail of a number."""
    plain = re.sub(r"[\s\-()]+", "", unicodedata.normalize("NFKC", text)).upper()
    digits = sum(c.isdigit() for c in plain)
    return digits >= 5 and not re.fullmatch(r"\d{6}|\d{5}X", plain) and bool(re.fullmatch(r"[+A-Z0-9转#]+", plain))


def whole_hashes(text: str, field: str = "q") -> tuple[list[bytes], list[bytes]]:
    """Hashes of the document and the phone that the number may be. Refused, with the reason, when it can be neither."""
    today, documents, phones = timezone.localdate(), set(), set()
    fault: Refusal | None = None
    for kind in (None, *Kind):
        try:
            found = parse_document(kind, text, today=today, field=field)
            documents.add(document_hash(found.kind.value, found.normal))
        except Refusal as refusal:
            fault = fault or refusal
    with suppress(Refusal):
        phones.add(phone_hash(parse_phone(text, field).normal))
    if not documents and not phones:
        assert fault is not None
        raise fault
    return [h for h in documents if h], [h for h in phones if h]


@dataclass(frozen=True, slots=True)
class Look:
    """One reading of a person's data: when, from which unit, in which role, how and for what. Accounts are not named."""

    at: datetime
    unit: str
    role: Text | None
    how: str
    purpose: str


_LOOKED = """
with recursive same(id) as (
  select %(person)s::uuid union select p.id from record_person p join same on p.merged_into_id = same.id
)
select x.at, coalesce(u.name, ''), x.role, coalesce(x.result->>'what', x.verb), x.purpose
from record_readsubject r join record_act x on x.id = r.act_id left join record_unit u on u.id = x.unit_id
where r.person_id in (select id from same) and r.at >= %(since)s order by r.at desc, r.id desc limit %(limit)s
"""


def who_looked(person: uuid.UUID, *, since: date | None = None, limit: int = 200) -> list[Look]:
    """Readings of a person's data, the latest first, those of files merged into this one included. The caller checks who asks."""
    values = {"person": person, "since": since or date(2000, 1, 1), "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(_LOOKED, values)  # type: ignore[arg-type]
        rows = cursor.fetchall()
    table = roles()
    return [Look(at, unit, table[role].title if role else None, how, why) for at, unit, role, how, why in rows]


def api_search(actor: Actor, text: str, purpose: str) -> list[dict[str, Any]]:
    """Search as a door does it: the search, whom it showed and why are recorded before anything is returned."""
    found = search(actor, text)
    by = "number" if looks_whole(text) else "tail" if any(c.isdigit() for c in text) else "name"
    payload = {"people": [str(f.id) for f in found], "by": by, "purpose": purpose}
    act("person.search", actor, new_id(), payload)
    return [asdict(f) for f in found]


def read_file(actor: Actor, person: uuid.UUID, purpose: str = "") -> PersonFile:
    """A person's file; the reading is recorded first, for everybody whose data the file shows.

    A page gives no purpose: what it shows is masked until `open_file` was given one.
    """
    file = person_file(actor, person)
    shown = [str(person), *(str(m.id) for m in file.household)]
    act("person.read", actor, new_id(), {"people": shown, "what": "file", "purpose": purpose})
    return file


def api_file(actor: Actor, person: uuid.UUID, purpose: str) -> dict[str, Any]:
    """The same as plain data, for the API: a purpose must be given."""
    if not purpose:
        rule = Text("查阅个人信息须说明用途。", "Reading personal data needs a purpose.")
        remedy = Text("请说明用途。", "Say what it is for.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=remedy, field="purpose")
    return read_file(actor, person, purpose).as_dict()
