"""The queue of applications to resume work at the size of a district: 20,000 that wait, ranked, and one application's own place.

    python benchmarks/applications.py [APPLICATIONS [STAFF]]

One enterprise applies through act(); its unit, loop, application and items are copied under new keys, with other streets, times, findings, supply links
(three each) and staff files (400,000 in all, results varied). Asked ten times: the ranking as the queue's page asks for it, that page, an application's page,
and its place with reasons. Then half of the enterprises have a permit and all report for seven days, with as many people at the gate on one of them: the share
that has resumed by street, industry and size, its page, and 2,000 permits whose facts have changed, sent to review as the job does it.
Wall-clock and processor time (this process and its database backend together), median and worst. Wanted: ranking 2 s, a page 0.15 s
(the queue's own page, which ranks, 2 s), the share 1 s, reviews 30 s.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
TIMES = 10
_ENTERPRISE = """insert into record_enterprise (unit_id, industry, size, lists, landlord_name, products, version, changed_at)
  select id, 'C1811', '', case when id % 7 = 0 then '{essential}'::text[] else '{}' end, '', '零件', 1, now() from record_unit where code like '91990101MB%'"""
_LINKS = """insert into record_supplylink (supplier_id, buyer_id, outside, outside_code, product, critical, critical_said, state, answer)
  select a.id, b.id, '', '', '件' || k, (a.id + k) % 5 = 0, false, 'confirmed', '' from record_unit a cross join generate_series(1, 3) k
  join record_unit b on b.code = '91990101MB' || lpad((1 + (right(a.code, 7)::int * 7 + k) % {n})::text, 7, '0')
  where a.code like '91990101MB%' and a.id <> b.id on conflict do nothing"""
_PEOPLE = """insert into record_person (id, sealed, tokens, sex, area_id, workplace_id, created_at)
  select gen_random_uuid(), '\\x00', '{{}}', 'u', u.area_id, u.id, now() from generate_series(1, {staff}) k
  join record_unit u on u.code = '91990101MB' || lpad((1 + k % {n})::text, 7, '0')"""
_STAFF = """insert into record_staff (unit_id, person_id, title, origin, outcome, rule, asks, pack, edition, from_date, version, act, changed_at)
  select workplace_id, id, '', '', (array['start', 'start', 'observe', 'postpone', ''])[1 + floor(random() * 5)::int], '', '', '', '', '2020-01-01', 1,
    gen_random_uuid(), now() from record_person where sealed = '\\x00'"""


_GATE = """insert into daily_attendance (unit_id, person_id, day, at, direction, way, section, shift, act)
  select workplace_id, id, current_date - 1, now() - interval '1 day', 'in', 'machine', '', '', gen_random_uuid() from record_person where sealed = '\\x00'"""
CHANGED = 2_000
"""Enterprises whose products become others."""


def clone(cursor: Any, table: str, source: str, new: dict[str, str]) -> None:
    """Copy the rows of `source` (a FROM clause whose row is t) into the table; new: column -> expression, the rest as it is."""
    cursor.execute("select column_name from information_schema.columns where table_name = %s order by ordinal_position", [table])
    names = [row[0] for row in cursor.fetchall() if not (row[0] == "id" and "id" not in new)]
    columns = ", ".join(f'"{n}"' for n in names)
    values = ", ".join(new.get(n, f't."{n}"') for n in names)
    cursor.execute(f"insert into {table} ({columns}) select {values} from {source}")


def fill(row: Any, n: int, staff: int, areas: tuple[int, int]) -> None:
    """n - 1 more like the application `row`."""
    from django.db import connection

    area = f"(array[{areas[0]}, {areas[1]}])[1 + n % 2]"
    with connection.cursor() as cursor:
        code = "'91990101MB' || lpad(n::text, 7, '0')"
        unit = {"name": "'企业' || n", "code": code, "area_id": area}
        clone(cursor, "record_unit", f"record_unit t, generate_series(1, {n}) n where t.id = {row.unit_id}", unit)
        cursor.execute("create temp table made as select u.id, u.area_id, right(u.code, 7)::int as n, gen_random_uuid() as loop, gen_random_uuid() as application "
                       "from record_unit u where u.code like '91990101MB%'")  # fmt: skip
        cursor.execute("analyze made; analyze record_unit")
        loop = {"id": "m.loop", "subject_unit_id": "m.id", "opener_unit_id": "m.id", "area_id": "m.area_id"} | {
            "stage": "case when m.n % 3 = 0 then 'deciding' else t.stage end"
        }
        clone(cursor, "record_loop", f"record_loop t, made m where t.id = '{row.loop_id}'", loop)
        varied = {
            "id": "m.application", "unit_id": "m.id", "loop_id": "m.loop", "submitted_at": "t.submitted_at + m.n * interval '7 seconds'",
            "items_ok": "m.n % (t.items_of + 1)",
            "items_bad": "0",
            "lift": "case when m.n % 97 = 0 then 5 else 0 end", "lift_reason": "case when m.n % 97 = 0 then '产业链急需' else '' end",
        }  # fmt: skip
        clone(cursor, "resumption_application", f"resumption_application t, made m where t.id = '{row.pk}'", varied)
        clone(cursor, "resumption_item", f"resumption_item t, made m where t.application_id = '{row.pk}'", {"application_id": "m.application"})
        for statement in (_ENTERPRISE, _LINKS.format(n=n), _PEOPLE.format(n=n, staff=staff), _STAFF):
            cursor.execute(statement)
        cursor.execute("drop table made")
        cursor.execute("vacuum analyze")


def at_work(cast: Any, n: int) -> None:
    """A permit for every other enterprise, a report of each day of the last week for all, and everybody at the gate yesterday."""
    from django.db import connection
    from django.utils import timezone
    from tests.rooms.daily.helping import reported

    from tongchou.kernel.ids import new_id
    from tongchou.record.access import SYSTEM
    from tongchou.record.act import Context
    from tongchou.record.actions.permits import Given, grant
    from tongchou.record.models import Unit

    units = list(Unit.objects.filter(code__startswith="91990101MB").order_by("pk").values_list("pk", flat=True))
    wanted = [Given(u, "approval", None, (), {}, "resumption-2020", "guided", "by_list") for u in units[::2]]
    grant(Context(new_id(), SYSTEM, timezone.now(), ()), wanted)
    key = reported(cast)
    with connection.cursor() as cursor:
        source = f"daily_report t, record_unit u, generate_series(0, 6) k where t.id = '{key}' and u.code like '91990101MB%'"
        clone(cursor, "daily_report", source, {"id": "gen_random_uuid()", "unit_id": "u.id", "day": "t.day - k"})
        cursor.execute(_GATE)
        cursor.execute("vacuum analyze")


def reviewed() -> None:
    """Products of some change behind the program's back; the job finds it and sends their permits to review, each with its loop and numbered notice."""
    from django.db import connection

    from tongchou.jobs.tasks import check_all_permits
    from tongchou.record.models import Loop

    with connection.cursor() as cursor:
        held = "select unit_id from record_workpermit where state = 'in_force' limit %s"
        cursor.execute(f"update record_enterprise set products = '改产口罩' where unit_id in ({held})", [CHANGED])
    from benchmarks.reads import processor

    began, busy = time.perf_counter(), processor()
    sent = check_all_permits()
    print(f"{sent:,} permits sent to review in all{'':12} clock {time.perf_counter() - began:6.2f} s  processor {processor() - busy:6.2f} s", flush=True)
    assert sent == CHANGED == Loop.objects.filter(kind="permit_review", closed_at=None).count()


