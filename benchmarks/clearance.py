"""Clearance of everybody after a change of grade, over files that are put there by the database itself.

    python benchmarks/clearance.py [ENTERPRISES [STAFF]]

20,000 enterprises and 400,000 staff files with varied facts, none decided yet. The district's grade is set to low, high, low and low again; after each the same
pass runs as the job runs it, in steps, and is told who has turned.
Wall-clock and processor time (this process and its database backend together). Wanted: 10 s. How the same files
come in from spreadsheets is shown by enterprises.py.
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
_UNITS = """insert into record_unit (name, name_en, name_key, kind, active_from, detail, area_id, code)
  select '企业' || n, '', '', 'enterprise', '2020-01-01', '{{}}', (array[{areas}])[1 + n % 2], '91990101MB' || lpad(n::text, 7, '0') from generate_series(1, {units}) n"""
_PEOPLE = """insert into record_person (id, sealed, tokens, sex, created_at, area_id, workplace_id)
  select gen_random_uuid(), '\\x00', '{{}}', 'u', now(), u.area_id, u.id from generate_series(1, {staff}) n
  join record_unit u on u.code = '91990101MB' || lpad((1 + n % {units})::text, 7, '0')"""
_STAFF = """insert into record_staff (unit_id, person_id, title, origin, planned_return, in_hard_hit, last_risk, observed_from, cleared, symptoms, temperature_normal,
    outcome, rule, asks, pack, edition, from_date, version, act, changed_at)
  select workplace_id, id, '操作工', (array[{codes}])[1 + n % 2], current_date, (array[false, false, null])[1 + floor(random() * 3)::int],
    case when n % 5 = 0 then current_date - floor(random() * 30)::int end, case when n % 10 = 0 then current_date - 5 end,
    case when random() < 0.33 then true end, case when random() < 0.75 then false end, case when random() < 0.66 then true end,
    '', '', '', '', '', current_date, 1, gen_random_uuid(), now()
  from (select workplace_id, id, row_number() over () as n from record_person where sealed = '\\x00') p"""


def timed(what: str, run: Callable[[], Any]) -> Any:
    from benchmarks.reads import processor

    start, used = time.perf_counter(), processor()
    out = run()
    print(f"{what:40} clock {time.perf_counter() - start:7.2f} s  processor {processor() - used:7.2f} s  load {os.getloadavg()[0]:.1f}", flush=True)
    return out


def main(units: int, staff: int) -> None:
    from django.core.management import call_command
    from django.db import connection, transaction

    call_command("migrate", verbosity=0)
    from django.utils import timezone
    from tests.cast import build

    from tongchou.kernel.ids import new_id
    from tongchou.record.access import SYSTEM
    from tongchou.record.act import Context
    from tongchou.record.grades import set_grade
    from tongchou.record.models import ClearanceRun
    from tongchou.rooms.enterprises.pages.news import of_street
    from tongchou.rooms.enterprises.tasks import work_off
    from tongchou.rooms.enterprises.turned import turned_within
    from tongchou.rooms.enterprises.turned_kept import refresh

    cast = build()
    places = [cast.areas[a] for a in ("spring", "reed")]
    names = {"units": units, "staff": staff, "areas": ", ".join(str(a.pk) for a in places), "codes": ", ".join(f"'{a.code}'" for a in places)}
    with connection.cursor() as cursor:
        for statement in (_UNITS, "analyze record_unit", _PEOPLE, _STAFF, "vacuum analyze"):
            cursor.execute(statement.format(**names))
    for level in ("low", "high", "low", "low"):
        context = Context(new_id(), SYSTEM, timezone.now(), ())
        with transaction.atomic():
            set_grade(context, cast.areas["district"].pk, level, timezone.localdate(), proposal=new_id(), pack="covid-19", edition="e9", rule="r")
        changed = timed(f"district {level}: everybody again", work_off)
        run = ClearanceRun.objects.order_by("-started_at")[0]
        assert run.done == run.total == staff
        found = timed("    whose staff have turned, the district", lambda: turned_within(cast.as_("hq"), timezone.localdate()))
        own = timed("    the same of one street", lambda: turned_within(cast.as_("street"), timezone.localdate()))
        timed("    counted by area and kept", lambda: refresh(timezone.now()))
        timed("    a street's first page says it, 100 times", lambda: [of_street(cast.as_("street"), timezone.now()) for _ in range(100)])
        print(f"    {sum(r.may + r.must + r.ask for r in found):,} people of {len(found):,} enterprises, in the street {len(own):,}", flush=True)
        print(f"    {run.done:,} files in {len(run.acts)} steps, {changed:,} changed: {run.outcomes}", flush=True)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tongchou.config.settings"
    os.environ["TONGCHOU_HOME"] = tempfile.mkdtemp(prefix="tongchou-clearance-")
    from tongchou import postgres

    with postgres.Server(Path(os.environ["TONGCHOU_HOME"]), print):
        import django

        django.setup()
        given = [int(v) for v in sys.argv[1:]]
        main(*(given + [20_000, 400_000][len(given) :])[:2])
