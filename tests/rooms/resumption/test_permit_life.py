"""A permit's life: warned before it ends, renewed and restored on the enterprise's word, answered by somebody else, told in letters."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.resumption.flow import refused
from tests.web.test_pages import signed_in
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context, act
from tongchou.record.actions.permits import Given, grant
from tongchou.record.files import take_in
from tongchou.record.models import Event, Loop, WorkPermit
from tongchou.record.permit_facts import longest_days
from tongchou.record.questions.worklist import Filter, work_list
from tongchou.rooms.resumption.models import PermitRequest
from tongchou.rooms.resumption.tasks import permit_life

TODAY = timezone.localdate
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def given(cast: Cast, days: int | None = 9, unit: str = "works") -> WorkPermit:
    until = None if days is None else TODAY() + timedelta(days=days)
    wanted = Given(cast.units[unit].pk, "approval", until, ("错峰就餐",), {}, "resumption-2020", "guided", "by_list")
    return grant(Context(new_id(), SYSTEM, timezone.now(), ()), [wanted])[0]


def do(cast: Cast, who: str, verb: str, **payload: Any) -> dict[str, Any]:
    return act(verb, cast.as_(who), new_id(), payload).result


def day(n: int) -> str:
    return (TODAY() + timedelta(days=n)).isoformat()


def listed(cast: Cast, who: str) -> list[str]:
    return [r.kind for r in work_list(cast.as_(who), Filter(view="unit"), timezone.now())[0]]


def suspended(cast: Cast) -> WorkPermit:
    permit = given(cast)
    do(cast, "street", "permit.suspend", unit=permit.unit_id, reason="食堂聚集就餐", must_show=["分餐照片", "消杀记录"])
    return permit


def points(cast: Cast, *what: str) -> list[dict[str, Any]]:
    file = str(take_in(cast.as_("enterprise"), new_id(), "记录.pdf", "application/pdf", PDF).result["file"])
    return [{"what": w, "said": "已整改到位", "files": [file]} for w in what]


def test_what_ends_soon_enters_both_work_lists_once(cast: Cast) -> None:
    soon, late = given(cast), given(cast, 60, "mill")
    assert permit_life(0) == 1
    assert permit_life(0) == 0
    loop = PermitRequest.objects.get().loop
    assert (loop.stage, loop.owner_unit, loop.turn_unit) == ("due", cast.units["office"], cast.units["works"])
    assert loop.due_at.astimezone(SHANGHAI).date() == TODAY() + timedelta(days=6)  # two working days are left to answer
    assert "permit_request" in listed(cast, "enterprise")
    assert "permit_request" not in listed(cast, "rival")
    seen = work_list(cast.as_("hq"), Filter(view="area", kind="permit_request"), timezone.now())[0]
    assert [r.id for r in seen] == [loop.pk]
    assert not PermitRequest.objects.filter(permit=late).exists()
    assert PermitRequest.objects.get().permit == soon


def test_the_district_says_how_early(cast: Cast) -> None:
    given(cast, 25)
    assert permit_life(0) == 0
    made = do(cast, "hq", "resumption.propose_rules", from_date=TODAY().isoformat(), reason="提前一个月提醒", warn_days=30)
    do(cast, "leader", "resumption.decide_rules", edition=made["edition"], adopt=True)
    assert permit_life(0) == 1


def test_a_renewal_is_asked_for_and_granted(cast: Cast) -> None:
    permit = given(cast)
    permit_life(0)
    for until in (None, day(9), day(-1)):
        wrong = refused(lambda u=until: do(cast, "enterprise", "permit.ask", permit=str(permit.pk), what="renew", reason="订单排到年底", until=u))
        assert wrong.field == "until"
    do(cast, "enterprise", "permit.ask", permit=str(permit.pk), what="renew", reason="订单排到年底", until=day(90))
    assert Loop.objects.get().stage == "asked"
    twice = refused(lambda: do(cast, "enterprise", "permit.ask", permit=str(permit.pk), what="renew", reason="再催一下", until=day(90)))
    assert twice.reason is Reason.WRONG_STAGE
    assert refused(lambda: do(cast, "enterprise", "permit.answer_renew", permit=str(permit.pk), how="grant", reason="同意")).reason is Reason.NOT_ALLOWED
    assert refused(lambda: do(cast, "street", "permit.answer_renew", permit=str(permit.pk), how="grant", reason="同意")).reason is Reason.NOT_ALLOWED
    do(cast, "hq", "permit.answer_renew", permit=str(permit.pk), how="grant", reason="情况未变", until=day(60))
    permit.refresh_from_db()
    assert (permit.until, permit.state, permit.plate) == (TODAY() + timedelta(days=60), "in_force", "blue")
    assert Loop.objects.get().end_reason == "done"
    row = PermitRequest.objects.get()
    assert (row.outcome, row.answer, row.answered_by) == ("granted", "情况未变", cast.accounts["hq"])
    assert permit_life(0) == 0


def test_more_is_asked_for_and_a_refusal_has_its_reason(cast: Cast) -> None:
    permit = given(cast)
    do(cast, "enterprise", "permit.ask", permit=str(permit.pk), what="renew", reason="订单排到年底", until=day(90))
    do(cast, "hq", "permit.answer_renew", permit=str(permit.pk), how="more", reason="请说明在岗人数")
    assert Loop.objects.get().turn_unit == cast.units["works"]
    do(cast, "enterprise", "permit.ask", permit=str(permit.pk), what="renew", reason="在岗 120 人", until=day(90))
    do(cast, "hq", "permit.answer_renew", permit=str(permit.pk), how="refuse", reason="人数超出核定")
    permit.refresh_from_db()
    assert permit.until == TODAY() + timedelta(days=9)
    assert PermitRequest.objects.get().outcome == "refused"
    assert permit_life(0) == 0  # it was warned and answered for this end
    do(cast, "enterprise", "permit.ask", permit=str(permit.pk), what="renew", reason="已减到核定人数", until=day(90))  # and may ask again


def test_restoring_answers_every_point(cast: Cast) -> None:
    permit = suspended(cast)
    short = refused(
        lambda: do(cast, "enterprise", "permit.ask", permit=str(permit.pk), what="restore", reason="整改完成", points=points(cast, "分餐照片"))
    )
    assert (short.reason, "消杀记录" in short.rule.zh) == (Reason.EVIDENCE_MISSING, True)
    extra = refused(
        lambda: do(cast, "enterprise", "permit.ask", permit=str(permit.pk), what="restore", reason="整改完成", points=points(cast, "分餐照片", "消杀记录", "保证金"))
    )
    assert extra.reason is Reason.INVALID_VALUE
    do(cast, "enterprise", "permit.ask", permit=str(permit.pk), what="restore", reason="整改完成", points=points(cast, "分餐照片", "消杀记录"))
    loop = Loop.objects.get(kind="permit_request")
    assert loop.owner_unit == cast.units["east_street"]
    half = refused(
        lambda: do(cast, "street", "permit.answer_restore", permit=str(permit.pk), how="grant", reason="属实", found=[{"what": "分餐照片", "found": "现场一致"}])
    )
    assert half.reason is Reason.EVIDENCE_MISSING
    assert Loop.objects.get(pk=loop.pk).stage == "asked"  # the refusal undid the step
    found = [{"what": w, "found": "现场一致"} for w in ("分餐照片", "消杀记录")]
    assert refused(lambda: do(cast, "next_street", "permit.answer_restore", permit=str(permit.pk), how="grant", reason="属实", found=found)).reason is Reason.NOT_FOUND
    do(cast, "street", "permit.answer_restore", permit=str(permit.pk), how="grant", reason="属实", found=found)
    permit.refresh_from_db()
    assert (permit.state, permit.plate, permit.must_show) == ("in_force", "blue", [])


def test_a_competitor_asks_and_leaves_nothing(cast: Cast) -> None:
    permit = suspended(cast)
    for verb, more in (("permit.ask", {"reason": "替它申请"}), ("permit.leave", {"reason": "不办"})):
        gone = refused(lambda v=verb, m=more: do(cast, "rival", v, permit=str(permit.pk), what="restore", **m))
        assert gone.reason is Reason.NOT_FOUND


def test_the_loops_own_page_does_not_go_around_the_permit(cast: Cast) -> None:
    permit = given(cast)
    permit_life(0)
    loop = str(Loop.objects.get().pk)
    assert refused(lambda: do(cast, "enterprise", "loop.advance", loop=loop, step="ask", note="我要续期")).reason is Reason.WRONG_STAGE
    do(cast, "enterprise", "permit.ask", permit=str(permit.pk), what="renew", reason="订单排到年底", until=day(90))
    for step in ("grant", "refuse"):
        assert refused(lambda s=step: do(cast, "hq", "loop.advance", loop=loop, step=s, note="同意")).reason is Reason.WRONG_STAGE
    do(cast, "enterprise", "loop.advance", loop=loop, step="leave", note="年底停产")  # leaving needs nothing more
    assert PermitRequest.objects.get().outcome == "left"


@pytest.mark.parametrize("how", ["renewed", "withdrawn", "expired"])
def test_what_the_permit_no_longer_needs_is_closed(cast: Cast, how: str) -> None:
    permit = given(cast)
    permit_life(0)
    if how == "renewed":
        do(cast, "hq", "permit.renew", unit=permit.unit_id, until=day(40), reason="统一延长")
    elif how == "withdrawn":
        do(cast, "hq", "permit.withdraw", unit=permit.unit_id, reason="企业搬迁")
    else:
        WorkPermit.objects.filter(pk=permit.pk).update(state="expired", reason="许可期限届满")
    permit_life(0)
    assert PermitRequest.objects.get().outcome == "over"
    assert Loop.objects.get().closed_at is not None


def test_a_permit_without_an_end_is_not_renewed(cast: Cast) -> None:
    permit = given(cast, None)
    assert refused(lambda: do(cast, "hq", "permit.renew", unit=permit.unit_id, until=day(40), reason="统一延长")).reason is Reason.WRONG_STAGE
    assert refused(lambda: do(cast, "enterprise", "permit.ask", permit=str(permit.pk), what="renew", reason="继续生产", until=day(40))).field == "until"


def test_on_the_pages_from_the_warning_to_the_letter(cast: Cast) -> None:
    permit = suspended(cast)
    clerk, officer = signed_in(cast, "enterprise"), signed_in(cast, "street")
    own = reverse("permit", args=[permit.pk])
    assert reverse("permit_ask", args=[permit.pk, "restore"]) in clerk.get(own).content.decode()
    photo = io.BytesIO(PDF)
    photo.name = "分餐.pdf"
    form = {"said_0": "已改分餐", "file_0": photo, "said_1": "每日两次", "reason": "整改完成"}
    assert clerk.post(reverse("permit_ask", args=[permit.pk, "restore"]), {"reason": "整改完成"}).status_code >= 400
    assert clerk.post(reverse("permit_ask", args=[permit.pk, "restore"]), form).status_code == 302
    shown = officer.get(own).content.decode()
    assert "已改分餐" in shown
    assert "分餐.pdf" in shown
    answer = reverse("permit_answer_restore", args=[permit.pk])
    assert "企业说明：已改分餐" in officer.get(answer).content.decode()
    assert officer.post(answer, {"how": "grant", "found_0": "现场一致", "found_1": "有记录", "reason": "整改属实"}).status_code == 302
    letters = {e.what: e.pk for e in Event.objects.filter(subject=f"permit:{permit.pk}")}
    for what, words in (("permit_suspended", ("暂停复工许可", "分餐照片")), ("permit_in_force", ("恢复复工许可", "现场一致"))):
        word = clerk.get(reverse("permit_letter", args=[permit.pk, letters[what], "docx"]))
        text = zipfile.ZipFile(io.BytesIO(word.content)).read("word/document.xml").decode()
        assert all(w in text for w in words), what
    pdf = clerk.get(reverse("permit_letter", args=[permit.pk, letters["permit_suspended"], "pdf"]))
    assert pdf.content.startswith(b"%PDF")
    assert clerk.get(reverse("permit_letter", args=[permit.pk, letters["permit_restore_asked"], "pdf"])).status_code == 404
    assert signed_in(cast, "rival").get(reverse("permit_letter", args=[permit.pk, letters["permit_suspended"], "pdf"])).status_code == 404


@pytest.mark.parametrize("until", ["2100-01-01", "9999-12-31", "1999-01-01"])
def test_a_last_day_out_of_reason_is_refused_wherever_it_is_given(cast: Cast, until: str) -> None:
    permit = given(cast)
    for who, verb, more in (
        ("enterprise", "permit.ask", {"permit": str(permit.pk), "what": "renew", "reason": "继续生产"}),
        ("hq", "permit.renew", {"unit": permit.unit_id, "reason": "继续生产"}),
    ):
        with pytest.raises(Refusal) as caught:
            do(cast, who, verb, until=until, **more)
        assert (caught.value.reason, caught.value.field, caught.value.value) == (Reason.IMPOSSIBLE_DATE, "until", until)
    if until > day(0):
        assert f"最长 {longest_days()} 天" in caught.value.rule.zh
        with pytest.raises(Refusal):
            given(cast, 731, "mill")
    assert given(cast, longest_days(), "mill").until is not None  # the twin: the last day that is taken


def test_who_holds_a_permit_is_not_offered_to_apply(cast: Cast) -> None:
    page, way = reverse("resumption"), f'href="{reverse("resumption_new")}"'
    assert way in signed_in(cast, "rival").get(page).content.decode()
    given(cast)
    assert way not in signed_in(cast, "enterprise").get(page).content.decode()
    assert way in signed_in(cast, "street").get(page).content.decode()  # for others in its area
