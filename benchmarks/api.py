"""Single writes through the API beside pgbench writing the very same rows, on the same server, in turn.

    python benchmarks/api.py [SECONDS] [ROUNDS]

The API: POST /api/v1/acts/loop.note with a token, under a new client id each time, from 16 connections (wrk) to two granian processes. pgbench: one
transaction of prepared statements that locks and changes a loop and inserts the same act, event and queue rows, from 16 connections. Ratio: API/pgbench.
A bare endpoint of one statement reaches 0.13 of pgbench's rate; 0.12 is wanted of an act that authenticates, authorises, checks, commits and records.
Needs wrk (Debian: apt-get install wrk).
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
CONNECTIONS = 16
LOOPS = 2_000

_WRK = """
local loops = {}
for line in io.lines("%(loops)s") do loops[#loops + 1] = line end
math.randomseed(os.time() * 1000 + tonumber(tostring({}):sub(8), 16) %% 100000)
local function hex(n) local s = "" for i = 1, n do s = s .. string.format("%%x", math.random(0, 15)) end return s end
request = function()
  local id = hex(8) .. "-" .. hex(4) .. "-4" .. hex(3) .. "-a" .. hex(3) .. "-" .. hex(12)
  local head = {["Authorization"] = "Bearer %(token)s", ["Content-Type"] = "application/json", ["Idempotency-Key"] = id}
  return wrk.format("POST", "/api/v1/acts/loop.note", head, '{"loop":"' .. loops[math.random(#loops)] .. '","note":"已上门核实"}')
end
local bad = 0
response = function(status) if status ~= 200 and status ~= 201 then bad = bad + 1 end end
done = function(summary, latency)
  io.write(string.format("rate %%.1f p95 %%.2f\\n", summary.requests / summary.duration * 1e6, latency:percentile(95) / 1000))
  io.write(string.format("errors %%d\\n", summary.errors.status + summary.errors.read + summary.errors.timeout + summary.errors.connect))
end
"""
_PEER = """
\\set n random(1, %(loops)d)
begin;
select id from bench_loop where n = :n \\gset
select * from record_loop where id = :id for update;
update record_loop set touched_at = now() where id = :id;
select gen_random_uuid() as act \\gset
insert into record_act (id, at, verb, account_id, role, unit_id, via, purpose, payload_mac, result, events, salt, digest)
  select :act, now(), verb, account_id, role, unit_id, via, purpose, payload_mac, result, events, salt, digest from bench_act;
insert into record_event (act_id, n, at, loop_id, subject, what, from_stage, to_stage, note, data, salt, commitment)
  select :act, n, now(), :id, subject, what, from_stage, to_stage, note, data, salt, commitment from bench_event;
insert into record_ledgerqueue (act_id) values (:act);
commit;
"""


def main(seconds: int, rounds: int) -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from django.db import connection
    from tests.api.calling import token_of
    from tests.cast import build

    from tongchou.kernel.ids import new_id
    from tongchou.record.act import act
    from tongchou.record.models import Loop

    folder = Path(os.environ["TONGCHOU_HOME"])
    cast = build()
    token = token_of(cast, "street")
    items = [{"kind": "task", "title": f"任务 {n}", "owner_unit": cast.units["east_street"].pk} for n in range(LOOPS)]
    act("loop.open_many", cast.as_("hq"), new_id(), {"items": items})
    loops = [str(key) for key in Loop.objects.values_list("pk", flat=True)]
    (folder / "loops.txt").write_text("\n".join(loops))
    noted = new_id()
    act("loop.note", cast.as_("street"), noted, {"loop": loops[0], "note": "已上门核实"})
    with connection.cursor() as cursor:
        cursor.execute("create unlogged table bench_loop as select row_number() over () as n, id from record_loop")
        cursor.execute("create unique index on bench_loop (n)")
        cursor.execute("create unlogged table bench_act as select * from record_act where id = %s", [noted])
        cursor.execute("create unlogged table bench_event as select * from record_event where act_id = %s", [noted])
        cursor.execute("analyze")
        cursor.execute("select column_name from information_schema.columns where table_name = 'record_loop' and data_type like 'timestamp%%'")
        moved = "check_at" if ("check_at",) in cursor.fetchall() else "due_at"
    (folder / "api.lua").write_text(_WRK % {"loops": folder / "loops.txt", "token": token})
    (folder / "peer.sql").write_text((_PEER % {"loops": LOOPS}).replace("touched_at = now()", f"{moved} = {moved}"))
    port = _free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "2",
        "--blocking-threads", "8", "--no-ws", "--log-level", "warning", "tongchou.config.wsgi:application",
    ]  # fmt: skip
    server = subprocess.Popen(command)
    try:
        _wait_for(port)
        _api(folder, port, 3)
        ratios = []
        for number in range(1, rounds + 1):
            (mine, p95), peer = _api(folder, port, seconds), _peer(folder, seconds)
            ratios.append(mine / peer)
            print(f"round {number}: API {mine:7.0f}/s (p95 {p95:.1f} ms), pgbench {peer:7.0f}/s, ratio {mine / peer:.3f}", flush=True)
        print(f"median ratio {statistics.median(ratios):.3f} (wanted: at least 0.12)")
    finally:
        server.terminate()
        server.wait()


def _api(folder: Path, port: int, seconds: int) -> tuple[float, float]:
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(folder / "api.lua"), f"http://127.0.0.1:{port}"]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    errors = re.search(r"errors (\d+)", out)
    found = re.search(r"rate ([0-9.]+) p95 ([0-9.]+)", out)
    if found is None or errors is None or errors.group(1) != "0":
        raise SystemExit(f"the API refused or dropped requests:\n{out}")
    return float(found.group(1)), float(found.group(2))


def _peer(folder: Path, seconds: int) -> float:
    from tongchou import postgres
    from tongchou.postgres.binaries import find_binaries

    binaries = find_binaries()
    command = [
        binaries["pgbench"], "-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "1", "-T", str(seconds),
        "-f", str(folder / "peer.sql"), postgres.locate(),
    ]  # fmt: skip
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"tps = ([0-9.]+)", out)
    if found is None:
        raise SystemExit(out)
    return float(found.group(1))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the web server did not start")


if __name__ == "__main__":
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is missing (Debian: apt-get install wrk)")
    os.environ["DJANGO_SETTINGS_MODULE"] = "tongchou.config.settings"
    os.environ["TONGCHOU_HOME"] = tempfile.mkdtemp(prefix="tongchou-bench-")
    from tongchou import postgres

    with postgres.Server(Path(os.environ["TONGCHOU_HOME"]), print):
        import django

        django.setup()
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 10, int(sys.argv[2]) if len(sys.argv) > 2 else 3)
