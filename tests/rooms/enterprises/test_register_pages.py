"""The pages of the room as each role uses them: the register, the file, staff, the worker's own page, the street's picture."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from tests.cast import SINCE, Cast
from tests.record.test_enterprises import USCC, register
from tests.record.test_row_imports import REGISTER, workbook
from tests.record.test_staff import add, do, document
from tests.web.test_pages import signed_in
from tongchou.record.models import Account, Event, Loop, Post, PostHolding, ReadSubject, Staff

TODAY = timezone.localdate


def get(cast: Cast, who: str, name: str, *args: Any, **query: Any) -> str:
    answer = signed_in(cast, who).get(reverse(name, args=args), query)
    assert answer.status_code == 200, (who, name, answer.status_code)
    return answer.content.decode()


def status(cast: Cast, who: str, name: str, *args: Any) -> int:
    return int(signed_in(cast, who).get(reverse(name, args=args)).status_code)


def post(cast: Cast, who: str, page: str, /, *args: Any, **form: Any) -> Any:
    return signed_in(cast, who).post(reverse(page, args=args), form, follow=True)


def test_the_register_is_filtered_searched_and_exported(cast: Cast) -> None:
    unit = register(cast, lists=["key"])
    assert "清源制衣" in get(cast, "street", "enterprises", q="qyzy")
    assert "清源制衣" in get(cast, "dept", "enterprises", section="C", size="medium", list="key", permit="none")
    assert "清源制衣" not in get(cast, "hq", "enterprises", size="large")
    assert "清源制衣" not in get(cast, "next_street", "enterprises")
    assert status(cast, "next_street", "enterprise", unit) == 404
    assert status(cast, "enterprise", "enterprises") == 403
    file = signed_in(cast, "hq").get(reverse("enterprises"), {"export": "csv"}).content.decode("utf-8-sig")
    assert USCC in file


def test_the_file_shows_size_with_its_reason_gaps_and_partners(cast: Cast) -> None:
    unit = register(cast, contact_name="周敏", contact_phone="13912341111")
    do(cast, "street", "supply.add", unit=unit, way="supplier", partner=cast.units["mill"].name, product="坯布", critical=True)
    page = get(cast, "leader", "enterprise", unit)
    assert "中型" in page
    assert "从业人员300人及以上" in page
    assert page.count("未落实") == 5  # the paired leader, three departments, the enterprise's own
    assert "坯布" in page
    assert "缺货即停产" in page
    assert "13912341111" not in page
    assert "13912341111" in get(cast, "street", "enterprise", unit)
    assert "未知：缺 营业收入" in get(cast, "hq", "enterprise", register(cast, code=None, name="无数厂", revenue=None))


def test_registering_and_changing_by_form_says_what_is_wrong(cast: Cast) -> None:
    good = {"name": "新厂", "area": cast.areas["spring"].pk, "industry": "C18", "staff": "5", "self_employed": "no"}
    wrong = post(cast, "street", "enterprise_new", **good | {"industry": "F18"})
    assert "大类 18 属于门类 C" in wrong.content.decode()
    made = post(cast, "street", "enterprise_new", **good)
    assert "微型" in made.content.decode()
    unit = int(made.redirect_chain[-1][0].strip("/").split("/")[-1])
    page = get(cast, "street", "enterprise_change", unit)
    assert 'value="C18"' in page
    post(cast, "street", "enterprise_change", unit, **good | {"staff": "1000", "revenue": "40000", "seen_version": "1"})
    assert "大型" in get(cast, "street", "enterprise", unit)
    stale = post(cast, "street", "enterprise_change", unit, **good | {"seen_version": "1"})
    assert "刚被别人改过" in stale.content.decode()


def test_a_register_is_tried_and_imported_from_the_page(cast: Cast) -> None:
    def send(mode: str) -> str:
        table = SimpleUploadedFile("名册.csv", REGISTER.encode("gb18030"))
        return str(post(cast, "street", "enterprises_import", table=table, mode=mode).content.decode())

    tried = send("try")
    assert "没有写入任何内容" in tried
    assert "清源制衣" not in get(cast, "street", "enterprises")
    done = send("import")
    assert "校验码" in done
    assert "清源制衣" in get(cast, "street", "enterprises")


def test_the_enterprise_sees_itself_and_a_competitor_nothing(cast: Cast) -> None:
    staff = add(cast, symptoms=False, in_hard_hit=False, title="缝纫工", itinerary="乘K1次")["staff"]
    own, unit = get(cast, "enterprise", "enterprise_own"), cast.units["works"].pk
    assert "works 单位" in own
    page = get(cast, "enterprise", "staff", unit)
    assert "可以返岗" in page
    assert "禤**" in page
    assert "静姝" not in page
    assert document(1) not in page
    assert ReadSubject.objects.filter(person_id=Staff.objects.get(pk=staff).person_id).count() == 1
    assert "乘K1次" in get(cast, "enterprise", "staff_file", staff)
    assert ReadSubject.objects.count() == 2
    for who in ("rival", "next_street"):
        assert status(cast, who, "staff", unit) == 404
        assert status(cast, who, "staff_file", staff) == 404
        assert post(cast, who, "staff_end", staff).status_code == 404
    assert "works 单位" not in get(cast, "rival", "enterprise_own")
    assert ReadSubject.objects.count() == 2
    for who in ("leader", "dept"):
        assert status(cast, who, "staff", unit) == 403
        assert "可以返岗" in get(cast, who, "enterprise", unit)


def test_a_clerk_adds_somebody_and_learns_at_once_what_to_ask(cast: Cast) -> None:
    unit = cast.units["works"].pk
    page = post(cast, "enterprise", "staff_new", unit, name="禤静姝", document=document(1), phone="13912341111", symptoms="no", origin="420106")
    body = page.content.decode()
    assert "待核实" in body
    assert "仍在高发地区" in body
    row = Staff.objects.get()
    risk = TODAY() - timedelta(days=2)
    changed = post(cast, "enterprise", "staff_change", row.pk, seen_version="1", symptoms="no", in_hard_hit="no", origin="420106", last_risk=str(risk))
    assert "隔离观察" in changed.content.decode()
    assert f"至 {risk + timedelta(days=14)}" in changed.content.decode()
    assert "什么会改变结果" in changed.content.decode()
    wrong = post(cast, "enterprise", "staff_new", unit, name="禤静姝", document="123")
    assert wrong.status_code >= 400
    assert "禤静姝" in wrong.content.decode()


def test_staff_come_in_from_a_workbook(cast: Cast) -> None:
    table = SimpleUploadedFile("员工.xlsx", io.BytesIO(workbook()).getvalue())
    body = post(cast, "enterprise", "staff_import", table=table, mode="import").content.decode()
    assert "退回" in body
    assert Staff.objects.count() == 2
    assert "须先问清" in get(cast, "enterprise", "staff", cast.units["works"].pk, outcome="undetermined")


def worker(cast: Cast, person: Any) -> None:
    unit = cast.units["spring_community"]
    account = Account(username="worker", display_name="worker 同志", person_id=person)
    account.set_unusable_password()
    account.save()
    PostHolding.objects.create(post=Post.objects.create(unit=unit, title="居民", role="resident"), account=account, from_date=SINCE)
    cast.accounts["worker"] = account


def test_a_worker_sees_the_own_file_and_asks_for_a_correction(cast: Cast) -> None:
    risk = TODAY() - timedelta(days=3)
    staff = add(cast, symptoms=False, in_hard_hit=False, last_risk=str(risk))["staff"]
    other = add(cast, 2, who="rival", unit="mill")["staff"]
    worker(cast, Staff.objects.get(pk=staff).person_id)
    page = get(cast, "worker", "my_work")
    assert "隔离观察" in page
    assert str(risk + timedelta(days=14)) in page
    assert "mill 单位" not in page
    asked = post(cast, "worker", "my_work_correct", staff, what="我 2 月 1 日就离开了")
    assert "已提出更正" in asked.content.decode()
    loop = Loop.objects.get(origin="staff_correction")
    assert (loop.owner_unit_id, loop.kind) == (cast.units["works"].pk, "request")
    post(cast, "worker", "my_work_correct", staff, what="再提一次")
    assert Loop.objects.filter(origin="staff_correction").count() == 1
    assert post(cast, "worker", "my_work_correct", other, what="别人的档案").status_code == 404
    assert "静姝" not in str(list(Event.objects.values_list("note", "data")))


def test_the_street_sees_who_is_expected_and_who_is_silent(cast: Cast) -> None:
    register(cast)
    add(cast, symptoms=True, planned_return=str(TODAY() + timedelta(days=2)), returned_on=None)
    page = get(cast, "street", "staff_return")
    assert "未来 14 天计划返岗人数" in page
    assert "清源制衣" in page
    assert "清源制衣" not in get(cast, "next_street", "staff_return")
    assert "已判定 1 人" in post(cast, "street", "staff_clear").content.decode()
    assert post(cast, "dept", "staff_clear").status_code == 403
