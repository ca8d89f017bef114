"""Identity sealed and made findable: the seal, two look-up hashes, search tokens.

`Person.tokens`: place 1 is the token of pinyin and birth year, place 2 that of the pinyin of the whole name (duplicates are
sought by these two places), the rest is what search finds a person by, in the order of their values, so that their order says nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from tongchou.kernel.masking import mask_address, mask_document, mask_name, mask_phone
from tongchou.kernel.names import pinyin_of, search_keys, tail_keys
from tongchou.kernel.sealing import Keyring
from tongchou.record.keyring import keyring

DOMAIN = "person"
NEAR = "person.near"
SAME_NAME = "person.name"
SEALED_COLUMNS = "id, sealed, document_hash, phone_hash, tokens, birth_year"
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a person is, in normal forms (kernel.identifiers, kernel.phones). Empty text: not known."""

    name: str
    document_kind: str = ""
    document: str = ""
    phone: str = ""
    address: str = ""
    birth_date: date | None = None

    def masked(self) -> Identity:
        """The form that is shown before somebody opens the file for a reason; no birth date."""
        return Identity(
            mask_name(self.name),
            self.document_kind,
            mask_document(self.document),
            mask_phone(self.phone),
            mask_address(self.address),
        )

    def __repr__(self) -> str:
        return "Identity(sealed)"  # so that no traceback or log shows a person


def seal_identity(identity: Identity, person: UUID) -> bytes:
    """Seal an identity, bound to the person's id."""
    return _seal(keyring(), identity, person)


def open_identity(sealed: bytes | memoryview, person: UUID) -> Identity:
    """Open a person's seal; raises SealBroken when it was altered or belongs to another person. The caller logs the reading."""
    raw = json.loads(keyring().open(bytes(sealed), person.bytes))
    born = raw.pop("birth_date")
    return Identity(**raw, birth_date=date.fromisoformat(born) if born else None)


def document_hash(kind: str, normal: str) -> bytes | None:
    """The keyed hash of a document: kind and normal form, since two kinds may share a number."""
    return keyring().lookup_hash("person.document", f"{kind}:{normal}") if normal else None


def phone_hash(normal: str) -> bytes | None:
    return keyring().lookup_hash("person.phone", normal) if normal else None


def query_tokens(keys: Iterable[str]) -> list[int]:
    """Tokens of the keys of a typed query (kernel.names.query_keys)."""
    return keyring().tokens(DOMAIN, keys)


def sealed_rows(identities: Iterable[Identity], ids: Iterable[UUID]) -> Iterator[tuple[Any, ...]]:
    """Yield one row for each identity, in the order of SEALED_COLUMNS, ready for copytext.batched_lines."""
    ring = keyring()
    for identity, person in zip(identities, ids, strict=True):
        document, phone = identity.document, identity.phone
        yield (
            person,
            _seal(ring, identity, person),
            ring.lookup_hash("person.document", f"{identity.document_kind}:{document}") if document else None,
            ring.lookup_hash("person.phone", phone) if phone else None,
            _tokens(ring, identity),
            identity.birth_date.year if identity.birth_date else None,
        )


def sealed_values(identity: Identity, person: UUID) -> dict[str, Any]:
    """The same for one person, by column name."""
    (row,) = sealed_rows((identity,), (person,))
    return dict(zip(SEALED_COLUMNS.split(", "), row, strict=True))


def same_name_token(name: str) -> int:
    return _name_tokens(keyring(), name)[1]


def _seal(ring: Keyring, one: Identity, person: UUID) -> bytes:
    body = {
        "name": one.name,
        "document_kind": one.document_kind,
        "document": one.document,
        "phone": one.phone,
        "address": one.address,
        "birth_date": one.birth_date.isoformat() if one.birth_date else None,
    }
    return ring.seal(_JSON(body).encode(), person.bytes)


def _tokens(ring: Keyring, one: Identity) -> list[int]:
    pinyin, same, keys = _name_tokens(ring, one.name)
    year = one.birth_date.year if one.birth_date else 0
    (near,) = ring.tokens(NEAR, (f"{pinyin}|{year}",))
    found = {*keys, *ring.tokens(DOMAIN, tail_keys(one.phone, one.document))}
    return [near, same, *sorted(found)]


@lru_cache(maxsize=65536)
def _name_tokens(ring: Keyring, name: str) -> tuple[str, int, tuple[int, ...]]:
    """(pinyin, its token, search tokens). Names repeat: of a million people in a district a few ten thousand differ."""
    pinyin = pinyin_of(name).replace(" ", "")
    (same,) = ring.tokens(SAME_NAME, (pinyin,))
    return pinyin, same, tuple(ring.tokens(DOMAIN, search_keys(name)))
