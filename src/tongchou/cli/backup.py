"""Backup and restore: one consistent moment of the whole database, and proof on the other side that it is all there.

A backup is a ZIP of `dump` (pg_dump's custom format) and `manifest.json`. Keys are never in it.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from tongchou import postgres
from tongchou.postgres.binaries import find_program
from tongchou.record import ledger


class BackupError(RuntimeError):
    """A backup could not be written or restored; the message says why."""


def write_backup(file: str, say: Callable[[str], None]) -> dict[str, Any]:
    """Write a backup; refuses to overwrite. Returns the manifest."""
    target = Path(file)
    if target.exists():
        raise BackupError(f"{target} exists; a backup is never overwritten. Choose another name.")
    with transaction.atomic(), connection.cursor() as cursor, tempfile.TemporaryDirectory(dir=target.absolute().parent) as folder:
        cursor.execute("set transaction isolation level repeatable read, read only")
        cursor.execute("select pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        say("counting rows")
        counts = _counts(cursor)
        cursor.execute("select seq, encode(hash, 'hex') from record_ledgerentry order by seq desc limit 1")
        head = cursor.fetchone() or (0, "")
        say(f"dumping {sum(counts.values()):,} rows of {len(counts)} tables")
        dump = Path(folder) / "dump"
        _run(find_program("pg_dump"), "--format=custom", "--no-owner", "--no-acl", "--no-comments", f"--snapshot={snapshot}", "-f", str(dump), postgres.locate())
        manifest = {
            "format": 1, "counts": counts, "ledger_head": {"seq": head[0], "hash": head[1]},
            "sha256": hashlib.sha256(dump.read_bytes()).hexdigest(),
        }  # fmt: skip
        part = Path(folder) / "backup.zip"
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as out:
            out.writestr("manifest.json", json.dumps(manifest, indent=1))
            out.write(dump, "dump")
        os.chmod(part, 0o600)
        os.link(part, target)  # refuses when somebody made the file meanwhile
    say(f"written: {target}")
    say(f"the keys are NOT in it: keep {settings.KEY_FILE} in another place, or nobody can read the people in this backup")
    return manifest


def restore_backup(file: str, say: Callable[[str], None]) -> None:
    """Restore into an empty database and verify; raises BackupError and says what differs."""
    if connection.introspection.table_names():
        raise BackupError("the database is not empty: a backup is restored into an empty one only (use a new TONGCHOU_HOME).")
    with zipfile.ZipFile(file) as archive, tempfile.TemporaryDirectory() as folder:
        manifest = json.loads(archive.read("manifest.json"))
        dump = Path(archive.extract("dump", folder))
        if hashlib.sha256(dump.read_bytes()).hexdigest() != manifest["sha256"]:
            raise BackupError(f"{file} is damaged: its checksum is not the one in its manifest.")
        say("restoring")
        connection.close()
        _run(find_program("pg_restore"), "--no-owner", "--no-acl", "--exit-on-error", "-d", postgres.locate(), str(dump))
    say("comparing row counts")
    with connection.cursor() as cursor:
        found = _counts(cursor)
    wrong = {t: (n, found.get(t)) for t, n in manifest["counts"].items() if found.get(t) != n}
    if wrong:
        raise BackupError(f"row counts differ (expected, found): {wrong}")
    say("verifying the ledger")
    report = ledger.verify()
    head = manifest["ledger_head"]
    if not report.sound or (head["seq"] and (report.head_seq, report.head_hash) != (head["seq"], head["hash"])):
        raise BackupError(f"the ledger does not verify: {report.faults or 'its head is another one'}")
    say(f"restored and verified: {sum(found.values()):,} rows, ledger head {report.head_seq}")


def _counts(cursor: Any) -> dict[str, int]:
    cursor.execute("select tablename from pg_tables where schemaname = 'public' order by tablename")
    tables = [row[0] for row in cursor.fetchall()]
    out = {}
    for table in tables:
        cursor.execute(f'select count(*) from "{table}"')
        out[table] = int(cursor.fetchone()[0])
    return out


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError(f"{Path(command[0]).name} failed: {done.stderr.strip()[-800:]}")
