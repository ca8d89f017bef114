"""Work without a right to it: a sign is no finding, the enterprise is heard first, another decides, the draw can be done again."""

from __future__ import annotations

import base64
from dataclasses import astuple
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.daily.helping import DAY, do, permit, refused, reported, system, today
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.record.models import Evidence, Loop
from tongchou.rooms.daily.anomaly import draw, score
from tongchou.rooms.daily.evidence import signs
from tongchou.rooms.daily.matters import standing
from tongchou.rooms.daily.models import Breach, Report, Signal, SpotDraw


def told(cast: Cast, who: str = "inspector") -> Loop:
    do(cast, who, "breach.report", enterprise=cast.units["works"].name, about="no_right", text="夜间两条生产线在开，约三十人")
    system("breach.take_up")  # runs by itself once the act is committed
    loop = Breach.objects.get(ended_at=None).loop
    assert loop is not None
    return loop


def advance(cast: Cast, who: str, loop: Loop, step: str, **given: str) -> None:
    note = given.pop("note", "")
    evidence = [{"key": k, "type": "text", "text": v} for k, v in given.items()]
    do(cast, who, "loop.advance", loop=str(loop.pk), step=step, evidence=evidence, note=note)
    loop.refresh_from_db()


def test_the_enterprise_is_heard_the_street_looks_and_another_decides(cast: Cast) -> None:
    held = permit(cast.units["works"])
    reported(cast)
    loop = told(cast)
    assert (loop.stage, loop.owner_unit) == ("hearing", cast.units["east_street"])
    assert (
        refused(lambda: advance(cast, "street", loop, "propose", seen="x", proposal="y")).reason is Reason.WRONG_STAGE
    )
    advance(cast, "enterprise", loop, "answer", answer="检修设备，未生产")
    advance(cast, "street", loop, "propose", seen="现场 30 人在岗", proposal="责令停工")
    for who in ("street", "street_colleague", "enterprise"):
        assert refused(lambda who=who: advance(cast, who, loop, "stop", reason="理由")).reason in (
            Reason.NOT_OWNER,
            Reason.SAME_PERSON,
        )
    advance(cast, "hq", loop, "stop", reason="未经批准夜间生产")
    held.refresh_from_db()
    assert (loop.end_reason, held.state, held.reason) == ("done", "suspended", "责令停工：未经批准夜间生产")
    assert Breach.objects.get().ended_at is not None


def test_unanswered_in_time_goes_on_and_the_answer_may_still_come(cast: Cast) -> None:
    loop = told(cast)
    assert system("breach.unheard")["moved"] == 0
    assert system("breach.unheard", timezone.now() + timedelta(hours=25))["moved"] == 1
    loop.refresh_from_db()
    assert loop.stage == "examining"
    advance(cast, "enterprise", loop, "add_answer", note="补充：系设备检修")
    advance(cast, "street", loop, "propose", seen="无人在岗", proposal="不予认定")
    advance(cast, "leader", loop, "dismiss", note="核查无生产迹象")
    assert loop.end_reason == "refused"


def test_who_told_is_not_shown_and_the_evidence_is_frozen(cast: Cast) -> None:
    reported(cast)
    loop = told(cast)
    Report.objects.update(at_work=1)
    row = Breach.objects.get()
    assert row.evidence["reports"][0]["at_work"] == 80
    assert (loop.opener_unit_id, loop.opener_account_id) == (None, None)
    page = signed_in(cast, "enterprise").get(reverse("loop", args=[loop.pk])).content.decode()
    assert "inspector 同志" not in page
    assert "夜间两条生产线" not in page
    assert "被反映：未经批准" in page  # what it has to answer


def test_who_looks_into_it_and_decides_reads_what_was_told(cast: Cast) -> None:
    """The words in which it was told of, and what is told of again, stand with the matter; nobody reads who said them, and the enterprise nothing of it."""
    reported(cast)
    loop = told(cast)
    do(cast, "street", "breach.report", enterprise=cast.units["works"].name, about="false_file", text="又看到名册上没有的人在生产")
    system("breach.take_up")
    assert Breach.objects.count() == 1  # added to the one that is open
    for who in ("street", "hq"):
        browser = signed_in(cast, who)
        assert reverse("breach", args=[loop.pk]) in browser.get(reverse("loop", args=[loop.pk])).content.decode()
        page = browser.get(reverse("breach", args=[loop.pk])).content.decode()
        assert "夜间两条生产线在开，约三十人" in page
        assert "又看到名册上没有的人在生产" in page
        assert "在岗 80 人" in page
        assert "inspector 同志" not in page
    for who in ("enterprise", "rival", "next_street"):
        assert signed_in(cast, who).get(reverse("breach", args=[loop.pk])).status_code in (403, 404)
    assert "又看到" not in signed_in(cast, "enterprise").get(reverse("loop", args=[loop.pk])).content.decode()


