"""Pages as the roles use them: what they show, what they carry out, and what the next street does not see."""

from __future__ import annotations

import csv
import io
import re
import zipfile

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import Cast
from tongchou.kernel.ids import new_id
from tongchou.kernel.tables import read_table
from tongchou.record.models import Loop
from tongchou.web.permission import OWN, PAGES, PUBLIC, load

load()
PLAIN = [p for p in PAGES.values() if "<" not in p.pattern and "GET" in p.methods]
EMPTY_HERE = {"duty_calendar"}
"""Files that are refused while there is nothing to put into them: nobody of the cast has a shift."""


def signed_in(cast: Cast, name: str) -> Client:
    """A browser in which one of the cast is signed in, its second factor passed."""
    client = Client()
    client.force_login(cast.accounts[name], backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["second_factor_activated"] = cast.accounts[name].pk
    session.save()
    return client


@pytest.mark.parametrize("who", ["hq", "street", "grid_worker", "enterprise", "inspector", "auditor", "security", "sysadmin"])
@pytest.mark.parametrize("page", PLAIN, ids=lambda p: p.name)
def test_a_page_opens_exactly_for_those_who_have_its_permission(cast: Cast, who: str, page: object) -> None:
    answer = signed_in(cast, who).get("/" + page.pattern, follow=True)  # type: ignore[attr-defined]
    permission = page.permission  # type: ignore[attr-defined]
    if permission in (PUBLIC, OWN):
        assert answer.status_code < 500
    elif cast.as_(who).permits(permission):
        assert answer.status_code == (409 if page.name in EMPTY_HERE else 200)  # type: ignore[attr-defined]
    else:
        assert answer.status_code == 403


@pytest.mark.parametrize("query", ["work?q=%00", "search?q=%00", "search?q=%ED%A0%80", "work?owner_unit=99999999999999999999999", "scores?first=%00"])
def test_what_the_database_cannot_compare_is_told(cast: Cast, query: str) -> None:
    answer = signed_in(cast, "hq").get(f"/{query}")
    assert answer.status_code in (200, 422)


@pytest.mark.parametrize("page", PLAIN, ids=lambda p: p.name)
def test_nobody_gets_in_without_signing_in(cast: Cast, page: object) -> None:
    answer = Client().get("/" + page.pattern)  # type: ignore[attr-defined]
    if page.permission != PUBLIC:  # type: ignore[attr-defined]
        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign-in")


def test_a_loop_is_opened_moved_and_closed_in_the_browser(cast: Cast) -> None:
    hq, street = signed_in(cast, "hq"), signed_in(cast, "street")
    form = {"kind": "task", "title": "排查返区人员", "owner_unit": cast.units["east_street"].pk, "client_id": str(new_id())}
    for _ in range(2):  # a double click is one loop
        assert hq.post(reverse("loop_new"), form).status_code == 302
    loop = Loop.objects.get()
    url = reverse("loop", args=[loop.pk])
    assert "排查返区人员" in street.get(reverse("work")).content.decode()
    step = lambda name: reverse("loop_step", args=[loop.pk, name])  # noqa: E731
    assert street.post(step("sign"), {"client_id": str(new_id())}).status_code == 302
    refused = street.post(step("report"), {"client_id": str(new_id()), "note": "写了一半"})
    assert refused.status_code == 422
    assert "写了一半" in refused.content.decode()
    done = {"client_id": str(new_id()), "evidence_result": "已逐户排查", "note": "已办"}
    assert street.post(step("report"), done).status_code == 302
    assert hq.post(step("verify"), {"client_id": str(new_id())}).status_code == 302
    loop.refresh_from_db()
    assert loop.end_reason == "done"
    page = hq.get(url).content.decode()
    assert "已逐户排查" in page
    assert "已销号" in page


def test_the_next_street_gets_404(cast: Cast) -> None:
    loop = cast.task()
    client = signed_in(cast, "next_street")
    for url in (reverse("loop", args=[loop]), reverse("loop_step", args=[loop, "sign"])):
        assert client.get(url).status_code == 404
    assert client.post(reverse("loop_more", args=[loop, "note"]), {"note": "x"}).status_code == 404
    assert "排查返区人员" not in client.get(reverse("search") + "?q=排查").content.decode()


def test_a_file_of_somebody_else_cannot_be_attached(cast: Cast) -> None:
    from tongchou.kernel.errors import Reason, Refusal
    from tongchou.record.files import take_in

    file = str(take_in(cast.as_("next_street"), new_id(), "a.txt", "text/plain", "内部材料".encode()).result["file"])
    loop = cast.task()
    cast.act("street", "loop.advance", loop=loop, step="sign")
    with pytest.raises(Refusal) as caught:
        cast.act("street", "loop.advance", loop=loop, step="report", evidence=[{"key": "result", "type": "file", "file": file}])
    assert caught.value.reason is Reason.NOT_FOUND


@pytest.mark.parametrize("who", ["hq", "street", "auditor"])
def test_no_chinese_is_left_in_an_english_page(cast: Cast, who: str) -> None:
    cast.accounts[who].language = "en"
    cast.accounts[who].save()
    client = signed_in(cast, who)
    page = client.get(reverse("audit" if who == "auditor" else "custody")).content.decode()
    shell = page.split("<main")[1]
    assert not [c for c in shell if "一" <= c <= "鿿"]


def test_figures_lead_to_lists_of_the_same_length(cast: Cast) -> None:
    for owner in ("east_street", "east_street", "west_street", "spring_community", "department"):
        cast.task(owner=owner)
    hq = signed_in(cast, "hq")
    page = hq.get(reverse("figures")).content.decode()
    rows = dict(re.findall(r'href="/work\?view=area&amp;area=(\d+)">([0-9,]+)</a>', page))
    assert rows[str(cast.areas["east"].pk)] == "3"  # its community's included
    assert rows[str(cast.areas["west"].pk)] == "1"
    for area, count in rows.items():
        found = hq.get(reverse("work"), {"view": "area", "area": area, "export": "csv"})
        assert len(list(csv.reader(io.StringIO(found.content.decode("utf-8-sig"))))) - 1 == int(count)
    # the district itself: what lies in no street, and not the whole district
    ((top, count),) = re.findall(r'href="/work\?view=area&amp;area=(\d+)&amp;here=1">([0-9,]+)</a>', page)
    assert (top, count) == (str(cast.areas["district"].pk), "1")
    listed = hq.get(reverse("work"), {"view": "area", "area": top, "here": "1"}).content.decode()
    assert listed.count('name="pick"') == 1
    assert "下级：不含" in listed
    found = hq.get("/api/v1/loops", {"view": "area", "area": top, "here": "true"}).json()["items"]
    assert [r["area"] for r in found] == ["district 区域"]
    street = signed_in(cast, "street").get(reverse("figures")).content.decode()
    assert "west 区域" not in street
    assert signed_in(cast, "street").get(reverse("figures"), {"area": cast.areas["west"].pk}).status_code == 404


def test_a_list_as_a_spreadsheet_holds_what_the_page_shows_and_no_formula(cast: Cast) -> None:
    cast.task(title="=HYPERLINK(\"http://x\")")
    cast.task(title="入户走访")
    hq = signed_in(cast, "hq")
    book = hq.get(reverse("work"), {"view": "assigned", "export": "xlsx"})
    assert book["Content-Disposition"].startswith("attachment")
    table = read_table(book.content, "work.xlsx", sheet="待办")
    titles = {record["事项"] for _, record in table.records()}
    assert titles == {"=HYPERLINK(\"http://x\")", "入户走访"}  # the apostrophe in front is taken off again on reading
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(book.content)).read("xl/worksheets/sheet1.xml")
    for page in ("units", "gaps", "figures"):
        for wanted in ("xlsx", "csv"):
            assert hq.get(reverse(page), {"export": wanted})["Content-Disposition"].endswith(wanted)
