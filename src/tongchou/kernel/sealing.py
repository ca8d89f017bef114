"""Sealing of personal data, and the keyed hashes by which sealed data can still be found.

The key file lives outside the database. It holds one hash root, made once and never changed, and one or more sealing
keys, of which one is current. Rotation adds a sealing key: new seals use it, old seals stay readable. The hash root is
deliberately no part of a rotation, because every stored look-up hash and search token depends on it; changing it means
computing all of them again from the opened records.

A seal: version (1 byte, 0x01) | profile (1 byte, 0x01 aes, 0x02 sm) | key id (4 bytes) | nonce (12 bytes) |
ciphertext | tag (16 bytes). The first six bytes are authenticated together with the caller's `aad`. Nonces are random:
rotate before a key has made 2**32 seals (NIST SP 800-38D, 8.3).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM
from cryptography.hazmat.primitives.hashes import SHA256, SM3, HashAlgorithm
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.keyfile import AES, SM, KeyFile, SealingKey
from tongchou.kernel.text import Text

_VERSION = 1
_PROFILE_BYTE = {AES: 1, SM: 2}
_HEADER = 6
_NONCE = 12
_TAG = 16


class SealBroken(Refusal):
    """A sealed value was altered, belongs to another record, or was sealed with a key that is not in the key file."""


def _broken(why: Text) -> SealBroken:
    remedy = Text(
        "请停止使用该记录，保留现场并联系安全管理员，用备份核对。",
        "Stop using this record, keep it as it is, call the security administrator and compare with a backup.",
    )
    return SealBroken(Reason.BROKEN_RECORD, why, remedy=remedy)


def _hash_of(profile: str) -> HashAlgorithm:
    return SM3() if profile == SM else SHA256()


def derive(profile: str, secret: bytes, purpose: str, length: int = 32) -> bytes:
    """Derive a subkey for one purpose (HKDF, RFC 5869, with SHA-256 or SM3)."""
    info = b"tongchou." + purpose.encode()
    return HKDF(algorithm=_hash_of(profile), length=length, salt=None, info=info).derive(secret)


class _Sealer:
    """One sealing key, ready to use. Stateless after construction, so threads may share it."""

    def __init__(self, key: SealingKey) -> None:
        self.profile = key.profile
        self.header = bytes((_VERSION, _PROFILE_BYTE[key.profile])) + bytes.fromhex(key.id)
        subkey = derive(key.profile, bytes.fromhex(key.secret), "seal.1", 16 if key.profile == SM else 32)
        self._aes = AESGCM(subkey) if key.profile == AES else None
        self._sm4 = SM4(subkey) if key.profile == SM else None

    def seal(self, plain: bytes, aad: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        bound = self.header + aad
        if self._aes is not None:
            return self.header + nonce + self._aes.encrypt(nonce, plain, bound)
        assert self._sm4 is not None
        cipher = Cipher(self._sm4, GCM(nonce)).encryptor()
        cipher.authenticate_additional_data(bound)
        body = cipher.update(plain) + cipher.finalize()
        return self.header + nonce + body + cipher.tag

    def open(self, nonce: bytes, body: bytes, aad: bytes) -> bytes:
        bound = self.header + aad
        if self._aes is not None:
            return self._aes.decrypt(nonce, body, bound)
        assert self._sm4 is not None
        cipher = Cipher(self._sm4, GCM(nonce, body[-_TAG:])).decryptor()
        cipher.authenticate_additional_data(bound)
        return cipher.update(body[:-_TAG]) + cipher.finalize()


class Keyring:
    """The keys of one installation: seals, opens, and makes the keyed hashes. Safe to share between threads."""

    def __init__(self, file: KeyFile) -> None:
        self.profile = file.key(file.current).profile
        self.hash_profile = file.hash_profile
        self.current = file.current
        self._root = bytes.fromhex(file.hash_root)
        self._sealers = {bytes.fromhex(k.id): _Sealer(k) for k in file.keys}
        self._now = self._sealers[bytes.fromhex(file.current)]
        self._mac = lru_cache(maxsize=256)(self._domain_mac)

    @classmethod
    def create(cls, path: str | Path, profile: str = AES) -> Keyring:
        """Make a new key file (mode 0600) and return its keyring. FileExistsError when the file is there already."""
        file = KeyFile.new(profile)
        file.write_new(Path(path))
        return cls(file)

    @classmethod
    def read(cls, path: str | Path) -> Keyring:
        """Read a key file; refused when it is missing, damaged or open to other users."""
        return cls(KeyFile.read(Path(path)))

    @classmethod
    def rotate(cls, path: str | Path, profile: str | None = None) -> Keyring:
        """Add a sealing key to the file and make it current; the hash root stays as it is."""
        file = KeyFile.read(Path(path)).rotated(profile)
        file.replace(Path(path))
        return cls(file)

    def seal(self, plain: bytes, aad: bytes) -> bytes:
        """Seal bytes with the current key, bound to `aad` (for a person: the 16 bytes of the id)."""
        return self._now.seal(plain, aad)

    def open(self, sealed: bytes, aad: bytes) -> bytes:
        """Open a seal made with any key of the file; raises SealBroken when anything about it was altered."""
        sealed = bytes(sealed)
        if len(sealed) < _HEADER + _NONCE + _TAG or sealed[0] != _VERSION:
            raise _broken(Text("密封数据格式不正确。", "The sealed data does not have the form of a seal."))
        sealer = self._sealers.get(sealed[2:_HEADER])
        if sealer is None or sealer.header != sealed[:_HEADER]:
            raise _broken(
                Text(
                    "密封所用的密钥（{id}）不在密钥文件中。", "The key that sealed this ({id}) is not in the key file."
                ).with_(id=sealed[2:_HEADER].hex())
            )
        try:
            return sealer.open(sealed[_HEADER : _HEADER + _NONCE], sealed[_HEADER + _NONCE :], aad)
        except InvalidTag:
            raise _broken(
                Text(
                    "密封数据已被改动，或不属于这条记录。",
                    "The sealed data was altered or does not belong to this record.",
                )
            ) from None

    def is_current(self, sealed: bytes) -> bool:
        """Tell whether a seal was made with the current key (a job that re-seals asks this)."""
        return bytes(sealed[:_HEADER]) == self._now.header

    def _domain_mac(self, use: str, domain: str) -> HMAC:
        key = derive(self.hash_profile, self._root, f"{use}.1")
        name = domain.encode()
        mac = HMAC(key, _hash_of(self.hash_profile))
        mac.update(len(name).to_bytes(2, "big") + name)
        return mac

    def lookup_hash(self, domain: str, value: str | bytes) -> bytes:
        """Return the 32-byte keyed hash by which a value is looked up exactly (HMAC-SHA256 or HMAC-SM3)."""
        mac = self._mac("lookup", domain).copy()
        mac.update(value.encode() if isinstance(value, str) else value)
        return mac.finalize()

    def token(self, domain: str, value: str) -> int:
        """Return a keyed hash as a signed 64-bit integer, fit for a PostgreSQL bigint[]."""
        return self.tokens(domain, (value,))[0]

    def tokens(self, domain: str, values: Iterable[str]) -> list[int]:
        """Return the token of each value, in order."""
        base = self._mac("token", domain)
        out: list[int] = []
        for value in values:
            mac = base.copy()
            mac.update(value.encode())
            out.append(int.from_bytes(mac.finalize()[:8], "big", signed=True))
        return out

    def derive(self, purpose: str, length: int = 32) -> bytes:
        """Return a key for another purpose (signing of heads, say); it survives rotation of sealing keys."""
        return derive(self.hash_profile, self._root, f"derived.{purpose}", length)
