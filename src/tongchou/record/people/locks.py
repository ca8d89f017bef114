"""A document is registered once: registrations of the same document wait for one another, and an import for all of them.

There is no unique index on the hash: two real people can have been given one number, and an undone merge brings both back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from tongchou.record.people.identity import Identity, phone_hash, same_name_token

_IMPORTS, _DOCUMENTS = 7216004, 7216005

_ON_RECORD = """
with recursive hit(hash, id, next) as (
  select document_hash, id, merged_into_id from record_person
  where document_hash = any(%(hashes)s::bytea[]) and erased_at is null
  union
  select hit.hash, p.id, p.merged_into_id from hit join record_person p on p.id = hit.next
)
select h.hash, p.id, p.tokens[2], a.path like any(%(paths)s::text[]) as inside
from hit h join record_person p on p.id = h.id join record_area a on a.id = p.area_id
where h.next is null order by inside, p.created_at desc, p.id desc
"""


@dataclass(frozen=True, slots=True)
class OnRecord:
    """Somebody on record with a document. `inside`: within the asker's area. `name`: token of the pinyin of the name."""

    person: UUID
    name: int
    inside: bool


def lock_document(hashed: bytes) -> None:
    """Until the transaction ends, nobody else registers this document."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock_shared(%s), pg_advisory_xact_lock(%s, %s)",
            [_IMPORTS, _DOCUMENTS, int.from_bytes(hashed[:4], "big", signed=True)],
        )


def lock_documents() -> None:
    """Until the transaction ends, nobody else registers any document."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_IMPORTS])


def on_record(hashes: Iterable[bytes], paths: list[str]) -> dict[bytes, OnRecord]:
    """Who has these documents; a merged file stands for the one that was kept, one inside `paths` before one outside."""
    with connection.cursor() as cursor:
        cursor.execute(_ON_RECORD, {"hashes": list(hashes), "paths": paths})
        return {bytes(row[0]): OnRecord(*row[1:]) for row in cursor.fetchall()}


_SAME_PHONE = """
select p.phone_hash, p.tokens[2], p.birth_year, p.id from record_person p join record_area a on a.id = p.area_id
where p.phone_hash = any(%(hashes)s::bytea[]) and p.merged_into_id is null and p.erased_at is null and a.path like any(%(paths)s::text[])
order by p.created_at desc, p.id desc
"""


class SamePhone:
    """Who is known by the sound of the name and the phone, out of people on record within `paths` and rows of a file read so far: for those who
    have given no document. Nobody's seal is opened for it."""

    def __init__(self, phones: Iterable[str], paths: list[str]) -> None:
        self._known: dict[tuple[bytes, int], list[tuple[int | None, UUID | int]]] = {}
        hashes = [h for phone in phones if (h := phone_hash(phone))]
        if hashes:
            with connection.cursor() as cursor:
                cursor.execute(_SAME_PHONE, {"hashes": hashes, "paths": paths})
                for hashed, name, born, person in cursor.fetchall():
                    self._known.setdefault((bytes(hashed), name), []).append((born, person))

    def find_or_add(self, identity: Identity, number: int) -> UUID | int | None:
        """The person on record, or the number of the row, of the same name and phone whose year of birth does not differ; None where there is
        none, and then the row stands for its own kind."""
        hashed = phone_hash(identity.phone)
        if hashed is None:
            return None
        year = identity.birth_date.year if identity.birth_date else None
        known = self._known.setdefault((hashed, same_name_token(identity.name)), [])
        for born, found in known:
            if born is None or year is None or born == year:
                return found
        known.append((year, number))
        return None
