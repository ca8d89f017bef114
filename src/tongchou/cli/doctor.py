"""`tongchou doctor`: is what this installation stands on in order?"""

from __future__ import annotations

import shutil
import stat
import subprocess
import sys
from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from tongchou.record.ledger import lag
from tongchou.record.models import Area
from tongchou.web.boundaries import shapes


def examine() -> bool:
    """Print one line for each check; True when none failed (warnings do not fail)."""
    sound = True
    for name, check in CHECKS.items():
        try:
            verdict, told = check()
        except Exception as error:
            verdict, told = False, f"{type(error).__name__}: {error}"
        mark = "ok  " if verdict else "warn" if verdict is None else "FAIL"
        print(f"{mark}  {name}: {told}")
        sound = sound and verdict is not False
    return sound


def _one(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return str(cursor.fetchone()[0])


def _python() -> tuple[bool | None, str]:
    return sys.version_info >= (3, 11), sys.version.split()[0]


def _server() -> tuple[bool | None, str]:
    return int(_one("show server_version_num")) >= 150000, f"PostgreSQL {_one('show server_version')} (15 or newer is needed)"


def _encoding() -> tuple[bool | None, str]:
    found = _one("show server_encoding")
    return found == "UTF8", found


def _setting(name: str) -> Callable[[], tuple[bool | None, str]]:
    return lambda: (_one(f"show {name}") == "on", f"{name} = {_one(f'show {name}')}")


def _migrations() -> tuple[bool | None, str]:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return not waiting, "all applied" if not waiting else f"{len(waiting)} waiting: run `tongchou manage migrate`"


def _keys() -> tuple[bool | None, str]:
    path = settings.KEY_FILE
    if not path.exists():
        return None, f"{path} does not exist yet; it is made when first needed"
    mode = stat.S_IMODE(path.stat().st_mode)
    return mode & 0o077 == 0, f"{path} has mode {mode:o} (600 is needed)"


def _ledger() -> tuple[bool | None, str]:
    seconds = lag(timezone.now())
    return (True if seconds < 60 else None), f"oldest act outside the chain: {seconds:.0f} s (is the worker running?)"


def _disk() -> tuple[bool | None, str]:
    free = shutil.disk_usage(settings.HOME if settings.HOME.exists() else "/").free // 2**20
    return free > 1024, f"{free:,} MiB free"


def _browser() -> tuple[bool | None, str]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    return (True if found else None), found or "no Chromium: browser tests are skipped"


def _fonts() -> tuple[bool | None, str]:
    if shutil.which("fc-list") is None:
        return None, "fc-list is not installed; fonts unknown"
    found = subprocess.run(["fc-list", ":lang=zh", "family"], capture_output=True, text=True, check=False).stdout
    return (True if found.strip() else None), "Chinese fonts found" if found.strip() else "no Chinese font (install fonts-noto-cjk)"


def _boundaries() -> tuple[bool | None, str]:
    known = shapes()
    if not known:
        return True, "no file of one's own; areas are shown as tiles"
    there = set(Area.objects.filter(valid_to=None, code__in=list(known)).values_list("code", flat=True))
    strange = sorted(known.keys() - there)
    told = f"areas with a shape: {len(there)}"
    return (None, f"{told}; codes not in force: {len(strange)}, such as {strange[0]}") if strange else (True, told)


CHECKS: dict[str, Callable[[], tuple[bool | None, str]]] = {
    "Python": _python,
    "database": _server,
    "encoding": _encoding,
    "checksums": _setting("data_checksums"),
    "fsync": _setting("fsync"),
    "full page writes": _setting("full_page_writes"),
    "migrations": _migrations,
    "keys": _keys,
    "ledger": _ledger,
    "boundaries": _boundaries,
    "disk": _disk,
    "browser": _browser,
    "fonts": _fonts,
}