def test_the_enterprise_answers_with_a_file_or_without(cast: Cast) -> None:
    """A first answer may bring proof; what is no permitted file is refused beside the field, and the words alone are enough."""
    loop = told(cast)
    browser, step = signed_in(cast, "enterprise"), reverse("loop_step", args=[loop.pk, "answer"])
    page = browser.get(step).content.decode()
    assert 'name="evidence_files"' in page

    def form(**more: Any) -> dict[str, Any]:
        return {"client_id": str(new_id()), "seen_stage": "hearing", "evidence_answer": "检修设备，未生产"} | more

    wrong = browser.post(step, form(evidence_files=SimpleUploadedFile("x.exe", b"MZ\x90\x00", "application/octet-stream")))
    assert wrong.status_code in (415, 422)
    assert 'id="id_evidence_files_error"' in wrong.content.decode()
    assert 'href="#id_evidence_files"' in wrong.content.decode()
    assert browser.post(step, form(evidence_files=SimpleUploadedFile("检修单.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf"))).status_code == 302
    loop.refresh_from_db()
    assert loop.stage == "examining"
    held = Evidence.objects.get(loop=loop, key="files")
    assert held.file is not None
    for who in ("street", "hq", "enterprise"):
        assert "检修单.pdf" in signed_in(cast, who).get(reverse("loop", args=[loop.pk])).content.decode()
        assert signed_in(cast, who).get(reverse("file", args=[loop.pk, held.file_id])).status_code == 200
    assert signed_in(cast, "rival").get(reverse("file", args=[loop.pk, held.file_id])).status_code == 404


def test_a_leader_sees_the_matters_of_the_area_and_handles_none(cast: Cast) -> None:
    """Who may decide reads what it rests on; drawing, importing and opening are for those who handle matters."""
    loop = told(cast)
    browser = signed_in(cast, "leader")
    page = browser.get(reverse("breaches")).content.decode()
    assert cast.units["works"].name in page
    assert "各街道查处情况" in page
    assert reverse("spot_new") not in page
    assert reverse("signals_import") not in page
    assert "夜间两条生产线" in browser.get(reverse("breach", args=[loop.pk])).content.decode()
    assert browser.get(reverse("spot_results")).status_code == 200
    for name in ("spot_new", "signals_import"):
        assert browser.get(reverse(name)).status_code == 403
    for who in ("enterprise", "dept", "inspector"):
        assert signed_in(cast, who).get(reverse("breaches")).status_code == 403


def test_matters_are_counted_by_street(cast: Cast) -> None:
    loop, now = told(cast), timezone.now()
    street = cast.units["works"].area.name

    def row(who: str = "leader", at: datetime = now) -> list[tuple[Any, ...]]:
        return [astuple(s)[1:] for s in standing(cast.as_(who), at)]

    assert row() == [(1, 0, 0, 0, 0)], street
    assert row(at=now + timedelta(hours=25)) == [(1, 1, 0, 0, 0)]
    advance(cast, "enterprise", loop, "answer", answer="检修设备，未生产")
    advance(cast, "street", loop, "propose", seen="现场 30 人在岗", proposal="责令停工")
    advance(cast, "leader", loop, "stop", reason="未经批准夜间生产")
    assert row(at=timezone.now()) == [(0, 0, 1, 0, 0)]
    assert row(at=timezone.now() + timedelta(days=31)) == []
    assert row("next_street") == []


def test_a_report_that_does_not_say_what_of_is_refused(cast: Cast) -> None:
    form = {"enterprise": cast.units["works"].name, "text": "夜间在生产，约三十人", "client_id": str(new_id())}
    assert signed_in(cast, "inspector").post(reverse("breach_new"), form).status_code == 422
    assert not Breach.objects.exists()


