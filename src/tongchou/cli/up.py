"""`tongchou up`: everything that runs, and nothing left behind when it stops."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time

from tongchou import postgres
from tongchou.cli.main import say
from tongchou.postgres.watchdog import end_with_parent


def run(*, port: int, host: str, workers: int, demo: bool) -> None:
    """Run until SIGINT or SIGTERM. A database, web server or worker that dies is started again; if this process itself is killed, they end."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    server = None
    if not os.environ.get("TONGCHOU_DATABASE_URL"):
        server = postgres.Server(postgres.home(), say)
        server.start()
    try:
        _prepare(demo)
        _serve(stop, server, port, host, workers)
    finally:
        if server is not None:
            say("stopping the database")
            server.stop()


def _prepare(demo: bool) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongchou.config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    say("bringing the database up to date")
    call_command("migrate", verbosity=0)
    from tongchou.record.loops.kinds import install_shipped_kinds

    added = install_shipped_kinds()
    if added:
        say(f"loop kinds added: {', '.join(added)}")
    from tongchou.rooms.plans.store import install_shipped_packs

    packs = install_shipped_packs()
    if packs:
        say(f"plan packs added: {', '.join(packs)}")
    from tongchou.rooms.plans.parts import bring_today

    for pack, keys in bring_today().items():
        say(f"in force by plan {pack}: {', '.join(keys)}")
    say("collecting static files")
    call_command("collectstatic", verbosity=0, interactive=False)
    if demo:
        from tongchou.cli.demo import ensure_demo

        ensure_demo(say)
    from django.db import connections

    connections.close_all()


def _serve(stop: threading.Event, server: postgres.Server | None, port: int, host: str, workers: int) -> None:
    commands = {
        "web server": [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(workers),
            "--blocking-threads", str(min(8, 2 * (os.cpu_count() or 1) + 1)), "--no-ws", "--log-level", "warning", "tongchou.config.wsgi:application",
        ],
        "worker": [sys.executable, "-m", "tongchou.cli.main", "work"],
    }  # fmt: skip
    children = {name: _child(command) for name, command in commands.items()}
    told = False
    try:
        while not stop.wait(0.5):
            if not told and _answers(host, port):  # whoever is told opens the page at once
                say(f"Tongchou runs at http://{host}:{port}/  (stop with Ctrl-C)")
                told = True
            if server is not None and server.fell():
                say("the database ended by itself; starting it again")
                server.restart()
            for name, child in children.items():
                if child.poll() is not None and not stop.is_set():
                    say(f"the {name} ended with status {child.returncode}; starting it again")
                    time.sleep(1)
                    children[name] = _child(commands[name])
    finally:
        say("stopping")
        for child in children.values():
            child.terminate()
        for child in children.values():
            try:
                child.wait(timeout=15)
            except subprocess.TimeoutExpired:
                child.kill()


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def _child(command: list[str]) -> subprocess.Popen[bytes]:
    """A process that ends with this one, and whose own workers end with it, so that nothing keeps the port when one of them is killed."""
    return subprocess.Popen(command, env=os.environ | {"TONGCHOU_CHILD": "1"}, preexec_fn=lambda: end_with_parent(signal.SIGKILL))
