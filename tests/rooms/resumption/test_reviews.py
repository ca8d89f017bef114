"""A permit under review: a loop with a clock, a numbered notice, counts; concluded with reasons, or rid of what is no longer so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.daily.test_fever import advance, fevered
from tests.rooms.resumption.flow import refused
from tests.rooms.resumption.test_permit_life import do, given, listed
from tests.web.test_pages import signed_in
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.kernel.workdays import end_of_workday
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.models import Event, Loop, WorkOrder, WorkPermit
from tongchou.rooms.resumption.questions import resumed, streets
from tongchou.rooms.resumption.tasks import permit_life


def reviewed(cast: Cast, who: str = "street", **more: Any) -> WorkPermit:
    permit = given(cast, 60)
    changes = [{"fact": "products", "was": "零件", "now": "食品"}]
    do(cast, who, "permit.review", unit=permit.unit_id, reason="改产食品", changes=changes, **more)
    permit.refresh_from_db()
    return permit


def loop_of(permit: WorkPermit) -> Loop:
    return Loop.objects.get(kind="permit_review", origin_ref=str(permit.pk))


def test_a_review_is_a_loop_with_a_clock_and_a_notice(cast: Cast) -> None:
    permit = reviewed(cast)
    loop = loop_of(permit)
    assert (loop.stage, loop.owner_unit, loop.subject_unit) == ("reviewing", cast.units["east_street"], cast.units["works"])
    assert loop.deadline == end_of_workday(loop.opened_at, 2)  # by the calendar of working days
    assert "permit_review" in listed(cast, "street")
    order = WorkOrder.objects.get()
    assert (order.kind, order.organ, order.permit, order.seq) == ("review", cast.units["east_street"], permit, 1)
    assert "零件 → 食品" in order.reason
    own = signed_in(cast, "enterprise").get(reverse("resumption")).content.decode()
    assert "零件 → 食品" in own
    assert "说明情况" in own
    do(cast, "enterprise", "loop.advance", loop=str(loop.pk), step="explain", note="仅试制一批")
    page = signed_in(cast, "street").get(reverse("permit", args=[permit.pk])).content.decode()
    assert "仅试制一批" in page


def test_more_changes_go_into_the_same_review(cast: Cast) -> None:
    permit = reviewed(cast)
    do(cast, "street", "permit.review", unit=permit.unit_id, reason="又搬迁车间", changes=[{"fact": "area", "was": "1", "now": "2"}])
    assert Loop.objects.filter(kind="permit_review").count() == 1
    assert WorkOrder.objects.count() == 1
    assert Event.objects.filter(loop_id=loop_of(permit).pk, what="more").exists()
    do(cast, "street", "permit.review", unit=permit.unit_id, reason="同一情况", changes=[{"fact": "area", "was": "1", "now": "2"}])
    assert Event.objects.filter(loop_id=loop_of(permit).pk, what="more").count() == 1


@pytest.mark.parametrize(
    ("how", "more", "state", "stage"),
    [("keep", {}, "in_force", "kept"), ("conditions", {"conditions": ["每日消毒两次"]}, "in_force", "conditions"),
     ("suspend", {"must_show": ["食品许可证"]}, "suspended", "suspended")],
)  # fmt: skip
def test_it_is_concluded_with_reasons(cast: Cast, how: str, more: dict[str, Any], state: str, stage: str) -> None:
    permit = reviewed(cast)
    made = do(cast, "street", "permit.settle", unit=permit.unit_id, how=how, reason="现场核实", seen_version=permit.version, **more)
    permit.refresh_from_db()
    assert (made["state"], permit.state, loop_of(permit).stage) == (state, state, stage)
    if how == "conditions":
        assert permit.conditions == ["错峰就餐", "每日消毒两次"]
    twice = refused(lambda: do(cast, "street", "permit.settle", unit=permit.unit_id, how="keep", reason="再来一次"))
    assert twice.reason is Reason.WRONG_STAGE


def test_a_conclusion_needs_what_it_says(cast: Cast) -> None:
    permit = reviewed(cast)
    assert refused(lambda: do(cast, "street", "permit.settle", unit=permit.unit_id, how="conditions", reason="附条件")).field == "conditions"
    assert refused(lambda: do(cast, "street", "permit.settle", unit=permit.unit_id, how="suspend", reason="暂停")).field == "must_show"
    assert refused(lambda: do(cast, "street", "permit.settle", unit=permit.unit_id, how="keep", reason="")).field == "reason"
    assert refused(lambda: do(cast, "next_street", "permit.settle", unit=permit.unit_id, how="keep", reason="不是我区")).reason is Reason.NOT_FOUND
    bare = refused(lambda: do(cast, "street", "loop.advance", loop=str(loop_of(permit).pk), step="keep", note="在事项页"))
    assert bare.reason is Reason.WRONG_STAGE  # a step that leaves the permit as it is


def test_withdrawing_and_expiry_end_the_review_too(cast: Cast) -> None:
    permit = reviewed(cast)
    do(cast, "hq", "permit.withdraw", unit=permit.unit_id, reason="企业迁出")
    assert loop_of(permit).stage == "over"


def test_late_reviews_are_counted_and_escalated(cast: Cast) -> None:
    permit = reviewed(cast)
    now = timezone.now()
    assert sum(s.reviews for s in streets(cast.as_("hq"), now)) == 1
    assert sum(s.reviews_late for s in streets(cast.as_("hq"), now)) == 0
    assert sum(s.reviews_late for s in streets(cast.as_("hq"), now + timedelta(days=15))) == 1
    assert sum(r.reviews for r in resumed(cast.as_("street"))) == 1
    ladder = [s.to for s in __import__("tongchou.record.loops.kinds", fromlist=["kind_of"]).kind_of(loop_of(permit).edition_id).stages["reviewing"].ladder]
    assert len(ladder) == 3
    for name in ("resumption", "resumption_rate", "resumption_queue"):
        assert "复核中" in signed_in(cast, "hq").get(reverse(name)).content.decode()


def test_a_review_of_before_gets_its_loop_from_the_job(cast: Cast) -> None:
    permit = given(cast, 60)
    WorkPermit.objects.filter(pk=permit.pk).update(state="review", reason="以前转入")
    permit_life(0)
    permit_life(0)
    assert loop_of(permit).stage == "reviewing"
    assert WorkOrder.objects.count() == 1


def test_what_the_check_finds_opens_reviews_in_bulk(cast: Cast) -> None:
    permits = [given(cast, 60), given(cast, 60, "mill")]
    for p in permits:
        p.bound |= {"name": "旧名"}
        p.save(update_fields=["bound"])
    assert act("permit.check", SYSTEM, new_id(), {}).result["sent"] == 2
    assert {loop_of(p).owner_unit for p in permits} == {cast.units["east_street"], cast.units["west_street"]}
    assert act("permit.check", SYSTEM, new_id(), {}).result["sent"] == 0


def test_a_fever_that_is_ruled_out_takes_the_suspicion_off(cast: Cast) -> None:
    permit = given(cast, 60)
    loop = fevered(cast)
    advance(cast, "enterprise", loop, "phone", told="10:10 报街道", isolated="隔离间")
    advance(cast, "street", loop, "suspect", result="疑似")
    permit.refresh_from_db()
    assert (permit.state, [c["fact"] for c in permit.changes]) == ("review", ["suspected_case"])
    advance(cast, "street", loop, "rule_out_later", result="核酸两次阴性")
    permit.refresh_from_db()
    assert (permit.state, permit.changes, loop_of(permit).stage) == ("in_force", [], "over")


def test_a_fever_that_is_ruled_out_leaves_what_else_has_changed(cast: Cast) -> None:
    permit = reviewed(cast)
    loop = fevered(cast)
    advance(cast, "enterprise", loop, "phone", told="10:10 报街道", isolated="隔离间")
    advance(cast, "street", loop, "suspect", result="疑似")
    advance(cast, "street", loop, "rule_out_later", result="核酸两次阴性")
    permit.refresh_from_db()
    assert (permit.state, [c["fact"] for c in permit.changes], loop_of(permit).stage) == ("review", ["products"], "reviewing")


def test_the_pages_conclude_it_once(cast: Cast) -> None:
    permit = reviewed(cast)
    street = signed_in(cast, "street")
    url = reverse("permit_settle", args=[permit.pk])
    assert "零件 → 食品" in street.get(url).content.decode()
    assert street.post(url, {"how": "keep", "reason": "", "seen_version": permit.version}).status_code == 422
    sent = {"how": "keep", "reason": "现场核实，仍产零件", "seen_version": permit.version}
    assert street.post(url, sent).status_code == 302
    assert street.post(url, sent).status_code in (409, 422)  # a second tab
    assert street.get(url).status_code == 302
    event = Event.objects.get(what="permit_kept")
    assert street.get(reverse("permit_letter", args=[permit.pk, event.pk, "docx"])).status_code == 200
    assert street.get(reverse("permit_loop", args=[loop_of(permit).pk])).url == reverse("permit", args=[permit.pk])
    assert event.at.astimezone(SHANGHAI)
