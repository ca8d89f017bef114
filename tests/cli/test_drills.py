"""Drills on a whole installation: restore to an empty place, SIGKILL under load, and the second verifier."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.cli import kills
from tongchou.postgres import Server

ROOT = Path(__file__).resolve().parents[2]
VERIFIER = ROOT / "verifier" / "verify.py"


def command(home: Path, *words: str, url: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run the tongchou command for a home folder (its own server is started and stopped by it)."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("TONGCHOU_", "DJANGO_", "PYTEST"))} | {"TONGCHOU_HOME": str(home)}
    if url:
        env["TONGCHOU_DATABASE_URL"] = url
    done = subprocess.run([sys.executable, "-m", "tongchou.cli.main", *words], env=env, capture_output=True, text=True, check=False, timeout=600)
    if check:
        assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the demo district, its server stopped; the tests of this file take it one after the other, the kills come last."""
    home = tmp_path_factory.mktemp("home")
    home.chmod(0o755)
    command(home, "demo")
    return home


@pytest.fixture(scope="module")
def backup(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("backup") / "b.zip"
    command(installed, "backup", str(file))
    return file


def test_a_backup_comes_back_whole_in_an_empty_place(installed: Path, backup: Path, tmp_path: Path) -> None:
    assert command(installed, "backup", str(backup), check=False).returncode != 0  # never overwritten
    fresh = tmp_path / "fresh"
    said = command(fresh, "restore", str(backup)).stdout
    assert "restored and verified" in said
    assert "sound" in command(fresh, "ledger", "verify").stdout
    again = command(fresh, "restore", str(backup), check=False)
    assert again.returncode != 0
    assert "not empty" in again.stdout + again.stderr


def test_a_damaged_backup_is_refused(backup: Path, tmp_path: Path) -> None:
    data = bytearray(backup.read_bytes())
    middle = len(data) // 2
    data[middle] ^= 0xFF
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(bytes(data))
    assert command(tmp_path / "fresh", "restore", str(damaged), check=False).returncode != 0


@pytest.mark.skipif(shutil.which("psql") is None, reason="the second verifier needs psql (PostgreSQL's client), which is not here")
def test_the_second_verifier_agrees_and_finds_tampering(installed: Path) -> None:
    with Server(installed) as server:
        assert server.place.socket.is_dir()
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
    assert not server.place.socket.exists()  # a stopped server leaves nothing outside its folder
    assert "import tongchou" not in VERIFIER.read_text()
    assert "from tongchou" not in VERIFIER.read_text()


def verified(url: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(VERIFIER), url, *options], capture_output=True, text=True, check=False)


def test_what_was_acknowledged_survives_every_kill(installed: Path) -> None:
    """The whole product under load, every part of it killed once: see tests/cli/kills.py, which runs the same at any length."""
    outcome = kills.drill(installed, len(kills.VICTIMS), 0.2)
    assert not outcome.wrong, f"{outcome}\n{(installed / 'up.log').read_text()[-3000:]}"
    assert set(outcome.kills) == set(kills.VICTIMS)
    assert outcome.acts > 50
    assert outcome.again > 0


def test_the_drill_would_see_what_is_lost_or_doubled() -> None:
    ledger = kills.Ledger(sent={"a": 1, "b": 100, "c": 1}, done={"a": 1, "b": 100})
    assert kills.judge([ledger], [("a", 1), ("b", 100)]) == []
    assert kills.judge([ledger], [("a", 1), ("b", 100), ("c", 1)]) == []  # written, and the answer was cut off
    for kept, word in (
        ([("a", 1)], "lost"),
        ([("a", 1), ("a", 1), ("b", 100)], "doubled"),
        ([("a", 2), ("b", 100)], "changed"),
        ([("a", 1), ("b", 99)], "changed"),
        ([("a", 1), ("b", 100), ("d", 1)], "from nowhere"),
    ):
        wrong = kills.judge([ledger], kept)
        assert wrong
        assert wrong[0].startswith(word)
    assert kills.judge([kills.Ledger(refused=["500"])], []) == ["refused: 500"]
