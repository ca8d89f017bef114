"""Loaded by `-p tests.server` before Django reads its settings: one real PostgreSQL for the whole run.

TONGCHOU_DATABASE_URL names a server of one's own; otherwise the embedded one is started in a folder that goes away afterwards.
Workers of pytest-xdist inherit the address and use a database each.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongchou.config.settings")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's sync API runs a loop in the test's thread
TEMPLATE = "TONGCHOU_TEST_TEMPLATE"  # the migrated database that each worker copies (tests/conftest.py)
ROOT = Path(__file__).resolve().parent.parent
KEPT = 3


def _kept(major: int) -> Path:
    """Where the migrated database's files are kept from one run to the next: another folder for other migrations."""
    key = hashlib.sha256(str(major).encode())
    for path in [ROOT / "uv.lock", ROOT / "src/tongchou/config/settings.py", *sorted((ROOT / "src").rglob("migrations/*.py"))]:
        key.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    return base / "tongchou-tests" / key.hexdigest()[:16]


def _copy(source: Path, target: Path) -> None:
    """A folder or file with its owner: the server runs as another user when we are root."""
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)


def _take(kept: Path, data: Path, secret: Path) -> bool:
    """Take what was kept; False where nothing was, or where another run threw it away meanwhile."""
    if not (kept / "data").exists():
        return False
    _made(data.parent).chmod(0o755)  # the server's other user goes through it, whatever the umask
    try:
        _copy(kept / "data", data)
        _copy(kept / "secrets.json", secret)
    except subprocess.CalledProcessError:
        shutil.rmtree(data, ignore_errors=True)
        secret.unlink(missing_ok=True)
        return False
    return True


def _keep(data: Path, secret: Path, kept: Path) -> None:
    """Keep the stopped server's files; whole or not at all, and only the newest few."""
    partial = Path(tempfile.mkdtemp(dir=_made(kept.parent)))
    _copy(secret, partial / "secrets.json")
    _copy(data, partial / "data")
    try:
        partial.rename(kept)
    except OSError:  # another run was first
        shutil.rmtree(partial)
    for old in sorted(kept.parent.iterdir(), key=lambda p: p.stat().st_mtime, reverse=True)[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _in_a_hurry(data: Path) -> None:
    """The tests' server need not survive a power cut, so it does not wait for the disk: tests that commit, and empty every table afterwards, do
    little else. What does have to survive is tried on whole installations, which keep every guarantee (tests/cli/test_drills.py)."""
    with (data / "postgresql.conf").open("a") as conf:
        conf.write("\nfsync = off\nsynchronous_commit = off\nfull_page_writes = off\n")


def _start(home: Path) -> None:
    """Start the server on files kept from an earlier run with the same migrations, else migrate once and keep them."""
    from tongchou import postgres
    from tongchou.postgres.binaries import find_binaries

    server = postgres.Server(home)
    data, secret = server.place.data, server.place.record.parent / "secrets.json"
    kept = _kept(find_binaries().major)
    if (found := _take(kept, data, secret)):
        _in_a_hurry(data)
    os.environ["TONGCHOU_DATABASE_URL"] = server.start()
    atexit.register(server.stop)
    if not found:
        print("migrating its database, once for all workers ...", flush=True)
        migrate = [sys.executable, "-m", "tongchou.cli.main", "manage", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, check=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)})
        server.stop()
        with contextlib.suppress(OSError, subprocess.CalledProcessError):  # nowhere to keep them: the next run migrates again
            _keep(data, secret, kept)
        _in_a_hurry(data)
        os.environ["TONGCHOU_DATABASE_URL"] = server.start()
    os.environ[TEMPLATE] = "tongchou"


if not os.environ.get("PYTEST_XDIST_WORKER"):
    home = Path(tempfile.mkdtemp(prefix="tongchou-test-"))
    home.chmod(0o755)  # as root the server runs as another user, which must reach its folder
    (home / "static").mkdir()  # where collected files would lie: without it every live server warns that it is not there
    atexit.register(shutil.rmtree, home, ignore_errors=True)  # exit handlers run last-first: after the server has stopped
    os.environ["TONGCHOU_HOME"] = str(home)
    if not os.environ.get("TONGCHOU_DATABASE_URL"):
        print("starting a PostgreSQL server for the tests ...", flush=True)
        _start(home)
