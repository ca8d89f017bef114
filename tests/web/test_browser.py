"""In a real browser, at desktop and phone width, as six roles: pages fit, nothing is refused by the content policy, and work gets done."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Lock
from time import sleep
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.test.client import ClientHandler
from django.utils import timezone

from tests.cast import Cast
from tests.web.test_boundaries import collection, feature
from tongchou.kernel.ids import new_id
from tongchou.record.access import Actor
from tongchou.record.act import act
from tongchou.record.models import District, Loop, Person
from tongchou.web.permission import OWN, PAGES, PUBLIC, load

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt-get install chromium fonts-noto-cjk)"),
]
PASSWORD = "a-long-enough-test-phrase"
ROLES = ["hq", "street", "grid_worker", "enterprise", "inspector", "auditor"]
PATIENCE = 60_000
"""Milliseconds that a page may take on a busy machine; what waits on a phone is sent again after 15 seconds at the latest."""
FILES = {"duty_calendar"}
"""Pages that are a file: a browser stores them."""
load()
ARGS = ["--no-sandbox", "--disable-background-networking", "--disable-gpu", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield started
        started.close()


class UnderWay:
    """How many requests the live server is answering: a page that is left, or its service worker, may have asked for something more."""

    def __init__(self) -> None:
        self.count, self._lock = 0, Lock()
        request_started.connect(self._begun)
        request_finished.connect(self._done)

    def _begun(self, sender: type, **_: Any) -> None:
        self._add(sender, 1)

    def _done(self, sender: type, **_: Any) -> None:
        self._add(sender, -1)

    def _add(self, sender: type, n: int) -> None:
        if sender is not ClientHandler:
            with self._lock:
                self.count += n

    def wait(self) -> None:
        """Until all are answered, for a minute at most: what comes later would write into the next test's tables, or hold those that are emptied now."""
        for _ in range(1200):
            if self.count <= 0:
                return
            sleep(0.05)
        self.count = 0  # one whose end was never told is not waited for again


under_way = UnderWay()


@pytest.fixture
def town(request: pytest.FixtureRequest, real_cast: Cast) -> Iterator[Cast]:
    """The cast with passwords, in a district whose second factor is excused; no page outlives its test, whether that passed or not."""
    District.objects.update(demo=True)
    for account in real_cast.accounts.values():
        account.set_password(PASSWORD)
        account.save()
    started = request.getfixturevalue("browser") if "browser" in request.fixturenames else None
    yield real_cast
    if started is not None:
        for context in started.contexts:
            context.close()
        under_way.wait()


def sign_in(browser: Any, address: str, who: str, width: int) -> tuple[Any, list[str]]:
    context = browser.new_context(viewport={"width": width, "height": 844}, locale="zh-CN")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address + "/sign-in")
    page.fill("#id_username", who)
    page.fill("#id_password", PASSWORD)
    page.click("main form button.btn-primary")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page, said


def until(page: Any, so: Callable[[], bool]) -> None:
    """Let the page go on until something is so, for a minute at most.

    Playwright's own `wait_for_function` asks again by `eval` inside the page, which the product's content security policy forbids: it only passes
    where it is so at the first look.
    """
    from playwright.sync_api import Error

    for _ in range(1200):
        try:
            if so():
                return
        except Error as error:
            if "Execution context was destroyed" not in error.message:  # another page has come meanwhile: it is asked next
                raise
        page.wait_for_timeout(50)
    raise AssertionError("it did not come")


def network(page: Any, *, on: bool) -> None:
    """Take the network away or give it back, and wait until the page has heard of it."""
    page.context.set_offline(not on)
    until(page, lambda: page.evaluate("navigator.onLine") is on)


def twice(page: Any, where: str) -> None:
    """Two taps of an impatient finger. Playwright's own dblclick sends them one after the other: on a busy machine the second falls upon the next page."""
    page.click(where, trial=True)
    page.locator(where).first.evaluate("e => { e.click(); e.click(); }")


def leads_on(page: Any, where: str) -> None:
    """Click what leads to another page, and wait until that stands: going on at once would cut it off."""
    with page.expect_navigation():
        page.click(where)


@pytest.mark.parametrize(
    ("asked", "instead"),
    [
        (".wait_for_function(", "until(): the content security policy refuses its second look"),
        (".dblclick(", "twice(): on a busy machine the second click falls upon the next page"),
        (".set_offline(", "network(): the page hears of it a moment later"),
    ],
)
def test_no_test_races_with_its_page(asked: str, instead: str) -> None:
    asking = [str(path) for path in Path(__file__).parents[1].rglob("test_*.py") if path != Path(__file__) and asked in path.read_text()]
    assert asking == [], f"use {instead}"


