"""A drill on a server of one's own: continuous archiving with pgBackRest, a restore to a moment, a synchronous standby that takes over.

    python -m tests.cli.archive [BIN]        (BIN: the server's programs, /usr/lib/postgresql/15/bin; needs pgbackrest; as root it runs them as postgres)

The program migrates and loads its demo district on the server, a full backup is taken, loops are opened before and after a moment, and the server is
killed. What is restored to that moment holds every loop of before and none of after, and the ledger is sound up to the head that was signed before. Then a
standby follows, the primary is killed after an acknowledged write, and the promoted standby has it. docs/officer/running.md gives the same steps in prose.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
AS_SERVER = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


class Drill:
    """One folder with a primary, a repository, a restored server and a standby."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="tongchou-archive-"))
        self.folder.chmod(0o755)
        self.server = self.folder / "server"
        self.server.mkdir()
        if AS_SERVER:
            shutil.chown(self.server, "postgres")
        self.home = self.folder / "home"
        self.port = _free_port()
        self.conf = self.server / "pgbackrest.conf"

    def run(self, *command: str | Path, check: bool = True) -> str:
        """Run as the user of the server; returns what it prints."""
        done = subprocess.run([*AS_SERVER, *map(str, command)], cwd="/", capture_output=True, text=True, check=False)
        if check and done.returncode:
            raise SystemExit(f"{command[0]} failed:\n{done.stdout}\n{done.stderr}")
        return done.stdout.strip()

    def pg(self, program: str, *rest: str | Path, check: bool = True) -> str:
        return self.run(self.programs / program, *rest, check=check)

    def archive(self, *rest: str) -> str:
        return self.run("pgbackrest", f"--config={self.conf}", "--stanza=tongchou", "--log-level-console=warn", "--log-level-file=off", *rest)

    def start(self, data: str, port: int) -> None:
        """Start a server and wait until it takes connections."""
        at = self.server / data
        self.pg("pg_ctl", "-D", at, "-l", self.server / f"{data}.log", "-w", "-t", "120", "-o", f"-p {port} -k {self.server}", "start")
        self.sql(port, "select 1")

    def kill(self, data: str) -> None:
        """SIGKILL to the whole server: what a lost host looks like."""
        pid = self.run("head", "-1", self.server / data / "postmaster.pid")
        self.run("kill", "-9", pid)
        subprocess.run(["pkill", "-9", "-P", pid], check=False)
        time.sleep(1)

    def sql(self, port: int, query: str) -> str:
        return self.pg("psql", "-h", self.server, "-p", str(port), "-d", "postgres", "-XAtqc", query)

    def tongchou(self, port: int, *rest: str) -> str:
        """Run the program against a server; it must succeed."""
        url = f"postgresql://tongchou:tongchou@127.0.0.1:{port}/tongchou"
        env = os.environ | {"TONGCHOU_DATABASE_URL": url, "TONGCHOU_HOME": str(self.home), "NO_COLOR": "1"}
        command = [sys.executable, "-m", "tongchou.cli.main", *rest]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"tongchou {' '.join(rest)} failed:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def opened(self, port: int) -> set[str]:
        """Titles of the drill's loops on record."""
        titles = self.pg("psql", "-h", self.server, "-p", str(port), "-d", "tongchou", "-XAtqc", "select title from record_loop where title like 'drill %'")
        return set(titles.splitlines())

    def write(self, port: int, *titles: str) -> set[str]:
        unit = self.pg("psql", "-h", self.server, "-p", str(port), "-d", "tongchou", "-XAtqc", "select id from record_unit where kind='street' order by id limit 1")
        for title in titles:
            self.tongchou(port, "loop", "open", "hq", "task", title, unit)
        return set(titles)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def say(text: str) -> None:
    print("·", text, flush=True)


def primary(drill: Drill) -> None:
    """A server with checksums, archiving to a repository that is encrypted."""
    data = drill.server / "primary"
    drill.pg("initdb", "-D", data, "-E", "UTF8", "-k", "--locale=C.UTF-8", "-A", "trust")
    conf = f"""[global]
repo1-path={drill.server}/repository
repo1-cipher-type=aes-256-cbc
repo1-cipher-pass=only-for-the-drill
repo1-retention-full=4
start-fast=y
lock-path={drill.server}/lock
spool-path={drill.server}/spool
[tongchou]
pg1-path={data}
pg1-port={drill.port}
pg1-socket-path={drill.server}
"""
    drill.conf.write_text(conf)
    push = f"pgbackrest --config={drill.conf} --stanza=tongchou --log-level-file=off archive-push %p"
    settings = f"archive_mode = on\narchive_command = '{push}'\narchive_timeout = 60\nwal_level = replica\n"
    with (data / "postgresql.conf").open("a") as file:
        file.write(settings)
    drill.start("primary", drill.port)
    drill.sql(drill.port, "create role tongchou login password 'tongchou'")
    drill.sql(drill.port, "create database tongchou owner tongchou")
    drill.archive("stanza-create")
    drill.archive("check")


