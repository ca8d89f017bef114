"""A drill: the running product under load over HTTP, its parts killed one after the other, and every client's own ledger held against the database.

    python -m tests.cli.kills [KILLS] [MINUTES] [SECONDS_BETWEEN] [HOME]        (200 kills, or as many as fit into 30 minutes, half a second apart)

`tongchou up` runs as it would in use. Clients open loops through the API, one by one and in bulk. A client writes down what it sends before it sends it, sends
it again under the same id until it is acknowledged, and writes that down. Meanwhile SIGKILL goes in turn to PostgreSQL, to a session of it, to a web worker, to
the web server, to the job worker, to the watchdog of the database, and to `tongchou up` itself, which is then started again as a service manager would.
In the end: nothing acknowledged is lost, nothing is doubled, nothing is there that nobody sent, and the ledger is sound with nothing left unchained.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = 4
BULK = 100
"""Loops in a bulk write; one write in ten is one."""
VICTIMS = ("database", "session", "web worker", "web server", "database", "job worker", "watchdog", "everything")
PATIENCE = 300.0
"""Seconds within which the product must take writes again after a kill. On an idle machine it takes a tenth of it at most; a test machine may be anything but."""


@dataclass
class Ledger:
    """What one client sent and what was acknowledged: act id -> number of loops."""

    sent: dict[str, int] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)
    again: int = 0
    refused: list[str] = field(default_factory=list)


def judge(ledgers: list[Ledger], kept: list[tuple[str, int]]) -> list[str]:
    """What is wrong. kept: (act id, loops that carry its mark) for each act of the clients' accounts in the database."""
    sent = {k: n for one in ledgers for k, n in one.sent.items()}
    done = {k: n for one in ledgers for k, n in one.done.items()}
    found = dict(kept)
    wrong = [f"refused: {line}" for one in ledgers for line in one.refused[:3]]
    wrong += [f"lost: {k} was acknowledged" for k in done if k not in found]
    wrong += [f"doubled: {k} is there more than once" for k in found if sum(1 for key, _ in kept if key == k) > 1][:3]
    wrong += [f"changed: {k} has {n} loops, sent {sent[k]}" for k, n in kept if k in sent and sent[k] != n]
    wrong += [f"from nowhere: {k}" for k in found if k not in sent]
    return wrong


