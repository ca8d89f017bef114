"""In a real browser: of a document with many directives each is a line until it is opened; keyboard, text, progress and issuing hold over all of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests.cast import Cast
from tests.rooms.directives.test_directives import items, taken_in
from tests.rooms.directives.texts import day, rename
from tests.web.test_browser import browser, pytestmark, sign_in, town, until  # noqa: F401
from tests.web.test_pages import signed_in
from tongchou.rooms.directives.models import Document
from tongchou.rooms.directives.pages.cards import WHOLE

BACK = "text=已恢复您尚未提交的内容"


def long_text(groups: int) -> str:
    """Ten points in each group, no two alike."""
    points = "一二三四五六七八九十"
    lists = ["".join(f"{n}是各街道要逐户排查第{g}批第{k}号名单上的返区人员，于{day(10)}前报指挥部办公室。" for k, n in enumerate(points)) for g in range(groups)]
    said = "".join(f"会议强调，第{g}组要抓好十个方面工作。{asked}\n" for g, asked in enumerate(lists))
    return f"清源区召开疫情防控调度会\n{day(-1)}，清源区召开疫情防控工作调度会，区委书记主持会议并讲话。\n{said}"


def taken(cast: Cast, groups: int = 6) -> Document:
    rename(cast)
    document = taken_in(cast, long_text(groups))
    assert len(items(document)) > WHOLE
    return document


@pytest.mark.django_db(transaction=True)
def test_lines_open_by_keyboard_by_click_and_from_the_text_and_progress_counts_all(browser: Any, live_server: Any, town: Cast) -> None:  # noqa: F811
    document = taken(town)
    rows = items(document)
    page, said = sign_in(browser, live_server.url, "hq", 1280)
    page.goto(f"{live_server.url}/directives/{document.pk}")
    page.wait_for_selector("[data-directive]")
    assert page.locator("[data-directive]").count() == len(rows)
    assert page.locator("[data-directive]:not(.is-line)").count() == 1  # the first that nobody has read
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = f"[id='d-{rows[1].pk}']"
    page.wait_for_selector(f"{second}.is-here:not(.is-line)")
    assert page.locator(f"[data-span-of='{rows[1].pk}'].is-here").count() >= 1
    page.keyboard.press("a")  # confirmed: the next opens by itself
    page.wait_for_selector(f"#progress:has-text('已读确认 1 / {len(rows)}')")
    page.wait_for_selector(f"[id='d-{rows[2].pk}'].is-here:not(.is-line) [data-do=confirm]")
    page.click(f"[data-span-of='{rows[30].pk}'] >> nth=0")  # from the text
    page.wait_for_selector(f"[id='d-{rows[30].pk}'].is-here:not(.is-line)")
    page.click(f"[id='d-{rows[40].pk}'] h3 a")  # by its title
    page.wait_for_selector(f"[id='d-{rows[40].pk}'].is-here:not(.is-line)")
    page.keyboard.press("d")
    page.keyboard.type("与上一条重复")
    page.reload()  # typed in a card that is opened only when asked for: it is there again when it is
    page.wait_for_selector("[data-directive]")
    page.click(f"[id='d-{rows[40].pk}'] h3 a")
    page.wait_for_selector(BACK)
    assert page.input_value(f"[id='d-{rows[40].pk}'] [name=reason]") == "与上一条重复"
    page.click(f"[id='d-{rows[40].pk}'] button:has-text('不采用')")
    page.wait_for_selector("summary:has-text('不采用和已并入的（1）')")
    page.wait_for_selector(f"#progress:has-text('已读确认 1 / {len(rows) - 1}')")
    assert not said, said
    page.context.close()


@pytest.mark.django_db(transaction=True)
def test_a_long_page_weighs_little_and_opens_whole_when_asked(town: Cast) -> None:  # noqa: F811
    document = taken(town)
    rows, client, url = items(document), signed_in(town, "hq"), reverse("directive_document", args=[document.pk])
    page = client.get(url)
    whole = client.get(url, {"all": "1"})
    assert len(page.content) < len(whole.content) / 3
    assert whole.content.decode().count('data-do="confirm"') == len(rows)
    assert page.content.decode().count('data-do="confirm"') == 1
    asked = client.get(url, {"open": str(rows[20].pk)}).content.decode()
    assert asked.partition(f'id="d-{rows[20].pk}"')[2].partition("</article>")[0].count('data-do="confirm"') == 1
    card = reverse("directive_card", args=[rows[20].pk])
    assert client.get(card).headers["Location"] == f"{url}?open={rows[20].pk}#d-{rows[20].pk}"  # without script: the page with this card open
    part = client.get(card, headers={"HX-Request": "true"}).content.decode()
    assert part.count("<article") == 1
    assert ">21</a>" in part  # its number among those that stand
    issue = client.get(reverse("directive_issue", args=[document.pk])).content.decode()
    assert f"全部下达（{len(rows)}）" in issue
