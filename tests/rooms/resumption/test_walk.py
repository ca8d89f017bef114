"""A walk through the pages: the enterprise's clerk, the street officer with photos, the office that decides, and anybody with a plate before them."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.resumption.flow import PDF, PNG
from tests.web.test_pages import signed_in
from tongchou.kernel.ids import new_id
from tongchou.record.models import WorkPermit
from tongchou.rooms.resumption.models import Application, RuleEdition, Verdict
from tongchou.rooms.resumption.pages import public
from tongchou.rooms.resumption.pages.public import A_MINUTE
from tongchou.rooms.resumption.ways import default_rules


@pytest.fixture
def by_list(cast: Cast) -> None:
    """No grade is on record: the district has ruled that applications go by list meanwhile."""
    RuleEdition.objects.create(
        from_date="2020-01-01", rules=default_rules() | {"unknown_way": "list"}, reason="测试", state="adopted", proposed_by=cast.accounts["hq"],
        proposed_at=timezone.now(), decided_by=cast.accounts["leader"], decided_at=timezone.now(),
    )  # fmt: skip


def send(client: Client, name: str, *args: object, key: str = "", **given: Any) -> Any:
    return client.post(reverse(name, args=args), {"client_id": key or str(new_id())} | given)


def filled(cast: Cast) -> Application:
    client = signed_in(cast, "enterprise")
    assert send(client, "resumption_new", unit=str(cast.units["works"].pk)).status_code == 302
    row = Application.objects.get()
    given: dict[str, Any] = {}
    for item in row.items.exclude(form="record"):
        value: Any = "12" if item.form == "number" else "分两批返岗"
        if item.form == "photo":
            value = SimpleUploadedFile("现场.png", PNG, "image/png")
        given[f"item_{item.key}"] = (
            SimpleUploadedFile("预案.pdf", PDF, "application/pdf") if item.form == "file" else value
        )
    assert send(client, "resumption_fill", row.pk, **given).status_code == 302
    return row


def test_the_clerk_fills_in_by_parts_and_submits(cast: Cast, by_list: None) -> None:
    client = signed_in(cast, "enterprise")
    send(client, "resumption_new", unit=str(cast.units["works"].pk))
    row = Application.objects.get()
    page = client.get(reverse("resumption_fill", args=[row.pk])).content.decode()
    assert "隔离观察宿舍" in page
    bad = send(client, "resumption_fill", row.pk, item_isolation_room="很多")
    assert bad.status_code == 422
    assert "很多" in bad.content.decode()  # what was typed is not lost
    assert "请更正后重新提交" in bad.content.decode()
    send(client, "resumption_fill", row.pk, item_isolation_room="3")
    left = client.get(reverse("resumption_submit", args=[row.pk])).content.decode()
    assert "还缺" in left
    send(client, "resumption_submit", row.pk)
    row.refresh_from_db()
    assert row.submitted_at is None
    filled_row = filled_again(cast, row)
    assert send(client, "resumption_submit", filled_row.pk).status_code == 302
    row.refresh_from_db()
    assert row.loop_id is not None
    home = client.get(reverse("resumption")).content.decode()
    assert "核查审核中" in home


def filled_again(cast: Cast, row: Application) -> Application:
    client = signed_in(cast, "enterprise")
    given: dict[str, Any] = {}
    for item in row.items.exclude(form="record"):
        given[f"item_{item.key}"] = (
            SimpleUploadedFile("现场.png", PNG, "image/png")
            if item.form == "photo"
            else "12"
            if item.form == "number"
            else "分两批"
        )
    send(client, "resumption_fill", row.pk, **given)
    return row


def test_the_street_checks_with_photos_and_twice_is_once(cast: Cast, by_list: None) -> None:
    row = filled(cast)
    send(signed_in(cast, "enterprise"), "resumption_submit", row.pk)
    street = signed_in(cast, "street")
    assert "现场核查" in street.get(reverse("resumption_application", args=[row.pk])).content.decode()
    key = str(new_id())
    sent = [
        send(
            street,
            "resumption_site",
            row.pk,
            key=key,
            ok_canteen="no",
            reason_canteen="集中就餐",
            photo_canteen=SimpleUploadedFile("食堂.png", PNG, "image/png"),
        )
        for _ in range(2)
    ]
    assert sent[0].status_code == 302
    assert Verdict.objects.filter(item__key="canteen", current=True).count() == 1
    silent = send(street, "resumption_site", row.pk, ok_supplies="no")
    assert silent.status_code == 422
    early = send(street, "resumption_site", row.pk, ok_supplies="ok", conclusion="可以")
    assert early.status_code == 422
    rest = {f"ok_{i.key}": "ok" for i in row.items.filter(site=True) if i.key != "canteen"}
    assert send(street, "resumption_site", row.pk, conclusion="除食堂外具备", **rest).status_code == 302
    row.refresh_from_db()
    assert row.loop is not None
    assert row.loop.stage == "deciding"
    office = signed_in(cast, "hq")
    ask = office.get(reverse("resumption_ask", args=[row.pk])).content.decode()
    assert re.search(r'value="canteen"\s+checked', ask)
    assert "集中就餐" in ask
    assert send(office, "resumption_ask", row.pk, items=["canteen"], what="请提交分餐安排").status_code == 302
    told = signed_in(cast, "enterprise").get(reverse("resumption_application", args=[row.pk])).content.decode()
    assert "请提交分餐安排" in told
    assert "计时已停止" in told


def test_decided_printed_and_verified_by_anybody(cast: Cast, by_list: None) -> None:
    row = filled(cast)
    send(signed_in(cast, "enterprise"), "resumption_submit", row.pk)
    send(
        signed_in(cast, "street"),
        "resumption_site",
        row.pk,
        conclusion="具备",
        **{f"ok_{i.key}": "ok" for i in row.items.filter(site=True)},
    )
    office = signed_in(cast, "hq")
    papers = {f"ok_{i.key}": "ok" for i in row.items.exclude(form="record").filter(site=False)}
    assert send(office, "resumption_review", row.pk, **papers).status_code == 302
    assert send(office, "resumption_decide", row.pk, approve="yes", conditions="分餐\n错峰").status_code == 302
    permit = WorkPermit.objects.get()
    assert permit.conditions == ["分餐", "错峰"]
    letter = office.get(reverse("resumption_letter", args=[row.pk, "docx"]))
    assert letter.status_code == 200
    assert letter.content[:2] == b"PK"
    plate = signed_in(cast, "enterprise").get(reverse("permit_plate", args=[permit.pk])).content.decode()
    assert "<svg" in plate
    anybody = Client()
    address = reverse("plate", args=[permit.pk])
    assert "有效" in anybody.get(address + "?p=blue").content.decode()
    send(office, "permit_suspend", permit.pk, reason="测温中断两日", must_show="测温登记", seen_version="1")
    old = anybody.get(address + "?p=blue").content.decode()
    assert "已过时" in old
    assert "暂停" in old
    assert anybody.get(reverse("plate", args=[new_id()])).status_code == 404
    assert send(office, "permit_resume", permit.pk, reason="已整改").status_code == 422
    assert send(office, "permit_resume", permit.pk, reason="已整改", shown_0="已看三日登记").status_code == 302
    assert "批准所依据" in office.get(reverse("permit", args=[permit.pk])).content.decode()
    english = anybody.get(address, HTTP_ACCEPT_LANGUAGE="en", headers={"Cookie": "django_language=en"}).content.decode()
    assert permit.number in english


def test_the_register_gives_exact_hits_and_not_too_many(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    monkeypatch.setattr(public, "timezone", SimpleNamespace(now=lambda: now))  # its minute does not turn meanwhile
    cache.clear()
    anybody = Client()
    address = reverse("permit_register")
    assert "没有这个名称" in anybody.get(address, {"q": "works"}).content.decode()  # a part of a name finds nothing
    statuses = [anybody.get(address, {"q": f"企业{n}"}).status_code for n in range(A_MINUTE + 1)]
    assert statuses[0] == 200
    assert 429 in statuses
    cache.clear()
