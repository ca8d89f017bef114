"""The page of rules lists every number by which these rooms judge, with whether a source confirms it."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.resumption.flow import refused
from tests.web.test_pages import signed_in
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.record.models import Account
from tongchou.record.permit_facts import fact_rules, longest_days
from tongchou.record.plans import pack_in_force
from tongchou.record.regime import PACK
from tongchou.rooms.daily.numbers import daily_rules
from tongchou.rooms.resumption.models import RuleEdition
from tongchou.web.bounds import Bound, all_bounds


def listed(day: date | None = None) -> dict[str, Bound]:
    return {b.title.zh: b for _, b in all_bounds(day or timezone.localdate())}


def test_every_parameter_of_the_rooms_and_of_the_pack_is_listed(db: Any, cast: Cast) -> None:
    found = listed()
    assert (found["一次许可最长天数"].value, found["一次许可最长天数"].trust) == (str(longest_days()), "unconfirmed")
    for one in daily_rules().values():
        assert one.title is not None, one.source.zh
        assert found[one.title.zh].value == str(one.value)
    for rule in fact_rules().values():
        assert f"许可绑定的事实：{rule.title.zh}" in found
    pack = pack_in_force(PACK, timezone.localdate())
    for parameter in pack.parameters.values():
        entry = [e for e in parameter.entries if e.from_ <= timezone.localdate()][-1]
        shown = found[parameter.title.zh]
        assert shown.trust == entry.status
        assert pack.documents[entry.source.document].title.zh in shown.source.zh
    assert str(found["复工申请"].value) == "2 个工作日"
    assert any(title.startswith("工作场所发热") and str(b.value) == "15 分钟" for title, b in found.items())
    assert {b.trust for b in found.values()} == {"confirmed", "unconfirmed"}


def test_a_value_is_that_of_its_day(cast: Cast) -> None:
    assert "宿舍每间人数上限" not in listed(date(2020, 2, 20))
    assert listed(date(2020, 2, 21))["宿舍每间人数上限"].trust == "confirmed"


def propose(cast: Cast, **more: Any) -> dict[str, Any]:
    given = {"from_date": timezone.localdate().isoformat(), "reason": "按本区会议纪要"} | more
    return act("resumption.propose_rules", cast.as_("hq"), new_id(), given).result


def test_what_the_district_decides_is_marked_as_its_own(cast: Cast) -> None:
    made = propose(cast, warn_days=21)
    assert listed()["提前几天提醒到期"].trust == "unconfirmed"
    act("resumption.decide_rules", cast.as_("leader"), new_id(), {"edition": made["edition"], "adopt": True})
    shown = listed()["提前几天提醒到期"]
    assert (shown.value, shown.trust) == ("21", "district")
    assert "按本区会议纪要" in shown.source.zh


def test_no_edition_gives_permits_beyond_the_longest(cast: Cast) -> None:
    propose(cast, valid_days=longest_days())
    far = refused(lambda: propose(cast, valid_days=longest_days() + 1, from_date=(timezone.localdate() + timedelta(days=1)).isoformat()))
    assert (far.field, far.value) == ("valid_days", longest_days() + 1)


@pytest.mark.parametrize(
    ("language", "word", "mark"),
    [("zh-hans", "一次许可最长天数", "未经来源证实"), ("en", "Longest a permit is given for, in days", "no source confirms it")],
)
def test_the_page_shows_them_in_both_languages_and_as_a_spreadsheet(cast: Cast, language: str, word: str, mark: str) -> None:
    Account.objects.filter(username="hq").update(language=language)
    browser = signed_in(cast, "hq")
    page = browser.get(reverse("resumption_rules")).content.decode()
    assert word in page
    assert mark in page
    rows = list(csv.reader(io.StringIO(browser.get(reverse("resumption_rules") + "?export=csv").content.decode("utf-8-sig"))))
    assert any(word in r and str(longest_days()) in r and mark in r for r in rows)
    assert len(rows) > len(all_bounds(timezone.localdate()))
    assert signed_in(cast, "enterprise").get(reverse("resumption_rules")).status_code in (403, 404)


def test_an_empty_field_leaves_the_number_as_it_is(cast: Cast) -> None:
    """Nothing said of how long permits hold is not "without an end"."""
    made = propose(cast, valid_days=30)
    act("resumption.decide_rules", cast.as_("leader"), new_id(), {"edition": made["edition"], "adopt": True})
    browser = signed_in(cast, "hq")
    form = {
        "from_date": (timezone.localdate() + timedelta(days=1)).isoformat(), "reason": "只改权重", "valid_days": "", "warn_days": "", "client_id": str(new_id()),
        "w_essential": "20", "w_chain": "20", "w_readiness": "20", "w_staff": "20", "w_risk": "20", "staged_way": "approval", "local_way": "approval",
    }  # fmt: skip
    assert browser.post(reverse("resumption_rules"), form).status_code == 302
    rules = RuleEdition.objects.get(reason="只改权重").rules
    assert (rules["valid_days"], rules["warn_days"]) == (30, 14)
