"""The queue of applications to resume work at the size of a district: 20,000 that wait, ranked with every part of their score.

    python benchmarks/resumption_queue.py [APPLICATIONS]

Fills an empty database with APPLICATIONS (20,000) enterprises that have applied, 20 staff files each (400,000), 60,000 supply links and grades of their
streets, then ranks them ten times for the headquarters. Time: from the question to the ranked list in this process. Wanted: at most 2 s.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

FILL = """
insert into record_unit (name, name_en, name_key, kind, code, area_id, active_from, detail)
  select '企业' || n, '', '', 'enterprise', null, (array(select id from record_area where level = 'community' order by id))[1 + n %% %(areas)s], '2020-01-01', '{}'
  from generate_series(1, %(n)s) n;
insert into record_enterprise (unit_id, industry, size, lists, landlord_name, products, version, changed_at)
  select id, 'C1811', '', case when id %% 7 = 0 then '{essential}'::text[] else '{}' end, '', '', 1, now()
  from record_unit where kind = 'enterprise' and name like '企业%%';
insert into record_supplylink (supplier_id, buyer_id, outside, outside_code, product, critical)
  select a.id, b.id, '', '', '件' || k, (a.id + k) %% 5 = 0 from (select id, row_number() over () r from record_unit where name like '企业%%') a
  cross join generate_series(1, 3) k join (select id, row_number() over () r from record_unit where name like '企业%%') b on b.r = 1 + (a.r * 7 + k) %% %(n)s
  where a.id <> b.id on conflict do nothing;
insert into record_person (id, area_id, created_at) select gen_random_uuid(), (select min(id) from record_area), now() from generate_series(1, 20);
insert into record_staff (unit_id, person_id, title, origin, outcome, rule, pack, edition, from_date, version, act, changed_at)
  select u.id, p.id, '', '', (array['start', 'start', 'observe', 'postpone', ''])[1 + (u.id + length(p.id::text)) %% 5], '', '', '', '2020-01-01', 1,
    gen_random_uuid(), now()
  from record_unit u cross join record_person p where u.name like '企业%%';
insert into record_loop (id, kind, edition_id, title, detail, data, subject_unit_id, subject_item, area_id, owner_unit_id, opener_unit_id, turn_unit_id, stage,
    opened_at, due_at, deadline, origin, origin_ref, urgent)
  select gen_random_uuid(), 'resumption_application', (select id from record_kindedition where key = 'resumption_application'), u.name, '', '{}', u.id, '', u.area_id,
    (select id from record_unit where kind = 'street' order by id limit 1), u.id, (select id from record_unit where kind = 'street' order by id limit 1), 'deciding',
    now() - interval '1 day', now() + interval '1 day', now() + interval '1 day', '', '', false from record_unit u where u.name like '企业%%';
insert into resumption_application (id, unit_id, loop_id, way, how, basis, by_id, started_at, submitted_at, ended, reason, terms, items_of, items_ok,
    hold, lift, lift_reason)
  select gen_random_uuid(), l.subject_unit_id, l.id, 'list', 'approval', '{}', (select min(id) from record_account), now(),
    now() - (l.subject_unit_id || ' seconds')::interval,
    '', '', '{}', 10, (l.subject_unit_id %% 11)::int, '', 0, '' from record_loop l where l.kind = 'resumption_application';
"""


def main(n: int) -> None:
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    from django.utils import timezone

    from tongchou.cli.demo import load_demo
    from tongchou.record.access import load_actor
    from tongchou.record.models import Account, Area
    from tongchou.rooms.resumption.queue import ranking
    from tongchou.rooms.resumption.ways import rules_on

    load_demo(7, lambda line: None, people=100)
    began = time.perf_counter()
    areas = Area.objects.filter(level="community").count()
    with connection.cursor() as cursor:
        for statement in FILL.replace("%(n)s", str(n)).replace("%(areas)s", str(areas)).replace("%%", "%").split(";\n"):
            if statement.strip():
                cursor.execute(statement)
        cursor.execute("vacuum analyze")
        counts = []
        for table in ("resumption_application", "record_staff", "record_supplylink"):
            cursor.execute(f"select count(*) from {table}")
            counts.append(cursor.fetchone()[0])
    print(
        "{:,} applications, {:,} staff files, {:,} supply links; filled in {:.0f} s".format(
            *counts, time.perf_counter() - began
        ),
        flush=True,
    )
    hq = Account.objects.get(username="hq")
    actor, today = load_actor(hq.pk, hq.display_name, timezone.localdate(), via="demo"), timezone.localdate()
    weights = rules_on(today)["weights"]
    times, ranked = [], []
    for _ in range(10):
        began = time.perf_counter()
        ranked = ranking(actor, today, weights)
        times.append(time.perf_counter() - began)
    first = ranked[0]
    print(
        f"ranked {len(ranked):,}: median {statistics.median(times):.2f} s, slowest {max(times):.2f} s; first: {first.name}, {first.score}"
    )
    for part in first.parts:
        print(f"  {part.key:10} {part.points} x {part.weight:g}  {part.why.en}")


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tongchou.config.settings"
    os.environ["TONGCHOU_HOME"] = tempfile.mkdtemp(prefix="tongchou-queue-")
    from tongchou import postgres

    with postgres.Server(Path(os.environ["TONGCHOU_HOME"]), print):
        import django

        django.setup()
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