def timed(what: str, wanted: float, run: Callable[[], Any]) -> Any:
    """Run TIMES times and print median and worst, on the clock and in processor time."""
    from benchmarks.reads import processor

    took, used, out = [], [], None
    for _ in range(TIMES):
        began, busy = time.perf_counter(), processor()
        out = run()
        took.append(time.perf_counter() - began)
        used.append(processor() - busy)
    late = "  TOO SLOW" if statistics.median(used) > wanted else ""
    print(f"{what:44} clock {statistics.median(took):6.3f} s, worst {max(took):6.3f}  processor {statistics.median(used):6.3f} s, worst {max(used):6.3f}"
          f"  load {os.getloadavg()[0]:.1f}{late}", flush=True)  # fmt: skip
    return out


def main(n: int, staff: int) -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    from django.urls import reverse
    from django.utils import timezone
    from tests.cast import build
    from tests.rooms.resumption.flow import graded, submitted
    from tests.web.test_pages import signed_in

    from tongchou.rooms.resumption.models import Application
    from tongchou.rooms.resumption.questions import resumed
    from tongchou.rooms.resumption.queue import ranking
    from tongchou.rooms.resumption.ways import rules_on

    cast, today = build(), timezone.localdate()
    row = submitted(cast)
    graded(cast, "low", "east")
    graded(cast, "medium", "west")
    began = time.perf_counter()
    fill(row, n, staff, (cast.areas["spring"].pk, cast.areas["reed"].pk))
    print(f"filled in {time.perf_counter() - began:.0f} s", flush=True)
    found = timed(f"rank {n + 1:,} applications", 2, lambda: ranking(cast.as_("hq"), today, rules_on(today)["weights"]))
    assert len(found) == n + 1 == Application.objects.filter(ended_at=None).count()
    client = signed_in(cast, "hq")
    one = found[len(found) // 2].application

    def page(name: str, *args: Any) -> Callable[[], Any]:
        def get() -> Any:
            answer = client.get(reverse(name, args=args))
            assert answer.status_code == 200, answer.status_code
            return answer

        return get

    timed("the queue's page", 2, page("resumption_queue"))
    timed("an application's page", 0.15, page("resumption_application", one))
    timed("its place, with reasons", 0.15, page("resumption_why", one))
    at_work(cast, n)
    for by in ("street", "industry", "size"):
        share = timed(f"the share resumed by {by}", 1, lambda by=by: resumed(cast.as_("hq"), by))
        assert sum(r.permits for r in share) == (n + 1) // 2
        assert sum(r.free for r in share) > 0
    timed("the page of the share", 1.2, page("resumption_rate"))
    timed("the room's first page", 2, page("resumption"))
    reviewed()


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tongchou.config.settings"
    os.environ["TONGCHOU_HOME"] = tempfile.mkdtemp(prefix="tongchou-queue-")
    from tongchou import postgres

    with postgres.Server(Path(os.environ["TONGCHOU_HOME"]), print):
        import django

        django.setup()
        given = [int(v) for v in sys.argv[1:]]
        main(*(given + [20_000, 400_000][len(given) :])[:2])
