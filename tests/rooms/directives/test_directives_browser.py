"""In a real browser: headquarters takes a report from upload to tasks, a street sees what is its own, a phone signs in to a meeting."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.directives.texts import rename, report
from tests.web.test_browser import browser, pytestmark, sign_in, town, until  # noqa: F401
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.record.models import Loop
from tongchou.rooms.directives.models import Attendance, Directive, Document


@pytest.mark.django_db(transaction=True)
def test_headquarters_takes_a_report_from_upload_to_tasks(browser: Any, live_server: Any, town: Cast) -> None:  # noqa: F811
    rename(town)
    page, said = sign_in(browser, live_server.url, "hq", 1280)
    page.goto(live_server.url + "/directives/new")
    page.set_input_files("input[type=file]", {"name": "调度会.txt", "mimeType": "text/plain", "buffer": report().encode("gb18030")})
    page.click("form.tc-form button.btn-primary")
    page.wait_for_selector("[data-directive]")
    assert page.locator("[data-directive]").count() == 3
    page.goto(f"{live_server.url}/directives/{Document.objects.get().pk}")
    # a span shows its directive, a directive its span
    page.click("[data-span-of] >> nth=1")
    page.wait_for_selector(".tc-directive.is-here h3:has-text('复工复产部')")
    page.keyboard.press("k")
    page.wait_for_selector(".tc-span.is-here:has-text('各街道')")
    # confirmed by the keyboard: the next unread one is selected, the progress moves on
    page.keyboard.press("a")
    page.wait_for_selector("#progress:has-text('已读确认 1 / 3')")
    page.wait_for_selector(".tc-directive.is-here[data-state=proposed]")
    # split the third by the form, merge it again
    page.click("[data-directive] >> nth=2 >> a:has-text('拆分')")
    page.check("label:has-text('出现突发情况') input")
    page.click("form.tc-form button.btn-primary")
    page.wait_for_selector("[data-directive] >> nth=3")
    page.wait_for_load_state()  # the page came anew and still scrolls to its card: a click now could miss
    page.click("[data-directive] >> nth=3 >> button:has-text('并入上一条')")
    page.wait_for_selector("summary:has-text('不采用和已并入的')")
    page.wait_for_load_state()  # its script listens to the selection
    # words of the text become a directive
    page.evaluate(
        """() => { const n = [...document.querySelectorAll('[data-clean] [data-at]')].find(e => e.textContent.includes('成绩给予肯定')).firstChild;
        const i = n.textContent.indexOf('对前一阶段成绩'), r = document.createRange(); r.setStart(n, i); r.setEnd(n, i + 7);
        getSelection().removeAllRanges(); getSelection().addRange(r); }"""
    )
    page.click("[data-add] button")
    page.wait_for_selector(".tc-badge:has-text('人工补充')")
    added = page.locator("[data-directive]:has-text('人工补充')")
    added.locator("summary:has-text('不采用')").click()
    added.locator("[name=reason]").fill("不是部署")
    added.locator("button:has-text('不采用')").click()
    page.wait_for_selector("summary:has-text('不采用和已并入的（2）')")
    page.wait_for_load_state()
    # not everything is read: issuing is refused with the names
    page.click("#progress a:has-text('下达')")
    page.wait_for_url("**/issue")
    page.click("button:has-text('全部下达')")
    page.wait_for_selector("text=还不能下达。未经确认 2 条")
    page.goto(f"{live_server.url}/directives/{Document.objects.get().pk}")
    for n in (2, 3):
        page.click("[data-do=confirm] button >> nth=0")
        page.wait_for_selector(f"#progress:has-text('已读确认 {n} / 3')")
        until(page, lambda n=n: page.locator("[data-do=confirm] button").count() == 3 - n)
    page.click("#progress a:has-text('下达')")
    page.wait_for_url("**/issue")
    page.click("button:has-text('全部下达')")
    page.wait_for_selector("text=已下达 3 条，共 5 件任务")
    page.click("tr:has-text('复工复产部要做好') .tc-badge")
    page.click("a:has-text('部署出处')")
    page.wait_for_selector("mark:has-text('复工指导')")
    assert Directive.objects.filter(state="issued").count() == 3
    assert not [s for s in said if "409" not in s], said  # the browser logs the refusal's status
    page.context.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [1280, 390])
def test_a_street_sees_its_own_documents_only(browser: Any, live_server: Any, town: Cast, width: int) -> None:  # noqa: F811
    rename(town)
    for who in ("hq", "street", "next_street"):
        made = act("document.take_in", town.as_(who), new_id(), {"text": report(), "title": f"{who} 的文件"}).result["document"]
        act("document.read", town.as_(who), new_id(), {"document": made})
    page, said = sign_in(browser, live_server.url, "street", width)
    page.goto(live_server.url + "/directives")
    assert page.locator("tbody tr").count() == 1
    page.click("a:has-text('street 的文件')")
    page.wait_for_selector("[data-directive]")
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    smallest = page.evaluate("Math.min(...[...document.querySelectorAll('[data-do=confirm] button')].map(b => b.getBoundingClientRect().height))")
    assert smallest >= (44 if width == 390 else 30)
    other = Document.objects.get(title="next_street 的文件")
    assert page.goto(f"{live_server.url}/directives/{other.pk}").status == 404
    assert not [s for s in said if "404" not in s], said
    page.context.close()


@pytest.mark.django_db(transaction=True)
def test_a_phone_signs_in_to_a_meeting(browser: Any, live_server: Any, town: Cast) -> None:  # noqa: F811
    starts = timezone.now() + timedelta(minutes=20)
    given = {
        "kind": "dispatch", "title": "疫情防控调度会", "starts_at": starts.isoformat(), "ends_at": (starts + timedelta(hours=1)).isoformat(), "main_venue": "指挥中心",
        "branches": ["望河分会场"], "asked": [{"unit": town.units["east_street"].pk, "venue": "望河分会场"}],
    }  # fmt: skip
    act("meeting.plan", town.as_("hq"), new_id(), given)
    page, said = sign_in(browser, live_server.url, "street", 390)
    page.goto(live_server.url + "/meetings")
    page.click("a:has-text('签到')")
    page.wait_for_selector("text=望河分会场")
    button = page.locator("form button:has-text('签到')")
    assert button.bounding_box()["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    button.click()
    page.wait_for_selector("text=已签到：出席")
    row = Attendance.objects.get()
    assert (row.state, row.who) == ("present", "street 同志")
    assert not said, said
    page.context.close()
    page, said = sign_in(browser, live_server.url, "hq", 1280)
    page.goto(f"{live_server.url}/meetings/{row.meeting_id}")
    page.wait_for_selector("tr:has-text('east_street 单位') .tc-badge:has-text('出席')")
    assert Loop.objects.count() == 0
    assert not said, said
    page.context.close()
