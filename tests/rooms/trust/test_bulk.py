"""Bulk acts in the queue: once, whole or not at all, as the person who asked, with progress; a worker killed in the middle leaves nothing half."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.plans.drill import LAW, PACK, TABLE, contact, files, install
from tests.rooms.trust.test_trust_pages import post, text
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import act
from tongchou.record.models import Event, PostHolding
from tongchou.rooms.plans import deciding
from tongchou.rooms.plans.models import Decision
from tongchou.rooms.trust import bulk
from tongchou.rooms.trust.bulk import carry
from tongchou.rooms.trust.models import BulkRun, Notice, OrderBatch, Restriction
from tongchou.rooms.trust.progress import counted, listening
from tongchou.rooms.trust.tasks import carry_out_forgotten

SIGNS = "安平宁静和顺康健福寿春夏秋冬东南西北山川河湖海江"


def cohort(cast: Cast, many: int) -> None:
    for n in range(many):
        contact(cast, days_ago=1, name=f"何{SIGNS[n]}")


def payload(cast: Cast, **more: Any) -> dict[str, Any]:
    return {"title": "六月密接一批", "pack": PACK, "table": TABLE, "area": cast.areas["district"].pk, "legal_basis": LAW} | more


def asked(cast: Cast, **more: Any) -> uuid.UUID:
    return uuid.UUID(cast.act("hq", "restriction.batch_queue", **payload(cast, **more)).result["run"])


@pytest.fixture
def town(cast: Cast) -> Cast:
    install(cast)
    return cast


def test_a_cohort_is_issued_once_however_often_it_is_asked_for_and_carried_out(town: Cast) -> None:
    cohort(town, 3)
    client = new_id()
    runs = {act("restriction.batch_queue", town.as_("hq"), client, payload(town)).result["run"] for _ in range(2)}
    run = uuid.UUID(runs.pop())
    assert not runs
    assert (BulkRun.objects.get().state, Restriction.objects.count()) == ("waiting", 0)
    assert [carry(run), carry(run)] == ["done", "done"]
    row = BulkRun.objects.get()
    assert (row.result["orders"], row.result["pending"], row.tries) == (3, False, 1)
    assert Restriction.objects.filter(issued_by=town.accounts["hq"], state="active").count() == 3
    BulkRun.objects.update(state="running", finished_at=None)  # the worker died after the commit, before it could say so
    assert (carry(run), Restriction.objects.count(), OrderBatch.objects.count()) == ("done", 3, 1)


def test_counting_only_issues_nothing(town: Cast) -> None:
    cohort(town, 2)
    run = asked(town, trial=True)
    assert carry(run) == "done"
    assert (BulkRun.objects.get().result["orders"], Restriction.objects.count()) == (2, 0)


def test_one_person_whose_facts_cannot_be_used_does_not_hold_up_the_rest(town: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """People before the table = orders + left out, each rejected one with the reason."""
    cohort(town, 2)
    wrong = contact(town, days_ago=2, name="何错")
    true = deciding.decide_one

    def one(standing: Any, facts: dict[str, Any], *more: Any) -> Any:
        if facts["last_exposure"] == timezone.localdate() - timedelta(days=2):
            raise Refusal(Reason.CONFLICT, Text("两项事实矛盾。", "Two facts contradict."), field="last_exposure")
        return true(standing, facts, *more)

    monkeypatch.setattr(deciding, "decide_one", one)
    run = asked(town)
    assert carry(run) == "done"
    found = BulkRun.objects.get().result
    assert (found["people"], found["orders"], found["left_out"]) == (3, 2, {"rejected": 1})
    assert found["rejected"] == [{"person": wrong, "field": "last_exposure", "rule": {"zh": "两项事实矛盾。", "en": "Two facts contradict."}}]
    assert not Restriction.objects.filter(person=wrong).exists()
    page = text(signed_in(town, "hq").get(reverse("order_run", args=[run])))
    assert "在册事实有误，未判定" in page
    assert "两项事实矛盾。" in page


def test_who_has_lost_the_post_meanwhile_issues_nothing_and_the_run_says_why(town: Cast) -> None:
    cohort(town, 1)
    run = asked(town)
    PostHolding.objects.filter(account=town.accounts["hq"]).update(to_date=timezone.localdate())
    assert carry(run) == "failed"
    row = BulkRun.objects.get()
    assert row.refusal["reason"] == "not_allowed"
    assert "任职" in row.refusal["remedy"]["zh"]
    assert not Restriction.objects.exists()


def test_a_run_that_kills_its_worker_again_and_again_is_given_up(town: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    cohort(town, 1)
    run = asked(town)

    def dies(*_: Any, **__: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(bulk, "act", dies)
    for _ in range(bulk.MOST_TRIES):
        with pytest.raises(MemoryError):
            carry(run)
    assert carry(run) == "failed"
    assert "已放弃" in BulkRun.objects.get().refusal["rule"]["zh"]


def test_what_is_wrong_at_a_glance_is_refused_at_once(town: Cast) -> None:
    for more, reason in (({"area": 10**9}, Reason.NOT_FOUND), ({"pack": "no-such"}, Reason.NOT_FOUND), ({"legal_basis": ""}, Reason.INVALID_VALUE)):
        with pytest.raises(Refusal) as caught:
            asked(town, **more)
        assert caught.value.reason is reason
    assert not BulkRun.objects.exists()


def test_a_batch_is_confirmed_and_a_cohort_reversed_in_the_queue(town: Cast) -> None:
    cohort(town, 21)
    carry(asked(town))
    batch = OrderBatch.objects.get()
    with pytest.raises(Refusal) as caught:
        town.act("hq", "restriction.confirm_queue", batch=str(batch.pk), agree=True)
    assert caught.value.reason is Reason.SAME_PERSON
    run = town.act("street", "restriction.confirm_queue", batch=str(batch.pk), agree=True).result["run"]
    assert (carry(uuid.UUID(run)), Restriction.objects.filter(state="active").count()) == ("done", 21)
    wrong = town.act("hq", "restriction.reverse", area=town.areas["district"].pk, batch=str(batch.pk), reason="取数错误，全部作废").result["reversal"]
    with pytest.raises(Refusal) as caught:
        town.act("hq", "restriction.reverse_queue", reversal=wrong, agree=True)
    assert caught.value.reason is Reason.SAME_PERSON
    run = town.act("leader", "restriction.reverse_queue", reversal=wrong, agree=True).result["run"]
    assert (carry(uuid.UUID(run)), BulkRun.objects.get(pk=run).result["lifted"]) == ("done", 21)
    assert not Restriction.objects.filter(state__in=("pending", "active")).exists()
    assert Notice.objects.filter(what="lifted").count() == 21


def test_the_page_shows_progress_then_the_counts_and_nothing_to_the_next_street(town: Cast) -> None:
    cohort(town, 2)
    street = signed_in(town, "street")
    form = {"title": "六月密接", "table": f"{PACK}/{TABLE}", "area": town.areas["east"].pk, "legal_basis": LAW}
    assert "排队中" in text(post(street, "order_batch", **form, mode="try"))
    row = BulkRun.objects.get()
    address = reverse("order_run", args=[row.pk])
    BulkRun.objects.update(state="running", stage="deciding", done=1000, total=2500)
    part = text(street.get(address, headers={"HX-Request": "true"}))
    assert "1,000 / 2,500" in part
    assert "逐人判定" in part
    assert "<html" not in part
    assert signed_in(town, "next_street").get(address).status_code == 404
    carry(row.pk)
    over = street.get(address, headers={"HX-Request": "true"})
    assert (over.headers["HX-Refresh"], over.content) == ("true", b""), "the result is a page of its own, never a page within the page"
    assert "没有下达任何措施" in text(street.get(address))
    assert "排队中" in text(post(street, "order_run_issue", row.pk))
    carry(BulkRun.objects.get(trial=False).pk)
    assert "六月密接" in text(street.get(reverse("orders")))
    assert Restriction.objects.count() == 2
    assert "六月密接" not in text(signed_in(town, "next_street").get(reverse("orders")))


def test_progress_is_told_in_steps_and_to_the_end() -> None:
    heard: list[tuple[str, int, int]] = []
    with listening(lambda *at: heard.append(at)):
        assert len(list(counted(range(2500), "storing"))) == 2500
    assert heard == [("storing", 0, 2500), ("storing", 1000, 2500), ("storing", 2000, 2500), ("storing", 2500, 2500)]


CHILD = """
import os, signal, sys, uuid
import django
django.setup()
from django.db import connection
from tongchou.rooms.trust import bulk
from tongchou.rooms.trust.actions import cohort
store = cohort.store_many
def die(*args, **more):
    store(*args, **more)
    if sys.argv[2] == "commits too early":
        connection.connection.commit()
    os.kill(os.getpid(), signal.SIGKILL)
