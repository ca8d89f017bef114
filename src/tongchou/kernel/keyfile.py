"""The key file: JSON, mode 0600, outside the database and apart from its backups.

    {"format": "tongchou-keys-1", "current": "1f2e3d4c",
     "hash": {"profile": "aes", "root": "<64 hex digits>"},
     "keys": [{"id": "1f2e3d4c", "profile": "aes", "secret": "<64 hex digits>"}]}

Whoever has this file and the database can read everything; whoever loses it can read nothing, for ever.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import stat
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text

AES = "aes"
SM = "sm"
PROFILES = (AES, SM)
_FORMAT = "tongchou-keys-1"


def check_profile(profile: str) -> str:
    """Return the profile, or refuse a name that is not one."""
    if profile not in PROFILES:
        raise Refusal(
            Reason.INVALID_VALUE,
            Text(
                "密码算法套件只有 aes（AES-256-GCM、HMAC-SHA256）和 sm（SM4-GCM、HMAC-SM3）。",
                "The sealing profile is aes (AES-256-GCM, HMAC-SHA256) or sm (SM4-GCM, HMAC-SM3).",
            ),
            remedy=Text("请改为 aes 或 sm。", "Use aes or sm."),
            field="profile",
            value=profile,
        )
    return profile


@dataclass(frozen=True, slots=True, repr=False)
class SealingKey:
    """One sealing key: id (8 hex digits), profile, secret (64 hex digits)."""

    id: str
    profile: str
    secret: str

    @classmethod
    def new(cls, profile: str) -> SealingKey:
        return cls(secrets.token_hex(4), check_profile(profile), secrets.token_hex(32))


@dataclass(frozen=True, slots=True, repr=False)
class KeyFile:
    """What the key file holds. It has no repr, so that no secret reaches a log."""

    current: str
    hash_profile: str
    hash_root: str
    keys: tuple[SealingKey, ...]

    @classmethod
    def new(cls, profile: str) -> KeyFile:
        key = SealingKey.new(profile)
        return cls(key.id, profile, secrets.token_hex(32), (key,))

    def key(self, id_: str) -> SealingKey:
        return next(k for k in self.keys if k.id == id_)

    def rotated(self, profile: str | None = None) -> KeyFile:
        """Return the file with one more sealing key, current from now on; the hash root is untouched."""
        key = SealingKey.new(profile or self.key(self.current).profile)
        return replace(self, current=key.id, keys=(*self.keys, key))

    def as_json(self) -> str:
        body = {
            "format": _FORMAT,
            "current": self.current,
            "hash": {"profile": self.hash_profile, "root": self.hash_root},
            "keys": [{"id": k.id, "profile": k.profile, "secret": k.secret} for k in self.keys],
        }
        return json.dumps(body, indent=1) + "\n"

    def write_new(self, path: Path) -> None:
        """Write the file where none is; it appears whole or not at all. FileExistsError when there is one."""
        draft = self._draft(path)
        try:
            os.link(draft, path)  # unlike rename, this fails when another process was first
        finally:
            draft.unlink()

    def replace(self, path: Path) -> None:
        """Write the file in the place of an older one; it changes whole or not at all."""
        os.replace(self._draft(path), path)

    def _draft(self, path: Path) -> Path:
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(self.as_json())
            out.flush()
            os.fsync(out.fileno())
        return draft

    @classmethod
    def read(cls, path: Path) -> KeyFile:
        """Read and check a key file."""
        try:
            mode = path.stat().st_mode
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise _unusable(path, Text("读不出密钥文件。", "The key file cannot be read.")) from error
        if sys.platform != "win32" and mode & (stat.S_IRWXO | stat.S_IWGRP):
            raise _unusable(
                path,
                Text(
                    "密钥文件对其他用户开放（权限 {mode}），应只有本程序的用户能读。",
                    "The key file is open to other users (mode {mode}); only the program's user may read it.",
                ).with_(mode=oct(stat.S_IMODE(mode))),
                Text("请执行 chmod 600，并考虑更换密钥。", "Run chmod 600 on it and consider rotating the keys."),
            )
        with contextlib.suppress(ValueError, KeyError, TypeError, StopIteration):
            return cls._from(json.loads(text))
        raise _unusable(path, Text("密钥文件内容不完整或格式不正确。", "The key file is damaged or not a key file."))

    @classmethod
    def _from(cls, body: dict[str, Any]) -> KeyFile:
        keys = tuple(SealingKey(k["id"], k["profile"], k["secret"]) for k in body["keys"])
        file = cls(body["current"], body["hash"]["profile"], body["hash"]["root"], keys)
        sizes = [(file.hash_root, 32), *((k.secret, 32) for k in keys), *((k.id, 4) for k in keys)]
        profiles = {file.hash_profile, *(k.profile for k in keys)}
        if body["format"] != _FORMAT or not profiles <= set(PROFILES) or len({k.id for k in keys}) != len(keys):
            raise ValueError("not a key file of this format")
        if any(len(bytes.fromhex(text)) != size for text, size in sizes):
            raise ValueError("a key has the wrong length")
        file.key(file.current)
        return file


def _unusable(path: Path, rule: Text, remedy: Text | None = None) -> Refusal:
    restore = Text("请从密钥的离线备份恢复该文件。", "Restore the file from the offline copy of the keys.")
    return Refusal(Reason.UNAVAILABLE, rule, remedy=remedy or restore, field="key_file", value=path.name)
