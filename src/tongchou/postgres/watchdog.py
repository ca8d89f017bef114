"""Runs the server as its child and stops it when the pipe from the program closes, for whatever reason the program ended.

python -m tongchou.postgres.watchdog USER DATA POSTGRES [OPTION...]     USER "" means: this user.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
import threading

_PR_SET_PDEATHSIG = 1


def main(user: str, data: str, program: str, *options: str) -> int:
    """Return the server's exit status."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the program decides when to stop, by closing the pipe
    more = {}
    if user:
        entry = pwd.getpwnam(user)
        more = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    server = subprocess.Popen(
        [program, "-D", data, *options], stdin=subprocess.DEVNULL, cwd="/", restore_signals=True,
        preexec_fn=_in_the_server, **more,  # type: ignore[call-overload]
    )  # fmt: skip
    threading.Thread(target=_stop_at_end_of_pipe, args=(server,), daemon=True).start()
    return int(server.wait())


def _in_the_server() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    end_with_parent(signal.SIGINT)


def end_with_parent(number: signal.Signals) -> None:
    """In a new child, on Linux: ask the kernel for a signal when the parent dies, even by SIGKILL."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)


def _stop_at_end_of_pipe(server: subprocess.Popen[bytes]) -> None:
    while os.read(0, 1024):
        pass
    with contextlib.suppress(ProcessLookupError):
        server.send_signal(signal.SIGINT)  # fast shutdown: sessions end, everything is on disk
    try:
        server.wait(timeout=45)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
