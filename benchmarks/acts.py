"""Bulk acts beside the same rows written by COPY and UPDATE alone, on the same server, in the same run.

    python benchmarks/acts.py [LOOPS]

Opens LOOPS (100,000) tasks in one act and signs for all of them in another; then writes the very same rows without the program: COPY of the loop and event
rows, and COPY of the events with one UPDATE of the loops. The ratio peer/act is what the program's checking, committing and recording leave of the server's speed.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
EVENTS = "act_id, n, at, loop_id, subject, what, from_stage, to_stage, note, data, salt, commitment"


def timed(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def main(loops: int) -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from django.db import connection, transaction
    from tests.cast import build

    from tongchou.kernel.ids import new_id
    from tongchou.record.act import act

    cast = build()
    items = [{"kind": "task", "title": f"任务 {n}", "owner_unit": cast.units["east_street"].pk} for n in range(loops)]
    first, second = new_id(), new_id()
    opening = timed(lambda: act("loop.open_many", cast.as_("hq"), first, {"items": items}))
    with connection.cursor() as cursor:
        cursor.execute("select loop_id::text from record_event where act_id = %s", [first])
        ids = [row[0] for row in cursor.fetchall()]
    signing = timed(lambda: act("loop.advance_many", cast.as_("street"), second, {"loops": ids, "step": "sign"}))

    def dump(query: str) -> bytes:
        with connection.cursor() as cursor, cursor.copy(f"copy ({query}) to stdout") as rows:
            return b"".join(bytes(r) for r in rows)

    columns = ", ".join(f'"{f}"' for f in _columns(connection))
    loop_rows = dump(f"select {columns} from record_loop")
    opened = dump(f"select {EVENTS} from record_event where act_id = '{first}'")
    signed = dump(f"select {EVENTS} from record_event where act_id = '{second}'")
    with connection.cursor() as cursor:
        cursor.execute("delete from record_loop")

    def copy_open() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            with cursor.copy(f"copy record_loop ({columns}) from stdin") as rows:
                rows.write(loop_rows)
            with cursor.copy(f"copy record_event ({EVENTS}) from stdin") as rows:
                rows.write(opened)

    def copy_sign() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            with cursor.copy(f"copy record_event ({EVENTS}) from stdin") as rows:
                rows.write(signed)
            cursor.execute("update record_loop set stage = 'x', deadline = due_at, check_at = due_at, level = 'none'")

    for name, mine, peer in (("open", opening, timed(copy_open)), ("sign", signing, timed(copy_sign))):
        print(f"{name:5} {loops:,} loops: act {mine:6.2f} s, COPY alone {peer:6.2f} s, ratio {peer / mine:.2f} (wanted: at least 0.50)")


def _columns(connection: object) -> list[str]:
    with connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("select column_name from information_schema.columns where table_name = 'record_loop' order by ordinal_position")
        return [row[0] for row in cursor.fetchall()]


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tongchou.config.settings"
    os.environ["TONGCHOU_HOME"] = tempfile.mkdtemp(prefix="tongchou-bench-")
    from tongchou import postgres

    with postgres.Server(Path(os.environ["TONGCHOU_HOME"]), print):
        import django

        django.setup()
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
