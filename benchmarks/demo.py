"""Loading the demo district, beside COPY of the very same rows alone, on the same server, in the same run.

    python benchmarks/demo.py [PEOPLE]

Makes and loads a district of PEOPLE (50,000) as `tongchou demo --people` does: generation, sealing, search tokens, checks, ledger, facts
and history. Then writes the same households, people and events of registration by COPY into tables with the same columns, indexes and
foreign keys. The ratio peer/load is what checking, sealing and recording leave of the server's speed.
Wanted: 50,000 people within 60 s, 1,000,000 within 15 minutes, on two cores.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROWS = {
    "record_household": "select {columns} from record_household",
    "record_person": "select {columns} from record_person",
    "record_event": "select {columns} from record_event where act_id in (select id from record_act where verb = 'person.register_many')",
}
WANTED = {50_000: 60.0, 1_000_000: 900.0}


def timed(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def main(people: int) -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from tongchou.cli import demo

    spent = {"make_residents": 0.0, "load_people": 0.0, "make_happenings": 0.0, "make_history": 0.0}
    for name in spent:
        setattr(demo, name, _watched(getattr(demo, name), name, spent))
    whole = timed(lambda: demo.load_demo(7, print, people=people))
    parts = ", ".join(f"{name.partition('_')[2]} {seconds:.1f} s" for name, seconds in spent.items())
    wanted = f" (wanted: at most {WANTED[people]:.0f} s)" if people in WANTED else ""
    print(f"{people:,} people: {whole:.1f} s{wanted}; of these {parts}")
    alone = _copy_alone()
    load = spent["load_people"]
    print(f"the same rows: registered {load:.1f} s, COPY alone {alone:.1f} s, ratio {alone / load:.2f}")


def _watched(run: Callable[..., object], name: str, spent: dict[str, float]) -> Callable[..., object]:
    def watched(*given: object) -> object:
        start = time.perf_counter()
        result = run(*given)
        spent[name] += time.perf_counter() - start
        return result

    return watched


def _copy_alone() -> float:
    from django.db import connection, transaction

    files: dict[str, Path] = {}
    with connection.cursor() as cursor:
        for table, query in ROWS.items():
            cursor.execute(f"create table peer_{table} (like {table} including all)")
            cursor.execute(
                "select pg_get_constraintdef(oid) from pg_constraint where contype = 'f' and conrelid = %s::regclass", [table]
            )
            for (foreign,) in cursor.fetchall():
                cursor.execute(f"alter table peer_{table} add {foreign.replace('REFERENCES record_household', 'REFERENCES peer_record_household')}")
            files[table] = Path(os.environ["TONGCHOU_HOME"]) / f"{table}.copy"
            with files[table].open("wb") as out, cursor.copy(f"copy ({query.format(columns='*')}) to stdout") as rows:
                for part in rows:
                    out.write(part)

    def write() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for table, file in files.items():
                with file.open("rb") as source, cursor.copy(f"copy peer_{table} from stdin") as rows:
                    while part := source.read(1 << 20):
                        rows.write(part)

    return timed(write)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tongchou.config.settings"
    with tempfile.TemporaryDirectory(prefix="tongchou-bench-") as home:
        os.environ["TONGCHOU_HOME"] = home
        os.chmod(home, 0o755)  # as root the server runs as another user, which must reach its folder
        from tongchou import postgres

        with postgres.Server(Path(home), print):
            import django

            django.setup()
            main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
