"""What people do wrong by hand at the desks that decide: nothing filled in, wrong days, a stale tab, the back button, a second click."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import Cast
from tests.rooms.resumption.flow import STAGED, checked, do, submitted
from tests.web.test_pages import signed_in
from tongchou.kernel.ids import new_id
from tongchou.record.models import WorkOrder, WorkPermit
from tongchou.rooms.resumption.models import Application, Batch


@pytest.fixture(autouse=True)
def _staged(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages stand on the day on which districts approved in batches."""
    from django.utils import timezone

    monkeypatch.setattr(timezone, "now", lambda: STAGED)


def send(client: Client, name: str, *args: object, key: str = "", **given: Any) -> Any:
    return client.post(reverse(name, args=args), {"client_id": key or str(new_id())} | given)


def ready(cast: Cast, who: str = "enterprise", unit: str = "works", street: str = "street") -> Application:
    row = submitted(cast, who, unit)
    checked(cast, row, street)
    return row


def said(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "须在两项中选择一项"),
        ({"approve": "maybe", "note": "理由在此"}, "须在两项中选择一项"),
        ({"note": "材料不实，不予复工"}, "须在两项中选择一项"),
        ({"approve": "no"}, "理由"),
        ({"approve": "yes", "until": "2100-01-01"}, "最长 730 天"),
        ({"approve": "yes", "until": "2020-02-01"}, "不能早于今天"),
        ({"approve": "yes", "until": "2020-02-30"}, "日历上没有"),
        ({"approve": "yes", "until": "明天"}, "不是日期"),
        ({"approve": "yes", "most_staff": "-3"}, "不得小于"),
        ({"approve": "yes", "most_staff": "很多"}, "须是整数"),
    ],
)
def test_a_decision_that_says_nothing_or_nonsense_is_none(cast: Cast, given: dict[str, str], words: str) -> None:
    row = ready(cast)
    answer = send(signed_in(cast, "hq"), "resumption_decide", row.pk, **given)
    assert answer.status_code == 422
    assert words in said(answer)
    row.refresh_from_db()
    assert (row.ended, WorkPermit.objects.count()) == ("", 0)


