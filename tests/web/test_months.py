"""A month: weeks on a wide screen, on a phone the days one below the other, each with its weekday; nothing scrolls sideways."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.web.test_browser import browser, sign_in, town
from tests.web.test_browser import pytestmark as needs_browser
from tongchou.kernel.clock import SHANGHAI
from tongchou.web.pages.months import month_after, month_sheet

__all__ = ["browser", "town"]


def test_weeks_begin_on_monday_and_days_of_other_months_fill_them() -> None:
    sheet = month_sheet(date(2026, 11, 1), date(2026, 11, 27), {date(2026, 11, 3): ["x"]}, empty_from=date(2026, 11, 3))
    days = [d for week in sheet["weeks"] for d in week]
    assert (days[0]["day"], days[0]["in"], days[0]["weekday"].en) == (date(2026, 10, 26), False, "Mon")
    assert len(days) % 7 == 0
    assert [d["day"].day for d in days if d["in"] and not d["told"]] == [1, 2]
    assert (sheet["previous"], sheet["following"], sheet["nothing"]) == ("2026-10", "2026-12", False)
    bare = month_sheet(date(2026, 12, 1), date(2026, 11, 27), {})
    assert bare["nothing"]
    assert not any(d["told"] for week in bare["weeks"] for d in week if d["in"])
    assert month_after(date(2026, 12, 1)) == date(2027, 1, 1)


@needs_browser[0]
@needs_browser[1]
@pytest.mark.django_db(transaction=True)
def test_on_a_phone_the_month_is_an_agenda(browser: Any, live_server: Any, town: Cast) -> None:
    start = datetime.combine(timezone.localdate(), datetime.min.time(), SHANGHAI) + timedelta(hours=8)
    shifts = [
        {"starts_at": start + timedelta(days=n), "ends_at": start + timedelta(days=n, hours=24), "leaders": [town.accounts["hq"].pk], "staff": []}
        for n in range(1, 3)
    ]  # fmt: skip
    town.act("hq", "duty.plan", unit=town.units["office"].pk, shifts=[s | {k: s[k].isoformat() for k in ("starts_at", "ends_at")} for s in shifts])
    month = f"{start + timedelta(days=1):%Y-%m}"
    across = "document.documentElement.scrollWidth - innerWidth"
    inside = "(() => { const b = document.querySelector('.tc-sheet-box'); return b.scrollWidth - b.clientWidth; })()"
    for width, block in ((390, True), (1280, False)):
        page, said = sign_in(browser, live_server.url, "hq", width)
        for name in ("duty_month", "meetings_month"):
            page.goto(live_server.url + reverse(name) + f"?month={month}")
            assert page.evaluate(across) <= 0, (name, width)
            shown = page.evaluate("getComputedStyle(document.querySelector('.tc-month td')).display !== 'table-cell'")
            assert shown is block, (name, width)
            if block:
                assert page.evaluate(inside) <= 0, name
                assert not page.is_visible(".tc-month thead")
        page.goto(live_server.url + reverse("duty_month") + f"?month={month}")
        day = page.locator(".tc-month td:has(a)").first
        assert day.is_visible()
        assert day.locator(".tc-month-phone").first.is_visible() is block, "a day by itself says its month and weekday"
        assert said == []
        page.context.close()
