"""Merging and its undoing: lossless, listed, never in silence."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import Cast
from tests.record.test_people import do, document, refused, register, whole
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.record.models import Event, Fact, Loop, Person, PersonMerge, Post, Responsibility
from tongchou.record.people.identity import sealed_values
from tongchou.record.questions.duplicates import suggestions
from tongchou.record.questions.people import person_file, search, who_looked

TIED = ("record_person", "record_fact", "record_loop", "record_custody", "record_holding", "record_responsibility", "record_account")


def state() -> dict[str, list[str]]:
    """Every row of every table that says something about people, as text, in order."""
    out = {}
    with connection.cursor() as cursor:
        for table in TIED:
            cursor.execute(f"select t::text from {table} t order by 1")
            out[table] = [row[0] for row in cursor.fetchall()]
    return out


def merge(cast: Cast, kept: uuid.UUID, folded: uuid.UUID, who: str = "street") -> dict[str, Any]:
    return do(cast, who, "person.merge", kept=str(kept), folded=str(folded), reason="confirmed_in_person").result


def fact(cast: Cast, person: uuid.UUID, kind: str = "chronic") -> str:
    value = {"person": str(person), "type": "vulnerability", "value": {"kind": kind}}
    return str(do(cast, "street", "fact.record", **value).result["fact"])


def stay(cast: Cast, person: uuid.UUID, purpose: str) -> None:
    payload = {"purpose": purpose, "unit": cast.units["site"].pk, "holder_kind": "site", "items": [{"person": str(person)}]}
    do(cast, "site_officer", "custody.take_in", **payload)


def loop(cast: Cast, person: uuid.UUID) -> str:
    return cast.task(opener="street", owner="spring_community", person=str(person))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from(["fact", "loop", "stay", "responsibility", "account"])), max_size=8),
    st.lists(st.sampled_from(["read", "open", "file"]), max_size=2),
)
def test_an_undone_merge_leaves_not_a_byte_changed(cast: Cast, made: list[tuple[bool, str]], between: list[str]) -> None:
    people = register(cast, phone="13912345678"), register(cast, document=document(5))
    for n, (mine, what) in enumerate(made):
        attach(cast, people[mine], what, n)
    before = state()
    merged = merge(cast, *people)
    assert Person.objects.get(pk=people[1]).merged_into_id == people[0]
    assert not Fact.objects.filter(person=people[1]).exists()
    assert not Loop.objects.filter(subject_person=people[1]).exists()
    assert sum(merged["moved"].values()) == len([m for m in made if m[0]])
    for what in between:
        do(cast, "street", "person.read", people=[str(people[0])], what="file" if what == "open" else "list")
    undone = do(cast, "street", "person.unmerge", merge=merged["merge"], reason="two_people").result
    assert undone["stay"] == {}
    assert state() == before
    reset(cast, people)


def attach(cast: Cast, person: uuid.UUID, what: str, n: int) -> None:
    if what == "fact":
        fact(cast, person)
    elif what == "loop":
        loop(cast, person)
    elif what == "stay":
        stay(cast, person, f"purpose_{'abcdefgh'[n]}")
    elif what == "account":
        type(cast.accounts["driver"]).objects.create(username=f"u{new_id()}", display_name="某人", person_id=person)
    else:
        post = Post.objects.first()
        day = timezone.localdate() + timedelta(days=n)  # one at a time
        Responsibility.objects.create(kind="personal", person_id=person, post=post, from_date=day, to_date=day + timedelta(days=1))


def reset(cast: Cast, people: tuple[uuid.UUID, uuid.UUID]) -> None:
    """Hypothesis runs its examples in one transaction: take the document out of the way of the next one."""
    Person.objects.filter(pk__in=people).update(erased_at=timezone.now())


def test_what_came_after_the_merge_stays_and_is_listed(cast: Cast) -> None:
    kept, folded = register(cast), register(cast)
    old, about = fact(cast, folded), loop(cast, folded)
    merged = merge(cast, kept, folded)
    assert merged["moved"] == {"record_fact": 1, "record_loop": 1}
    since, also = fact(cast, kept, "alone"), loop(cast, kept)
    undone = do(cast, "street", "person.unmerge", merge=merged["merge"], reason="merged_by_mistake").result
    assert undone["stay"] == {"record_fact": [since], "record_loop": [also]}
    assert str(Fact.objects.get(person=folded).pk) == old
    assert str(Loop.objects.get(subject_person=folded).pk) == about
    whats = list(Event.objects.filter(loop_id=about).order_by("id").values_list("what", flat=True))
    assert whats[-2:] == ["subject_merged", "subject_unmerged"]


def test_a_merged_person_is_found_by_either_files_keys_and_shown_once(cast: Cast) -> None:
    kept = register(cast, phone="13912345678")
    folded = register(cast, name="单雄心", phone="13800001111", document=document(5))
    merge(cast, kept, folded)
    for key in ("单雄信", "shanxiongxin", "1111", document(5), "13800001111"):
        assert [f.id for f in search(cast.as_("street"), key)] == [kept], key
    again = do(cast, "street", "person.register", name="单雄信", area=cast.areas["spring"].pk, document=document(5))
    assert again.result["person"] == str(kept)
    (line,) = person_file(cast.as_("street"), kept).merges
    assert (line.folded, line.undone_at) == (folded, None)
    third = register(cast, name="单雄辛")
    merge(cast, third, kept)
    assert [f.id for f in search(cast.as_("street"), "13800001111")] == [third]


def test_readings_of_a_folded_file_are_told_too(cast: Cast) -> None:
    kept, folded = register(cast), register(cast)
    do(cast, "street", "person.read", people=[str(folded)], purpose="核对")
    merge(cast, kept, folded)
    assert [k.purpose for k in who_looked(kept)] == ["核对"]


def test_two_in_custody_for_one_purpose_are_not_merged(cast: Cast) -> None:
    kept, folded = register(cast), register(cast)
    stay(cast, kept, "isolation")
    stay(cast, folded, "transfer")
    stay(cast, folded, "isolation")
    refusal = refused(cast, "street", "person.merge", kept=str(kept), folded=str(folded), reason="registered_twice")
    assert refusal.reason is Reason.TWO_HOLDERS
    assert (refusal.field, len(refusal.details["custodies"].split(", "))) == ("folded", 2)
    assert not PersonMerge.objects.exists()


def test_who_may_not_merge(cast: Cast) -> None:
    one, two = register(cast), register(cast)
    payload = {"kept": str(one), "folded": str(two), "reason": "registered_twice"}
    assert refused(cast, "grid_worker", "person.merge", **payload).reason is Reason.NOT_ALLOWED
    assert refused(cast, "next_street", "person.merge", **payload).reason is Reason.NOT_FOUND
    assert refused(cast, "street", "person.merge", **(payload | {"folded": str(one)})).reason is Reason.SAME_PERSON
    merged = merge(cast, one, two)
    assert refused(cast, "next_street", "person.unmerge", merge=merged["merge"], reason="two_people").reason is Reason.NOT_FOUND
    assert refused(cast, "street", "person.merge", **payload).reason is Reason.CONFLICT


def test_later_merges_are_undone_first_and_none_twice(cast: Cast) -> None:
    a, b, c = register(cast), register(cast), register(cast)
    fact(cast, a)
    before = state()
    first, second = merge(cast, b, a), merge(cast, c, b)
    refusal = refused(cast, "street", "person.unmerge", merge=first["merge"], reason="two_people")
    assert refusal.reason is Reason.CONFLICT
    for one in (second, first):
        do(cast, "street", "person.unmerge", merge=one["merge"], reason="two_people")
    assert state() == before
    assert refused(cast, "street", "person.unmerge", merge=first["merge"], reason="two_people").reason is Reason.NOT_FOUND
    merge(cast, b, a)


def test_a_moved_row_that_was_moved_on_stops_the_undoing(cast: Cast) -> None:
    kept, folded, third = register(cast), register(cast), register(cast)
    fact(cast, folded)
    merged = merge(cast, kept, folded)
    Fact.objects.update(person=third)
    refusal = refused(cast, "street", "person.unmerge", merge=merged["merge"], reason="two_people")
    assert refusal.reason is Reason.CONFLICT
    assert Person.objects.get(pk=folded).merged_into_id == kept


def test_a_dry_run_merges_nothing(cast: Cast) -> None:
    kept, folded = register(cast), register(cast)
    fact(cast, folded)
    before = state()
    payload = {"kept": str(kept), "folded": str(folded), "reason": "registered_twice"}
    outcome = act("person.merge", cast.as_("street"), new_id(), payload, dry_run=True)
    assert outcome.result["moved"] == {"record_fact": 1}
    assert state() == before


def test_duplicates_are_suggested_with_reasons_and_to_nobody_else(cast: Cast) -> None:
    first = register(cast, name="王芳", phone="13912345678", document=document(2))
    second = register(cast, name="王方", phone="13912345678", birth_date="1985-03-17")
    third = register(cast, name="王房", birth_date="1985-06-01")
    register(cast, name="王芳", phone="13912345678", document=document(4, "20100101"))  # her child, say: another number and year
    register(cast, name="李雷", phone="13912345678", birth_date="1985-03-17")
    found = suggestions(cast.as_("street"))
    pairs = {(s.older.id, s.newer.id): s for s in found}
    assert (first, second) in pairs
    assert {"电话相同", "出生日期相同", "姓名读音相近"} <= {r.zh for r in pairs[first, second].reasons}
    assert pairs[first, second].older.name == "王*"
    assert {p for pair in pairs for p in pair} <= {first, second, third}
    assert suggestions(cast.as_("next_street")) == []
    merge(cast, first, second)
    assert (first, second) not in {(s.older.id, s.newer.id) for s in suggestions(cast.as_("street"))}


def test_one_document_twice_leads_the_list(cast: Cast) -> None:
    first, second = register(cast, name="王芳", document=document(2)), register(cast, name="李娜", document=document(4))
    values = sealed_values(whole(first), second)
    Person.objects.filter(pk=second).update(**{k: v for k, v in values.items() if k != "id"})
    top = suggestions(cast.as_("hq"))[0]
    assert ({top.older.id, top.newer.id}, top.score) == ({first, second}, 100)
    assert "证件相同" in {r.zh for r in top.reasons}


def test_an_account_follows_to_the_kept_file_and_goes_back(cast: Cast) -> None:
    kept, folded = register(cast), register(cast)
    account = cast.accounts["driver"]
    type(account).objects.filter(pk=account.pk).update(person_id=folded)
    merged = merge(cast, kept, folded)
    account.refresh_from_db()
    assert (account.person_id, merged["moved"]) == (kept, {"record_account": 1})
    do(cast, "street", "person.unmerge", merge=merged["merge"], reason="two_people")
    account.refresh_from_db()
    assert account.person_id == folded


def test_an_account_that_was_linked_anew_since_is_not_taken_along_in_silence(cast: Cast) -> None:
    kept, folded, other = register(cast), register(cast), register(cast)
    account = cast.accounts["driver"]
    type(account).objects.filter(pk=account.pk).update(person_id=folded)
    merged = merge(cast, kept, folded)
    type(account).objects.filter(pk=account.pk).update(person_id=other)
    assert refused(cast, "street", "person.unmerge", merge=merged["merge"], reason="two_people").reason is Reason.CONFLICT
