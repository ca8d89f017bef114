"""A cohort of people under orders: issued in one act, confirmed, previewed under another edition, decided again, and reversed in one act.

    python benchmarks/trust.py [PEOPLE]

PEOPLE (100,000) close contacts are put on record in two streets. Wanted: the reversal of all of them in one act within 5 minutes (requirement K1); the preview
of a change of edition over all of them within seconds (D4). Wall-clock time, one run, the server on the same machine.
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

_PEOPLE = """
insert into record_person (id, sealed, tokens, sex, area_id, created_at)
select gen_random_uuid(), '\\x00', '{}', 'u', (array[%s, %s])[1 + n %% 2], now() from generate_series(1, %s) n
"""
_FACTS = """
insert into record_fact (id, person_id, type, known, "on", value, source, source_ref, act, recorded_at)
select gen_random_uuid(), p.id, t.type, 'known', current_date - ((abs(hashtext(p.id::text)) %% 9) + t.back)::int, t.value::jsonb, 'bench', '', gen_random_uuid(), now()
from record_person p cross join (values ('exposure', 1, '{"setting": "work", "closeness": "close"}'), ('contact', 0, '{"grade": "close"}')) t(type, back, value)
"""


def timed(what: str, run: Callable[[], Any]) -> Any:
    start = time.perf_counter()
    out = run()
    print(f"{what:52} {time.perf_counter() - start:7.2f} s", flush=True)
    return out


def main(people: int) -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from django.db import connection
    from tests.cast import build
    from tests.rooms.plans.drill import LAW, PACK, TABLE, install, today

    from tongchou.kernel.ids import new_id
    from tongchou.record.act import act
    from tongchou.rooms.plans.questions import preview_on_record, replay
    from tongchou.rooms.trust.models import Restriction

    cast = build()
    version = install(cast)
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, [cast.areas["spring"].pk, cast.areas["reed"].pk, people])
        cursor.execute(_FACTS, [])
        cursor.execute("analyze")
    hq, area = cast.as_("hq"), cast.areas["district"].pk
    cohort = {"title": "基准测试一批", "pack": PACK, "table": TABLE, "area": area, "legal_basis": LAW}
    timed(f"preview, {people:,} people, by street", lambda: preview_on_record(hq, version, TABLE, "drill-1", "drill-2", today()))
    timed("dry run of the cohort", lambda: act("restriction.batch", hq, new_id(), cohort, dry_run=True))
    made = timed("decided and issued in one act", lambda: act("restriction.batch", hq, new_id(), cohort)).result
    for who in ("street", "next_street"):
        timed(f"confirmed by {who}", lambda w=who: act("restriction.confirm", cast.as_(w), new_id(), {"batch": made["batch"], "agree": True}))
    found = timed("history decided again", replay)
    assert found.equal == found.decisions == people, found
    wrong = {"area": area, "batch": made["batch"], "reason": "取数错误，全部作废"}
    proposed = timed("reversal proposed", lambda: act("restriction.reverse", hq, new_id(), wrong)).result
    answer = {"reversal": proposed["reversal"], "agree": True}
    done = timed("reversed in one act (wanted: at most 300 s)", lambda: act("restriction.reverse_confirm", cast.as_("leader"), new_id(), answer))
    assert done.result["lifted"] == made["orders"], (done.result, made)
    assert not Restriction.objects.filter(state__in=["pending", "active"]).exists()
    print(f"{made['orders']:,} orders of {made['people']:,} people")


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tongchou.config.settings"
    os.environ["TONGCHOU_HOME"] = tempfile.mkdtemp(prefix="tongchou-bench-")
    from tongchou import postgres

    with postgres.Server(Path(os.environ["TONGCHOU_HOME"]), print):
        import django

        django.setup()
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
