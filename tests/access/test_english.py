"""In English, every page that any role may open: no Chinese but data, no Chinese commas and brackets, nothing left unfilled."""

from __future__ import annotations

import pytest
from django.db import transaction

from tests.access import table
from tests.access.english import left, stored
from tests.access.judge import SIGN_OUT, _address, may
from tests.access.world import PUPILS, SURNAMES, World
from tongchou.record.access import roles
from tongchou.record.models import Account, WorkOrder
from tongchou.record.questions.work_orders import number_of
from tongchou.web.permission import PAGES

pytestmark = pytest.mark.django_db
FIRST = (
    "store_keeper",
    "resident",
    "school_officer",
    "class_teacher",
    "duty_officer",
    "inspector",
    "auditor",
    "health_officer",
    "education_officer",
    "leader",
)
"""Who opens a page, before all others: nobody's pages are like an officer's of the headquarters alone."""
SEALED = ("密行程甲语", "密联系甲语", "师傅", "干部")
"""Of what is sealed in the database, what officers read in full."""


def personal(w: World) -> str:
    return " ".join(
        [*SURNAMES.values(), *PUPILS.values(), *SEALED, *(v for p in w.places.values() for v in p.personal.values())]
    )


def test_every_page_speaks_english(w: World) -> None:
    Account.objects.update(language="en")
    numbers = " ".join(number_of(o) for o in WorkOrder.objects.select_related("organ"))
    data, place = f"{stored()}\n{personal(w)}\n{numbers}", w.places["own"]
    order = [*FIRST, "hq_officer@district", *(r for r in roles().by_key if r not in FIRST)]
    wrong, opened = [], 0
    for name, page in PAGES.items():
        who = next((r for r in order if may(w, r, page.permission)), None)
        if who is None or "GET" not in page.methods or name in SIGN_OUT:
            continue
        with transaction.atomic():
            answer = w.client(who).get(_address(page, place), table.PAGES[name].get(place))
            transaction.set_rollback(True)
        if answer.status_code == 200 and "html" in answer.get("Content-Type", ""):
            opened += 1
            wrong += [f"{name} ({who}): {piece}" for piece in left(answer.content.decode(), data)]
    assert opened > 200
    assert not wrong, "\n" + "\n".join(dict.fromkeys(wrong))


@pytest.mark.parametrize(
    "page",
    ["<p>排查</p>", '<a title="排查">Go</a>', "<p>Film（kg）</p>", "<p>{n} left</p>", "<td>In hand、Closed</td>"],
)
def test_what_is_not_english_is_found(page: str) -> None:
    assert left(page, "东街办事处") != []


@pytest.mark.parametrize(
    "page",
    ["<p>东街</p>", '<button lang="zh-Hans">中文</button>', "<textarea>排查</textarea>", "<p>In hand, closed</p>"],
)
def test_data_and_what_is_marked_as_chinese_may_stand(page: str) -> None:
    assert left(page, "东街办事处") == []
