"""Every form about orders and grades, filled in badly by whoever may open it: refused with a page that says so, never an error, never an order."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests.cast import Cast
from tests.rooms.plans.drill import LAW, PACK, TABLE, contact, decide, install, order, person, today
from tests.rooms.trust.test_trust_pages import add_account
from tests.web.test_pages import signed_in
from tongchou.kernel.ids import new_id
from tongchou.record.models import AreaGrade
from tongchou.rooms.risk.models import CaseCount
from tongchou.rooms.trust.models import Restriction

BAD = ("", "啊" * 10_000, "2026-13-45", "0001-01-01", "-99999999999999999999", "1e309", "<script>alert(1)</script>'\";--", "a\x00b", "\ud7ff\u202e", str(new_id()))
pytestmark = pytest.mark.django_db


@pytest.fixture
def town(cast: Cast) -> Cast:
    install(cast)
    return cast


def forms(town: Cast) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """name -> (who, address, fields that would do)."""
    held, free = contact(town), contact(town, days_ago=1, name="何安")
    there = order(town, held)["order"]
    typed = decide(town, person(town, "何必"), facts={"last_exposure": str(today())})["decision"]
    waits = town.act("street", "restriction.issue", decision=typed, legal_basis=LAW, evidence=["口头报告"]).result["order"]
    made = decide(town, free)["decision"]
    add_account(town, "villager", "spring_community", "resident", held)
    spring, district = town.areas["spring"].pk, town.areas["district"].pk
    return {
        "issue": ("street", reverse("order_issue") + f"?decision={made}", {"decision": made, "legal_basis": LAW, "evidence": "流调报告", "until": ""}),
        "batch": ("hq", reverse("order_batch"), {"title": "六月密接", "table": f"{PACK}/{TABLE}", "area": district, "legal_basis": LAW, "people": "", "mode": "try"}),
        "confirm": ("hq", reverse("order_confirm", args=[waits]), {"agree": "no", "note": "名单有误"}),
        "release": ("street", reverse("order_release", args=[there]), {"reason": "rule_met", "note": "解除"}),
        "renew": ("street", reverse("order_renew", args=[there]), {"legal_basis": LAW}),
        "paper appeal": ("street", reverse("order_appeal", args=[there]), {"detail": "我没有去过那里"}),
        "own appeal": ("villager", reverse("my_appeal", args=[there]), {"detail": "我没有去过那里"}),
        "list": ("street", reverse("list_check"), {"source": "某单位", "claim": "", "text": "何安", "people": "何安", "table": f"{PACK}/{TABLE}"}),
        "reversal": ("street", reverse("reversal_new"), {"area": spring, "batch": "", "table": TABLE, "rule": "", "reason": "取数错误", "from": "", "to": ""}),
        "number": ("hq", reverse("risk_count"), {"area": spring, "day": "2022-07-05", "basis": "report", "cases": "1", "unknown_source": "", "source": "日报"}),
        "finding": ("hq", reverse("risk_finding", args=[spring]), {"finding": "place:residence", "day": "2022-07-05", "source": "流调"}),
        "numbers": ("hq", reverse("risk_import"), {"mode": "import", "text": "区划代码,日期,病例数"}),
        "evaluate": ("hq", reverse("risk_evaluate"), {"as_of": "2022-07-05"}),
    }


NAMES = ("issue", "batch", "confirm", "release", "renew", "paper appeal", "own appeal", "list", "reversal", "number", "finding", "numbers", "evaluate")


@pytest.mark.parametrize("name", NAMES)
def test_a_form_filled_in_badly_is_answered_by_a_page(town: Cast, name: str) -> None:
    who, address, fields = forms(town)[name]
    client = signed_in(town, who)
    for field in fields:
        for bad in BAD:
            answer = client.post(address, {"client_id": str(new_id())} | fields | {field: bad})
            assert answer.status_code < 500, (name, field, bad[:20])
            assert answer.status_code not in (403, 405)  # the form is this person's: it is the input that is refused
            assert "<script>alert(1)" not in answer.content.decode()
    answer = client.post(address, dict.fromkeys(fields, "") | {"client_id": "no id"})
    assert answer.status_code < 500
    assert not AreaGrade.objects.exists()
    assert all(r.evidence and r.legal_basis.strip() for r in Restriction.objects.all())


def test_a_second_click_and_the_way_back_make_one_of_each(town: Cast) -> None:
    made = decide(town, contact(town))["decision"]
    street, hq = signed_in(town, "street"), signed_in(town, "hq")
    fields = {"client_id": str(new_id()), "decision": made, "legal_basis": LAW, "evidence": "", "until": ""}
    address = reverse("order_issue") + f"?decision={made}"
    assert [street.post(address, fields).status_code for _ in range(2)] == [302, 302]
    again = street.post(address, fields | {"client_id": str(new_id())})  # back, and sent once more
    assert again.status_code in (409, 422)
    assert Restriction.objects.count() == 1
    count = {"client_id": str(new_id()), "area": town.areas["spring"].pk, "day": "2022-07-05", "basis": "report", "cases": "1", "source": "日报"}
    for _ in range(2):
        hq.post(reverse("risk_count"), count)
    assert CaseCount.objects.count() == 1


def test_an_old_tab_lifts_nothing_twice_and_confirms_nothing_that_ended(town: Cast) -> None:
    typed = decide(town, person(town), facts={"last_exposure": str(today())})["decision"]
    key = town.act("street", "restriction.issue", decision=typed, legal_basis=LAW, evidence=["口头报告"]).result["order"]
    town.act("street", "restriction.release", order=key, reason="issued_in_error", note="下错了")
    hq = signed_in(town, "hq")
    late = hq.post(reverse("order_confirm", args=[key]), {"client_id": str(new_id()), "agree": "yes"}, follow=True)
    assert late.status_code < 500
    assert Restriction.objects.get(pk=key).state == "lifted"


def test_nothing_chosen_is_not_taken_for_a_refusal_to_confirm(town: Cast) -> None:
    typed = decide(town, person(town), facts={"last_exposure": str(today())})["decision"]
    key = town.act("street", "restriction.issue", decision=typed, legal_basis=LAW, evidence=["口头报告"]).result["order"]
    hq = signed_in(town, "hq")
    answer = hq.post(reverse("order_confirm", args=[key]), {"client_id": str(new_id()), "note": "名单有误"}, follow=True)
    assert "须在两项中选择一项" in answer.content.decode()
    assert Restriction.objects.get(pk=key).state == "pending"
    hq.post(reverse("order_confirm", args=[key]), {"client_id": str(new_id()), "agree": "no", "note": "名单有误"})
    assert Restriction.objects.get(pk=key).state != "pending"
