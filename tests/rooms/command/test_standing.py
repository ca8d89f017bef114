"""Standing tasks come by themselves, once a period; special teams borrow people and hand their work back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.web.test_pages import signed_in
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.models import Loop, Post, PostHolding, Unit
from tongchou.rooms.command.models import Secondment, StandingIssue, StandingTask, Team
from tongchou.rooms.command.standing import coming, period_of


def refused(call: Callable[[], Any]) -> Refusal:
    with pytest.raises(Refusal) as found:
        call()
    return found.value


def standing(cast: Cast, who: str = "hq", **more: Any) -> StandingTask:
    payload = {
        "title": "农贸市场消杀",
        "evidence": "消杀台账照片",
        "kinds": ["street"],
        "every": "day",
        "starts_on": str(timezone.localdate()),
        "issue_hour": 0,
        "due_hours": 10,
    }
    return StandingTask.objects.get(pk=cast.act(who, "standing.add", **(payload | more)).result["standing"])


def tick(at: datetime) -> int:
    return int(act("standing.issue", SYSTEM, new_id(), {}, now=at).result["issued"])


def test_it_goes_to_everybody_once_a_day_and_stays_the_keepers(cast: Cast) -> None:
    row, at = standing(cast), timezone.now()
    assert [tick(at), tick(at), tick(at + timedelta(days=1)), tick(at + timedelta(days=1, minutes=5))] == [1, 0, 1, 0]
    assert StandingIssue.objects.count() == 2
    top = StandingIssue.objects.order_by("period")[0].loop
    assert top is not None
    assert (top.opener_unit_id, top.owner_unit_id) == (cast.units["office"].pk, cast.units["office"].pk)
    assert set(Loop.objects.filter(parent=top).values_list("owner_unit_id", flat=True)) == {
        cast.units["east_street"].pk,
        cast.units["west_street"].pk,
    }
    assert "消杀台账照片" in top.detail
    Unit.objects.filter(pk=cast.units["west_street"].pk).update(active_to=timezone.localdate())
    tick(at + timedelta(days=2))
    last = StandingIssue.objects.latest("period")
    assert (last.told, last.loop.owner_unit_id if last.loop else 0) == (1, cast.units["east_street"].pk)
    assert row.keeper_id == cast.accounts["hq"].pk


def test_each_unit_owes_the_evidence_and_the_whole_does_not(cast: Cast) -> None:
    row = standing(cast, asked=["photo", "file"])
    tick(timezone.now())
    parts = list(Loop.objects.exclude(parent=None))
    assert row.asked == ["file", "photo"]
    assert [p.asked for p in parts] == [["file", "photo"], ["file", "photo"]]
    assert Loop.objects.get(parent=None).asked == []
    mine = next(p for p in parts if p.owner_unit_id == cast.units["east_street"].pk)
    cast.act("street", "loop.advance", loop=str(mine.pk), step="sign")
    only_words = [{"key": "result", "type": "text", "text": "已消杀"}]
    assert refused(lambda: cast.act("street", "loop.advance", loop=str(mine.pk), step="report", evidence=only_words)).reason == Reason.EVIDENCE_MISSING
    assert refused(lambda: standing(cast, asked=["a dance"])).field == "asked.0"
    page = signed_in(cast, "street").get(reverse("loop", args=[mine.pk])).content.decode()
    above = Loop.objects.get(parent=None)
    assert "其他单位的事项" in page
    assert str(above.pk) not in page
    assert str(above.pk) in signed_in(cast, "hq").get(reverse("loop", args=[mine.pk])).content.decode()


def test_when_the_keeper_has_gone_it_is_issued_all_the_same(cast: Cast) -> None:
    standing(cast)
    PostHolding.objects.filter(account=cast.accounts["hq"]).update(to_date=timezone.localdate())
    assert tick(timezone.now()) == 1
    loop = StandingIssue.objects.get().loop
    assert loop is not None
    assert (loop.opener_unit_id, loop.verifier_unit_id) == (None, cast.units["office"].pk)


@pytest.mark.django_db(transaction=True)
def test_two_clocks_issue_it_once(real_cast: Cast) -> None:
    standing(real_cast)
    at = timezone.now()

    def one(_: int) -> int:
        try:
            return tick(at)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(one, range(6))) == 1
    assert StandingIssue.objects.count() == 1
    row = StandingTask.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        StandingIssue.objects.create(standing=row, period=StandingIssue.objects.get().period, n=0, at=at)


def test_paused_resumed_ended_and_called_for(cast: Cast) -> None:
    row, at = standing(cast), timezone.now()
    key = str(row.pk)
    assert refused(lambda: cast.act("hq", "standing.set", standing=key, state="paused")).field == "reason"
    cast.act("hq", "standing.set", standing=key, state="paused", reason="集中整治期间另行安排")
    assert tick(at) == 0
    assert refused(lambda: cast.act("hq", "standing.call", standing=key, note="发现阳性")).reason is Reason.WRONG_STAGE
    cast.act("hq", "standing.set", standing=key, state="running")
    for n in (1, 2):
        assert cast.act("hq", "standing.call", standing=key, note=f"第{n}起").result["told"] == 2
    assert tick(at) == 1
    cast.act("hq", "standing.set", standing=key, state="ended", reason="应急响应结束")
    assert tick(at + timedelta(days=1)) == 0
    assert refused(lambda: cast.act("hq", "standing.set", standing=key, state="running")).reason is Reason.WRONG_STAGE
    over = standing(cast, until=str(timezone.localdate()))
    tick(at + timedelta(days=3))
    over.refresh_from_db()
    assert over.state == "ended"


@pytest.mark.parametrize(
    ("every", "day", "period"), [("day", 9, 9), ("week", 9, 8), ("week", 7, 1), ("month", 31, 1), ("event", 9, None)]
)
def test_periods(every: str, day: int, period: int | None) -> None:
    row = StandingTask(every=every, starts_on=date(2026, 1, 1))
    assert period_of(row, date(2026, 1, day)) == (date(2026, 1, period) if period else None)


def test_what_comes_next() -> None:
    row = StandingTask(
        every="month", starts_on=date(2026, 1, 31), issue_hour=8, state="running", until=date(2026, 4, 29)
    )
    at = datetime(2026, 1, 31, 9, tzinfo=SHANGHAI)
    assert [f"{x:%m-%d %H}" for x in coming(row, at)] == ["02-28 08", "03-31 08"]
    row.state = "paused"
    assert coming(row, at) == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"kinds": []}, "units"), ({"starts_on": "2020-01-01"}, "starts_on"), ({"due_hours": 0}, "due_hours"), ({"every": "hour"}, "every"),
     ({"kinds": ["zoo"]}, "kinds.0")],
)  # fmt: skip
def test_what_cannot_be_is_refused(cast: Cast, wrong: dict[str, Any], field: str) -> None:
    assert refused(lambda: standing(cast, **wrong)).field == field


def test_a_street_sets_up_its_own_and_sees_no_other(cast: Cast) -> None:
    row = standing(cast, "street", kinds=["community"])
    assert tick(timezone.now()) == 1
    loop = StandingIssue.objects.get().loop
    assert loop is not None
    assert loop.owner_unit_id == cast.units["spring_community"].pk  # one unit: no tree; and only in its area
    assert (
        refused(
            lambda: cast.act("next_street", "standing.set", standing=str(row.pk), state="paused", reason="不归我管")
        ).reason
        is Reason.NOT_FOUND
    )
    assert (
        refused(lambda: standing(cast, "street", kinds=[], units=[cast.units["west_street"].pk])).reason
        is Reason.NOT_FOUND
    )
    assert signed_in(cast, "next_street").get(reverse("standing", args=[row.pk])).status_code == 404


def test_in_the_browser_a_standing_task_is_set_up_and_the_late_are_reminded(cast: Cast) -> None:
    hq = signed_in(cast, "hq")
    form = {
        "client_id": str(new_id()),
        "title": "每日巡查",
        "kinds": ["street"],
        "every": "event",
        "starts_on": str(timezone.localdate()),
        "issue_hour": "8",
        "due_hours": "10",
    }
    made = hq.post(reverse("standing_new"), form)
    assert made.status_code == 302, made.content.decode()
    row = StandingTask.objects.get()
    assert (
        hq.post(
            reverse("standing_call", args=[row.pk]), {"client_id": str(new_id()), "note": "冷链检出阳性"}
        ).status_code
        == 302
    )
    issue = StandingIssue.objects.get()
    assert "冷链检出阳性" in hq.get(made["Location"]).content.decode()
    assert "按事件启动" in hq.get(reverse("standings")).content.decode()
    tree = reverse("loop_tree", args=[issue.loop_id])
    page = hq.get(tree).content.decode()
    assert "催办全部未签收（2 件）" in page
    assert "催办全部超时" not in page
    for _ in range(2):
        assert (
            hq.post(reverse("tree_remind", args=[issue.loop_id, "unsigned"]), {"client_id": str(new_id())}).status_code
            == 302
        )
    assert set(Loop.objects.filter(parent=issue.loop_id).values_list("level", flat=True)) == {"remind"}
    east = Loop.objects.get(owner_unit=cast.units["east_street"], parent=issue.loop_id)
    text = signed_in(cast, "street").get(reverse("loop", args=[east.pk])).content.decode()
    assert text.count("催办") == 1  # within half an hour nobody is reminded twice
    nobody = signed_in(cast, "street").post(
        reverse("tree_remind", args=[east.pk, "unsigned"]), {"client_id": str(new_id())}
    )
    assert nobody.status_code == 302  # sent back to the page with the reason: nothing below it


def team(cast: Cast, **more: Any) -> Team:
    payload = {
        "name": "重点人群转运专班", "purpose": "三日内完成转运", "until": str(timezone.localdate() + timedelta(days=20)), "lead": cast.accounts["street"].pk,
        "members": [cast.accounts["community"].pk, cast.accounts["dept"].pk],
    } | more  # fmt: skip
    return Team.objects.get(pk=act("team.make", cast.as_("hq"), new_id(), payload).result["team"])


def test_people_are_lent_act_for_the_team_and_go_back_with_it(cast: Cast) -> None:
    row = team(cast)
    assert list(row.members.order_by("pk").values_list("home__name", "lead")) == [
        ("east_street 单位", True), ("spring_community 单位", False), ("department 单位", False),
    ]  # fmt: skip
    loop = cast.task(owner="department", owner_unit=row.unit_id)
    parts = [{"unit": row.unit_id, "part": "转运"}]
    other = cast.task(owner="west_street", co_units=parts)
    cast.act("community", "loop.advance", loop=loop, step="sign")  # by the post in the team
    assert (
        refused(
            lambda: cast.act("hq", "team.give_back", member=row.members.get(lead=True).pk, reason="回原单位")
        ).reason
        is Reason.CONFLICT
    )
    cast.act("hq", "team.give_back", member=row.members.get(home=cast.units["department"]).pk, reason="部门急需")
    assert row.unit_id not in {g.unit_id for g in cast.as_("dept").grants}
    assert cast.as_("dept").grants  # the own post stays
    done = cast.act(
        "hq", "team.dissolve", team=row.pk, hand_to=cast.units["department"].pk, result="已完成主要任务"
    ).result
    assert done["handed_back"] == 1
    held = Loop.objects.get(pk=loop)
    assert (held.owner_unit_id, held.turn_unit_id, held.closed_at) == (
        cast.units["department"].pk,
        cast.units["department"].pk,
        None,
    )
    assert list(Loop.objects.get(pk=other).co_units.values_list("unit", "done_at")) == [
        (cast.units["department"].pk, None)
    ]
    assert not Post.objects.filter(unit=row.unit, ended_on=None).exists()
    assert not Secondment.objects.filter(ended_at=None).exists()
    assert row.unit_id not in {g.unit_id for g in cast.as_("street").grants}
    row.unit.refresh_from_db()
    assert row.unit.active_to is not None
    assert (
        refused(lambda: cast.act("hq", "team.lend", team=row.pk, account=cast.accounts["dept"].pk)).reason
        is Reason.CONFLICT
    )
    cast.act(
        "dept",
        "loop.advance",
        loop=loop,
        step="report",
        evidence=[{"key": "result", "type": "text", "text": "接续办结"}],
    )


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"lead": 99_999_999}, "lead"),
        ({"until": "2020-01-01"}, "until"),
        ({"name": "重点人群转运专班"}, None),
        ({"purpose": "短"}, "purpose"),
    ],
)
def test_a_team_that_cannot_be_is_refused(cast: Cast, wrong: dict[str, Any], field: str | None) -> None:
    if field is None:
        team(cast)
        assert refused(lambda: team(cast)).reason is Reason.DUPLICATE
        return
    assert refused(lambda: team(cast, **wrong)).field == field
    assert not Unit.objects.filter(kind="special_team").exists()


@pytest.mark.parametrize("who", ["enterprise", "auditor", "security", "driver"])
def test_who_is_not_of_the_administration_is_not_lent(cast: Cast, who: str) -> None:
    assert refused(lambda: team(cast, members=[cast.accounts[who].pk])).reason is Reason.NOT_FOUND


def test_the_database_keeps_one_lead_and_nobody_twice(cast: Cast) -> None:
    row = team(cast)
    assert (
        refused(lambda: cast.act("hq", "team.lend", team=row.pk, account=cast.accounts["community"].pk)).reason
        is Reason.DUPLICATE
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Secondment.objects.update(lead=True)
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("drop index secondment_once")
    cast.act(
        "hq", "team.lend", team=row.pk, account=cast.accounts["community"].pk
    )  # so it was the database that refused


def test_in_the_browser_a_team_is_made_and_dissolved(cast: Cast) -> None:
    hq = signed_in(cast, "hq")
    form = {
        "client_id": str(new_id()), "name": "核酸检测专班", "purpose": "全员检测保障", "until": str(timezone.localdate() + timedelta(days=9)),
        "lead": str(cast.accounts["street"].pk), "members": [str(cast.accounts["community"].pk)],
    }  # fmt: skip
    made = hq.post(reverse("team_new"), form)
    assert made.status_code == 302, made.content.decode()
    page = hq.get(made["Location"]).content.decode()
    for word in ("核酸检测专班", "street 同志", "east_street 单位", "spring_community 单位", "向专班交办"):
        assert word in page
    row = Team.objects.get()
    change = reverse("team_change", args=[row.pk, "dissolve"])
    assert (
        hq.post(
            change, {"client_id": str(new_id()), "hand_to": cast.units["department"].pk, "result": "检测任务完成"}
        ).status_code
        == 302
    )
    assert "已撤销" in hq.get(made["Location"]).content.decode()
    assert signed_in(cast, "street").get(reverse("team_new")).status_code == 403


def test_reminding_is_for_those_who_may(cast: Cast) -> None:
    loop = cast.task()
    for who in ("street", "next_street"):
        no = refused(lambda w=who: cast.act(w, "loop.remind", loops=[loop]))
        assert no.reason in (Reason.NOT_OWNER, Reason.NOT_FOUND)
    assert cast.act("hq", "loop.remind", loops=[loop], note="请抓紧").result == {"reminded": 1, "left_out": 0}
    assert refused(lambda: cast.act("hq", "loop.remind", loops=[loop])).reason is Reason.CONFLICT
    Loop.objects.filter(pk=loop).update(level="supervise", top_level="supervise")
    act("loop.remind", cast.as_("hq"), new_id(), {"loops": [loop]}, now=timezone.now() + timedelta(hours=1))
    assert Loop.objects.get(pk=uuid.UUID(loop)).level == "supervise"  # reminding lowers nothing