class Product:
    """`tongchou up` for a home folder, started again when it is killed."""

    def __init__(self, home: Path, port: int) -> None:
        self.home, self.port = home, port
        self.process: subprocess.Popen[bytes] | None = None
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("TONGCHOU_", "DJANGO_", "PYTEST"))}
        self.env = clean | {"TONGCHOU_HOME": str(home), "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}

    def start(self) -> None:
        command = [sys.executable, "-m", "tongchou.cli.main", "up", "--no-demo", "--port", str(self.port)]
        with open(self.home / "up.log", "ab") as log:
            self.process = subprocess.Popen(command, env=self.env, stdout=log, stderr=log)

    def keep_up(self) -> None:
        """What a service manager does: start it again when it gave up, as it does when it is hit in the middle of its start."""
        assert self.process is not None
        if self.process.poll() is not None:
            self.start()

    def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.wait(timeout=90)

    def kill(self, victim: str) -> None:
        """SIGKILL one part. Whoever has just died already is left alone."""
        assert self.process is not None
        if victim == "everything":
            self.process.kill()
            self.process.wait()
            time.sleep(1)
            self.start()
            return
        pids = {
            "database": lambda: self._watchdog("postgres -D", deep=1),
            "session": lambda: self._watchdog("postgres: tongchou", deep=2)[:1],
            "watchdog": lambda: self._watchdog("", deep=0),
            "web server": lambda: self._children("granian"),
            "web worker": lambda: [w for g in self._children("granian") for w in _children_of(g)][:1],
            "job worker": lambda: self._children("work"),
        }[victim]()
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _children(self, word: str) -> list[int]:
        assert self.process is not None
        return [p for p in _children_of(self.process.pid) if word in _command(p).split("tongchou.config")[0]]

    def _watchdog(self, word: str, deep: int) -> list[int]:
        level = self._children("watchdog")
        for _ in range(deep):
            level = [c for p in level for c in _children_of(p)]
        return [p for p in level if word in _command(p)]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _children_of(pid: int) -> list[int]:
    try:
        return [int(p) for t in Path(f"/proc/{pid}/task").iterdir() for p in (t / "children").read_text().split()]
    except OSError:
        return []


def client(port: int, token: str, unit: int, ledger: Ledger, stop: threading.Event) -> None:
    """Write until told to stop; what was begun is finished first."""
    draw, line = random.Random(id(ledger)), None
    while not stop.is_set():
        key = str(uuid.uuid4())
        many = BULK if draw.random() < 0.1 else 1
        items = [
            {"kind": "task", "title": "压测事项", "owner_unit": unit, "origin": "kills", "origin_ref": key}
            for _ in range(many)
        ]
        path, body = (
            ("/api/v1/acts/loop.open", items[0])
            if many == 1
            else ("/api/v1/loops:open", {"items": items, "mode": "all"})
        )
        ledger.sent[key] = many
        for attempt in range(10_000):
            ledger.again += attempt > 0
            try:
                line = line or http.client.HTTPConnection("127.0.0.1", port, timeout=20)
                headers = {
                    "Authorization": f"Bearer {token}",
                    "Content-Type": "application/json",
                    "Idempotency-Key": key,
                }
                line.request("POST", path, json.dumps(body), headers)
                answer = line.getresponse()
                said = answer.read()
            except (OSError, http.client.HTTPException):
                line = None
                time.sleep(0.1)
                continue
            if answer.status in (200, 201):
                ledger.done[key] = many
                break
            if answer.status != 503:
                ledger.refused.append(said.decode(errors="replace")[:300])
            if answer.status < 500:
                break
            time.sleep(0.1)


def set_up(home: Path) -> tuple[list[str], int]:
    """Make a small demo district and a token for each client; returns the tokens and the unit that the loops are for. In a process of its own."""
    code = f"""
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "tongchou.config.settings"
from pathlib import Path
from tongchou import postgres
with postgres.Server(Path({str(home)!r})):
    import django; django.setup()
    from django.core.management import call_command
    call_command("migrate", verbosity=0)
    from tongchou.cli.accounts import actor_named
    from tongchou.cli.demo import ensure_demo
    from tongchou.kernel.ids import new_id
    from tongchou.record.actions.tokens import issue
    from tongchou.record.models import Unit
    ensure_demo(lambda line: None)
    for n in range({CLIENTS}):
        print("token", issue(actor_named("hq"), new_id(), f"drill {{n}}", ["loop.open", "loop.bulk"], 2).text)
    print("unit", Unit.objects.filter(kind="street").order_by("pk").first().pk)
"""
    env = Product(home, 0).env
    said = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    return [line.split()[1] for line in said if line.startswith("token")], next(
        int(line.split()[1]) for line in said if line.startswith("unit")
    )


@dataclass
class Outcome:
    kills: dict[str, int]
    slowest: float
    acts: int
    loops: int
    again: int
    seconds: float
    wrong: list[str]

    def __str__(self) -> str:
        parts = ", ".join(f"{n} × {who}" for who, n in sorted(self.kills.items()))
        end = "\n".join(self.wrong) or "nothing acknowledged was lost, nothing doubled, the ledger is sound"
        return (
            f"{sum(self.kills.values())} kills ({parts}) in {self.seconds:.0f} s: {self.acts:,} writes acknowledged ({self.loops:,} loops), "
            f"{self.again:,} sent again; writes taken again at most {self.slowest:.1f} s after a kill\n{end}"
        )


def drill(
    home: Path, kills: int, between: float, minutes: float = 30, say: Callable[[str], None] = lambda _: None
) -> Outcome:
    """Run it. home: empty, or a demo district already set up and not running."""
    tokens, unit = set_up(home)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    product, stop = Product(home, port), threading.Event()
    ledgers = [Ledger() for _ in tokens]
    threads = [
        threading.Thread(target=client, args=(port, t, unit, one, stop), daemon=True)
        for t, one in zip(tokens, ledgers, strict=True)
    ]
    taken, slowest, wrong, began = dict.fromkeys(VICTIMS, 0), 0.0, [], time.monotonic()
    product.start()
    try:
        for thread in threads:
            thread.start()
        _writes_go_on(ledgers, product)
        for number in range(kills):
            if time.monotonic() - began > minutes * 60:
                break
            victim = VICTIMS[number % len(VICTIMS)]
            product.kill(victim)
            taken[victim] += 1
            slowest = max(slowest, _writes_go_on(ledgers, product))
            say(
                f"kill {number + 1} of {kills}: {victim}; {sum(len(one.done) for one in ledgers):,} writes acknowledged so far"
            )
            time.sleep(between)
    except TimeoutError as late:
        wrong.append(str(late))
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=PATIENCE)
        time.sleep(3)  # the sealer chains every second
        product.stop()
    seconds = time.monotonic() - began
    wrong += [f"a client is still waiting: {n}" for n, thread in enumerate(threads) if thread.is_alive()]
    wrong += judge(ledgers, _kept(home)) + _ledger(product)
    done = {k: n for one in ledgers for k, n in one.done.items()}
    return Outcome(
        {k: n for k, n in taken.items() if n},
        slowest,
        len(done),
        sum(done.values()),
        sum(o.again for o in ledgers),
        seconds,
        wrong,
    )


