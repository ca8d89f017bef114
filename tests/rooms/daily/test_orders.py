"""Numbered orders: to stop and to correct, their letters; nothing is applied for or given while a stop holds; it is lifted with a reason."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.daily.helping import DAY, do, permit, refused, reported, today
from tests.rooms.daily.test_breach import advance, told
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context
from tongchou.record.actions.permits import Given, grant
from tongchou.record.actions.work_orders import Wanted, issue
from tongchou.record.models import Loop, WorkOrder, WorkPermit
from tongchou.record.questions.work_orders import number_of, stops_in_force
from tongchou.rooms.resumption.order_letters import order_letter


def context() -> Context:
    return Context(new_id(), SYSTEM, timezone.now(), ())


def decided(cast: Cast, step: str = "stop") -> WorkOrder:
    """A matter without a permit that ends in an order."""
    loop = told(cast)
    advance(cast, "enterprise", loop, "answer", answer="设备检修")
    advance(cast, "street", loop, "propose", seen="三十人在岗，无复工手续", proposal="责令停工")
    advance(cast, "leader", loop, step, reason="未取得复工资格擅自开工")
    return WorkOrder.objects.get(loop=loop)


def test_an_order_to_stop_without_a_permit_blocks_whatever_way_holds(cast: Cast) -> None:
    order = decided(cast)
    works = cast.units["works"]
    assert (order.kind, order.unit, order.seq, order.lifted_at) == ("stop", works, 1, None)
    assert set(stops_in_force([works.pk, cast.units["mill"].pk])) == {works.pk}
    start = refused(lambda: do(cast, "enterprise", "resumption.start", unit=works.pk))
    assert (start.reason, start.remedy is not None) == (Reason.NOT_ALLOWED, True)
    assert number_of(order) in start.rule.zh
    wanted = Given(works.pk, "filing", None, (), {}, "resumption-2020", "guided", "by_list")
    assert refused(lambda: grant(context(), [wanted])).reason is Reason.NOT_ALLOWED  # at once, by approval, by batch, by a rule that changed
    own = signed_in(cast, "enterprise").get(reverse("resumption")).content.decode()
    assert "责令停工" in own
    do(cast, "street", "work_order.lift", order=str(order.pk), reason="已遣散，现场核实无人在岗")
    assert stops_in_force([works.pk]) == {}
    assert grant(context(), [wanted])


def test_with_a_permit_it_is_suspended_as_well(cast: Cast) -> None:
    row = permit(cast.units["works"])
    order = decided(cast)
    row.refresh_from_db()
    assert (row.state, order.permit_id) == ("suspended", row.pk)


def test_no_permit_is_restored_while_the_order_holds(cast: Cast) -> None:
    """The plate is blue again only once who ordered it has lifted it: the enterprise shows what it did, the street looks again."""
    row = permit(cast.units["works"])
    order = decided(cast)
    row.refresh_from_db()
    assert row.must_show == ["整改情况"]  # the second look is the street's own
    points = [{"what": "整改情况", "said": "已停产整改"}]
    do(cast, "enterprise", "permit.ask", permit=str(row.pk), what="restore", reason="已整改到位", points=points)
    grant_it = {"permit": str(row.pk), "how": "grant", "reason": "现场核实到位", "found": [{"what": "整改情况", "found": "现场核实"}]}
    early = refused(lambda: do(cast, "street", "permit.answer_restore", **grant_it))
    assert early.reason is Reason.NOT_ALLOWED
    assert number_of(order) in early.rule.zh
    row.refresh_from_db()
    assert (row.state, row.plate) == ("suspended", "red")
    page = signed_in(cast, "street").get(reverse("permit_answer_restore", args=[row.pk])).content.decode()
    assert f"停工令 {number_of(order)} 尚未解除" in page
    do(cast, "hq", "work_order.lift", order=str(order.pk), reason="街道复查合格")
    do(cast, "street", "permit.answer_restore", **grant_it)
    row.refresh_from_db()
    assert (row.state, row.plate) == ("in_force", "blue")


def test_nothing_but_restoring_is_asked_for_while_suspended(cast: Cast) -> None:
    row = permit(cast.units["works"])
    WorkPermit.objects.update(until=timezone.localdate() + timedelta(days=9))
    decided(cast)
    browser, url = signed_in(cast, "enterprise"), reverse("permit_ask", args=[row.pk, "renew"])
    assert url not in browser.get(reverse("permit", args=[row.pk])).content.decode()
    answer = browser.get(url, follow=True)
    assert "请先申请恢复" in answer.content.decode()


def test_an_enterprise_without_a_permit_asks_to_have_it_lifted(cast: Cast) -> None:
    order = decided(cast)
    browser, page = signed_in(cast, "enterprise"), reverse("work_order", args=[order.pk])
    assert number_of(order) in browser.get("/").content.decode()  # its first page says so
    assert reverse("work_order_ask", args=[order.pk]) in browser.get(page).content.decode()
    form = {"how": "已遣散人员，补齐手续和口罩", "client_id": str(new_id())}
    for _ in range(2):  # a double click
        assert browser.post(reverse("work_order_ask", args=[order.pk]), form).status_code == 302
    asked = Loop.objects.get(origin="work_order")
    assert (asked.owner_unit, asked.subject_unit) == (order.organ, order.unit)
    assert browser.get(reverse("work_order_ask", args=[order.pk])).status_code == 302  # a stale tab
    again = refused(lambda: do(cast, "enterprise", "work_order.ask_lift", order=str(order.pk), how="再次申请解除"))
    assert again.reason is Reason.DUPLICATE
    assert "已遣散人员" in signed_in(cast, "hq").get(page).content.decode()
    assert refused(lambda: do(cast, "rival", "work_order.ask_lift", order=str(order.pk), how="替它申请")).reason is Reason.NOT_FOUND
    do(cast, "hq", "work_order.lift", order=str(order.pk), reason="现场核实到位")
    assert number_of(order) not in browser.get("/").content.decode()
    over = refused(lambda: do(cast, "enterprise", "work_order.ask_lift", order=str(order.pk), how="还想申请"))
    assert over.reason is Reason.WRONG_STAGE


def test_a_suspended_permit_is_on_the_first_page_too(cast: Cast) -> None:
    row = permit(cast.units["works"])
    do(cast, "street", "permit.suspend", unit=row.unit_id, reason="消毒记录缺失", must_show=["消毒记录"])
    assert f"复工许可 {row.number} 已暂停" in signed_in(cast, "enterprise").get("/").content.decode()
    assert "已暂停" not in signed_in(cast, "rival").get("/").content.decode()


def test_who_must_stop_reports_nobody_at_work_by_one_tap(cast: Cast) -> None:
    """As before would be eighty at work: while it must stop the figures are filled in."""
    seen = reported(cast, day=today() - DAY)
    browser, tap = signed_in(cast, "enterprise"), {"unit": cast.units["works"].pk, "day": str(today()), "seen": seen}
    assert reverse("daily_same") in browser.get("/").content.decode()
    order = decided(cast)
    for page in ("/", reverse("daily")):
        shown = browser.get(page).content.decode()
        assert reverse("daily_same") not in shown
        assert reverse("daily_new") in shown
    assert refused(lambda: do(cast, "enterprise", "daily.same", **tap)).reason is Reason.WRONG_STAGE
    do(cast, "street", "work_order.lift", order=str(order.pk), reason="整改到位")
    assert do(cast, "enterprise", "daily.same", **tap)["report"]


def test_the_timeline_of_the_matter_has_no_name_of_the_record(cast: Cast) -> None:
    permit(cast.units["works"])
    order = decided(cast)
    do(cast, "hq", "work_order.lift", order=str(order.pk), reason="整改到位")
    page = signed_in(cast, "hq").get(reverse("loop", args=[order.loop_id])).content.decode()
    assert "签发责令文书" in page
    assert "解除停工令" in page
    assert ">work_order" not in page


def test_it_is_lifted_once_with_a_reason_within_reach(cast: Cast) -> None:
    order = decided(cast)
    assert refused(lambda: do(cast, "street", "work_order.lift", order=str(order.pk), reason="")).field == "reason"
    assert refused(lambda: do(cast, "next_street", "work_order.lift", order=str(order.pk), reason="不是我区的")).reason is Reason.NOT_FOUND
    assert refused(lambda: do(cast, "enterprise", "work_order.lift", order=str(order.pk), reason="自己解除")).reason is Reason.NOT_ALLOWED
    street, url = signed_in(cast, "street"), reverse("work_order_lift", args=[order.pk])
    assert street.get(url).status_code == 200
    assert street.post(url, {"reason": "整改到位"}).status_code == 302
    assert street.get(url).status_code == 302  # a stale tab
    assert refused(lambda: do(cast, "street", "work_order.lift", order=str(order.pk), reason="再解除")).reason is Reason.WRONG_STAGE


def test_an_order_to_correct_does_not_block(cast: Cast) -> None:
    order = decided(cast, "correct")
    assert order.kind == "correct"
    assert stops_in_force([order.unit_id]) == {}


def test_numbers_are_one_row_for_each_organ_and_year(cast: Cast) -> None:
    works, mill, office, street = (cast.units[k].pk for k in ("works", "mill", "office", "east_street"))
    first = issue(context(), [Wanted("review", works, office, "甲"), Wanted("correct", mill, office, "乙"), Wanted("review", works, street, "丙")])
    assert [r.seq for r in first] == [1, 2, 1]
    assert [r.seq for r in issue(context(), [Wanted("stop", works, office, "丁")])] == [3]
    same = {"kind": "review", "unit_id": works, "organ_id": office, "year": first[0].year, "seq": 1, "reason": "戊", "issued_at": timezone.now()}
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkOrder.objects.create(id=new_id(), **same)
    with connection.cursor() as cursor:  # the twin: without the rule the number is given twice
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table record_workorder drop constraint work_order_number_once")
    WorkOrder.objects.create(id=new_id(), **same)


def test_a_second_stop_takes_the_place_of_the_first(cast: Cast) -> None:
    works, office = cast.units["works"].pk, cast.units["office"].pk
    first, second = (issue(context(), [Wanted("stop", works, office, why)])[0] for why in ("夜间开工", "再次开工"))
    first.refresh_from_db()
    assert first.lifted_at is not None
    assert stops_in_force([works])[works].pk == second.pk


@pytest.mark.parametrize("kind", ["stop", "correct", "review"])
def test_its_letter_has_number_reason_and_what_is_to_be_done(cast: Cast, kind: str) -> None:
    row = issue(context(), [Wanted(kind, cast.units["works"].pk, cast.units["office"].pk, "车间聚集就餐", ("分餐",))])[0]
    order = WorkOrder.objects.select_related("unit", "organ", "permit").get(pk=row.pk)
    document = order_letter(order)
    assert str(document.number) == f"{cast.units['office'].name}复工字〔{order.year}〕1号"
    clerk = signed_in(cast, "enterprise")
    word = clerk.get(reverse("work_order_letter", args=[order.pk, "docx"]))
    text = zipfile.ZipFile(io.BytesIO(b"".join(word.streaming_content) if word.streaming else word.content)).read("word/document.xml").decode()
    for part in ("车间聚集就餐", "分餐", cast.units["works"].name):
        assert part in text
    pdf = clerk.get(reverse("work_order_letter", args=[order.pk, "pdf"]))
    assert (pdf["Content-Type"], pdf.content[:4]) == ("application/pdf", b"%PDF")
    assert signed_in(cast, "rival").get(reverse("work_order_letter", args=[order.pk, "pdf"])).status_code == 404
    assert signed_in(cast, "rival").get(reverse("work_order", args=[order.pk])).status_code == 404
    assert number_of(order) in signed_in(cast, "street").get(reverse("work_orders")).content.decode()
    assert not WorkPermit.objects.exists()
