"""People: registered once, sealed, found by every key, by nobody of the next street; readings on record."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.cast import Cast
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.identifiers import check_digit
from tongchou.kernel.ids import new_id
from tongchou.kernel.sealing import SealBroken
from tongchou.record.act import Outcome, act
from tongchou.record.models import Act, Area, Event, Household, Person, ReadSubject
from tongchou.record.people.identity import Identity, open_identity, sealed_rows
from tongchou.record.questions.people import age_band, api_file, api_search, person_file, search, who_looked
from tongchou.record.questions.person_file import open_file


def document(n: int = 1, born: str = "19850317") -> str:
    """An invented resident number: no province has the code 10. Odd n: male."""
    first = f"100101{born}{n:03}"
    return first + check_digit(first)


def do(cast: Cast, who: str, verb: str, /, **payload: Any) -> Outcome:
    """Cast.act with a payload that may hold a name."""
    return act(verb, cast.as_(who), new_id(), payload)


def register(cast: Cast, who: str = "street", area: str = "spring", **more: Any) -> uuid.UUID:
    payload = {"name": "单雄信", "area": cast.areas[area].pk} | more
    return uuid.UUID(do(cast, who, "person.register", **payload).result["person"])


def whole(person: uuid.UUID) -> Identity:
    return open_identity(Person.objects.get(pk=person).sealed, person)


def refused(cast: Cast, who: str, verb: str, /, **payload: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        do(cast, who, verb, **payload)
    return caught.value


CANARY = {
    "name": "单雄信",
    "document": document(7),
    "phone": "13912345678",
    "address": "清源区望河街道柳湾路18号3单元502室",
}


def test_nothing_personal_lies_in_the_clear_anywhere_in_the_database(cast: Cast) -> None:
    person = register(cast, **CANARY)
    do(cast, "street", "person.correct", person=str(person), phone="13912340000")
    do(cast, "street", "person.correct", person=str(person), phone=CANARY["phone"])
    register(cast, **CANARY)
    refused(cast, "street", "person.correct", person=str(person), document=CANARY["document"][:-1] + "?")
    api_search(cast.as_("street"), "单雄信", "核对")
    open_file(cast.as_("street"), new_id(), person, "visit")
    api_file(cast.as_("street"), person, "入户走访")
    note = {"type": "symptom", "on": str(timezone.localdate()), "value": {"symptom": "fever"}, "note": CANARY["name"] + "说"}
    do(cast, "street", "fact.record", person=str(person), **note)
    assert whole(person).name == CANARY["name"]
    needles = [s.encode() for s in (*CANARY.values(), CANARY["document"][6:], "雄信", "柳湾路18号", "12345678")]
    found = [(place, n.decode()) for place, value in everything_stored() for n in needles if n in value]
    assert found == []


def everything_stored() -> list[tuple[str, bytes]]:
    """Every text, binary and JSON value of every table."""
    out: list[tuple[str, bytes]] = []
    with connection.cursor() as cursor:
        cursor.execute(
            "select table_name, column_name, data_type from information_schema.columns where table_schema = 'public' "
            "and (data_type in ('text', 'character varying', 'bytea', 'jsonb', 'json', 'ARRAY', 'USER-DEFINED'))"
        )
        columns = cursor.fetchall()
        assert ("record_person", "sealed", "bytea") in columns
        for table, column, kind in columns:
            read = f'"{column}"' if kind == "bytea" else f'convert_to("{column}"::text, \'UTF8\')'
            cursor.execute(f'select {read} from "{table}" where "{column}" is not null')
            out += [(f"{table}.{column}", bytes(row[0])) for row in cursor.fetchall()]
    return out


def test_the_canary_would_sing(cast: Cast) -> None:
    Household.objects.create(area=cast.areas["spring"], label=CANARY["phone"])
    assert any(CANARY["phone"].encode() in value for _, value in everything_stored())


def test_a_seal_belongs_to_its_person(cast: Cast) -> None:
    one, other = register(cast, phone="13912345678"), register(cast, phone="13912345679")
    with pytest.raises(SealBroken):
        open_identity(Person.objects.get(pk=one).sealed, other)


def test_what_the_document_says_is_taken_from_it(cast: Cast) -> None:
    person = Person.objects.get(pk=register(cast, document=document(8, "19991231")))
    assert (person.birth_year, person.sex) == (1999, "f")
    assert whole(person.pk).birth_date == date(1999, 12, 31)


def test_the_same_document_is_not_registered_twice(cast: Cast) -> None:
    person = register(cast, document=document(1))
    again = do(cast, "street", "person.register", name="单雄信", area=cast.areas["grid"].pk, document=document(1).lower())
    assert again.result == {"person": str(person), "existing": True, "same_name": True}
    other = do(cast, "street", "person.register", name="王丽", area=cast.areas["grid"].pk, document=document(1))
    assert other.result == {"person": str(person), "existing": True, "same_name": False}
    assert Person.objects.count() == 1


def test_a_document_on_record_elsewhere_is_told_without_saying_whose(cast: Cast) -> None:
    person = register(cast, document=document(1))
    refusal = refused(cast, "next_street", "person.register", name="单雄信", area=cast.areas["reed"].pk, document=document(1))
    assert refusal.reason is Reason.DUPLICATE
    said = str(refusal.as_dict()) + str(refusal.as_dict("en"))
    assert str(person) not in said
    assert "单" not in said
    assert refusal.remedy is not None


def test_a_client_id_repeated_registers_once(cast: Cast) -> None:
    client, payload = new_id(), {"name": "王芳", "area": cast.areas["spring"].pk}
    first = act("person.register", cast.as_("street"), client, payload)
    second = act("person.register", cast.as_("street"), client, payload)
    assert second.repeated
    assert first.result == second.result
    assert Person.objects.count() == 1


KEYS = ["单雄信", "雄信", "单雄", "shanxiongxin", "Shan Xiongxin", "sxx", "shanxx", "danxiongxin", "5678", "345678", "13912345678",
        "+86 139-1234-5678", document(7), document(7)[-4:], document(7)[-6:]]  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
def test_found_by_each_key_here_and_never_in_the_next_street(cast: Cast, key: str) -> None:
    person = register(cast, **CANARY)
    register(cast, name="王丽", phone="13811112222", document=document(2, "19700101"))
    for who in ("street", "community", "grid_worker", "hq"):
        found = search(cast.as_(who), key)
        assert [f.id for f in found] == [person], who
    assert search(cast.as_("next_street"), key) == []


def test_what_is_found_is_masked(cast: Cast) -> None:
    register(cast, **CANARY)
    (found,) = search(cast.as_("street"), "单雄信")
    assert (found.name, found.phone, found.sex) == ("单**", "139****5678", "m")
    assert found.document == "100***********" + CANARY["document"][-4:]
    assert found.age_band == age_band(1985, timezone.localdate().year)
    assert found.area == cast.areas["spring"].name


@pytest.mark.parametrize(
    ("text", "reason"),
    [("单", Reason.INVALID_VALUE), ("x", Reason.INVALID_VALUE), ("", Reason.INVALID_VALUE), ("123", Reason.INVALID_VALUE),
     (document(7)[:-1] + ("0" if document(7)[-1] != "0" else "1"), Reason.WRONG_CHECK_DIGIT), ("12345678901234567", Reason.INVALID_VALUE)],
)  # fmt: skip
def test_what_would_find_too_much_or_cannot_exist_is_refused(cast: Cast, text: str, reason: Reason) -> None:
    with pytest.raises(Refusal) as caught:
        search(cast.as_("street"), text)
    assert caught.value.reason is reason
    assert caught.value.remedy is not None


def test_who_may_not_search_is_refused(cast: Cast) -> None:
    for who in ("enterprise", "auditor", "sysadmin", "inspector"):
        with pytest.raises(Refusal) as caught:
            search(cast.as_(who), "单雄信")
        assert caught.value.reason is Reason.NOT_ALLOWED


def test_erased_people_are_not_found(cast: Cast) -> None:
    person = register(cast, **CANARY)
    Person.objects.filter(pk=person).update(erased_at=timezone.now())
    assert search(cast.as_("street"), "单雄信") == []
    assert search(cast.as_("street"), CANARY["phone"]) == []
    assert refused(cast, "street", "person.read", people=[str(person)]).reason is Reason.NOT_FOUND


BAD = [
    ({"name": " "}, Reason.MISSING_VALUE, "name"),
    ({"name": "123"}, Reason.INVALID_VALUE, "name"),
    ({"name": "张三1"}, Reason.INVALID_VALUE, "name"),
    ({"document": document(1)[:17] + "?"}, Reason.INVALID_VALUE, "document"),
    ({"document": document(1, "20990101")}, Reason.IMPOSSIBLE_DATE, "document"),
    ({"document": document(1, "19850230")}, Reason.IMPOSSIBLE_DATE, "document"),
    ({"document": document(1), "birth_date": "1985-03-18"}, Reason.INVALID_VALUE, "birth_date"),
    ({"document": document(1), "sex": "女"}, Reason.INVALID_VALUE, "sex"),
    ({"birth_date": "2099-01-01"}, Reason.IMPOSSIBLE_DATE, "birth_date"),
    ({"birth_date": "1850-01-01"}, Reason.IMPOSSIBLE_DATE, "birth_date"),
    ({"birth_date": "1985-02-30"}, Reason.IMPOSSIBLE_DATE, "birth_date"),
    ({"phone": "1391234567"}, Reason.INVALID_VALUE, "phone"),
    ({"phone": "88812345"}, Reason.INVALID_VALUE, "phone"),
    ({"sex": "x"}, Reason.INVALID_VALUE, "sex"),
    ({"address": "长" * 300}, Reason.INVALID_VALUE, "address"),
    ({"household": 999_999}, Reason.NOT_FOUND, "household"),
    ({"workplace": 999_999}, Reason.NOT_FOUND, "workplace"),
    ({"area": 999_999}, Reason.NOT_FOUND, "area"),
    ({"nickname": "x"}, Reason.UNKNOWN_FIELD, "nickname"),
]


@pytest.mark.parametrize(("given", "reason", "field"), BAD)
def test_bad_input_names_the_field_the_rule_and_the_remedy(cast: Cast, given: dict[str, Any], reason: Reason, field: str) -> None:
    refusal = refused(cast, "street", "person.register", **({"name": "王芳", "area": cast.areas["spring"].pk} | given))
    assert (refusal.reason, refusal.field) == (reason, field)
    assert refusal.remedy is not None
    assert Person.objects.count() == 0


def test_a_wrong_check_digit_names_the_right_one(cast: Cast) -> None:
    right = document(1)
    wrong = right[:17] + ("0" if right[17] != "0" else "1")
    refusal = refused(cast, "street", "person.register", name="王芳", area=cast.areas["spring"].pk, document=wrong)
    assert refusal.reason is Reason.WRONG_CHECK_DIGIT
    assert f"应为 {right[17]}" in refusal.rule.zh
    assert wrong not in str(refusal.as_dict())


def test_areas_elsewhere_or_ended_are_refused(cast: Cast) -> None:
    assert refused(cast, "street", "person.register", name="王芳", area=cast.areas["reed"].pk).reason is Reason.NOT_FOUND
    Area.objects.filter(pk=cast.areas["grid"].pk).update(valid_to=timezone.localdate())
    refusal = refused(cast, "street", "person.register", name="王芳", area=cast.areas["grid"].pk)
    assert (refusal.reason, refusal.field) == (Reason.CONFLICT, "area")


def test_a_correction_keeps_what_is_not_given_and_tells_only_which_fields(cast: Cast) -> None:
    person = register(cast, **CANARY)
    outcome = do(cast, "street", "person.correct", person=str(person), phone="13900000001", clear=["address"])
    assert sorted(outcome.result["changed"]) == ["address", "phone"]
    now = whole(person)
    assert (now.name, now.document, now.phone, now.address) == ("单雄信", CANARY["document"], "13900000001", "")
    assert search(cast.as_("street"), "5678") == []
    assert [f.id for f in search(cast.as_("street"), "0001")] == [person]
    assert Event.objects.get(what="person_corrected").data == {"fields": ["phone", "address"]}
    assert do(cast, "street", "person.correct", person=str(person), phone="13900000001").result["changed"] == []


def test_a_new_document_brings_its_own_birth_date_and_sex(cast: Cast) -> None:
    person = register(cast, document=document(1))
    do(cast, "street", "person.correct", person=str(person), document=document(2, "19860101"))
    assert whole(person).birth_date == date(1986, 1, 1)
    assert Person.objects.get(pk=person).sex == "f"
    other = register(cast, name="王芳", document=document(3))
    refusal = refused(cast, "street", "person.correct", person=str(other), document=document(2, "19860101"))
    assert refusal.reason is Reason.DUPLICATE


def test_nobody_of_the_next_street_can_do_anything(cast: Cast) -> None:
    person = str(register(cast, **CANARY))
    attempts = {
        "person.correct": {"person": person, "phone": "13900000001"},
        "person.move": {"person": person, "area": cast.areas["reed"].pk},
        "person.read": {"people": [person]},
        "person.search": {"people": [person]},
        "person.open": {"person": person, "purpose": "visit"},
        "fact.record": {"person": person, "type": "work", "value": {"status": "home"}},
        "person.merge": {"kept": person, "folded": str(new_id()), "reason": "registered_twice"},
    }
    for verb, payload in attempts.items():
        assert refused(cast, "next_street", verb, **payload).reason is Reason.NOT_FOUND, verb
    with pytest.raises(Refusal):
        person_file(cast.as_("next_street"), uuid.UUID(person))
    assert ReadSubject.objects.count() == 0


def test_moving(cast: Cast) -> None:
    person = register(cast, household_label="3-502")
    home = Person.objects.get(pk=person).household_id
    register(cast, name="王芳", household_label="3-502")
    assert Household.objects.count() == 1
    moved = do(cast, "street", "person.move", person=str(person), area=cast.areas["grid"].pk, workplace=cast.units["works"].pk)
    row = Person.objects.get(pk=person)
    assert (row.area_id, row.household_id, row.workplace_id) == (cast.areas["grid"].pk, None, cast.units["works"].pk)
    assert sorted(moved.result["changed"]) == ["area", "household", "workplace"]
    refusal = refused(cast, "street", "person.move", person=str(person), household=home)
    assert refusal.reason is Reason.NOT_FOUND  # that household lies in another area
    assert refused(cast, "street", "person.move", person=str(person), area=cast.areas["reed"].pk).reason is Reason.NOT_FOUND


def test_a_file_is_masked_until_a_reason_is_given_once(cast: Cast) -> None:
    person = register(cast, **CANARY, household_label="3-502")
    member = register(cast, name="王芳", household_label="3-502")
    before = person_file(cast.as_("street"), person)
    assert (before.opened, before.identity.name, before.identity.birth_date) == (False, "单**", None)
    assert [(m.id, m.name) for m in before.household] == [(member, "王*")]
    identity, sex = open_file(cast.as_("street"), new_id(), person, "visit", "核对用药需求")
    assert (identity.address, sex) == (CANARY["address"], "m")
    assert person_file(cast.as_("street"), person).identity == identity
    assert not person_file(cast.as_("street_colleague"), person).opened
    assert not person_file(cast.as_("street"), member).opened


def test_a_reason_lasts_one_shift(cast: Cast) -> None:
    person = register(cast, **CANARY)
    payload = {"person": str(person), "purpose": "visit"}
    act("person.open", cast.as_("street"), new_id(), payload, now=timezone.now() - timedelta(hours=13))
    assert not person_file(cast.as_("street"), person).opened


@pytest.mark.parametrize(("purpose", "note"), [("curiosity", ""), ("other", ""), ("other", "x")])
def test_a_purpose_is_from_the_list_and_particular_where_it_must_be(cast: Cast, purpose: str, note: str) -> None:
    person = register(cast)
    refusal = refused(cast, "street", "person.open", person=str(person), purpose=purpose, note=note)
    assert refusal.reason in (Reason.INVALID_VALUE, Reason.MISSING_VALUE)
    assert ReadSubject.objects.count() == 0


def test_the_person_can_be_told_who_looked(cast: Cast) -> None:
    person = register(cast, **CANARY)
    api_search(cast.as_("grid_worker"), "sxx", "入户核对")
    open_file(cast.as_("street"), new_id(), person, "investigation", "核实行程")
    looks = who_looked(person)
    assert [(k.unit, k.how, k.purpose) for k in looks] == [
        (cast.units["east_street"].name, "open", "流行病学调查：核实行程"),
        (cast.units["spring_community"].name, "search", "入户核对"),
    ]
    assert looks[0].role is not None
    assert looks[0].role.zh == "街道工作人员"


def test_a_reading_is_in_the_ledger_and_gives_nothing_personal(cast: Cast) -> None:
    person = register(cast, **CANARY)
    outcome = do(cast, "street", "person.read", people=[str(person)], purpose="打印")
    assert outcome.result == {"people": 1, "what": "file"}
    event = Event.objects.get(what="person_read")
    assert event.data == {"what": "file", "people": [str(person)]}
    assert Act.objects.get(pk=outcome.id).purpose == "打印"


def test_a_search_that_finds_nobody_is_recorded_too(cast: Cast) -> None:
    assert api_search(cast.as_("street"), "查无此人", "") == []
    assert Act.objects.filter(verb="person.search").count() == 1


def test_the_order_of_tokens_says_nothing_and_rows_fit_the_table() -> None:
    one = Identity("单雄信", "resident_id", document(1), "13912345678", "某处", date(1985, 3, 17))
    (row,) = sealed_rows([one], [new_id()])
    assert row[4][2:] == sorted(set(row[4][2:]))
    assert row[5] == 1985
    assert "雄" not in repr(one)
