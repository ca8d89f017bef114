"""The same text again, or nearly so: an exact hash and a MinHash sketch (Broder 1997) over shingles of five characters."""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zlib

import numpy as np

from tongchou.intake.model import Fingerprint

SHINGLE = 5
SIZE = 64
_PRIME = (1 << 61) - 1
_seeds = np.random.default_rng(20200203)
_A = _seeds.integers(1, 1 << 29, SIZE, dtype=np.uint64)
_B = _seeds.integers(0, 1 << 60, SIZE, dtype=np.uint64)
_DROPPED = re.compile(r"[\W_]+")


def fingerprint(text: str) -> Fingerprint:
    """Of clean text; marks, spaces, width and case do not count. An empty text has no near part."""
    plain = _DROPPED.sub("", unicodedata.normalize("NFKC", text).lower())
    exact = hashlib.sha256(plain.encode()).hexdigest()
    if not plain:
        return Fingerprint(exact, ())
    shingles = {plain[n : n + SHINGLE] for n in range(max(1, len(plain) - SHINGLE + 1))}
    hashed = np.fromiter((zlib.crc32(s.encode()) for s in shingles), dtype=np.uint64, count=len(shingles))
    # (a·h + b) stays below 2^64: a < 2^29, h < 2^32, b < 2^60.
    minima = ((hashed[:, None] * _A[None, :] + _B[None, :]) % np.uint64(_PRIME)).min(axis=0)
    return Fingerprint(exact, tuple(int(x) for x in minima))


def likeness(one: Fingerprint, other: Fingerprint) -> float:
    """Estimated share of common shingles, 0 to 1 (standard error about 0.06). 1.0 for the same text."""
    if one.exact == other.exact:
        return 1.0
    if not one.near or not other.near:
        return 0.0
    return sum(a == b for a, b in zip(one.near, other.near, strict=True)) / SIZE


NEAR_COPY = 0.7
"""Likeness from which two documents are shown as copies of each other."""
