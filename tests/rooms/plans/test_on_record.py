"""What the record knows is filled in by what the pack says, for one person and for everybody alike; what it does not know stays unknown."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.packs.plans.sample import broken, line_of, problems
from tests.rooms.plans.drill import person
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Refusal
from tongchou.kernel.ids import new_id
from tongchou.packs.plans.batch import decide_people
from tongchou.packs.plans.packfile import shipped_pack, shipped_packs
from tongchou.packs.plans.recordwords import PEOPLE, WORDS, words_for
from tongchou.packs.plans.resolve import Standing
from tongchou.record.models import AreaGrade
from tongchou.rooms.plans.cohorts import COHORTS
from tongchou.rooms.plans.deciding import decide_frame, decide_one
from tongchou.rooms.plans.onrecord import by_itself, on_record, people_before
from tongchou.rooms.plans.store import install_shipped_packs, standing_of, version_in_force
from tongchou.rooms.plans.words import reading_of

DAY = date(2022, 7, 5)
FILE = "tables/pupil.yaml"
pytestmark = pytest.mark.django_db


def known(cast: Cast, who: str, type_: str, days_ago: int, until: int | None = None, **value: Any) -> str:
    on = DAY - timedelta(days=days_ago)
    more = {} if until is None else {"until": (DAY - timedelta(days=until)).isoformat()}
    return str(cast.act("hq", "fact.record", person=who, type=type_, on=on.isoformat(), value=value, source="test", **more).result["fact"])


def table(name: str, pack: str = "covid-19") -> Standing:
    return standing_of(version_in_force(pack, DAY), name, DAY)


@pytest.fixture
def town(cast: Cast) -> Cast:
    """People of every kind: contacts, travellers, cases, people in key posts, ill ones; about some much is known, about others little."""
    install_shipped_packs()
    index = person(cast, "何原")
    known(cast, index, "contact", 9, grade="close")
    for back in (8, 6):
        known(cast, index, "test", back, method="pcr", result="negative", target="sars-cov-2")
    names = ("near", "second", "rider", "flyer", "case", "left", "nurse", "ill", "none")
    people = {name: person(cast, f"何{sign}") for name, sign in zip(names, "安平宁静和顺康健福", strict=True)}
    known(cast, people["near"], "exposure", 5, setting="work", closeness="close")
    known(cast, people["near"], "exposure", 3, setting="household", closeness="close")
    known(cast, people["near"], "contact", 2, grade="close")
    known(cast, people["near"], "test", 1, method="pcr", result="negative")
    known(cast, people["second"], "exposure", 8, setting="venue", closeness="general")
    known(cast, people["second"], "contact", 7, grade="secondary", index=index)
    known(cast, people["second"], "test", 0, method="pcr", result="negative")
    known(cast, people["rider"], "travel", 6, 4, place="320000", risk="low")
    known(cast, people["rider"], "symptom", 2, symptom="none")
    known(cast, people["flyer"], "arrival", 4, from_place="SG", means="air", risk="abroad")
    known(cast, people["flyer"], "test", 4, method="pcr", result="negative", ct=38.5)
    known(cast, people["case"], "test", 6, method="pcr", result="positive", ct=20)
    known(cast, people["case"], "test", 1, method="pcr", result="negative", ct=36.5)
    known(cast, people["case"], "test", 0, method="pcr", result="negative", ct=37)
    known(cast, people["left"], "test", 20, method="pcr", result="positive")
    known(cast, people["left"], "stay", 19, 3, kind="hospital")
    known(cast, people["nurse"], "work", 30, status="on_post", post="port")
    known(cast, people["nurse"], "test", 2, method="pcr", result="negative")
    known(cast, people["ill"], "symptom", 3, symptom="diarrhoea")
    known(cast, people["ill"], "symptom", 1, symptom="fever")
    cast.people = people | {"index": index}  # type: ignore[attr-defined]
    return cast


def of(cast: Cast, name: str, standing: Standing) -> dict[str, Any]:
    return on_record(standing, uuid.UUID(cast.people[name])).facts  # type: ignore[attr-defined]


def test_every_word_of_the_vocabulary_can_be_read_of_everybody_for_whom_it_may_be_taken() -> None:
    assert {*COHORTS, "staff"} == set(PEOPLE)
    for people in set(PEOPLE) - {"staff"}:
        for word in words_for(people):
            assert reading_of(COHORTS[people], word).sql, (people, word)
    assert {w for p in PEOPLE for w in words_for(p)} == set(WORDS)


def test_the_guide_for_plan_writers_names_every_word() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "plan-writer" / "plan-packs.md").read_text("utf-8")
    assert [w for w in (*PEOPLE, *WORDS) if f"`{w}`" not in guide] == []


def test_each_kind_of_person_gets_what_is_known_and_nothing_else(town: Cast) -> None:
    assert of(town, "near", table("close_contact")) == {"last_exposure": DAY - timedelta(days=3), "test_result": "negative"}
    assert of(town, "near", table("secondary_window")) == {"first_exposure": DAY - timedelta(days=5)}
    second = of(town, "second", table("secondary_contact"))
    assert second == {
        "last_exposure": DAY - timedelta(days=8), "linked_contact": town.people["index"], "own_tests": "all_negative",  # type: ignore[attr-defined]
        "linked_tests": "first_two_negative",
    }  # fmt: skip
    assert of(town, "rider", table("traveller")) == {"left_area": DAY - timedelta(days=4), "area_risk": "low", "cross_province": True, "symptoms": False}
    assert of(town, "flyer", table("inbound")) == {"entered": DAY - timedelta(days=4), "ct_value": 38.5, "test_result": "negative"}
    assert of(town, "case", table("asymptomatic_case")) == {"found_on": DAY - timedelta(days=6), "negative_tests": 2}
    assert of(town, "case", table("hospital_discharge")) == {"negative_tests": 2, "ct_value_1": 36.5, "ct_value_2": 37}
    assert of(town, "left", table("discharged_case")) == {"discharged": DAY - timedelta(days=3)}
    assert of(town, "nurse", table("key_occupation")) == {"occupation": "port_border", "last_test": DAY - timedelta(days=2)}
    assert of(town, "ill", table("contact_window")) == {}  # no positive test
    assert of(town, "ill", table("health_monitoring")) == {"symptoms": True}
    assert of(town, "none", table("close_contact")) == {}
    assert of(town, "flyer", table("traveller")) == {}  # from abroad: another table


def test_an_ill_pupil_has_the_day_of_the_last_symptoms(cast: Cast) -> None:
    install_shipped_packs()
    day, who = date(2024, 3, 5), person(cast, "何安")
    for on in ("2024-03-01", "2024-03-03"):
        cast.act("hq", "fact.record", person=who, type="symptom", on=on, value={"symptom": "diarrhoea"}, source="test")
    standing = standing_of(version_in_force("norovirus-school", day), "return_to_school", day)
    assert on_record(standing, uuid.UUID(who)).facts == {"last_symptoms": date(2024, 3, 3)}
    assert decide_one(standing, {"last_symptoms": date(2024, 3, 3)}).outcome == "rest"  # two days on it is too early at any hour


def test_only_tests_for_the_plans_own_pathogen_count_where_it_names_them(cast: Cast) -> None:
    install_shipped_packs()
    day = date(2025, 8, 10)
    standing = standing_of(version_in_force("chikungunya", day), "case", day)
    who = person(cast, "何安")
    for target, seen in ((None, False), ("sars-cov-2", False), ("chikv", True)):
        value = {"method": "pcr", "result": "positive"} | ({"target": target} if target else {})
        cast.act("hq", "fact.record", person=who, type="test", on="2025-08-05", value=value, source="test")
        assert bool(on_record(standing, uuid.UUID(who)).facts) is seen, target


def test_who_falls_ill_is_tested_afterwards(cast: Cast) -> None:
    """The onset of an infected person lies before the first positive test: without it the look-back for contacts would begin too late."""
    install_shipped_packs()
    day, who = date(2021, 8, 10), person(cast, "何安")
    for on in ("2021-07-20", "2021-08-03", "2021-08-06"):  # the first is another illness
        cast.act("hq", "fact.record", person=who, type="symptom", on=on, value={"symptom": "fever"}, source="test")
    cast.act("hq", "fact.record", person=who, type="test", on="2021-08-05", value={"method": "pcr", "result": "positive"}, source="test")
    standing = standing_of(version_in_force("covid-19", day), "contact_window", day)
    known = on_record(standing, uuid.UUID(who)).facts
    assert (known["onset"], known["sampled"]) == (date(2021, 8, 3), date(2021, 8, 5))


def test_own_tests_are_complete_only_from_the_last_day_that_the_plan_tests_on(town: Cast) -> None:
    known(town, town.people["second"], "exposure", 3, setting="venue", closeness="general")  # type: ignore[attr-defined]
    assert of(town, "second", table("secondary_contact"))["own_tests"] == "pending"


def test_an_arrival_from_abroad_has_a_last_test_only_from_the_last_day_that_the_plan_tests_on(cast: Cast) -> None:
    install_shipped_packs()
    for ago, sign, wanted in ((9, "早", None), (10, "晚", "negative")):  # 7 + 3 days: the last test is on day 10
        who = person(cast, f"何{sign}")
        known(cast, who, "arrival", ago, from_place="SG", means="air", risk="abroad")
        known(cast, who, "test", 0, method="pcr", result="negative")
        assert on_record(table("inbound"), uuid.UUID(who)).facts.get("final_test") == wanted


def test_the_grade_on_record_of_the_day_goes_before_what_the_fact_says(town: Cast) -> None:
    rider, area = town.people["rider"], town.areas["west"]  # type: ignore[attr-defined]
    known(town, rider, "travel", 2, 1, place=area.code, risk="low")
    assert of(town, "rider", table("traveller"))["area_risk"] == "low"
    grade = {"area": area, "pack": "covid-19", "edition": "covid-e9", "rule": "test", "proposal": new_id(), "known_from": timezone.now()}
    AreaGrade.objects.create(grade="high", from_date=DAY - timedelta(days=5), to_date=DAY, **grade)
    assert of(town, "rider", table("traveller"))["area_risk"] == "high"
    AreaGrade.objects.update(to_date=DAY - timedelta(days=1))  # it ended on the day on which the person left
    assert of(town, "rider", table("traveller"))["area_risk"] == "low"


def test_one_by_one_and_by_columns_are_the_same_for_every_table_that_the_record_fills(town: Cast) -> None:
    seen = 0
    for pack in shipped_packs():
        for name, spec in shipped_pack(pack).tables.items():
            if not by_itself(spec):
                continue
            try:
                standing = table(name, pack)
            except Refusal:
                continue  # no edition of that pack was in force on the day
            frame = people_before(standing, ["%"])
            decided = decide_people(standing, frame.drop("area", "street", "ground"), ["person"])
            columns = dict(zip(frame["person"], decided.select("outcome", "rule", "until").rows(), strict=True))
            kept = {who: one.decided for who, one in decide_frame(standing, frame)}
            for who, (outcome, rule, until) in columns.items():
                alone = decide_one(standing, on_record(standing, uuid.UUID(who)).facts)
                assert (alone.outcome, alone.until) == (outcome, until), (pack, name, who)
                assert outcome == "undetermined" or rule == (alone.rule.key if alone.rule else None), (pack, name, who)
                assert (kept[who].facts, kept[who].outcome) == (alone.facts, alone.outcome), (pack, name, who)
                seen += 1
    assert seen >= 12


def test_a_table_that_nobody_is_before_by_the_record_is_not_filled_for_everybody(town: Cast) -> None:
    for name in ("closed_loop_staff", "entry_check"):
        with pytest.raises(Refusal):
            people_before(table(name), ["%"])


def test_the_page_shows_what_each_value_was_read_from_and_asks_for_the_rest(town: Cast) -> None:
    street = signed_in(town, "street")
    address = f"{reverse('plan_decide')}?person={town.people['near']}&table=covid-19/close_contact&as_of={DAY}"  # type: ignore[attr-defined]
    page = street.get(address).content.decode()
    assert f"在册：{DAY - timedelta(days=3)}（接触者判定 {DAY - timedelta(days=2)}、暴露 {DAY - timedelta(days=3)}）" in page.replace("暴露 ", "暴露 ")
    assert f"在册：阴性（检测 {DAY - timedelta(days=1)}）" in page
    assert "在册信息中没有，请查明后填写" in page


WRONG = [
    ("from_record: last_exposer", "Did you mean “last_exposure”?"),
    ("from_record: symptoms", "Another type"),
    ("from_record: post", "no such word, or not for these people"),
]


@pytest.mark.parametrize(("written", "said"), WRONG)
def test_a_word_that_the_record_does_not_have_is_refused_by_line(written: str, said: str) -> None:
    files = broken(FILE, "type: date                     # boolean", f"type: date\n    {written}\n    #")
    files[FILE] = files[FILE].replace(b"hit: first", b"people: close_contact\nhit: first", 1)
    found = [p for p in problems(files) if said in p]
    assert found
    assert found[0].startswith(f"{FILE}:{line_of(FILE, written, files)}:")


def test_people_and_choices_of_the_record_must_be_said() -> None:
    files = broken(FILE, "type: date                     # boolean", "type: date\n    from_record: last_exposure\n    #")
    assert [p for p in problems(files) if "does not say in `people`" in p]
    assert [p for p in problems(broken(FILE, "hit: first", "people: pupils\nhit: first")) if "not an allowed value" in p]
    files = broken(FILE, "type: choice", "type: choice\n    from_record: {take: post, as: {port: al, school: unknown}}")
    files[FILE] = files[FILE].replace(b"hit: first", b"people: key_post\nhit: first", 1)
    said = problems(files)
    assert [p for p in said if "The table has no such choice" in p and "'al'" in p]
    assert [p for p in said if "what “healthcare” on record means" in p]
