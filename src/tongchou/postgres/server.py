"""A PostgreSQL server of our own: initialised, started and stopped by the program, never outliving it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from tongchou.postgres.binaries import find_binaries
from tongchou.postgres.place import Place, place, server_user

EXTENSIONS = ("pg_trgm", "btree_gist", "btree_gin", "ltree", "citext", "unaccent")
APP = "tongchou"


class ServerError(RuntimeError):
    """The server could not be initialised, started or stopped; the message says why and what to do."""


class Server:
    """One server for one home folder.

    start() returns when it answers; stop() ends it with all work on disk. Should this process die without stop() (SIGKILL included),
    a watchdog stops the server. say: gets one line for each thing done.
    """

    def __init__(self, home: Path, say: Callable[[str], None] | None = None) -> None:
        self.place: Place = place(Path(home).absolute())
        self.url = ""
        self._say = say or (lambda _: None)
        self._lock: IO[str] | None = None
        self._watchdog: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Start the server, initialising its folder on first use; returns its URL. Raises ServerError."""
        self.place.record.parent.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        try:
            self.binaries = find_binaries()
            self._check_version()
            fresh = not (self.place.data / "PG_VERSION").exists()
            secret = self._secrets()
            if fresh:
                self._say("creating the database folder (first start only)")
                self._init(secret["superuser"])
            self._say(f"starting PostgreSQL {self.binaries.major}")
            self._launch()
            self._prepare(secret)
        except BaseException:
            self.stop()
            self._release()
            raise
        return self.url

    def fell(self) -> bool:
        """Whether the server has ended although nobody stopped it (SIGKILL, out of memory)."""
        return self._watchdog is not None and self._watchdog.poll() is not None

    def restart(self) -> None:
        """Start a server that fell; it recovers by itself. Its old processes may take a moment to end. Raises ServerError."""
        password = self._secrets()["superuser"]
        for last in (False, False, False, False, True):
            self._launch()
            try:
                self._connect("postgres", password, "postgres").close()
                return
            except ServerError:
                if last:
                    raise
                time.sleep(1)

    def stop(self) -> None:
        """Stop the server and forget its address. Stopping twice does nothing."""
        if self._watchdog is None:
            return
        assert self._watchdog.stdin is not None
        self._watchdog.stdin.close()
        try:
            self._watchdog.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self._watchdog.kill()
        self._watchdog = None
        with contextlib.suppress(OSError):  # somebody's file lies in it, or it is gone
            self.place.socket.rmdir()
        self._release()

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _take_lock(self) -> None:
        lock = open(self.place.record.parent / "lock", "w")  # noqa: SIM115  (held until stop)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise ServerError(
                f"another process already runs the database of {self.place.home}. Stop it first, or use another TONGCHOU_HOME."
            ) from None
        self._lock = lock

    def _release(self) -> None:
        self.place.record.unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _check_version(self) -> None:
        mark = self.place.data / "PG_VERSION"
        if mark.exists() and mark.read_text().strip() != str(self.binaries.major):
            raise ServerError(
                f"{self.place.data} was written by PostgreSQL {mark.read_text().strip()}, but PostgreSQL {self.binaries.major} is installed. "
                "Restore a backup with `tongchou restore` into a new TONGCHOU_HOME, or set TONGCHOU_PG_BIN to the old version."
            )

    def _secrets(self) -> dict[str, str]:
        path = self.place.record.parent / "secrets.json"
        if path.exists():
            return dict(json.loads(path.read_text()))
        if (self.place.data / "PG_VERSION").exists():
            raise ServerError(
                f"{path} is missing but {self.place.data} exists: put the file back, or use another TONGCHOU_HOME."
            )
        made = {"superuser": secrets.token_urlsafe(24), APP: secrets.token_urlsafe(24)}
        write_private(path, json.dumps(made))
        return made

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        user = server_user()
        other: dict[str, Any] = {"user": user, "group": _group(user), "extra_groups": []} if user else {}
        done: subprocess.CompletedProcess[str] = subprocess.run(
            list(command), capture_output=True, text=True, check=False, cwd="/", env=_clean_env(), **other
        )
        return done

    def _own(self, folder: Path, mode: int) -> None:
        """Make a folder for the server's user."""
        folder.mkdir(parents=True, exist_ok=True)
        user = server_user()
        if user is not None:
            shutil.chown(folder, user, _group(user))
        folder.chmod(mode)

    def _init(self, password: str) -> None:
        partial = self.place.data.with_name("data.new")
        shutil.rmtree(partial, ignore_errors=True)
        self._own(partial.parent, 0o711 if partial.parent != self.place.record.parent else 0o755)
        self._own(partial, 0o700)
        locale = ["--locale=C.UTF-8"]
        if self.binaries.major >= 17:
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]
        secret = partial.parent / "superuser.pw"
        write_private(secret, password + "\n")
        user = server_user()
        if user is not None:
            shutil.chown(secret, user)
        try:
            done = self._run(
                self.binaries["initdb"], "-D", str(partial), "-U", "postgres", "--encoding=UTF8", *locale, "--data-checksums",
                "--auth=scram-sha-256", f"--pwfile={secret}",
            )  # fmt: skip
        finally:
            secret.unlink()
        if done.returncode:
            raise ServerError(f"initdb failed: {(done.stderr or done.stdout).strip()[-800:]}")
        partial.rename(self.place.data)

    def _launch(self) -> None:
        self._own(self.place.socket, 0o711)
        self.place.log.mkdir(parents=True, exist_ok=True)
        options = [f"-c{k}={v}" for k, v in _settings(self.place.socket).items()]
        user = server_user()
        command = [
            sys.executable,
            "-m",
            "tongchou.postgres.watchdog",
            user or "",
            str(self.place.data),
            self.binaries["postgres"],
            *options,
        ]
        with open(self.place.log / "postgres.log", "ab") as log:
            self._watchdog = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                env=_module_env(),
            )

    def _prepare(self, secret: dict[str, str]) -> None:
        """Wait until it answers; make the application's role, database and extensions where they are missing."""
        socket = str(self.place.socket)
        admin = self._connect("postgres", secret["superuser"], "postgres")
        with admin:
            if admin.execute("select 1 from pg_roles where rolname = %s", [APP]).fetchone() is None:
                role, password = sql.Identifier(APP), sql.Literal(secret[APP])
                admin.execute(sql.SQL("create role {} login createdb password {}").format(role, password))
            if admin.execute("select 1 from pg_database where datname = %s", [APP]).fetchone() is None:
                admin.execute(sql.SQL("create database {0} owner {0}").format(sql.Identifier(APP)))
        for database in ("template1", APP):
            with self._connect("postgres", secret["superuser"], database) as one:
                for extension in EXTENSIONS:
                    one.execute(sql.SQL("create extension if not exists {}").format(sql.Identifier(extension)))
        self.url = f"postgresql://{APP}:{quote(secret[APP])}@/{APP}?host={quote(socket)}"
        write_private(self.place.record, json.dumps({"url": self.url, "socket": socket, "pid": os.getpid()}))

    def _connect(self, user: str, password: str, database: str) -> psycopg.Connection[Any]:
        end = time.monotonic() + 60
        while True:
            try:
                return psycopg.connect(
                    host=str(self.place.socket),
                    user=user,
                    password=password,
                    dbname=database,
                    autocommit=True,
                    connect_timeout=5,
                )
            except psycopg.OperationalError as error:
                dead = self._watchdog is None or self._watchdog.poll() is not None
                if dead or time.monotonic() > end:
                    tail = (self.place.log / "postgres.log").read_text(errors="replace")[-1500:]
                    raise ServerError(f"PostgreSQL did not start: {error}\n{tail}") from error
                time.sleep(0.05)


