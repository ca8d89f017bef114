"""In a real browser: a teacher reports two classes on a phone, one of them without a network; the education department looks and decides."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests.cast import Cast
from tests.rooms.schools.place import DAY, make, today
from tests.web.test_browser import browser, network, pytestmark, sign_in, town, twice, until  # noqa: F401
from tongchou.record.models import Account
from tongchou.rooms.schools.models import Check, Cluster, Measure


@pytest.mark.django_db(transaction=True)
def test_from_the_phone_to_the_decision(browser: Any, live_server: Any, town: Cast) -> None:  # noqa: F811
    place = make(town)
    for name in ("school", "teacher", "education", "health"):
        account = town.accounts[name]
        account.password = town.accounts["hq"].password
        account.save()
    place.opened()
    teacher, said = sign_in(browser, live_server.url, "teacher", 390)
    teacher.goto(live_server.url + reverse("school_day") + "?session=morning")
    teacher.click("a:has-text('一年级1班')")
    teacher.click("button:has-text('全部到校、无症状')")
    teacher.wait_for_selector("h1:has-text('一年级2班')")  # the next class that is owed
    assert teacher.evaluate("document.documentElement.scrollWidth") <= 390
    teacher.fill("input[name=ill]", "3")
    teacher.fill("input[name=n_vomiting]", "3")
    network(teacher, on=False)
    teacher.click("button:has-text('报送')")
    teacher.wait_for_selector("[data-sc-net][data-waiting='1']")
    assert Check.objects.count() == 1
    first: list[Any] = []
    teacher.route("**/acts/school.check", lambda route: (first.append(1), route.abort()) if not first else route.continue_())
    network(teacher, on=True)  # in name first: what fails once is sent again
    teacher.wait_for_selector("[data-sc-net][data-waiting='0']", state="attached")
    assert first
    assert Check.objects.count() == 2
    row = Cluster.objects.get()  # the act's effect has looked at the thresholds
    education, said_too = sign_in(browser, live_server.url, "education", 1280)
    education.goto(live_server.url + reverse("schools"))
    education.click(f"a[href='{reverse('school_cluster', args=[row.pk])}']")
    one = Measure.objects.get(kind="suspend_class")
    education.click(f"a[href='{reverse('school_measure', args=[row.pk, one.pk])}']")
    education.fill("input[name=to_day]", "2099-01-01")
    education.click("main button:has-text('决定')")
    education.wait_for_selector("text=已决定执行")
    assert Measure.objects.get(pk=one.pk).state == "ordered"
    assert [s for s in said if "net::ERR" not in s] == []
    assert said_too == []


@pytest.mark.django_db(transaction=True)
def test_turns_are_cards_on_a_phone(browser: Any, live_server: Any, town: Cast) -> None:  # noqa: F811
    """Neither the plan in force nor its form is pushed aside with a finger: each window stands by itself, each value with its name."""
    place = make(town)
    Account.objects.filter(pk=town.accounts["school"].pk).update(password=town.accounts["hq"].password)
    school, said = sign_in(browser, live_server.url, "school", 390)
    school.goto(live_server.url + reverse("school_turns", args=[place.school, "return"]))
    for grade, hour in ((1, "08:00"), (2, "09:00")):
        school.fill(f"[name=day_g{grade}]", str(today() + DAY))
        school.fill(f"[name=from_g{grade}]", hour)
        school.fill(f"[name=to_g{grade}]", hour.replace(":00", ":30"))
    school.click("main button:has-text('检查并生效')")
    school.wait_for_selector("text=08:00–08:30")
    for box in school.query_selector_all(".tc-sheet-box"):
        assert box.evaluate("b => b.scrollWidth <= b.clientWidth")
    shown = school.evaluate("getComputedStyle(document.querySelector('.tc-stack tbody td'), '::before').content")
    assert shown == '"时段"'
    assert said == []


@pytest.mark.django_db(transaction=True)
def test_in_english_the_school_reports_on_a_phone_and_the_health_officer_follows_the_cluster_to_its_end(
    browser: Any, live_server: Any, town: Cast  # noqa: F811
) -> None:
    place = make(town)
    Account.objects.update(language="en")
    for name in ("school", "health"):
        Account.objects.filter(pk=town.accounts[name].pk).update(password=town.accounts["hq"].password)
    place.opened()
    school, said = sign_in(browser, live_server.url, "school", 390)
    school.goto(live_server.url + reverse("school_day") + "?session=morning")
    school.click("a:has-text('grade 1')")
    twice(school, "button:has-text('All here, nobody with signs')")
    school.wait_for_selector("text=Reported.")
    assert Check.objects.count() == 1  # pressed twice, reported once
    school.fill("input[name=ill]", "3")
    school.fill("input[name=n_vomiting]", "3")
    school.click("main button:has-text('Report')")
    until(school, Cluster.objects.exists)  # the word of the first report may still stand there
    assert school.evaluate("document.documentElement.scrollWidth") <= 390
    row = Cluster.objects.get()
    health, said_too = sign_in(browser, live_server.url, "health", 1280)
    health.goto(live_server.url + reverse("schools"))
    health.click(f"a[href='{reverse('school_cluster', args=[row.pk])}']")
    health.fill("#id_reason", "No new case for three days")
    health.click("button:has-text('Record as over')")
    health.wait_for_selector("text=Recorded as over.")
    row.refresh_from_db()
    assert row.ended_on is not None
    assert said + said_too == []
