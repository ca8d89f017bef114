"""Checks of schools: clusters, the overview and the silent classes, each one statement, over many checks.

    python benchmarks/schools.py [SCHOOLS [CLASSES [DAYS]]]

100 schools x 40 classes x 30 days with two checks a day (240,000) and a sign in one check of five. Wall-clock time, best and worst of five runs, the server
on the same machine.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

_FILL = (
    """insert into record_unit (name, name_en, name_key, kind, area_id, active_from, detail)
       select '学校 ' || n, '', '', 'school', %(area)s, '2020-01-01', '{}' from generate_series(1, %(schools)s) n""",
    """insert into schools_school (unit_id, level, gates, boarding, version, changed_at)
       select id, 'primary', '{东门}', false, 1, now() from record_unit where kind = 'school'""",
    """insert into schools_schoolclass (school_id, grade, name, pupils, staff)
       select s.unit_id, 1 + n %% 6, n || '班', 40, 2 from schools_school s, generate_series(1, %(classes)s) n""",
    """insert into schools_opening (id, school_id, state, opens_on, checklist, items, applied_by_id, applied_at, decided_by_id, decided_at, decision, reason)
       select gen_random_uuid(), unit_id, 'open', '2020-01-01', '', '{}', %(account)s, now(), %(account)s, now(), '{}', '' from schools_school""",
    """insert into schools_check (school_id, school_class_id, "on", session, pupils, ill, other, unknown, account_id, taken_at, recorded_at, corrected)
       select c.school_id, c.id, current_date - d, s, 40, 1, 0, 0, %(account)s, now(), now(), 0
       from schools_schoolclass c, generate_series(0, %(days)s - 1) d, unnest(array['morning', 'noon']) s""",
    """insert into schools_sign (check_taken_id, school_id, school_class_id, "on", sign, pupils, fresh)
       select id, school_id, school_class_id, "on", (array['vomiting', 'fever_cough', 'cough', 'rash', 'chickenpox'])[1 + id %% 5], 1, 1
       from schools_check where id %% 5 = id / 5 %% 5""",
)


def timed(what: str, run: Callable[[], Any]) -> None:
    took = []
    for _ in range(5):
        start = time.perf_counter()
        out = run()
        took.append(time.perf_counter() - start)
    print(f"{what:44} {min(took):7.3f} to {max(took):.3f} s  ({len(out):,} rows)", flush=True)


def main(schools: int, classes: int, days: int) -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from django.db import connection
    from django.utils import timezone
    from tests.cast import build

    from tongchou.rooms.schools.actions.silence import silent
    from tongchou.rooms.schools.counting import count, reached
    from tongchou.rooms.schools.questions import overview

    cast, today = build(), timezone.localdate()
    values = {"area": cast.areas["spring"].pk, "account": cast.accounts["hq"].pk, "schools": schools, "classes": classes, "days": days}
    with connection.cursor() as cursor:
        for statement in _FILL:
            cursor.execute(statement, values)
        cursor.execute("analyze")
        cursor.execute("select (select count(*) from schools_check), (select count(*) from schools_sign)")
        print("checks {:,}, signs {:,}".format(*cursor.fetchone()), flush=True)
    timed("new cases by school and disease", lambda: count(today))
    timed("with what the plans say of them", lambda: reached(today))
    timed("overview of all schools", lambda: overview(cast.as_("hq"), today))
    timed("silent classes of the day", lambda: silent(today, "morning"))


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tongchou.config.settings"
    os.environ["TONGCHOU_HOME"] = tempfile.mkdtemp(prefix="tongchou-bench-")
    from tongchou import postgres

    with postgres.Server(Path(os.environ["TONGCHOU_HOME"]), print):
        import django

        django.setup()
        main(*([int(a) for a in sys.argv[1:4]] + [100, 40, 30][len(sys.argv[1:4]) :]))