def own_pages(actor: Actor) -> list[str]:
    """The addresses, without ids in them, of all pages that the actor may open."""
    found = [p for p in PAGES.values() if "<" not in p.pattern and "GET" in p.methods and p.name not in FILES]
    return ["/" + p.pattern for p in found if p.permission not in (OWN, PUBLIC) and actor.permits(p.permission)]


def one_each(actor: Actor, town: Cast, loop: str, person: str) -> list[str]:
    """Home and search, and where the actor sees them: a loop with the form of its first step, a person's file, a unit."""
    east = town.areas["east"].path
    ways = [("loop.view", f"/loops/{loop}"), ("person.view", f"/people/{person}"), ("unit.view", f"/units/{town.units['east_street'].pk}")]
    return ["/", "/search?q=排查", *(address for permission, address in ways if actor.sees_path(permission, east))]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("who", ROLES)
def test_pages_fit_and_run_clean(browser: Any, live_server: Any, town: Cast, who: str, width: int) -> None:
    loop, person = town.task(), str(town.act("hq", "person.register", name="禤静姝", area=town.areas["east"].pk).result["person"])
    page, said = sign_in(browser, live_server.url, who, width)
    actor: Actor = town.as_(who)
    opened = 0
    for path in [*own_pages(actor), *one_each(actor, town, loop, person)]:
        answer = page.goto(live_server.url + path)
        opened += 1
        assert answer.status == 200, path
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, f"{path} is wider than {width}"
        assert not said, (path, said)
    assert opened >= 3
    page.context.close()


APART = """rows => rows.every(r => {
  const [a, b] = ['.tc-deadline', '.tc-work-stage .tc-badge'].map(x => r.querySelector(x).getBoundingClientRect());
  return a.right <= b.left || a.bottom <= b.top || b.bottom <= a.top || b.right <= a.left;
})"""


@pytest.mark.django_db(transaction=True)
def test_in_english_on_a_phone_the_parts_of_a_row_do_not_lie_over_one_another(browser: Any, live_server: Any, town: Cast) -> None:
    loop = town.task()
    Loop.objects.filter(pk=loop).update(deadline=timezone.now() - timedelta(days=22), due_at=timezone.now() - timedelta(days=22))
    page, _ = sign_in(browser, live_server.url, "street", 390)
    leads_on(page, ".tc-tools button[name=language]")
    page.goto(live_server.url + "/work")
    page.wait_for_selector("text=22 days overdue")
    assert page.eval_on_selector_all(".tc-work", APART)
    page.eval_on_selector_all(".tc-work .tc-deadline", "all => all.forEach(d => { d.style.whiteSpace = 'nowrap' })")  # as it was
    assert not page.eval_on_selector_all(".tc-work", APART)
    page.context.close()


@pytest.mark.django_db(transaction=True)
def test_a_task_is_handed_out_signed_for_and_reported(browser: Any, live_server: Any, town: Cast) -> None:
    page, _ = sign_in(browser, live_server.url, "hq", 1280)
    page.goto(live_server.url + "/loops/new?kind=task")
    page.fill("#id_title", "排查返区人员")
    page.select_option("#id_owner_unit", label="east_street 单位")
    page.click("form.tc-form button.btn-primary")
    page.wait_for_selector("text=已交办")
    page.context.close()
    page, _ = sign_in(browser, live_server.url, "street", 390)
    page.goto(live_server.url + "/work")
    page.click("text=排查返区人员")
    page.click("button:has-text('签收')")
    page.wait_for_selector("a:has-text('反馈结果')")
    page.click("a:has-text('反馈结果')")
    page.fill("#id_evidence_result", "已逐户排查")
    page.click("form.tc-form button.btn-primary")
    page.wait_for_selector("text=待核验")
    until(page, lambda: Loop.objects.get().stage == "verifying")
    page.context.close()


