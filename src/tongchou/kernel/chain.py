"""The ledger's hash chain: canonical bytes, salted commitments, links and heads. Pure; the layout is written down in
docs/developer/ledger-format.md so that it can be verified by a program that shares no code with this one.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

TAG_COMMITMENT = b"tongchou.commitment.1\x00"
_SALT_16 = TAG_COMMITMENT + bytes((16,))
TAG_DIGEST = b"tongchou.digest.1\x00"
TAG_ENTRY = b"tongchou.entry.1\x00"
TAG_HEAD = b"tongchou.head.1\x00"

_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))
_PLAIN = frozenset({str, int, bool, type(None)})


def canonical(value: Any) -> bytes:
    """Return the one byte form of a value: UTF-8 JSON, keys sorted by code point, no spaces.

    None, bool, int, str, list, tuple, dict with text keys; datetimes (aware) as UTC with microseconds, UUIDs as text,
    bytes as lower-case hex. Floats, naive datetimes, lone surrogates and everything else raise TypeError or ValueError.
    """
    return _ENCODER.encode(_reduced(value)).encode("utf-8")


def _reduced(value: Any) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is dict:
        for key in value:
            if type(key) is not str:
                raise TypeError(f"a key of canonical content must be text, not {key!r}")
        return {k: v if type(v) in _PLAIN else _reduced(v) for k, v in value.items()}
    if kind is list or kind is tuple:
        return [v if type(v) in _PLAIN else _reduced(v) for v in value]
    if isinstance(value, datetime):
        return iso_utc(value)
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    if isinstance(value, str):  # a StrEnum member is its value
        return str.__str__(value)
    raise TypeError(f"{kind.__name__} has no canonical form (floats are not allowed: use a text or an integer)")


def iso_utc(at: datetime) -> str:
    """Write an aware datetime as 2022-07-10T01:02:03.000004Z; a naive one raises ValueError."""
    if at.utcoffset() is None:
        raise ValueError("a datetime without a time zone has no canonical form")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def commitment(salt: bytes, content: bytes) -> bytes:
    """Return SHA-256 over tag, length of salt, salt and content. The salt (16 to 255 bytes) hides guessable content:
    once it is destroyed, the commitment tells nothing and the chain still verifies."""
    if not 16 <= len(salt) <= 255:
        raise ValueError("the salt of a commitment has 16 to 255 bytes")
    return hashlib.sha256(TAG_COMMITMENT + bytes((len(salt),)) + salt + content).digest()


def digest_of(commitments: Iterable[bytes]) -> bytes:
    """Return one hash over commitments (32 bytes each) in their order, and over how many they are."""
    hasher = hashlib.sha256(TAG_DIGEST)
    count = 0
    for one in commitments:
        if len(one) != 32:
            raise ValueError("a commitment has 32 bytes")
        hasher.update(one)
        count += 1
    hasher.update(count.to_bytes(8, "big"))
    return hasher.digest()


def event_commitment(
    salt: bytes,
    act_id: uuid.UUID,
    n: int,
    at: datetime,
    loop_id: uuid.UUID | None,
    subject: str,
    what: str,
    from_stage: str,
    to_stage: str,
    note: str,
    data: Mapping[str, Any],
) -> bytes:
    """Commit to one event of an act. `data` holds JSON values as they come back from the database (no datetimes)."""
    content = [act_id, n, at, loop_id, subject, what, from_stage, to_stage, note, dict(data)]
    return commitment(salt, canonical(content))


class EventSeries:
    """Commits to many events of one act, several times as fast as event_commitment, with the same bytes.

    Texts that repeat from event to event (stages, notes, data) are put into their canonical form once.
    """

    def __init__(self, act_id: uuid.UUID, at: datetime) -> None:
        self._head = f'["{act_id}",'
        self._at = f',"{iso_utc(at)}",'
        self._texts: dict[Any, str] = {}

    def commit(
        self, salt: bytes, n: int, loop_id: uuid.UUID | None, texts: tuple[str, str, str, str, str], data: Mapping[str, Any]
    ) -> bytes:
        """texts: subject, what, from_stage, to_stage, note. The salt has 16 bytes."""
        middle = self._texts.get(texts)
        if middle is None:
            middle = self._texts[texts] = ",".join([_ENCODER.encode(text) for text in texts])
        loop = "null" if loop_id is None else f'"{loop_id}"'
        content = f"{self._head}{n}{self._at}{loop},{middle},{self._data(data)}]"
        return hashlib.sha256(_SALT_16 + salt + content.encode("utf-8")).digest()

    def _data(self, data: Mapping[str, Any]) -> str:
        if not data:
            return "{}"
        try:
            key = tuple(data.items())
            known = self._texts.get(key)
        except TypeError:  # lists and mappings inside are not kept
            return canonical(dict(data)).decode("utf-8")
        if known is None or any(type(v) is bool for v in data.values()):  # True == 1, but they are written differently
            known = canonical(dict(data)).decode("utf-8")
            self._texts[key] = known
        return known


def act_digest(salt: bytes, head: Mapping[str, Any], commitments: Iterable[bytes]) -> bytes:
    """Commit to an act: its head (the columns of its row) and its events' commitments in order."""
    return commitment(salt, canonical({"head": dict(head), "events": digest_of(commitments)}))


def entry_body(act_id: uuid.UUID, at: datetime, digest: bytes) -> bytes:
    """Return the body of a ledger entry: which act, when it was chained, and the act's digest."""
    return canonical({"act": act_id, "at": at, "digest": digest})


def entry_hash(prev: bytes, seq: int, body: bytes) -> bytes:
    """Return the hash of entry `seq` (the first is 1): SHA-256 over tag, previous hash, sequence number and body."""
    if len(prev) != 32:
        raise ValueError("a previous hash has 32 bytes")
    if seq < 1:
        raise ValueError("the first entry of the ledger has sequence number 1")
    return hashlib.sha256(TAG_ENTRY + prev + seq.to_bytes(8, "big") + body).digest()


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain at a moment: what an outside witness keeps."""

    seq: int
    hash: bytes
    at: datetime

    def message(self) -> bytes:
        """Return the bytes that are signed when the head is exported."""
        return TAG_HEAD + canonical({"seq": self.seq, "hash": self.hash, "at": self.at})

    def extend(self, body: bytes, at: datetime) -> Head:
        """Return the head after one more entry."""
        seq = self.seq + 1
        return Head(seq, entry_hash(self.hash, seq, body), at)


GENESIS = Head(seq=0, hash=bytes(32), at=datetime(1970, 1, 1, tzinfo=UTC))