def _writes_go_on(ledgers: list[Ledger], product: Product) -> float:
    """Wait until every client has had two more writes acknowledged; seconds that it took."""
    began, marks = time.monotonic(), [len(one.done) + 2 for one in ledgers]
    while any(len(one.done) < mark for one, mark in zip(ledgers, marks, strict=True)):
        if time.monotonic() - began > PATIENCE:
            raise TimeoutError(f"no writes were taken for {PATIENCE:.0f} s")
        product.keep_up()
        time.sleep(0.02)
    return time.monotonic() - began


def _kept(home: Path) -> list[tuple[str, int]]:
    from tongchou.postgres import Server

    with Server(home) as server, psycopg.connect(server.url) as connection:
        rows = connection.execute(
            "select a.id::text, (select count(*) from record_loop l where l.id in (select e.loop_id from record_event e where e.act_id = a.id) "
            "and l.origin_ref = a.id::text) from record_act a where a.via = 'token' and a.verb in ('loop.open', 'loop.open_many')"
        ).fetchall()
        marked = connection.execute("select count(*) from record_loop where origin = 'kills'").fetchone()
    assert marked is not None
    lone = marked[0] - sum(n for _, n in rows)
    return [(str(k), int(n)) for k, n in rows] + ([("loops without their act", lone)] if lone else [])


def _ledger(product: Product) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "tongchou.cli.main", "ledger", "verify"],
        env=product.env,
        capture_output=True,
        text=True,
        check=False,
    )
    return (
        [] if done.returncode == 0 and "sound" in done.stdout else [f"ledger: {done.stdout[-500:]}{done.stderr[-500:]}"]
    )


if __name__ == "__main__":
    given = [*sys.argv[1:], *["200", "30", "0.5", ""][len(sys.argv) - 1 :]]
    place = Path(given[3] or tempfile.mkdtemp(prefix="tongchou-kills-"))
    place.mkdir(parents=True, exist_ok=True)
    place.chmod(0o755)
    outcome = drill(place, int(given[0]), float(given[2]), float(given[1]), lambda line: print(line, flush=True))
    print(outcome)
    sys.exit(1 if outcome.wrong else 0)