def restore_to_a_moment(drill: Drill) -> int:
    """Returns the port of the restored server."""
    before = drill.write(drill.port, "drill 1", "drill 2")
    drill.tongchou(drill.port, "ledger", "head", str(drill.home / "head.json"))
    moment = drill.sql(drill.port, "select clock_timestamp()")
    time.sleep(1)
    drill.write(drill.port, "drill 3")
    drill.sql(drill.port, "select pg_switch_wal()")
    drill.sql(drill.port, "checkpoint")
    for _ in range(60):
        if drill.sql(drill.port, "select last_archived_wal is not null and failed_count = 0 from pg_stat_archiver") == "t":
            break
        time.sleep(1)
    drill.archive("check")
    drill.kill("primary")
    say(f"killed; restoring to {moment}")
    port = _free_port()
    drill.archive(f"--pg1-path={drill.server}/restored", "--type=time", f"--target={moment}", "--target-action=promote", "restore")
    with (drill.server / "restored" / "postgresql.auto.conf").open("a") as file:
        file.write("archive_mode = off\n")  # the repository belongs to the lost server
    drill.start("restored", port)
    for _ in range(60):
        if drill.sql(port, "select pg_is_in_recovery()") == "f":
            break
        time.sleep(1)
    for setting in ("recovery_target_time", "recovery_target_action", "restore_command"):
        drill.sql(port, f"alter system reset {setting}")  # else a standby made from this server stops at the old target too
    found = drill.opened(port)
    if found != before:
        raise SystemExit(f"restored {sorted(found)}, wanted {sorted(before)}")
    say(drill.tongchou(port, "ledger", "verify", "--head", str(drill.home / "head.json")).strip())
    return port


def take_over(drill: Drill, port: int) -> None:
    """A synchronous standby of the restored server takes over when that is killed right after an acknowledged write."""
    second = _free_port()
    drill.pg("pg_basebackup", "-R", "-D", drill.server / "standby", "-h", drill.server, "-p", str(port), "-d", "application_name=second")
    drill.start("standby", second)
    drill.sql(port, "alter system set synchronous_standby_names = 'second'")
    drill.sql(port, "select pg_reload_conf()")
    for _ in range(60):
        if drill.sql(port, "select count(*) from pg_stat_replication where sync_state = 'sync'") == "1":
            break
        time.sleep(1)
    else:
        raise SystemExit("the standby is not synchronous")
    acknowledged = drill.opened(port) | drill.write(port, "drill 4")
    drill.kill("restored")
    drill.pg("pg_ctl", "-D", drill.server / "standby", "-w", "promote")
    drill.sql(second, "alter system reset synchronous_standby_names")
    drill.sql(second, "select pg_reload_conf()")
    if drill.opened(second) != acknowledged:
        raise SystemExit(f"the standby has {sorted(drill.opened(second))}, acknowledged were {sorted(acknowledged)}")
    drill.write(second, "drill 5")
    say("the standby took over with every acknowledged write and takes new ones")
    say(drill.tongchou(second, "ledger", "verify").strip())
    drill.pg("pg_ctl", "-D", drill.server / "standby", "-m", "fast", "stop")


def main(programs: Path) -> None:
    if shutil.which("pgbackrest") is None or not (programs / "initdb").exists():
        raise SystemExit(f"needs pgbackrest and a server's programs in {programs}")
    drill = Drill(programs)
    say("primary with archiving")
    primary(drill)
    say("migrations and demo district")
    drill.tongchou(drill.port, "manage", "migrate")
    drill.tongchou(drill.port, "demo", "--people", "300")
    drill.archive("--type=full", "backup")
    say("full backup taken")
    port = restore_to_a_moment(drill)
    take_over(drill, port)
    shutil.rmtree(drill.folder)
    say("done")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("/usr/lib/postgresql/15/bin"))
