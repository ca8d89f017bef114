"""Work list and search at the size of a large district: pages as a signed-in officer asks for them, server side.

    python benchmarks/reads.py [LOOPS] [PEOPLE] [FOLDER]

Fills a demo district with LOOPS (300,000) tasks through the bulk acts and PEOPLE (1,000,000) invented residents, then asks 40 times, in turn and in a
random order, for each page below as a headquarters officer, a street officer and a grid worker. Time: from the request to the whole page, in this process,
on the same database server. Wanted: p95 at most 150 ms for each (a bulletin, the month: 3 s). Beside it the processor time that one page takes in this process and in
its database backend together (Linux; parallel workers not counted): it holds on a busy machine too, where the clock does not.
A FOLDER keeps the filled database: the next run there only asks.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
CHUNK = 10_000
TIMES = 40
RESULT = [{"key": "result", "type": "text", "text": "已按要求办理，台账和照片已归档。"}]


def fill_loops(loops: int, units: list[int], hq: Any, actors: dict[int, Any]) -> None:
    """Open tasks of the last sixty days; most are signed for, many reported, half of them verified and closed."""
    from django.utils import timezone

    from tongchou.kernel.ids import new_id
    from tongchou.record.act import act

    draw = random.Random(11)
    for start in range(0, loops, CHUNK):
        unit = units[start // CHUNK % len(units)]
        at = timezone.now() - timedelta(days=60 * (1 - start / loops))
        items = [
            {
                "kind": "task",
                "title": f"{draw.choice(['返区人员排查', '企业复工核查', '隔离点巡查', '困难群众走访', '农贸市场消杀'])}第{start + n}号",
                "owner_unit": unit,
                "due_at": (at + timedelta(hours=draw.uniform(12, 900))).isoformat(),
            }
            for n in range(min(CHUNK, loops - start))
        ]
        made = act("loop.open_many", hq, new_id(), {"items": items}, now=at).result["loops"]
        for step, share, who, more in (
            ("sign", 0.9, actors[unit], {}),
            ("report", 0.7, actors[unit], {"evidence": RESULT}),
            ("verify", 0.5, hq, {"note": "抽查属实"}),
        ):
            at += timedelta(hours=3)
            some = made[: int(len(made) * share)]
            act("loop.advance_many", who, new_id(), {"loops": some, "step": step} | more, now=at)


def ask(pages: dict[str, tuple[Any, str, dict[str, str] | None]]) -> None:
    """Ask for every page TIMES times in a random order and print median, p95 and worst in milliseconds."""
    taken: dict[str, list[float]] = {name: [] for name in pages}
    busy = dict.fromkeys(pages, 0.0)
    turns = [name for name in pages for _ in range(TIMES)]
    random.Random(3).shuffle(turns)
    for name in turns:
        client, address, form = pages[name]
        began, used = time.perf_counter(), processor()
        answer = client.get(address) if form is None else client.post(address, form)
        taken[name].append((time.perf_counter() - began) * 1000)
        busy[name] += processor() - used
        assert answer.status_code == 200, (name, answer.status_code, answer.headers.get("Location"))
    for name, found in taken.items():
        found.sort()
        p95 = found[int(len(found) * 0.95)]
        limit = 3000 if "composed" in name or name.endswith("the month") else 150
        times = f"median {statistics.median(found):6.1f} ms  p95 {p95:6.1f} ms  worst {found[-1]:6.1f} ms"
        print(f"{name:44} {times}  processor {busy[name] * 1000 / TIMES:6.1f} ms{'  TOO SLOW' if p95 > limit else ''}", flush=True)


def processor() -> float:
    """Seconds of processor time of this process and of its database backend; the latter in hundredths."""
    from django.db import connection

    if not hasattr(processor, "backend"):
        with connection.cursor() as cursor:
            cursor.execute("select pg_backend_pid()")
            processor.backend = Path(f"/proc/{cursor.fetchone()[0]}/stat")  # type: ignore[attr-defined]
    stat = processor.backend  # type: ignore[attr-defined]
    ticks = sum(int(n) for n in stat.read_text().rpartition(")")[2].split()[11:13]) if stat.exists() else 0
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def _more(hq: Any, actor: Any) -> dict[str, tuple[Any, str, dict[str, str] | None]]:
    """The tree of a task that went to every street and from there to every community; scores, documents, data requests."""
    from datetime import timedelta

    from django.utils import timezone

    from tongchou.kernel.ids import new_id
    from tongchou.record.act import act
    from tongchou.record.models import Unit

    due = (timezone.now() + timedelta(days=9)).isoformat()
    top, office = new_id(), actor.grants[0].unit_id
    common = {"kind": "task", "title": "全区排查", "due_at": due}
    act("loop.open", actor, new_id(), common | {"id": str(top), "owner_unit": office})
    parts = [common | {"id": str(new_id()), "owner_unit": u, "parent": str(top)} for u in Unit.objects.filter(kind="street").values_list("pk", flat=True)]
    act("loop.open_many", actor, new_id(), {"items": parts})
    below = list(Unit.objects.filter(kind="community").values_list("pk", flat=True))
    items = [common | {"owner_unit": u, "parent": parts[n % len(parts)]["id"]} for n, u in enumerate(below)]
    act("loop.open_many", actor, new_id(), {"items": items})
    return {
        "headquarters: tree over three levels": (hq, f"/loops/{top}/tree", None),
        "headquarters: a branch of it opened": (hq, f"/loops/{parts[0]['id']}/tree?part=open", None),
        "headquarters: its late ones": (hq, f"/loops/{top}/tree?late=1", None),
        "headquarters: scores of streets": (hq, "/scores", None),
        "headquarters: scores of departments": (hq, "/scores?kind=department", None),
        "headquarters: scores of communities": (hq, "/scores?kind=community", None),
        "headquarters: leads": (hq, "/accountability", None),
        "headquarters: weekly bulletin composed": (hq, "/documents/new?compose=week", None),
        "headquarters: daily brief composed": (hq, "/documents/new?compose=brief", None),
        "headquarters: monthly report composed": (hq, "/documents/new?compose=month", None),
        "headquarters: month of all kinds composed": (hq, "/documents/new?compose=month&kinds=street,department,hq_department,community,enterprise", None),
        "headquarters: the month": (hq, "/figures/month", None),
        "headquarters: duty": (hq, "/duty", None),
        "headquarters: data requests": (hq, "/requests", None),
        "headquarters: burden of reports": (hq, "/requests/burden", None),
    }


def main(loops: int, people: int) -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    from django.db import connection
    from django.test import Client
    from django.utils import timezone

    from tongchou.cli.demo import load_demo
    from tongchou.record.access import load_actor
    from tongchou.record.models import Account, Unit
    from tongchou.rooms.assessment.tasks import refresh_scores
    from tongchou.web.permission import load

    load()  # the pages' module stamps a session when it begins
    kept = Account.objects.exists()
    if not kept:
        began = time.perf_counter()
        load_demo(7, lambda line: None, people=max(100, people))
        print(f"district made in {time.perf_counter() - began:.0f} s", flush=True)
    accounts = {a.username: a for a in Account.objects.all()}
    actor = {n: load_actor(a.pk, a.display_name, timezone.localdate(), via="demo") for n, a in accounts.items()}
    streets = {n: actor[n].grants[0].unit_id for n in actor if n.startswith("street")}
    began = time.perf_counter()
    if not kept:
        fill_loops(loops, list(streets.values()), actor["hq"], {unit: actor[n] for n, unit in streets.items()})
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")
        cursor.execute("select count(*), count(*) filter (where closed_at is null) from record_loop")
        total, still = cursor.fetchone()
        cursor.execute("select count(*) from record_person")
        (residents,) = cursor.fetchone()
    print(f"{total:,} loops ({still:,} open), {residents:,} people; loops filled in {time.perf_counter() - began:.0f} s", flush=True)

    def client(name: str) -> Client:
        found = Client()
        found.force_login(accounts[name], backend="django.contrib.auth.backends.ModelBackend")
        session = found.session
        session["second_factor_activated"] = accounts[name].pk
        session.save()
        return found

    hq, street, grid = client("hq"), client("street"), client("grid")
    unit = Unit.objects.get(pk=streets["street"]).pk
    area = Unit.objects.get(pk=unit).area_id
    pages: dict[str, tuple[Any, str, dict[str, str] | None]] = {
        "headquarters: home": (hq, "/", None),
        "headquarters: all open": (hq, "/work?view=area", None),
        "headquarters: assigned by us": (hq, "/work?view=assigned", None),
        "headquarters: late, supervised": (hq, "/work?view=area&late=1&level=supervise", None),
        "headquarters: of one unit": (hq, f"/work?view=area&owner={unit}", None),
        "headquarters: one kind and stage": (hq, "/work?view=area&kind=task&stage=verifying", None),
        "headquarters: a stage that is rare": (hq, "/work?view=area&kind=task&stage=returned", None),
        "headquarters: unit, stage, late": (hq, f"/work?view=area&owner={unit}&kind=task&stage=doing&late=1", None),
        "headquarters: one street, stage, level": (hq, f"/work?view=area&area={area}&kind=task&stage=doing&level=supervise", None),
        "headquarters: form of all filters": (hq, "/work/filters", None),
        "headquarters: closed": (hq, "/work?view=closed", None),
        "leader: home": (client("leader"), "/", None),
        "headquarters: figures": (hq, "/figures", None),
        "headquarters: search a title": (hq, "/search?q=隔离点巡查第12", None),
        "street: my unit's": (street, "/work?view=unit", None),
        "street: all in my area": (street, "/work?view=area", None),
        "street: one stage in my area": (street, "/work?view=area&kind=task&stage=verifying", None),
        "street: figures": (street, "/figures", None),
        "street: search a title": (street, "/search?q=企业复工核查第2", None),
        "grid worker: home": (grid, "/", None),
    }
    pages |= _more(hq, actor["hq"])
    if "discipline" in accounts:
        pages["discipline: leads"] = (client("discipline"), "/accountability", None)
    if people:
        for who, name in ((hq, "headquarters"), (street, "street")):
            pages |= {
                f"{name}: person by name": (who, "/people", {"text": "王秀英"}),
                f"{name}: person by pinyin": (who, "/people", {"text": "wangxiuying"}),
                f"{name}: person by initials": (who, "/people", {"text": "wxy"}),
                f"{name}: person by end of phone": (who, "/people", {"text": "1234"}),
            }
    refresh_scores(0)  # as the clock does every four minutes
    ask(pages)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tongchou.config.settings"
    os.environ["TONGCHOU_HOME"] = sys.argv[3] if len(sys.argv) > 3 else tempfile.mkdtemp(prefix="tongchou-bench-")
    from tongchou import postgres

    with postgres.Server(Path(os.environ["TONGCHOU_HOME"]), print):
        import django

        django.setup()
        main(*(int(n) for n in (sys.argv[1:3] + ["300000", "1000000"][len(sys.argv[1:3]) :])))
