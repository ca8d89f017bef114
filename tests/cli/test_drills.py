"""Drills on a whole installation: restore to an empty place, SIGKILL under load, and the second verifier."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from tongchou.postgres import Server

ROOT = Path(__file__).resolve().parents[2]
VERIFIER = ROOT / "verifier" / "verify.py"


def command(home: Path, *words: str, url: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run the tongchou command for a home folder (its own server is started and stopped by it)."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("TONGCHOU_", "DJANGO_", "PYTEST"))} | {"TONGCHOU_HOME": str(home)}
    if url:
        env["TONGCHOU_DATABASE_URL"] = url
    done = subprocess.run([sys.executable, "-m", "tongchou.cli.main", *words], env=env, capture_output=True, text=True, check=False, timeout=180)
    if check:
        assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the demo district, its server stopped."""
    home = tmp_path_factory.mktemp("home")
    home.chmod(0o755)
    command(home, "demo")
    return home


def test_a_backup_comes_back_whole_in_an_empty_place(installed: Path, tmp_path: Path) -> None:
    backup = tmp_path / "b.zip"
    command(installed, "backup", str(backup))
    assert command(installed, "backup", str(backup), check=False).returncode != 0  # never overwritten
    fresh = tmp_path / "fresh"
    said = command(fresh, "restore", str(backup)).stdout
    assert "restored and verified" in said
    assert "sound" in command(fresh, "ledger", "verify").stdout
    again = command(fresh, "restore", str(backup), check=False)
    assert again.returncode != 0
    assert "not empty" in again.stdout + again.stderr


def test_a_damaged_backup_is_refused(installed: Path, tmp_path: Path) -> None:
    backup = tmp_path / "b.zip"
    command(installed, "backup", str(backup))
    data = bytearray(backup.read_bytes())
    middle = len(data) // 2
    data[middle] ^= 0xFF
    backup.write_bytes(bytes(data))
    assert command(tmp_path / "fresh", "restore", str(backup), check=False).returncode != 0


@pytest.mark.skipif(shutil.which("psql") is None, reason="the second verifier needs psql (PostgreSQL's client), which is not here")
def test_the_second_verifier_agrees_and_finds_tampering(installed: Path) -> None:
    with Server(installed) as server:
        sound = subprocess.run([sys.executable, str(VERIFIER), server.url], capture_output=True, text=True, check=False)
        assert sound.returncode == 0, sound.stdout + sound.stderr
        head = next(line for line in sound.stdout.splitlines() if "head" in line).split("head ")[1]
        first = verified(server.url, "--head", head)
        assert first.returncode == 0
        with psycopg.connect(server.url) as connection:
            connection.execute("alter table record_event disable trigger user")
            connection.execute("update record_event set note = 'x' where id = (select min(id) from record_event)")
        spoilt = verified(server.url)
        assert spoilt.returncode == 1
        assert "was altered" in spoilt.stdout
        with psycopg.connect(server.url) as connection:
            connection.execute("update record_event set note = '' where id = (select min(id) from record_event)")
            connection.execute("alter table record_event enable trigger user")
    assert "import tongchou" not in VERIFIER.read_text()
    assert "from tongchou" not in VERIFIER.read_text()


def verified(url: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(VERIFIER), url, *options], capture_output=True, text=True, check=False)


WRITER = textwrap.dedent(
    """
    import os, sys, uuid
    os.environ["DJANGO_SETTINGS_MODULE"] = "tongchou.config.settings"
    import django
    django.setup()
    from tongchou.cli.accounts import actor_named
    from tongchou.kernel.ids import new_id
    from tongchou.record.act import act
    from tongchou.record.models import Unit
    unit = Unit.objects.filter(kind="street").order_by("pk").first().pk
    actor = actor_named("hq")
    while True:
        client = new_id()
        print("sent", client, flush=True)
        act("loop.open", actor, client, {"kind": "task", "title": "kill", "owner_unit": unit, "origin": "kill"})
        print("done", client, flush=True)
    """
)

SAID = re.compile(r"^(sent|done) ([0-9a-f-]{36})\n", re.MULTILINE)


@pytest.mark.parametrize("victim", ["application", "database"])
def test_what_was_acknowledged_survives_sigkill(installed: Path, tmp_path: Path, victim: str) -> None:
    """Kill a writer, or PostgreSQL itself, several times under load: nothing acknowledged is lost, nothing is doubled."""
    acknowledged: list[str] = []
    sent: set[str] = set()
    for round_ in range(3):
        server = Server(installed)
        server.start()
        env = os.environ | {"TONGCHOU_HOME": str(installed), "TONGCHOU_DATABASE_URL": server.url}
        logs = [tmp_path / f"log{round_}.{n}" for n in range(2)]
        with ExitStack() as stack:
            outs = [stack.enter_context(open(log, "wb")) for log in logs]
            writers = [subprocess.Popen([sys.executable, "-c", WRITER], stdout=out, stderr=subprocess.DEVNULL, env=env) for out in outs]
            _until(lambda logs=logs: sum(log.read_text().count("done") for log in logs) > 20)
            if victim == "application":
                for writer in writers:
                    writer.send_signal(signal.SIGKILL)
            else:
                pid = int((server.place.data / "postmaster.pid").read_text().split()[0])
                os.kill(pid, signal.SIGKILL)
                time.sleep(1)
            for writer in writers:
                writer.kill()
                writer.wait()
        server.stop()
        # A line that the kill cut short was not said: each writer has its own log, and only whole lines count.
        for word, client in (found for log in logs for found in SAID.findall(log.read_text())):
            sent.add(client)
            if word == "done":
                acknowledged.append(client)
    with Server(installed) as server, psycopg.connect(server.url) as connection:
        kept = [str(r[0]) for r in connection.execute("select id from record_act where verb = 'loop.open' and id = any(%s::uuid[])", [list(sent)])]
        loops = connection.execute("select count(*) from record_loop where origin = 'kill'").fetchone()
        acts = connection.execute("select count(*) from record_event where what = 'open' and act_id = any(%s::uuid[])", [kept]).fetchone()
        connection.execute("select 1")
    assert len(acknowledged) > 60
    assert set(acknowledged) <= set(kept)
    assert len(kept) == len(set(kept))
    assert acts is not None
    assert acts[0] == len(kept)
    assert loops is not None
    assert loops[0] >= len(kept)
    assert "sound" in command(installed, "ledger", "verify").stdout


def _until(ready: object, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not ready():  # type: ignore[operator]
        assert time.monotonic() < end, "the writers did not get going"
        time.sleep(0.05)
