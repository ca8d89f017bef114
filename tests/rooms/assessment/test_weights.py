"""Weights of scores are dated data that two people change; figures in documents lead back; letters have the standard's form."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.assessment.test_bulletins import draft, sign
from tests.rooms.assessment.test_scores import refused
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.record.models import Loop
from tongchou.rooms.assessment.definition import in_force
from tongchou.rooms.assessment.models import Bulletin, ScoreEdition

TODAY = timezone.localdate
WEIGHTS = {"in_time": 50, "closed": 30, "lasting": 20, "confirmed": 0}


def propose(cast: Cast, who: str = "hq", days: int = 5, **more: Any) -> int:
    payload = {"since": str(TODAY() + timedelta(days=days)), "least": 5, "weights": WEIGHTS, "reason": "指挥部第5次会议"} | more
    return int(cast.act(who, "scores.propose", **payload).result["edition"])


def test_one_proposes_another_adopts_and_it_holds_from_its_day_on(cast: Cast) -> None:
    before = in_force(TODAY())
    key = propose(cast)
    assert in_force(TODAY() + timedelta(days=9)) == before
    assert refused(lambda: cast.act("hq", "scores.adopt", edition=key, adopt=True)).reason is Reason.SAME_PERSON
    assert refused(lambda: cast.act("street", "scores.adopt", edition=key, adopt=True)).reason is Reason.NOT_ALLOWED
    cast.act("leader", "scores.adopt", edition=key, adopt=True)
    later = in_force(TODAY() + timedelta(days=5))
    assert (later.weights, later.least, later.status) == ({"in_time": 50, "closed": 30, "lasting": 20}, 5, "confirmed")
    assert in_force(TODAY() + timedelta(days=4)) == before
    assert refused(lambda: cast.act("leader", "scores.adopt", edition=key, adopt=False)).reason is Reason.WRONG_STAGE
    assert refused(lambda: cast.act("leader", "scores.adopt", edition=propose(cast), adopt=True)).reason is Reason.DUPLICATE


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"weights": {"in_time": 99}}, "weights"), ({"weights": {"in_time": 120, "closed": -20}}, "weights"),
        ({"weights": {"visits": 100}}, "weights"), ({"since": "2020-01-01"}, "since"),
    ],
)  # fmt: skip
def test_what_is_no_scale_is_refused(cast: Cast, wrong: dict[str, Any], field: str) -> None:
    assert refused(lambda: propose(cast, **wrong)).field == field
    assert not ScoreEdition.objects.exists()


def test_the_database_keeps_the_two_apart(cast: Cast) -> None:
    propose(cast)
    row = ScoreEdition.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        ScoreEdition.objects.update(adopted=True, decided_by=row.proposed_by)
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table assessment_scoreedition drop constraint score_edition_two_people")
    cast.act("hq", "scores.adopt", edition=row.pk, adopt=True)  # so it was the database that refused
    assert ScoreEdition.objects.get().adopted


def test_in_the_browser_weights_are_proposed_and_adopted(cast: Cast) -> None:
    hq, leader = signed_in(cast, "hq"), signed_in(cast, "leader")
    url = reverse("score_weights")
    form = {"client_id": str(new_id()), "since": str(TODAY() + timedelta(days=3)), "least": "4", "reason": "指挥部会议", "w_in_time": "60", "w_closed": "30"}
    no = hq.post(url, form)
    assert no.status_code == 422
    assert "现为 90" in no.content.decode()
    assert hq.post(url, form | {"w_lasting": "10", "client_id": str(new_id())}).status_code == 302
    assert 'name="adopt"' not in hq.get(url).content.decode()
    assert 'name="adopt"' in leader.get(url).content.decode()
    row = ScoreEdition.objects.get()
    assert leader.post(reverse("score_adopt", args=[row.pk]), {"client_id": str(new_id()), "adopt": "yes"}).status_code == 302
    assert "已审定" in hq.get(url).content.decode()
    assert url in hq.get(reverse("scores")).content.decode()
    assert signed_in(cast, "street").get(url).status_code == 403


def test_a_figure_of_a_document_leads_to_its_list_of_the_same_moment(cast: Cast) -> None:
    for n in range(4):
        loop = cast.task()
        due = timezone.now() - timedelta(days=2, hours=n)
        Loop.objects.filter(pk=loop).update(opened_at=due - timedelta(days=3), due_at=due, deadline=due)
    hq = signed_in(cast, "hq")
    new = hq.get(reverse("bulletin_new"), {"compose": "week"}).content.decode()
    title = re.search(r'value="(关于[^"]+)"', new)
    assert title
    body = re.search(r'<textarea[^>]*"body"[^>]*>(.*?)</textarea>', new, re.S)
    at = re.search(r'name="composed_at" value="([^"]+)"', new)
    assert body
    assert at
    sent = {"client_id": str(new_id()), "form": "bulletin", "title": title[1], "body": body[1], "whole": ["street"], "composed_at": at[1]}
    made = hq.post(reverse("bulletin_new") + "?compose=week", sent)
    assert made.status_code == 302, made.content.decode()
    row = Bulletin.objects.get()
    assert row.source["last"] == str(TODAY() - timedelta(days=1))
    page = hq.get(made["Location"]).content.decode()
    link = re.search(r'href="(/scores/loops\?[^"]+)">([\d.]+)%', page)
    assert link, page
    behind = hq.get(link[1].replace("&amp;", "&")).content.decode()
    assert "计入 0 件，共 4 件" in behind
    assert link[2] == "0.0"
    assert "数据来源" in page


def test_a_letter_has_its_own_numbers(cast: Cast) -> None:
    got = [sign(cast, draft(cast, form=f)) for f in ("letter", "document", "letter")]
    assert [(x["organ"], x["seq"]) for x in got] == [("清防指办函", 1), ("清防指办", 1), ("清防指办函", 2)]


def test_weights_are_in_force_by_the_last_day_of_the_period(cast: Cast) -> None:
    ScoreEdition.objects.create(
        since=date(2026, 3, 15), least=3, weights={"closed": 100}, reason="测试口径", adopted=True, proposed_by=cast.accounts["hq"],
        proposed_at=timezone.now(), decided_by=cast.accounts["leader"], decided_at=timezone.now(),
    )  # fmt: skip
    assert in_force(date(2026, 3, 31)).weights == {"closed": 100}
    assert in_force(date(2026, 3, 14)).weights != {"closed": 100}
