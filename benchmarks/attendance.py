"""A gate machine's file of one enterprise: every pass stored, the same again, alarms and the page of a day.

    python benchmarks/attendance.py [PEOPLE] [DAYS]

2,500 staff with a pass in and one out on 40 days: 200,000 rows. Beside it the same passes written by COPY alone. Wall-clock time, one run, the server on
the same machine.
"""

from __future__ import annotations

import io
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def timed(what: str, run: Callable[[], Any]) -> Any:
    start = time.perf_counter()
    out = run()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{what:44} {time.perf_counter() - start:7.2f} s   peak {peak} MiB", flush=True)
    return out


def main(people: int, days: int) -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from django.db import connection
    from django.utils import timezone
    from tests.cast import build

    from tongchou.kernel.ids import new_id
    from tongchou.record.access import SYSTEM
    from tongchou.record.models import Staff
    from tongchou.record.people.identity import SEALED_COLUMNS, Identity, sealed_rows
    from tongchou.rooms.daily.actions.attendance import import_attendance
    from tongchou.rooms.daily.attended import day_lines, sections, unit_lines
    from tongchou.rooms.daily.models import Attendance

    cast, today = build(), timezone.localdate()
    works, area = cast.units["works"], cast.areas["spring"]
    names = [f"员{chr(0x4E00 + n // 50)}{chr(0x5E00 + n % 50)}" for n in range(people)]
    ids = [new_id() for _ in names]
    with connection.cursor() as cursor, cursor.copy(f"copy record_person ({SEALED_COLUMNS}, sex, area_id, created_at) from stdin") as copy:
        for row in sealed_rows((Identity(n) for n in names), ids):
            copy.write_row((*row, "u", area.pk, timezone.now()))
    files = [
        Staff(unit=works, person_id=p, outcome="start", returned_on=today - timedelta(days=50), from_date=today, act=new_id(), changed_at=timezone.now()) for p in ids
    ]  # fmt: skip
    Staff.objects.bulk_create(files, batch_size=2_000)
    lines = ["姓名,工号,部门,时间,进出,体温"]
    for back in range(days, 0, -1):
        day = today - timedelta(days=back)
        for n, name in enumerate(names):
            lines.append(f"{name},{n:05d},{n % 20}车间,{day} 07:{n % 60:02d}:{n % 59:02d},进,36.{n % 9}")
            lines.append(f"{name},{n:05d},{n % 20}车间,{day} 17:{n % 60:02d}:{n % 59:02d},出,")
    body = "\n".join(lines).encode("gb18030")
    first = timed(f"import {len(lines) - 1:,} rows", lambda: import_attendance(SYSTEM, new_id(), body, "gate.csv", unit=works.pk))
    print("   ", first.counts)
    again = timed("the same file again", lambda: import_attendance(SYSTEM, new_id(), body, "gate.csv", unit=works.pk))
    print("   ", again.counts)
    assert (first.counts["new"], again.counts["new"]) == (len(lines) - 1, 0)
    assert Attendance.objects.count() == len(lines) - 1
    day = today - timedelta(days=1)
    timed("the page of a day: people", lambda: day_lines(works.pk, day))
    timed("the page of a day: sections", lambda: sections(works.pk, day))
    timed("enterprises of the district", lambda: unit_lines(cast.as_("hq"), day))
    held = io.BytesIO()
    with connection.cursor() as cursor:
        cursor.execute("create table copied (like daily_attendance including indexes)")
        with cursor.copy("copy daily_attendance to stdout") as out:
            for part in out:
                held.write(part)

        def copied() -> None:
            with cursor.copy("copy copied from stdin") as copy:
                copy.write(held.getvalue())

        timed("the same rows by COPY alone", copied)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tongchou.config.settings"
    os.environ["TONGCHOU_HOME"] = tempfile.mkdtemp(prefix="tongchou-bench-")
    from tongchou import postgres

    with postgres.Server(Path(os.environ["TONGCHOU_HOME"]), print):
        import django

        django.setup()
        given = sys.argv[1:]
        main(int(given[0]) if given else 2_500, int(given[1]) if len(given) > 1 else 40)