cohort.store_many = die
bulk.carry(uuid.UUID(sys.argv[1]))
"""


def killed_in_the_middle(run: uuid.UUID, how: str) -> None:
    """A worker of its own that is killed when all orders are written and the act is not."""
    held = connection.settings_dict
    who, password, name = held["USER"], quote(str(held["PASSWORD"]), safe=""), held["NAME"]
    address = f"postgresql://{who}:{password}@/{name}?host={quote(str(held['HOST'] or 'localhost'), safe='')}&port={held['PORT']}"
    env = os.environ | {"TONGCHOU_DATABASE_URL": address, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", CHILD, str(run), how], env=env, cwd=Path(__file__).parents[3], capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr[-2000:]


def half_done() -> int:
    """How many decisions and orders are there that no act stands behind."""
    with connection.cursor() as cursor:
        cursor.execute("select id from record_act")
        acts = {row[0] for row in cursor.fetchall()}
    orders = Restriction.objects.values_list("decision__act", flat=True)
    return sum(a not in acts for a in [*Decision.objects.values_list("act", flat=True), *orders])


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_leaves_nothing_half_and_the_next_one_does_it(real_cast: Cast) -> None:
    install(real_cast)
    cohort(real_cast, 22)
    run = asked(real_cast)
    killed_in_the_middle(run, "plainly")
    row = BulkRun.objects.get()
    assert (row.state, row.tries, half_done()) == ("running", 1, 0)
    assert not Restriction.objects.exists()
    assert not Event.objects.filter(what="orders_issued").exists()
    BulkRun.objects.update(asked_at=timezone.now() - timedelta(minutes=5))
    both = [threading.Thread(target=_forgotten) for _ in range(2)]  # two workers find it
    for one in both:
        one.start()
    for one in both:
        one.join()
    row.refresh_from_db()
    assert (row.state, row.result["orders"], Restriction.objects.count(), half_done()) == ("done", 22, 22, 0)
    assert OrderBatch.objects.count() == 1
    assert Restriction.objects.filter(state="pending", two_needed=True).count() == 22


def _forgotten() -> None:
    try:
        carry_out_forgotten(0)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_sabotage_a_worker_that_commits_before_the_act_is_whole_is_found_out(real_cast: Cast) -> None:
    install(real_cast)
    cohort(real_cast, 2)
    run = asked(real_cast)
    killed_in_the_middle(run, "commits too early")
    assert half_done() == 4


def test_the_kind_of_an_order_comes_from_the_packs_word_not_from_its_titles(town: Cast) -> None:
    texts = files()
    texts["pack.yaml"] = texts["pack.yaml"].replace("kind: isolation_site, title: {zh: 集中隔离医学观察", "kind: monitoring, title: {zh: 集中隔离医学观察")
    town_again = install(town, texts)
    assert town_again.digest
    contact(town)
    carry(asked(town))
    row = Restriction.objects.get()
    assert (row.mode, row.kind) == ("central_isolation", "monitoring")
    texts["pack.yaml"] = texts["pack.yaml"].replace("kind: monitoring, title: {zh: 集中", "title: {zh: 集中")
    install(town, texts)
    contact(town, name="何安")
    assert carry(asked(town)) == "failed"
    assert "没有写明" in BulkRun.objects.order_by("-asked_at")[0].refusal["rule"]["zh"]
