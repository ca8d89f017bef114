"""The one keyring of the process, read from the key file outside the database."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from tongchou.kernel.sealing import Keyring


@lru_cache(maxsize=1)
def keyring() -> Keyring:
    """Return the keyring; a missing file is created on first use (and must be kept apart from database backups)."""
    path = settings.KEY_FILE
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            return Keyring.create(path, settings.SEALING_PROFILE)
        except FileExistsError:
            pass  # another process made it first
    return Keyring.read(path)
