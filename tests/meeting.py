"""Two connections that look before either writes: the moment at which a missing lock shows."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Any


def meeting(looked: Callable[..., Any], seconds: float) -> Callable[..., Any]:
    """`looked`, after which the first two callers wait for each other. Where a lock holds one of them back, the other goes on after so many seconds."""
    barrier, met = threading.Barrier(2), threading.Event()

    def look(*given: Any, **more: Any) -> Any:
        found = looked(*given, **more)
        if not met.is_set():
            with contextlib.suppress(threading.BrokenBarrierError):
                barrier.wait(seconds)
            met.set()
        return found

    return look
