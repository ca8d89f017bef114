"""Pages of matching and trips as roles see them: forms keep what was typed, a competitor sees nothing, every state is shown, both languages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.matching.helping import DAY, another, deliver, do, entry, one_loop, solved
from tests.rooms.matching.test_trips import ORIGIN, board, document, sign_up, trip, worker
from tests.web.test_pages import signed_in
from tongchou.kernel.ids import new_id
from tongchou.record.models import Handover, Loop
from tongchou.rooms.matching.models import Entry, Passenger, Run, Trip


def english(cast: Cast, who: str) -> Any:
    """A browser of somebody who reads English."""
    cast.accounts[who].language = "en"
    cast.accounts[who].save(update_fields=["language"])
    return signed_in(cast, who)


def text(response: Any) -> str:
    assert response.status_code in (200, 302), response.content.decode()[:2000]
    return str(response.content.decode())


def test_a_clerk_enters_a_need_and_a_competitor_sees_nothing(cast: Cast) -> None:
    clerk, rival = signed_in(cast, "enterprise"), signed_in(cast, "rival")
    assert "还没有登记" in text(clerk.get(reverse("matching")))
    form = {
        "side": "need", "item": "worker.welder", "quantity": "4", "first": str(timezone.localdate()), "last": str(timezone.localdate() + 5 * DAY),
        "note": "二车间夜班", "client_id": str(new_id()),
    }  # fmt: skip
    bad = clerk.post(reverse("match_new"), form | {"quantity": "0", "client_id": str(new_id())})
    assert bad.status_code == 422
    assert "二车间夜班" in bad.content.decode()  # nothing typed is lost
    for _ in range(2):  # a second click
        assert clerk.post(reverse("match_new"), form).status_code == 302
    row = Entry.objects.get()
    assert "焊工" in text(clerk.get(reverse("matching")))
    assert rival.get(reverse("match_entry", args=[row.pk])).status_code == 404
    for name in ("matching", "match_pool"):
        assert "焊工" not in text(rival.get(reverse(name))).replace("用工 · 焊工", "")
    change = {"seen_version": "1", "quantity": "6", "first": str(row.first), "last": str(row.last), "note": "加班", "client_id": str(new_id())}
    assert clerk.post(reverse("match_change", args=[row.pk]), change).status_code == 302
    assert clerk.post(reverse("match_withdraw", args=[row.pk]), {"reason": "已招满", "client_id": str(new_id())}).status_code == 302
    assert "已撤回" in text(clerk.get(reverse("match_entry", args=[row.pk])))
    assert clerk.get(reverse("match_runs")).status_code == 403
    assert "Welder" in text(english(cast, "enterprise").get(reverse("match_entry", args=[row.pk])))


def test_an_officer_imports_runs_compares_and_issues(cast: Cast) -> None:
    another(cast, "third", "spring")
    officer = signed_in(cast, "hq")
    name = cast.units["works"].name
    table = f"供需,品名,数量,单位\n需求,口罩,500,{name}\n供给,口罩,300,{cast.units['mill'].name}\n需求,口罩,100,{cast.units['third'].name}\n供给,飞碟,1,{name}\n"
    for mode in ("try", "import"):
        file = SimpleUploadedFile("t.csv", table.encode())
        page = text(officer.post(reverse("match_import"), {"table": file, "mode": mode, "client_id": str(new_id())}))
        assert "飞碟" in page
    assert Entry.objects.count() == 3
    form = {"area": cast.areas["district"].pk, "kinds": ["material"], "client_id": str(new_id())}
    made = officer.post(reverse("match_run_new"), form)
    first = Run.objects.get()
    assert made["Location"] == reverse("match_run", args=[first.pk])
    page = text(officer.get(made["Location"]))
    for word in ("已证明最优", "口罩", "供给不足", "锁定"):
        assert word in page
    for word in ("优先分 0", "按公平份额", "家可供", "约 "):  # why each pair: points, fairness, how many could give, and that the way is a rough figure
        assert word in page, word
    table = officer.get(made["Location"], {"export": "csv"}).content.decode("utf-8-sig")
    assert "距离依据" in table
    assert "按公平份额" in table
    pair = first.pairs.order_by("quantity").first()
    assert pair is not None
    ticked = {"act": "again", "bar": [f"{pair.need_id}:{pair.offer_id}:1"], "reason": "质量纠纷", "client_id": str(new_id())}
    second = officer.post(reverse("match_run_act", args=[first.pk]), ticked)["Location"]
    run = Run.objects.exclude(pk=first.pk).get()
    assert "配对已被人工排除" in text(officer.get(second))
    assert pair.need.unit.name in text(officer.get(reverse("match_compare", args=[run.pk]), {"with": str(first.pk)}))
    assert officer.get(reverse("match_compare", args=[run.pk]), {"with": "x"}).status_code == 422
    assert officer.get(second, {"export": "xlsx"})["Content-Type"].startswith("application/vnd.openxml")
    assert officer.get(second, {"export": "csv", "of": "needs"}).status_code == 200
    assert officer.post(reverse("match_run_act", args=[run.pk]), {"act": "issue", "client_id": str(new_id())}).status_code == 302
    assert Loop.objects.filter(kind="match").count() == run.pairs.count() == 1
    deliver(cast, one_loop().pk, "rival", "enterprise", 300)
    assert text(officer.get(reverse("matching"), {"export": "csv"})).startswith("\ufeff")
    assert "已下达" in text(officer.get(reverse("match_runs")))
    assert officer.post(reverse("match_run_act", args=[first.pk]), {"act": "drop", "client_id": str(new_id())}).status_code == 302
    assert officer.get(reverse("match_pool"), {"state": "all", "side": "offer", "export": "csv"}).status_code == 200
    reader = english(cast, "hq")
    assert "Met %" in text(reader.get(reverse("matching")))
    assert "proven optimal" in text(reader.get(second))


def test_a_large_run_goes_to_the_queue_and_shows_how_far_it_is(cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr("tongchou.rooms.matching.runs.AT_ONCE", 1)
    asked: list[str] = []
    monkeypatch.setattr("tongchou.rooms.matching.pages.runs.compute_run.defer", lambda run: asked.append(run))
    entry(cast, "need", 5, unit="mill")
    entry(cast, "offer", 5)
    officer = signed_in(cast, "dept")
    page = officer.post(reverse("match_run_new"), {"area": cast.areas["district"].pk, "kinds": ["worker"], "client_id": str(new_id())})["Location"]
    assert asked == [str(Run.objects.get().pk)]
    assert "排队中" in text(officer.get(page))
    assert "<html" not in text(officer.get(page, headers={"HX-Request": "true"}))


def test_a_trip_from_plan_to_take_over_on_pages(cast: Cast) -> None:
    hq, clerk, driver = signed_in(cast, "hq"), signed_in(cast, "enterprise"), signed_in(cast, "driver")
    at = timezone.localtime() + 5 * DAY / 24
    form = {
        "origin": ORIGIN, "area": cast.areas["district"].pk, "unit": cast.units["bus"].pk, "departs_at": at.strftime("%Y-%m-%dT%H:%M"),
        "arrives_at": (at + DAY).strftime("%Y-%m-%dT%H:%M"), "vehicles": "贵F12345，远行客运，10，师傅甲，13900000000，干部乙", "client_id": str(new_id()),
    }  # fmt: skip
    assert hq.post(reverse("trip_new"), form | {"vehicles": "贵F12345", "client_id": str(new_id())}).status_code == 422
    assert hq.post(reverse("trip_new"), form).status_code == 302
    row = Trip.objects.get()
    today = str(timezone.localdate())
    names = "\n".join(f"{w['name']}，{w['document']}，{w['phone']}" for w in map(worker, (0, 1)))
    signed = {"origin": ORIGIN, "first": today, "last": str(timezone.localdate() + 3 * DAY), "trip": str(row.pk), "workers": names, "client_id": str(new_id())}
    assert clerk.post(reverse("trip_sign_up"), signed).status_code == 302
    table = SimpleUploadedFile("w.csv", f"姓名,证件号码\n{worker(2)['name']},{document(2)}\n无证,\n".encode())
    page = clerk.post(reverse("trip_sign_up"), signed | {"workers": "", "trip": "", "table": table, "mode": "import", "client_id": str(new_id())})
    assert "退回" in text(page)
    listed = text(clerk.get(reverse("trips")))
    assert "甄*" in listed
    assert "甄一" not in listed
    assert hq.post(reverse("trip_assign"), {"area": cast.areas["district"].pk, "client_id": str(new_id())}).status_code == 302
    one, two, three = Passenger.objects.filter(state="booked").order_by("seat")
    here = reverse("trip", args=[row.pk])
    assert "查验上车" in text(driver.get(here))
    assert "师傅甲" in text(driver.get(here))
    assert "师傅甲" not in text(clerk.get(here))
    check, desk = {"tenths": "36.5", "symptoms": "no", "code": "green"}, reverse("trip_board", args=[row.pk])
    assert driver.post(desk, check | {"passenger": str(one.pk), "client_id": str(new_id())}).status_code == 302
    assert driver.post(desk, check | {"passenger": str(two.pk), "tenths": "37.9", "client_id": str(new_id())}).status_code == 302
    assert "首次测温 37.9℃" in text(driver.get(here))
    assert "37.9" not in text(clerk.get(here))  # a reading is for those who check, not for the employer
    assert "首次测温 37.9℃" in text(driver.get(desk))
    again = check | {"tenths": "37.8"}
    early = driver.post(desk, again | {"passenger": str(two.pk), "client_id": str(new_id())})
    assert early.status_code == 409
    assert "起才能复测" in early.content.decode()
    Passenger.objects.filter(pk=two.pk).update(checked_at=F("checked_at") - timedelta(minutes=5))
    driver.post(desk, again | {"passenger": str(two.pk), "client_id": str(new_id())})
    assert Loop.objects.filter(kind="trip_health").count() == 1
    assert driver.post(reverse("trip_manifest", args=[row.pk]), {"purpose": "other", "note": "", "client_id": str(new_id())}).status_code == 422
    assert driver.post(reverse("trip_manifest", args=[row.pk]), {"purpose": "transfer", "client_id": str(new_id())})["Content-Disposition"].startswith("attach")
    assert clerk.post(reverse("trip_manifest", args=[row.pk]), {"purpose": "transfer", "client_id": str(new_id())}).status_code == 403
    for act in ("depart", "arrive"):
        assert driver.post(reverse("trip_act", args=[row.pk]), {"act": act, "client_id": str(new_id())}).status_code == 302
    assert "确认接收" in text(clerk.get(reverse("trips")))
    over = reverse("trip_take_over", args=[Handover.objects.get().pk])
    assert "甄*" in text(clerk.get(over))
    assert clerk.post(over, {"client_id": str(new_id())}).status_code == 302
    assert sorted(Passenger.objects.values_list("state", flat=True)) == ["absent", "arrived", "turned_away"]
    assert three.pk
    assert "Return trips" in text(english(cast, "hq").get(reverse("trips")))


def test_an_enterprise_is_not_told_what_is_behind_a_flag(cast: Cast) -> None:
    held = do(cast, "street", "person.register", area=cast.areas["spring"].pk, **worker(0))["person"]
    do(cast, "street", "custody.take_in", purpose="isolation", unit=cast.units["site"].pk, holder_kind="site", items=[{"person": held}])
    sign_up(cast, 0, trip=trip(cast))
    page, officers = text(signed_in(cast, "enterprise").get(reverse("trips"))), text(signed_in(cast, "street").get(reverse("trips")))
    assert "须由街道核实" in page
    assert "管控" not in page.split("待安排")[1]
    assert "正由其他单位管控或转运" in officers
    clear = reverse("trip_clear", args=[Passenger.objects.get().pk])
    street = signed_in(cast, "street")
    assert "正由其他单位管控" in text(street.get(clear))
    assert street.post(clear, {"travel": "no", "note": "仍在隔离", "client_id": str(new_id())}).status_code == 302
    assert signed_in(cast, "next_street").get(clear).status_code == 404


def test_a_worker_on_the_own_page(cast: Cast) -> None:
    another(cast, "villager", "spring", "resident", "volunteer_team")
    client = signed_in(cast, "villager")
    assert "没有关联个人档案" in text(client.get(reverse("my_trip")))
    account = cast.accounts["villager"]
    account.person_id = do(cast, "street", "person.register", area=cast.areas["spring"].pk, **worker(0))["person"]
    account.save()
    form = {"origin": ORIGIN, "first": str(timezone.localdate()), "last": str(timezone.localdate() + DAY), "enterprise": "works 单位", "client_id": str(new_id())}
    assert client.post(reverse("my_trip"), form | {"enterprise": "没有", "client_id": str(new_id())}).status_code == 422
    assert client.post(reverse("my_trip"), form).status_code == 302
    assert "待安排" in text(client.get(reverse("my_trip")))
    assert client.post(reverse("my_trip"), {"withdraw": str(Passenger.objects.get().pk), "client_id": str(new_id())}).status_code == 302
    assert Passenger.objects.get().state == "withdrawn"


def test_boarding_is_for_who_runs_the_trip(cast: Cast) -> None:
    key = trip(cast)
    (one,) = sign_up(cast, 0, trip=key)["passengers"]
    for who in ("rival", "next_street", "site_officer"):
        assert signed_in(cast, who).get(reverse("trip_board", args=[key])).status_code in (403, 404)
    assert board(cast, one)["state"] == "boarded"
    assert solved(cast)
