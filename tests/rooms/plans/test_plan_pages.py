"""Plans on their pages: deciding on typed facts, the preview over everybody on record, history decided again."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from tests.cast import Cast
from tests.rooms.plans.drill import PACK, TABLE, contact, decide, fact, install, person, today
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.batch import decide_people
from tongchou.rooms.plans.deciding import mark_of
from tongchou.rooms.plans.models import Decision, Explanation, PackVersion
from tongchou.rooms.plans.onrecord import people_before
from tongchou.rooms.plans.pages import preview as preview_page
from tongchou.rooms.plans.questions import replay
from tongchou.rooms.plans.store import install_shipped_packs, standing_of, version_in_force

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(cast: Cast) -> Cast:
    install(cast)
    return cast


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_shipped_packs_are_put_on_record_once(cast: Cast) -> None:
    assert "covid-19" in install_shipped_packs()
    assert install_shipped_packs() == []
    assert version_in_force("covid-19", today()).origin == "shipped"


def test_facts_from_the_record_and_by_columns_decide_alike(town: Cast) -> None:
    """The frame over everybody and the decision for one person read the same facts."""
    keys = [contact(town, days_ago=n, name=f"何{c}") for n, c in ((1, "安"), (4, "平"), (12, "宁"), (13, "静"))]
    fact(town, keys[1], "test", 2, method="pcr", result="positive")
    fact(town, keys[3], "test", 1, method="pcr", result="negative")
    fact(town, keys[0], "symptom", 0, symptom="fever")
    standing = standing_of(version_in_force(PACK, today()), TABLE, today())
    frame = people_before(standing, ["%"])
    many = dict(
        zip(
            frame["person"],
            decide_people(standing, frame.drop("area", "street", "ground"), ["person"])["outcome"],
            strict=True,
        )
    )
    assert [many[k] for k in keys] == ["observe", "case", "release_due", "released"]
    assert [decide(town, k)["outcome"] for k in keys] == [many[k] for k in keys]
    assert dict(frame.select("person", "symptoms").iter_rows())[keys[0]] is True
    assert dict(frame.select("person", "symptoms").iter_rows())[keys[2]] is None  # nobody asked: unknown, not "no"


def test_a_withdrawn_fact_and_one_that_was_ruled_out_no_longer_count(town: Cast) -> None:
    key = contact(town)
    ruled_out = fact(town, key, "contact", 0, grade="none")
    assert decide(town, key)["outcome"] == "undetermined"
    town.act("hq", "fact.withdraw", fact=ruled_out, reason="wrong_value")
    assert decide(town, key)["outcome"] == "observe"


def test_typed_facts_are_decided_and_nothing_is_kept(town: Cast) -> None:
    street = signed_in(town, "street")
    form = {"table": f"{PACK}/{TABLE}", "fact_last_exposure": str(today()), "fact_symptoms": "true"}
    page = text(street.post(reverse("plan_decide"), form))
    assert "按密切接触者管理" in page
    assert "逐条规则" in page
    assert "末次暴露日期" in page
    wrong = street.post(reverse("plan_decide"), form | {"fact_last_exposure": "2026-02-30"})
    assert wrong.status_code == 422
    assert not Decision.objects.exists()


def test_a_change_of_edition_is_previewed_by_street(town: Cast) -> None:
    contact(town, days_ago=6, name="何安")
    contact(town, days_ago=1, name="何平")
    contact(town, days_ago=2, name="何宁", area="reed")
    hq = signed_in(town, "hq")
    address = reverse("plan_preview") + f"?table={PACK}/{TABLE}&from=drill-1&to=drill-2"
    page = text(hq.get(address))
    assert "east 区域" in page
    assert not any(name in page for name in ("何安", "何平", "何宁", "何*"))
    rows = list(csv.reader(io.StringIO(hq.get(address + "&export=csv").content.decode("utf-8-sig"))))
    by_street = {r[0]: r[1:] for r in rows[1:]}
    assert by_street["east 区域"] == [
        "2",
        "2",
        "1",
        "1",
        "0",
        "0",
        "1",
        "0",
        "0",
        "0",
        "0",
    ]  # on record, held, held after, released, of these on a test, new, earlier, later, waiting now and after, unknown
    assert by_street["west 区域"] == ["1", "1", "1", "0", "0", "0", "1", "0", "0", "0", "0"]
    assert "自行到期，不计入" in page
    only = text(signed_in(town, "street").get(address))
    assert "west 区域" not in only
    days = list(csv.reader(io.StringIO(hq.get(address + "&export=csv&sheet=days").content.decode("utf-8-sig"))))
    assert len(days) == 15


def test_who_cannot_be_decided_is_named_by_the_fact_and_in_no_number(town: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    contact(town, days_ago=2, name="何安")
    wrong = Refusal(Reason.INVALID_VALUE, Text("日期晚于判定日。", "It lies after the day of the decision."), field="last_exposure")
    real = preview_page.preview_on_record
    monkeypatch.setattr(preview_page, "preview_on_record", lambda *given: replace(real(*given), rejected=(wrong,)))
    page = text(signed_in(town, "hq").get(reverse("plan_preview") + f"?table={PACK}/{TABLE}&from=drill-1&to=drill-2"))
    assert "日期晚于判定日。 （1 人）" in page
    assert "last_exposure" not in page.split("未判定")[1][:200]


def test_history_comes_out_as_it_was_and_a_spoilt_pack_is_noticed(town: Cast) -> None:
    for n, name in enumerate(("何安", "何平", "何宁")):
        decide(town, contact(town, days_ago=2 + n % 2, name=name))
    found = replay()
    assert (found.decisions, found.equal, found.differing, found.broken) == (3, 3, 0, 0)
    assert "原样重现" in text(signed_in(town, "hq").get(reverse("plan_replay")))
    with connection.cursor() as cursor:  # past the triggers: somebody changes what was decided
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table plans_decision disable trigger plans_decision_frozen")
        cursor.execute("alter table plans_packversion disable trigger plans_version_frozen")
        changed = json.dumps({"last_exposure": str(today() - timedelta(days=9))})
        cursor.execute("update plans_decision set facts = %s where id = %s", [changed, Decision.objects.first().pk])
    assert replay().differing == 1
    with connection.cursor() as cursor:
        cursor.execute("update plans_packversion set digest = repeat('0', 64)")
    assert replay().broken == 3
    assert PackVersion.objects.count() == 1


def test_an_explanation_kept_before_it_told_a_thing_is_no_other_decision(town: Cast) -> None:
    """Sabotage twin: with another date in it, it is one."""
    decide(town, contact(town, days_ago=2, name="何安"))
    row = Explanation.objects.get()
    for measure in row.content["measures"]:
        del measure["day_1"]

    def kept_as(content: dict[str, Any]) -> None:
        Explanation.objects.create(digest=mark_of(content), content=content)
        Decision.objects.update(explanation=mark_of(content))

    with connection.cursor() as cursor:  # past the trigger, as an earlier program would have kept it
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table plans_decision disable trigger plans_decision_frozen")
    kept_as(row.content)
    assert (replay().equal, replay().differing) == (1, 0)
    row.content["measures"][0]["until"] = "2022-01-01"
    kept_as(row.content)
    assert (replay().equal, replay().differing) == (0, 1)


@pytest.mark.parametrize(
    "change",
    [
        """update plans_explanation set content = jsonb_set(content, '{reasons,0,zh}', '"改过"')""",
        "update plans_decision set outcome = 'released'",
        "update plans_decision set until = until + 1",
    ],
)
def test_words_or_days_that_somebody_altered_are_noticed(town: Cast, change: str) -> None:
    decide(town, contact(town, days_ago=2, name="何安"))
    assert (replay().equal, replay().differing) == (1, 0)
    with connection.cursor() as cursor:  # past the triggers
        cursor.execute("set constraints all immediate")
        for name in ("plans_decision", "plans_explanation"):
            cursor.execute(f"alter table {name} disable trigger user")
        cursor.execute(change)
    assert (replay().equal, replay().differing) == (0, 1)


def test_a_decision_of_the_next_street_is_not_found(town: Cast) -> None:
    made = decide(town, contact(town))["decision"]
    assert signed_in(town, "street").get(reverse("plan_decision", args=[made])).status_code == 200
    assert signed_in(town, "next_street").get(reverse("plan_decision", args=[made])).status_code == 404
    unknown = person(town, "何安", area="reed")
    page = signed_in(town, "street").get(reverse("plan_decide") + f"?person={unknown}&table={PACK}/{TABLE}")
    assert page.status_code == 404