def test_the_database_keeps_one_matter_open(cast: Cast) -> None:
    told(cast)
    other = cast.task()
    row = Breach(id=new_id(), unit=cast.units["works"], source="public", text="x", loop_id=other, at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
    with connection.cursor() as cursor:  # the sabotage twin
        cursor.execute("drop index breach_one_open")
    row.save(force_insert=True)


def test_a_score_needs_history_and_is_robust() -> None:
    assert score([100.0] * 6, 900) is None
    calm = score([100, 102, 98, 101, 99, 100, 103, 97], 101)
    assert calm is not None
    assert abs(calm.z) < 1
    loud = score([100, 102, 98, 101, 99, 100, 5000, 97], 400)  # one wild day does not hide another
    assert loud is not None
    assert loud.z > 4
    constant = score([100.0] * 10, 103)
    assert constant is not None
    assert constant.z < 1  # a constant history is no proof of precision


def idle_days(cast: Cast, last: str) -> None:
    for n in range(14):
        day = today() - n * DAY
        Report.objects.create(
            id=new_id(),
            unit=cast.units["works"],
            day=day,
            closed=True,
            at_work=0,
            abnormal=0,
            incidents=0,
            late=False,
            via="own",
            reported_at=timezone.now(),
        )
        Signal.objects.create(
            unit=cast.units["works"], day=day, kind="power", value=last if n == 0 else 100 + n % 3, act=new_id()
        )


def test_idle_by_report_but_busy_by_the_meter_is_a_sign_and_is_explained(cast: Cast) -> None:
    idle_days(cast, "900")
    (sign,) = signs(cast.as_("street"), today(), "breach.handle")
    assert sign.unit == cast.units["works"].pk
    assert (sign.score or 0) > 4
    assert "900" in sign.why[0].zh
    assert signs(cast.as_("next_street"), today(), "breach.handle") == []


def test_without_data_or_within_its_own_history_there_is_no_sign(cast: Cast) -> None:
    assert signs(cast.as_("hq"), today(), "breach.handle") == []
    idle_days(cast, "103")
    assert signs(cast.as_("hq"), today(), "breach.handle") == []


def test_at_work_on_a_suspended_permit_is_a_sign(cast: Cast) -> None:
    reported(cast)
    assert signs(cast.as_("hq"), today(), "breach.handle") == []  # no permit on record is not a suspended one
    permit(cast.units["works"], "suspended")
    (sign,) = signs(cast.as_("hq"), today(), "breach.handle")
    assert "80" in sign.why[1].zh
    told(cast)
    assert signs(cast.as_("hq"), today(), "breach.handle") == []


def table(rows: str) -> str:
    return base64.b64encode(("企业名称,日期,用电量,用水量\n" + rows).encode()).decode()


def test_signals_come_by_table_and_every_row_is_accounted_for(cast: Cast) -> None:
    works = cast.units["works"].name
    rows = f"{works},{today()},120.5,3\n{works},{today() - DAY},-1,\n{works},,5,\n{cast.units['mill'].name},{today()},7,\n{works},{today()},130,\n{works},{today()},,\n"
    made = do(cast, "street", "signal.import_table", content=table(rows), filename="用电.csv")
    assert (made["rows_in"], made["accepted"], made["rejected"]) == (6, 2, 4)
    assert [r["row"] for r in made["rejects"]] == [3, 4, 5, 7]
    assert {(s.kind, str(s.value)) for s in Signal.objects.all()} == {("power", "130.00"), ("water", "3.00")}


def test_a_draw_can_be_done_again(cast: Cast) -> None:
    made = do(cast, "hq", "breach.draw", area=cast.areas["district"].pk, wanted=1)
    row = SpotDraw.objects.get(pk=made["draw"])
    assert list(row.drawn) == draw(list(reversed(row.pool)), row.seed, 1)
    assert len(set(draw(range(100), "s", 10))) == 10
    assert (
        refused(lambda: do(cast, "street", "breach.draw", area=cast.areas["west"].pk, wanted=1)).reason
        is Reason.NOT_FOUND
    )
    street = signed_in(cast, "street")
    assert street.get(reverse("spot", args=[row.pk])).status_code == 404
    assert "结果一致" in signed_in(cast, "hq").get(reverse("spot", args=[row.pk])).content.decode()
    row.drawn = [cast.units["works"].pk, cast.units["mill"].pk]
    row.save()
    assert "不一致" in signed_in(cast, "hq").get(reverse("spot", args=[row.pk])).content.decode()  # the sabotage twin


def test_on_the_pages_from_telling_to_the_list(cast: Cast) -> None:
    inspector, street = signed_in(cast, "inspector"), signed_in(cast, "street")
    form: dict[str, Any] = {"enterprise": "没有的厂", "about": "no_right", "text": "夜间在生产，约三十人", "client_id": str(new_id())}
    assert (
        inspector.post(reverse("breach_new"), form).status_code == 404
        or inspector.post(reverse("breach_new"), form).status_code == 422
    )
    assert (
        inspector.post(
            reverse("breach_new"), form | {"enterprise": cast.units["works"].name, "client_id": str(new_id())}
        ).status_code
        == 302
    )
    system("breach.take_up")
    page = street.get(reverse("breaches")).content.decode()
    assert cast.units["works"].name in page
    assert cast.units["works"].name not in signed_in(cast, "next_street").get(reverse("breaches")).content.decode()
    for name in ("breaches", "breach_new", "signals_import", "spot_new"):
        assert street.get(reverse(name), headers={"Accept-Language": "en"}).status_code == 200
    assert signed_in(cast, "rival").get(reverse("breaches")).status_code == 403
