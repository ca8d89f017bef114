"""Where things are: the home folder, the server's folder, its socket, and the address of the running server."""

from __future__ import annotations

import hashlib
import json
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path


class NoServer(RuntimeError):
    """No database address is known: none was given and the embedded server does not run."""


@dataclass(frozen=True, slots=True)
class Place:
    """Folders of one embedded server. `data` and `socket` are reachable for the user that runs it."""

    home: Path
    data: Path
    socket: Path
    log: Path

    @property
    def record(self) -> Path:
        """The file that says how to reach the running server (mode 0600: it holds the password)."""
        return self.home / "postgres" / "run.json"


def home() -> Path:
    """The folder that holds everything that the program keeps: TONGCHOU_HOME, else ~/.local/share/tongchou."""
    given = os.environ.get("TONGCHOU_HOME")
    return Path(given).absolute() if given else Path.home() / ".local" / "share" / "tongchou"


def locate() -> str:
    """Return the database's URL: TONGCHOU_DATABASE_URL, else that of the running embedded server.

    Raises NoServer when there is neither.
    """
    given = os.environ.get("TONGCHOU_DATABASE_URL")
    if given:
        return given
    path = home() / "postgres" / "run.json"
    try:
        return str(json.loads(path.read_text())["url"])
    except (OSError, ValueError, KeyError):
        raise NoServer(
            f"no database: the embedded server of {home()} does not run and TONGCHOU_DATABASE_URL is not set. "
            "Start it with `tongchou up` (or `make run`), or name a server of your own."
        ) from None


def server_user() -> str | None:
    """The user under which the server runs: None for ourselves; as root an existing unprivileged user."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise NoServer("PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody` on this machine.")


def place(folder: Path) -> Place:
    """Decide where the server of a home folder keeps its data.

    As root the server runs as another user, which may not reach the home folder: then its data lie in /var/lib/tongchou instead of
    opening up the folders above (nobody's permissions are changed).
    """
    key = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    base = folder / "postgres"
    if server_user() is not None and not reachable(folder):
        base = Path("/var/lib/tongchou") / key
    return Place(folder, base / "data", Path("/tmp") / f"tongchou-{key}-{os.geteuid()}", folder / "postgres" / "log")


def reachable(folder: Path) -> bool:
    """Whether another user can pass through every folder that exists on the way."""
    parents = [folder, *folder.parents]
    return all(p.stat().st_mode & stat.S_IXOTH for p in parents if p.exists())
