"""Every page of the navigation has its place, and every place is a page's."""

from __future__ import annotations

from tests.cast import Cast
from tests.web.test_pages import signed_in
from tongchou.web.navigation import GROUPS
from tongchou.web.permission import PAGES, load

load()


def test_every_entry_has_one_place() -> None:
    placed = [name for _, names in GROUPS for name in names]
    assert len(placed) == len(set(placed))
    assert set(placed) == {name for name, page in PAGES.items() if page.nav}


def test_a_group_is_named_once_and_only_where_something_of_it_is_shown(cast: Cast) -> None:
    office, auditor = (signed_in(cast, who).get("/").content.decode() for who in ("hq", "auditor"))
    assert office.count("tc-nav-group") == 5
    assert auditor.count("tc-nav-group") == 1


def test_one_entry_is_marked(cast: Cast) -> None:
    page = signed_in(cast, "hq").get("/plans/preview").content.decode()
    bar = page[page.index("tc-nav") : page.index("</nav>")]
    assert bar.count('aria-current="page"') == 1
    assert 'href="/plans/preview" aria-current="page"' in bar