def test_a_second_click_gives_one_permit_and_the_back_button_none(cast: Cast) -> None:
    row, hq, key = ready(cast), signed_in(cast, "hq"), str(new_id())
    first, second = (send(hq, "resumption_decide", row.pk, key=key, approve="yes") for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert WorkPermit.objects.count() == 1
    again = send(hq, "resumption_decide", row.pk, approve="no", note="想改为不予")
    assert again.status_code in (409, 422)
    assert "不在办理中" in said(again)
    assert hq.get(reverse("resumption_decide", args=[row.pk])).status_code < 500


def test_a_batch_is_neither_dropped_nor_approved_by_an_empty_form(cast: Cast) -> None:
    ready(cast)
    hq, leader = signed_in(cast, "hq"), signed_in(cast, "leader")
    assert send(hq, "resumption_batches").status_code == 422
    for n in ("0", "-1", "501", "许多"):
        assert send(hq, "resumption_batches", title="第一批", n=n).status_code == 422, n
    assert send(hq, "resumption_batches", title="第一批", n="20").status_code == 302
    batch = Batch.objects.get()
    for given in ({}, {"approve": "perhaps"}, {"approve": "yes", "seen_version": "99"}, {"approve": "yes", "seen_version": "甲"}, {"approve": "no"}):
        answer = send(leader, "resumption_batch_decide", batch.pk, **given)
        assert answer.status_code in (302, 409, 422), given  # told on the page that it was sent from
        batch.refresh_from_db()
        assert batch.state == "proposed", given
    inside = batch.applications.get()
    for given in ({}, {"application": "不是编号", "reason": "调整"}, {"application": str(new_id()), "reason": "调整"},
                  {"application": str(inside.pk), "place": "0", "reason": "调整"}, {"application": str(inside.pk), "place": "1"}):  # fmt: skip
        assert send(hq, "resumption_batch_change", batch.pk, **given).status_code in (302, 404, 409, 422), given
        inside.refresh_from_db()
        assert (inside.batch_id, inside.place) == (batch.pk, 1), given
    assert send(hq, "resumption_batch_decide", batch.pk, approve="yes", seen_version=str(batch.version)).url == "/"  # who proposed it
    stale = str(batch.version)
    assert send(hq, "resumption_batch_change", batch.pk, application=str(inside.pk), place="1", reason="先易后难").status_code == 302
    assert send(leader, "resumption_batch_decide", batch.pk, approve="yes", seen_version=stale).url == "/"  # a stale tab
    assert WorkPermit.objects.count() == 0


def test_the_queue_is_not_changed_by_an_empty_form(cast: Cast) -> None:
    row, hq = ready(cast), signed_in(cast, "hq")
    do(cast, "hq", "resumption.adjust", application=str(row.pk), hold=True, reason="等待核实")
    for given in ({}, {"reason": "理由"}, {"what": "lift", "lift": "101", "reason": "理由"}, {"what": "lift", "lift": "一百", "reason": "理由"}, {"what": "go"}):
        assert send(hq, "resumption_adjust", row.pk, **given).status_code == 422, given
    row.refresh_from_db()
    assert row.hold == "等待核实"


def permitted(cast: Cast) -> WorkPermit:
    row = ready(cast)
    do(cast, "hq", "resumption.decide", application=str(row.pk), approve=True)
    return WorkPermit.objects.get()


def test_reviews_and_suspensions_need_their_words_and_the_present_state(cast: Cast) -> None:
    permit = permitted(cast)
    street, hq = signed_in(cast, "street"), signed_in(cast, "hq")
    for name, given in (
        ("permit_suspend", {}), ("permit_suspend", {"reason": "食堂聚集"}), ("permit_suspend", {"reason": "食堂聚集", "must_show": "照片\n照片"}),
        ("permit_suspend", {"reason": "食堂聚集", "must_show": "照片", "seen_version": "99"}),
        ("permit_suspend", {"reason": "食堂聚集", "must_show": "照片", "seen_version": "甲"}),
        ("permit_resume", {"reason": "可以"}), ("permit_settle", {"how": "keep", "reason": "没有在复核"}),
    ):  # fmt: skip
        assert send(street, name, permit.pk, **given).status_code in (302, 409, 422), (name, given)
        permit.refresh_from_db()
        assert permit.state == "in_force", (name, given)
    stale = str(permit.version)
    assert send(street, "permit_suspend", permit.pk, reason="食堂聚集", must_show="分餐照片", seen_version=stale).status_code == 302
    old = send(hq, "permit_withdraw", permit.pk, reason="虚报材料", seen_version=stale)
    assert old.status_code == 409  # a stale tab: it was suspended meanwhile
    permit.refresh_from_db()
    assert permit.state == "suspended"
    assert send(signed_in(cast, "dept"), "permit_suspend", permit.pk, reason="食堂聚集", must_show="照片").status_code == 403


def test_an_order_to_stop_is_lifted_once_with_a_reason(cast: Cast) -> None:
    from tongchou.record.access import SYSTEM
    from tongchou.record.act import Context
    from tongchou.record.actions.work_orders import Wanted, issue

    (order,) = issue(Context(new_id(), SYSTEM, STAGED, ()), [Wanted("stop", cast.units["works"].pk, cast.units["east_street"].pk, "擅自复工", ("停工",))])
    street, key = signed_in(cast, "street"), str(new_id())
    assert send(street, "work_order_lift", order.pk).status_code == 422
    assert send(street, "work_order_lift", order.pk, reason=" ").status_code == 422
    assert WorkOrder.objects.get().lifted_at is None
    assert [send(street, "work_order_lift", order.pk, key=key, reason="已整改，现场核实").status_code for _ in range(2)] == [302, 302]
    again = send(street, "work_order_lift", order.pk, reason="再解除一次")
    assert again.status_code in (409, 422)
    assert street.get(reverse("work_order_lift", args=[order.pk])).status_code == 302
    assert signed_in(cast, "next_street").get(reverse("work_order", args=[order.pk])).status_code == 404
