"""Nobody is approved beyond what the masks carry: by the count on record, else by what was stated; refused with the number, or limited to it."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests.cast import Cast
from tests.rooms.resumption.flow import STAGED, answers, checked, do, refused
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.models import WorkPermit
from tongchou.record.questions.stocks import MaskStock, mask_stocks
from tongchou.rooms.daily.models import Report
from tongchou.rooms.resumption.masks import carried, covers
from tongchou.rooms.resumption.models import Application

DAY = STAGED.date()


def applied(cast: Cast, staff: int, days: float, who: str = "enterprise", unit: str = "works") -> Application:
    """So many employees are to return, and the masks are said to last so many days."""
    made = do(cast, who, "resumption.start", unit=cast.units[unit].pk)
    row = Application.objects.get(pk=made["application"])
    said = {"roster": staff, "mask_stock_days": days}
    given = [a | ({"number": said[a["key"]]} if a["key"] in said else {}) for a in answers(cast, row, who)]
    do(cast, who, "resumption.fill", application=str(row.pk), items=given)
    do(cast, who, "resumption.submit", application=str(row.pk))
    row.refresh_from_db()
    return row


def counted(cast: Cast, masks: int, hours: int = 8, unit: str = "works") -> None:
    """What the daily report of the day counts."""
    Report.objects.create(
        id=new_id(), unit=cast.units[unit], day=DAY, reported_at=STAGED, late=False, via="own", at_work=5, abnormal=0, incidents=0, masks=masks, shift_hours=hours,
    )  # fmt: skip


@pytest.mark.parametrize(("masks", "hours", "most"), [(1400, 8, 100), (1399, 8, 99), (2099, 9, 99), (700, 4, 100), (13, 8, 0)])
def test_so_many_masks_carry_so_many(db: None, masks: int, hours: int, most: int) -> None:
    stock = MaskStock(masks, hours, DAY, Text("", ""))
    assert carried(stock, 7, DAY) == most


def test_beyond_the_stated_stock_it_is_refused_with_the_number_or_limited(cast: Cast) -> None:
    row = applied(cast, 100, 3.5)
    checked(cast, row)
    short = refused(lambda: do(cast, "hq", "resumption.decide", application=str(row.pk), approve=True))
    assert (short.reason, short.field) == (Reason.TOO_MANY, "most_staff")
    assert "50 名员工 7 天" in short.rule.zh
    assert "申请返岗 100 人" in short.rule.zh
    assert short.remedy is not None
    assert "不超过 50 人" in short.remedy.zh
    assert refused(lambda: do(cast, "hq", "resumption.decide", application=str(row.pk), approve=True, most_staff=51)).field == "most_staff"
    do(cast, "hq", "resumption.decide", application=str(row.pk), approve=True, most_staff=50)
    permit = WorkPermit.objects.get()
    assert permit.bound["most_staff"] == 50
    assert any("不超过50人" in c for c in permit.conditions)


def test_enough_is_not_limited(cast: Cast) -> None:
    row = applied(cast, 100, 7)
    checked(cast, row)
    do(cast, "hq", "resumption.decide", application=str(row.pk), approve=True)
    assert "most_staff" not in WorkPermit.objects.get().bound


def test_what_was_counted_goes_before_what_was_stated(cast: Cast) -> None:
    row = applied(cast, 100, 30)
    counted(cast, 280)
    cover = covers([row], DAY)[str(row.pk)]
    assert (cover.carries, cover.is_short) == (20, True)
    assert "企业日报 2020-02-20" in cover.words.zh
    checked(cast, row)
    assert "20 名员工" in refused(lambda: do(cast, "hq", "resumption.decide", application=str(row.pk), approve=True)).rule.zh


def test_an_old_count_says_nothing(cast: Cast) -> None:
    counted(cast, 280)
    unit = cast.units["works"].pk
    assert mask_stocks([unit], DAY)[unit].masks == 280
    assert mask_stocks([unit], DAY.replace(month=6)) == {}
    assert mask_stocks([cast.units["mill"].pk], DAY) == {}


def test_without_any_masks_nothing_is_approved(cast: Cast) -> None:
    row = applied(cast, 100, 0)
    checked(cast, row)
    none = refused(lambda: do(cast, "hq", "resumption.decide", application=str(row.pk), approve=True, most_staff=1))
    assert none.remedy is not None
    assert none.remedy.zh == "请待口罩补足后再批。"


def batch(cast: Cast) -> tuple[str, list[Application]]:
    rows = [applied(cast, 100, 3.5), applied(cast, 10, 10, "rival", "mill")]
    checked(cast, rows[0])
    checked(cast, rows[1], "next_street")
    made = do(cast, "hq", "resumption.batch", title="第一批", applications=[str(r.pk) for r in rows])
    return made["batch"], rows


def test_a_batch_is_refused_or_each_short_one_limited(cast: Cast) -> None:
    key, _ = batch(cast)
    seen: dict[str, Any] = {"batch": key, "seen_version": 1}
    wrong = refused(lambda: do(cast, "leader", "resumption.batch_approve", **seen))
    assert "works" in wrong.rule.zh
    assert not WorkPermit.objects.exists()
    do(cast, "leader", "resumption.batch_approve", **seen, limit_short=True)
    limits = {p.unit_id: p.bound.get("most_staff") for p in WorkPermit.objects.all()}
    assert limits == {cast.units["works"].pk: 50, cast.units["mill"].pk: None}


def test_the_pages_say_how_many(cast: Cast) -> None:
    key, rows = batch(cast)
    shown = signed_in(cast, "hq").get(reverse("resumption_application", args=[rows[0].pk])).content.decode()
    assert "50 名员工" in shown
    lot = signed_in(cast, "leader").get(reverse("resumption_batch", args=[key])).content.decode()
    assert "口罩不足的 1 家按可保障人数限定返岗" in lot
