"""A document is registered once: registrations of the same document wait for one another, and an import for all of them.

There is no unique index on the hash: two real people can have been given one number, and an undone merge brings both back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

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
