"""The worker process: the job queue, and the sealer that chains acts every second."""

from __future__ import annotations

import logging
import threading

from django.core.management import call_command
from django.db import OperationalError, close_old_connections, connection

from tongchou.record.ledger import seal_all

log = logging.getLogger("tongchou.worker")
SEAL_EVERY = 1.0
"""Seconds between two sealings: the longest time that an act stays outside the chain."""


def seal_until(stop: threading.Event) -> None:
    """Chain what waits, every second, until told to stop. A lost connection is taken up again."""
    while not stop.wait(SEAL_EVERY):
        try:
            seal_all()
        except OperationalError as error:
            log.warning("sealing paused: %s", error)
            close_old_connections()
    connection.close()


def work(concurrency: int = 2) -> None:
    """Run until SIGTERM or SIGINT."""
    stop = threading.Event()
    sealer = threading.Thread(target=seal_until, args=(stop,), name="sealer")
    sealer.start()
    try:
        call_command("procrastinate", "worker", concurrency=concurrency, delete_jobs="successful")
    finally:
        stop.set()
        sealer.join(timeout=10)
