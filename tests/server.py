"""Loaded by `-p tests.server` before Django reads its settings: one real PostgreSQL for the whole run.

TONGCHOU_DATABASE_URL names a server of one's own; otherwise the embedded one is started in a folder that goes away afterwards.
Workers of pytest-xdist inherit the address and use a database each.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongchou.config.settings")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's sync API runs a loop in the test's thread

if not os.environ.get("PYTEST_XDIST_WORKER"):
    home = Path(tempfile.mkdtemp(prefix="tongchou-test-"))
    home.chmod(0o755)  # as root the server runs as another user, which must reach its folder
    atexit.register(shutil.rmtree, home, ignore_errors=True)  # exit handlers run last-first: after the server has stopped
    os.environ["TONGCHOU_HOME"] = str(home)
    if not os.environ.get("TONGCHOU_DATABASE_URL"):
        from tongchou import postgres

        print("starting a PostgreSQL server for the tests ...", flush=True)
        server = postgres.Server(home)
        server.start()
        os.environ["TONGCHOU_DATABASE_URL"] = server.url
        atexit.register(server.stop)