def write_private(path: Path, text: str) -> None:
    """Write a file with mode 0600, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.new")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)


def _settings(socket: Path) -> dict[str, str]:
    """Settings of a small machine; fsync, full_page_writes and synchronous_commit stay on, as they are by default."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
    return {
        "listen_addresses": "",
        "unix_socket_directories": str(socket),
        "unix_socket_permissions": "0777",
        "max_connections": "100",
        "shared_buffers": f"{max(64, min(1024, memory // 8))}MB",
        "maintenance_work_mem": "256MB",
        "work_mem": "16MB",
        "max_wal_size": "4GB",
        "wal_compression": "on",
        "random_page_cost": "1.1",
        "jit": "off",
        "autovacuum_naptime": "15s",  # after an import the planner shall not take a full table for an empty one for a whole minute
        "timezone": "UTC",
        "log_timezone": "UTC",
        "logging_collector": "off",
        "log_min_messages": "warning",
    }


def _clean_env() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_"))} | {"LANG": "C.UTF-8", "HOME": "/"}


def _module_env() -> dict[str, str]:
    """The watchdog must find this package wherever it was started from."""
    root = str(Path(__file__).resolve().parents[2])
    return _clean_env() | {"PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))}


def _group(user: str | None) -> int:
    import pwd

    assert user is not None
    return pwd.getpwnam(user).pw_gid