@pytest.mark.django_db(transaction=True)
def test_a_gap_is_closed_and_an_account_gets_a_post(browser: Any, live_server: Any, town: Cast) -> None:
    page, said = sign_in(browser, live_server.url, "hq", 1280)
    page.goto(live_server.url + "/responsibility/gaps?missing=entity")
    page.click("tr:has-text('works 单位') a:has-text('落实')")
    page.select_option("#id_post", label="works 单位 · enterprise_manager")
    page.click("form.tc-form button.btn-primary")
    page.wait_for_selector("text=已落实")
    page.goto(live_server.url + f"/units/{town.units['bus'].pk}")
    page.click("text=设置岗位")
    page.fill("#id_title", "调度员")
    page.select_option("#id_role", label="值班员")
    page.click("form.tc-form button.btn-primary")
    page.wait_for_selector("text=空缺")
    page.wait_for_load_state()
    page.context.close()
    page, said = sign_in(browser, live_server.url, "security", 390)
    page.goto(live_server.url + f"/accounts/{town.accounts['driver'].pk}")
    page.click(".tc-head-act a")
    page.select_option("#id_post", label="bus 单位 · 调度员")
    page.click("form.tc-form button.btn-primary")
    page.wait_for_selector("text=已任职")
    assert "duty_officer" in {g.role for g in town.as_("driver").grants}
    assert not said
    page.context.close()


@pytest.mark.django_db(transaction=True)
def test_the_keyboard_moves_through_the_work_list(browser: Any, live_server: Any, town: Cast) -> None:
    items = [{"kind": "task", "title": f"任务 {n}", "owner_unit": town.units["east_street"].pk} for n in range(3)]
    act("loop.open_many", town.as_("hq"), new_id(), {"items": items})
    page, _ = sign_in(browser, live_server.url, "street", 1280)
    page.goto(live_server.url + "/work")
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    page.wait_for_selector("[data-bulk-count]:text-is('2')")
    page.click("[data-bulk] button[name=action]")
    page.wait_for_url("**/work/selections/*")
    assert sorted(Loop.objects.values_list("stage", flat=True)) == ["assigned", "doing", "doing"]
    page.context.close()


@pytest.mark.django_db(transaction=True)
def test_rejected_rows_come_back_as_a_file(browser: Any, live_server: Any, town: Cast) -> None:
    page, said = sign_in(browser, live_server.url, "street", 1280)
    page.goto(live_server.url + "/people/import")
    table = f"姓名,手机号,社区/网格编码\n苏晓棠,13800138000,{town.areas['spring'].code}\n无名氏,123,{town.areas['spring'].code}\n"
    page.set_input_files("input[type=file]", {"name": "people.csv", "mimeType": "text/csv", "buffer": table.encode("gb18030")})
    page.click("form.tc-form button.btn-primary")
    page.wait_for_selector("[data-save-blob]")
    with page.expect_download() as got:
        page.click("[data-save-blob]")
    text = Path(got.value.path()).read_bytes().decode("utf-8-sig")
    assert "无名氏" in text
    assert "苏晓棠" not in text
    assert Person.objects.count() in (0, 1)
    assert not said
    page.context.close()


LABELLED = """() => {
  const box = e => e.getBoundingClientRect(), labels = [...document.querySelectorAll('.leaflet-tooltip')].map(box);
  return [...document.querySelectorAll('.tc-leaflet path[data-place]')].map(box).filter((s, n) => labels[n] &&
    s.left < labels[n].left + labels[n].width / 2 && labels[n].left + labels[n].width / 2 < s.right &&
    s.top < labels[n].top + labels[n].height / 2 && labels[n].top + labels[n].height / 2 < s.bottom).length;
}"""
"""How many shapes have their label's middle inside them, measured at one moment."""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [1280, 390])
def test_the_map_labels_every_shape_and_shares_its_choice_with_the_list(
    browser: Any, live_server: Any, town: Cast, settings: Any, tmp_path: Path, width: int
) -> None:
    parts = list(town.areas["district"].children.order_by("code"))
    settings.BOUNDARIES = str(tmp_path / "own.geojson")
    Path(settings.BOUNDARIES).write_bytes(collection(*(feature(a.code, 114 + n) for n, a in enumerate(parts))))
    page, said = sign_in(browser, live_server.url, "hq", width)
    page.goto(live_server.url + "/territory")
    page.wait_for_selector(".leaflet-tooltip")
    assert len(parts) >= 2
    until(page, lambda: page.evaluate(LABELLED) == len(parts))  # the map may be laid out once more after it was drawn
    assert page.locator(".tc-leaflet path[data-place]").count() == page.locator(".leaflet-tooltip").count() == len(parts)
    page.locator(".tc-leaflet path[data-place]").nth(1).click()
    page.wait_for_selector(f'.tc-placelist [data-place="{parts[1].pk}"].is-here', state="attached")
    assert not said
    page.context.close()
