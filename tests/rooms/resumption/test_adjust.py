"""The limit of staff of a permit: more workers with more masks are asked for, decided on, and the limit follows."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.daily.helping import reported
from tests.rooms.resumption.flow import refused
from tests.rooms.resumption.test_permit_life import do, listed
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context
from tongchou.record.actions.permits import Given, grant
from tongchou.record.models import Event, Loop, WorkPermit
from tongchou.rooms.resumption.granting import limit_words
from tongchou.rooms.resumption.models import PermitRequest


def limited(cast: Cast, most: int | None = 50) -> WorkPermit:
    bound, conditions = ({"most_staff": most}, ("分餐", limit_words(most))) if most else ({}, ("分餐",))
    wanted = Given(cast.units["works"].pk, "approval", None, conditions, bound, "resumption-2020", "guided", "by_list")
    return grant(Context(new_id(), SYSTEM, timezone.now(), ()), [wanted])[0]


def asked(cast: Cast, permit: WorkPermit, staff: int = 100, masks: int = 1_400, **more: Any) -> dict[str, Any]:
    return do(cast, "enterprise", "permit.ask", permit=str(permit.pk), what="adjust", reason="新到口罩一批", staff=staff, masks=masks, **more)


def test_more_masks_let_more_work_and_the_limit_follows(cast: Cast) -> None:
    permit = limited(cast)
    asked(cast, permit)
    assert "permit_request" in listed(cast, "hq")
    assert refused(lambda: asked(cast, permit)).reason is Reason.WRONG_STAGE  # it is asked once
    made = do(cast, "hq", "permit.answer_adjust", permit=str(permit.pk), how="grant", reason="已核对库存")
    permit.refresh_from_db()
    assert (made["was"], made["most"], permit.bound["most_staff"]) == (50, 100, 100)
    assert permit.conditions == ["分餐", limit_words(100)]
    assert PermitRequest.objects.get().outcome == "granted"
    reported(cast, at_work=90, returned=90)
    permit.refresh_from_db()
    assert permit.state == "in_force"  # within the new limit


def test_nobody_is_let_beyond_what_the_masks_carry(cast: Cast) -> None:
    permit = limited(cast)
    asked(cast, permit, masks=1_120)
    short = refused(lambda: do(cast, "hq", "permit.answer_adjust", permit=str(permit.pk), how="grant", reason="已核对库存"))
    assert (short.reason, short.field) == (Reason.TOO_MANY, "staff")
    assert "80 人" in short.rule.zh
    assert refused(lambda: do(cast, "hq", "permit.answer_adjust", permit=str(permit.pk), how="grant", reason="不增加", staff=50)).reason is Reason.INVALID_VALUE
    do(cast, "hq", "permit.answer_adjust", permit=str(permit.pk), how="grant", reason="按库存核定", staff=80)
    permit.refresh_from_db()
    assert permit.bound["most_staff"] == 80


def test_what_cannot_be_asked(cast: Cast) -> None:
    permit = limited(cast)
    assert refused(lambda: asked(cast, permit, staff=50)).field == "staff"
    assert refused(lambda: asked(cast, permit, staff=10**9)).field == "staff"
    assert refused(lambda: do(cast, "enterprise", "permit.ask", permit=str(permit.pk), what="adjust", reason="没有写数", staff=60)).field == "masks"
    assert refused(lambda: do(cast, "rival", "permit.ask", permit=str(permit.pk), what="adjust", reason="不是我的", staff=60, masks=9_999)).reason is Reason.NOT_FOUND
    assert refused(lambda: do(cast, "hq", "permit.answer_adjust", permit=str(permit.pk), how="grant", reason="没有申请")).reason is Reason.WRONG_STAGE
    WorkPermit.objects.filter(pk=permit.pk).update(bound={})
    assert refused(lambda: asked(cast, permit)).reason is Reason.WRONG_STAGE  # a permit without a limit


def test_refused_it_stays_as_it_was_and_says_why(cast: Cast) -> None:
    permit = limited(cast)
    asked(cast, permit)
    do(cast, "hq", "permit.answer_adjust", permit=str(permit.pk), how="more", reason="请附入库单")
    asked(cast, permit, masks=1_500)
    do(cast, "hq", "permit.answer_adjust", permit=str(permit.pk), how="refuse", reason="库存与入库单不符")
    permit.refresh_from_db()
    assert (permit.bound["most_staff"], PermitRequest.objects.get().outcome) == (50, "refused")


def test_a_review_for_being_beyond_the_limit_ends_with_it(cast: Cast) -> None:
    permit = limited(cast)
    reported(cast, at_work=90, masks=100)
    permit.refresh_from_db()
    assert (permit.state, [c["fact"] for c in permit.changes]) == ("review", ["most_staff"])
    asked(cast, permit)
    do(cast, "hq", "permit.answer_adjust", permit=str(permit.pk), how="grant", reason="口罩已补足")
    permit.refresh_from_db()
    assert (permit.state, permit.changes) == ("in_force", [])
    assert Loop.objects.get(kind="permit_review").stage == "kept"


def test_the_pages_ask_answer_and_give_the_letter(cast: Cast) -> None:
    permit = limited(cast)
    clerk, hq, url = signed_in(cast, "enterprise"), signed_in(cast, "hq"), reverse("permit_ask", args=[permit.pk, "adjust"])
    assert "申请调整返岗人数" in clerk.get(reverse("permit", args=[permit.pk])).content.decode()
    assert clerk.post(url, {"staff": "60", "masks": "", "reason": "新到口罩"}).status_code == 422
    assert clerk.post(url, {"staff": "60", "masks": "2000", "reason": "新到口罩"}).status_code == 302
    answer = reverse("permit_answer_adjust", args=[permit.pk])
    assert "口罩 2,000 只，可保障 142 人 7 天" in hq.get(answer).content.decode()
    assert hq.post(answer, {"how": "grant", "staff": "", "reason": "已核对"}).status_code == 302
    event = Event.objects.get(what="permit_adjusted")
    assert clerk.get(reverse("permit_letter", args=[permit.pk, event.pk, "docx"])).status_code == 200
    assert hq.get(answer).status_code == 302  # a stale tab
    shown = clerk.get(reverse("permit", args=[permit.pk])).content.decode()
    assert limit_words(60) in shown


def test_the_database_keeps_the_numbers_of_what_was_asked(cast: Cast) -> None:
    permit = limited(cast)
    asked(cast, permit)
    row = PermitRequest.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        PermitRequest.objects.filter(pk=row.pk).update(masks=None)
    with connection.cursor() as cursor:  # the twin
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table resumption_permitrequest drop constraint permit_adjust_has_numbers")
    PermitRequest.objects.filter(pk=row.pk).update(masks=None)
