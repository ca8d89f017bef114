"""In a real browser: a clerk answers what a policy asks, applies, the department approves and pays, and the clerk says that the money arrived."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.policies.measures import TABLE, install
from tests.rooms.resumption.flow import PDF
from tests.web.test_browser import browser, pytestmark, sign_in, town
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.record.models import Enterprise
from tongchou.rooms.policies.models import Application

__all__ = ["browser", "pytestmark", "town"]


def offered(town: Cast) -> None:
    """The district's own measure, and two enterprises in the register."""
    install(town)
    for name, industry in (("works", "H6210"), ("mill", "C3110")):
        Enterprise.objects.create(unit=town.units[name], industry=industry, size="small", changed_at=timezone.now())
    terms = {
        "policy": TABLE,
        "unit": town.units["department"].pk,
        "benefit": "paid",
        "base": "monthly_rent",
        "formula": "base * months * share",
        "excludes": "rent",
        "papers": ["租赁合同"],
    }
    act("policies.terms", town.as_("hq"), new_id(), terms)


@pytest.mark.django_db(transaction=True)
def test_from_the_question_to_the_money(browser: Any, live_server: Any, town: Cast) -> None:
    offered(town)
    address, works = live_server.url, town.units["works"].pk
    clerk, said = sign_in(browser, address, "enterprise", 390)
    clerk.goto(f"{address}/policies/enterprises/{works}/answers")
    assert clerk.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    clerk.select_option("[name=landlord]", value="state")
    clerk.fill("#id_monthly_rent", "20000")
    clerk.click("form.tc-form button.btn-primary")
    clerk.wait_for_selector("h2:has-text('符合条件')")
    clerk.goto(f"{address}/policies/enterprises/{works}/{TABLE}/apply")
    assert clerk.input_value("#id_base").startswith("20000")
    clerk.set_input_files(
        "input[name=evidence_paper]", {"name": "合同.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    clerk.click("form.tc-form button.btn-primary")
    clerk.wait_for_selector("text=已提交，自现在起计时")
    row = Application.objects.get()
    file = f"{address}/policies/applications/{row.pk}"
    office, told = sign_in(browser, address, "dept", 1280)
    for step, words in (("approve", "认定符合"), ("pay", "登记兑现")):
        office.goto(f"{file}/{step}")
        office.click("form.tc-form button.btn-primary")
        office.wait_for_selector(f"text=已办理：{words}")
    assert not told, told
    office.context.close()
    clerk.goto(file)
    clerk.click("a:has-text('确认到账')")
    clerk.click("form.tc-form button.btn-primary")
    clerk.wait_for_selector("text=已办理：确认到账")
    row.refresh_from_db()
    assert row.arrived_on == timezone.localdate()
    assert not said, said
    clerk.context.close()
    rival, _ = sign_in(browser, address, "rival", 390)
    for path in (
        file,
        f"{file}/arrived",
        f"{address}/policies/enterprises/{works}",
        f"{address}/policies/enterprises/{works}/{TABLE}/apply",
    ):
        assert rival.goto(path).status == 404, path
    rival.context.close()
