"""Loops: opening, moving, returning, verifying, escalating, following up."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.cast import Cast
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.files import take_in
from tongchou.record.loops.engine import LEVELS
from tongchou.record.models import Act, Event, Loop, PostHolding, StoredRefusal
from tongchou.record.questions.loopfile import loop_file
from tongchou.record.questions.worklist import Filter, counts, work_list

RESULT = [{"key": "result", "type": "text", "text": "已逐户排查，台账附后"}]


def refused(cast: Cast, who: str, verb: str, **payload: object) -> Reason:
    with pytest.raises(Refusal) as caught:
        cast.act(who, verb, **payload)
    return caught.value.reason


def walk(cast: Cast, loop: str) -> None:
    """Sign, do and report."""
    cast.act("street", "loop.advance", loop=loop, step="sign")
    cast.act("street", "loop.advance", loop=loop, step="report", evidence=RESULT, note="已办")


def test_a_task_goes_from_hand_out_to_close(cast: Cast) -> None:
    loop = cast.task()
    walk(cast, loop)
    cast.act("hq", "loop.advance", loop=loop, step="verify", note="属实")
    row = Loop.objects.get(pk=loop)
    assert row.closed_at is not None
    assert row.end_reason == "done"
    whats = list(Event.objects.filter(loop_id=loop).order_by("id").values_list("what", flat=True))
    assert whats == ["open", "sign", "report", "verify"]


def test_a_post_that_begins_today_counts_from_midnight_here(cast: Cast) -> None:
    morning = timezone.localtime(timezone.now()).replace(hour=0, minute=20) + timedelta(days=1)  # still yesterday in UTC
    street = cast.accounts["street"]
    PostHolding.objects.filter(account=street).update(from_date=morning.date())
    given = {"kind": "task", "title": "排查", "owner_unit": cast.units["east_street"].pk, "due_at": (morning + timedelta(days=2)).isoformat()}
    for what in ({"owner_account": street.pk}, {}):
        loop = act("loop.open", cast.as_("hq"), new_id(), given | what, now=morning).result["loop"]
        if not what:
            act("loop.name_person", cast.as_("hq"), new_id(), {"loop": loop, "account": street.pk}, now=morning)
        assert Loop.objects.get(pk=loop).owner_account_id == street.pk
    evening = morning - timedelta(hours=1)  # the day before, when nobody holds the post yet
    with pytest.raises(Refusal):
        act("loop.name_person", cast.as_("hq"), new_id(), {"loop": loop, "account": street.pk}, now=evening)


def test_an_open_loop_always_has_one_owner_one_deadline_and_a_unit_in_turn(cast: Cast) -> None:
    loop = cast.task()
    for who, step in (("street", "sign"), ("street", "report")):
        row = Loop.objects.get(pk=loop)
        assert row.deadline is not None
        assert row.turn_unit_id is not None
        cast.act(who, "loop.advance", loop=loop, step=step, evidence=RESULT if step == "report" else [], note="已办")
    assert Loop.objects.get(pk=loop).turn_unit_id == cast.units["office"].pk


def test_the_clock_starts_at_hand_out_not_at_acknowledgement(cast: Cast) -> None:
    due = timezone.now() + timedelta(days=3)
    loop = cast.task(due_at=due.isoformat())
    cast.act("street", "loop.advance", loop=loop, step="sign")
    assert Loop.objects.get(pk=loop).deadline == due


def test_who_did_the_work_may_not_verify_it(cast: Cast) -> None:
    loop = str(
        act(
            "loop.open", cast.as_("street"), new_id(),
            {"kind": "task", "title": "自办任务", "owner_unit": cast.units["east_street"].pk},
        ).result["loop"]
    )  # fmt: skip
    walk(cast, loop)
    assert refused(cast, "street", "loop.advance", loop=loop, step="verify", note="x") is Reason.SAME_PERSON
    cast.act("street_colleague", "loop.advance", loop=loop, step="verify", note="属实")


def test_report_without_evidence_is_refused_and_the_refusal_is_kept(cast: Cast) -> None:
    loop = cast.task()
    cast.act("street", "loop.advance", loop=loop, step="sign")
    assert refused(cast, "street", "loop.advance", loop=loop, step="report", note="已办") is Reason.EVIDENCE_MISSING
    kept = StoredRefusal.objects.get()
    assert (kept.reason, kept.subject) == ("evidence_missing", f"loop:{loop}")
    assert Loop.objects.get(pk=loop).stage == "doing"


def test_the_next_street_sees_nothing(cast: Cast) -> None:
    loop = cast.task()
    assert refused(cast, "next_street", "loop.advance", loop=loop, step="sign") is Reason.NOT_FOUND
    with pytest.raises(Refusal) as caught:
        loop_file(cast.as_("next_street"), uuid.UUID(loop))
    assert caught.value.reason is Reason.NOT_FOUND
    for view in ("unit", "area", "assigned", "co", "mine"):
        rows, _ = work_list(cast.as_("next_street"), Filter(view=view), timezone.now())
        assert rows == []


@pytest.mark.parametrize("who", ["auditor", "security", "sysadmin"])
def test_administrators_read_no_cases(cast: Cast, who: str) -> None:
    loop = cast.task()
    with pytest.raises(Refusal) as caught:
        loop_file(cast.as_(who), uuid.UUID(loop))
    assert caught.value.reason is Reason.NOT_FOUND
    assert refused(cast, who, "loop.advance", loop=loop, step="sign") is Reason.NOT_ALLOWED


def test_returns_are_limited_and_then_adjudicated(cast: Cast) -> None:
    loop = cast.task()
    cast.act("street", "loop.advance", loop=loop, step="return", note="不属本街道")
    row = Loop.objects.get(pk=loop)
    assert row.returns == 1
    if row.stage != "adjudicating":
        cast.act("hq", "loop.advance", loop=loop, step="reassign", note="仍由你街道办理", to_unit=cast.units["east_street"].pk)
        cast.act("street", "loop.advance", loop=loop, step="return", note="仍不属")
        row.refresh_from_db()
    assert row.stage == "adjudicating"
    assert row.turn_unit_id == cast.units["office"].pk
    cast.act("leader", "loop.advance", loop=loop, step="rule", note="由西街道办理", to_unit=cast.units["west_street"].pk)
    row.refresh_from_db()
    assert (row.owner_unit_id, row.turn_unit_id) == (cast.units["west_street"].pk,) * 2
    assert refused(cast, "next_street", "loop.advance", loop=loop, step="return", note="不办") is Reason.RETURN_LIMIT


def test_a_repeated_client_id_changes_nothing(cast: Cast) -> None:
    client, payload = new_id(), {"kind": "task", "title": "一次", "owner_unit": cast.units["east_street"].pk}
    first = act("loop.open", cast.as_("hq"), client, payload)
    second = act("loop.open", cast.as_("hq"), client, payload)
    assert second.repeated
    assert first.result == second.result
    assert Loop.objects.count() == 1
    with pytest.raises(Refusal) as caught:
        act("loop.open", cast.as_("hq"), client, payload | {"title": "两次"})
    assert caught.value.reason is Reason.CLIENT_ID_REUSED


def test_a_dry_run_says_the_same_and_writes_nothing(cast: Cast) -> None:
    payload = {"kind": "task", "title": "试运行", "owner_unit": cast.units["east_street"].pk}
    outcome = act("loop.open", cast.as_("hq"), new_id(), payload, dry_run=True)
    assert outcome.dry_run
    assert outcome.result["stage"] == "assigned"
    assert not Loop.objects.exists()
    assert not Act.objects.exists()


def test_a_closed_parent_waits_for_its_children_and_co_units(cast: Cast) -> None:
    parent = cast.task(co_units=[{"unit": cast.units["department"].pk, "part": "数据比对"}])
    child = cast.task("street", "spring_community", parent=parent)
    walk(cast, parent)
    assert refused(cast, "hq", "loop.advance", loop=parent, step="verify", note="x") is Reason.CHILDREN_OPEN
    cast.act("street", "loop.advance", loop=child, step="withdraw", note="并入上级")
    assert refused(cast, "hq", "loop.advance", loop=parent, step="verify", note="x") is Reason.CO_UNITS_OPEN
    cast.act("dept", "loop.part_done", loop=parent, note="已比对")
    cast.act("hq", "loop.advance", loop=parent, step="verify", note="属实")
    assert Loop.objects.get(pk=parent).end_reason == "done"


def test_escalation_climbs_the_ladder_and_records_each_rung(cast: Cast) -> None:
    loop = cast.task()
    start = Loop.objects.get(pk=loop).deadline
    assert start is not None
    for hours in (1, 2, 25, 73, 500):
        act("loop.escalate", SYSTEM, new_id(), {"limit": 100}, now=start + timedelta(hours=hours))
    row = Loop.objects.get(pk=loop)
    assert row.level == row.top_level == LEVELS[-1]
    assert row.check_at is None
    raised = [e.data["to"] for e in Event.objects.filter(loop_id=loop, what="escalate").order_by("id")]
    assert raised == LEVELS[1:]


def test_nothing_is_escalated_before_its_time(cast: Cast) -> None:
    loop = cast.task()
    act("loop.escalate", SYSTEM, new_id(), {"limit": 100})
    assert Loop.objects.get(pk=loop).level == "none"


def test_bulk_is_all_or_listed(cast: Cast) -> None:
    good = [cast.task() for _ in range(3)]
    gone = str(new_id())
    assert refused(cast, "street", "loop.advance_many", loops=[*good, gone], step="sign") is Reason.NOT_FOUND
    assert set(Loop.objects.values_list("stage", flat=True)) == {"assigned"}
    outcome = cast.act("street", "loop.advance_many", loops=[*good, gone], step="sign", mode="listed")
    assert outcome.result["done"] == 3
    assert [r["loop"] for r in outcome.result["refused"]] == [gone]


def test_thousands_open_in_one_act(cast: Cast) -> None:
    items = [{"kind": "task", "title": f"任务 {n}", "owner_unit": cast.units["east_street"].pk} for n in range(1000)]
    outcome = cast.act("hq", "loop.open_many", items=items)
    assert outcome.result["opened"] == 1000
    assert Loop.objects.count() == 1000
    assert Event.objects.filter(act=outcome.id).count() == 1000


def test_bad_items_are_named_by_their_place(cast: Cast) -> None:
    unit = cast.units["east_street"].pk
    items = [
        {"kind": "task", "title": "好", "owner_unit": unit} | {"title": "可以"},
        {"kind": "task", "title": "单位不存在", "owner_unit": 999_999},
        {"kind": "nothing", "title": "类型不存在", "owner_unit": unit},
        {"kind": "task", "title": "时限已过", "owner_unit": unit, "due_at": "2020-01-01T00:00:00+08:00"},
    ]
    outcome = cast.act("hq", "loop.open_many", items=items, mode="listed")
    assert outcome.result["opened"] == 1
    assert [(r["place"], r["field"]) for r in outcome.result["refused"]] == [(1, "owner_unit"), (2, "kind"), (3, "due_at")]


def test_follow_up_reopens_what_was_not_solved(cast: Cast) -> None:
    loop = cast.task()
    walk(cast, loop)
    cast.act("hq", "loop.advance", loop=loop, step="verify", note="属实")
    assert Loop.objects.get(pk=loop).follow_up_at is not None
    cast.act("hq", "loop.follow_up", loop=loop, satisfied=False, note="群众反映未解决")
    row = Loop.objects.get(pk=loop)
    assert (row.stage, row.reopened, row.closed_at) == ("assigned", 1, None)


def test_a_stale_page_does_not_move_a_loop_twice(cast: Cast) -> None:
    loop = cast.task()
    cast.act("street", "loop.advance", loop=loop, step="sign", seen_stage="assigned")
    assert refused(cast, "street", "loop.advance", loop=loop, step="sign", seen_stage="assigned") is Reason.CONFLICT


def test_work_list_puts_the_most_urgent_first_and_pages(cast: Cast) -> None:
    for days in (5, 1, 3):
        cast.task(title=f"{days} 天", due_at=(timezone.now() + timedelta(days=days)).isoformat())
    for loop in Loop.objects.all():
        cast.act("street", "loop.advance", loop=str(loop.pk), step="sign")
    actor, now = cast.as_("street"), timezone.now()
    first, after = work_list(actor, Filter(), now, limit=2)
    rest, end = work_list(actor, Filter(), now, after=after, limit=2)
    assert [str(r.title) for r in first + rest] == ["1 天", "3 天", "5 天"]
    assert end == ""
    assert counts(actor, now)["unit"] == (3, 0)


def test_reassignment_needs_a_real_unit(cast: Cast) -> None:
    loop = cast.task()
    assert refused(cast, "hq", "loop.advance", loop=loop, step="reassign", to_unit=424242, note="x") in (
        Reason.INVALID_VALUE,
        Reason.WRONG_STAGE,
    )


def test_what_an_enterprise_reports_is_verified_by_headquarters_not_by_itself(cast: Cast) -> None:
    given = {"kind": "hazard", "title": "配电箱老化", "owner_unit": cast.units["works"].pk, "data": {"place": "二号厂房"}}
    verifier = lambda who: Loop.objects.get(pk=cast.act(who, "loop.open", **given).result["loop"]).verifier_unit_id  # noqa: E731
    assert verifier("enterprise") == cast.units["office"].pk
    assert verifier("inspector") is None  # the opener's own unit verifies


def test_an_id_that_is_taken_is_refused_not_an_error(cast: Cast) -> None:
    given = {"kind": "task", "title": "排查一", "owner_unit": cast.units["east_street"].pk, "id": str(new_id())}
    cast.act("hq", "loop.open", **given)
    assert refused(cast, "hq", "loop.open", **given | {"title": "排查二"}) is Reason.DUPLICATE
    assert Loop.objects.get(pk=given["id"]).title == "排查一"


PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cfc0f01f000500"
    "01ff89993d1d0000000049454e44ae426082"
)


def lacking(cast: Cast, loop: str, evidence: list[dict[str, object]]) -> list[str]:
    with pytest.raises(Refusal) as caught:
        cast.act("street", "loop.advance", loop=loop, step="report", evidence=evidence)
    assert caught.value.reason is Reason.EVIDENCE_MISSING
    return list(caught.value.details["lacking"])


def test_what_a_task_asks_for_is_named_until_all_of_it_is_there(cast: Cast) -> None:
    loop = cast.task(asked=["text", "photo", "number", "photo"])
    cast.act("street", "loop.advance", loop=loop, step="sign")
    cast.act("street", "loop.advance", loop=loop, step="progress", note="过半")  # a report in between is free of it
    assert lacking(cast, loop, []) == ["result", "asked_photo", "asked_number"]
    assert lacking(cast, loop, RESULT) == ["asked_photo", "asked_number"]
    number = {"key": "asked_number", "type": "number", "number": "128"}
    assert lacking(cast, loop, [*RESULT, number]) == ["asked_photo"]
    assert lacking(cast, loop, [*RESULT, number, {"key": "asked_photo", "type": "text", "text": "拍了"}]) == ["asked_photo"]
    steps = {s.key: [n.key for n in s.needs] for s, _ in loop_file(cast.as_("street"), uuid.UUID(loop)).steps}
    assert steps["report"] == ["result", "asked_photo", "asked_number"]
    file = take_in(cast.as_("street"), new_id(), "a.png", "image/png", PICTURE).result["file"]
    cast.act("street", "loop.advance", loop=loop, step="report", evidence=[*RESULT, number, {"key": "asked_photo", "type": "photo", "file": file}])
    assert Loop.objects.get(pk=loop).stage == "verifying"


def test_a_task_that_asks_for_nothing_needs_its_result_alone(cast: Cast) -> None:
    """The sabotage twin: without `asked` the same report goes through."""
    loop = cast.task()
    cast.act("street", "loop.advance", loop=loop, step="sign")
    cast.act("street", "loop.advance", loop=loop, step="report", evidence=RESULT)
    assert Loop.objects.get(pk=loop).stage == "verifying"


def test_in_bulk_each_loop_is_held_to_what_it_asks_for(cast: Cast) -> None:
    free, bound = cast.task(), cast.task(asked=["number"])
    for loop in (free, bound):
        cast.act("street", "loop.advance", loop=loop, step="sign")
    done = cast.act("street", "loop.advance_many", loops=[free, bound], step="report", evidence=RESULT, mode="listed").result
    assert (done["done"], [r["loop"] for r in done["refused"]]) == (1, [bound])


@pytest.mark.parametrize("view", ["area", "closed", "follow_up"])
def test_every_view_is_paged_without_loss(cast: Cast, view: str) -> None:
    now = timezone.now()
    for _ in range(5):
        loop = cast.task()
        if view != "area":
            cast.act("street", "loop.advance", loop=loop, step="sign")
            result = [{"key": "result", "type": "text", "text": "已办"}]
            cast.act("street", "loop.advance", loop=loop, step="report", evidence=result)
            cast.act("hq", "loop.advance", loop=loop, step="verify", note="属实")
    later = now + timedelta(days=60)
    seen: list[Any] = []
    after = ""
    for _ in range(3):
        rows, after = work_list(cast.as_("hq"), Filter(view=view), later, after=after, limit=2)
        seen += [r.id for r in rows]
    assert (len(seen), len(set(seen)), after) == (5, 5, "")
