"""Importing people: rows in = accepted + rejected, and every rejected row says why."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.utils import timezone

from tests.cast import Cast
from tests.record.test_people import document, everything_stored, register
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.tables import read_table
from tongchou.record.act import act
from tongchou.record.actions.people_import import Imported, import_people
from tongchou.record.models import Area, Event, Household, Person
from tongchou.record.people.identity import open_identity
from tongchou.record.questions.people import search

HEADER = "姓名,证件类型,证件号码,手机号,现住址,社区/网格编码,户编号,备注\n"
SPRING = "990101001001"


def load(cast: Cast, text: str, who: str = "street", **more: Any) -> Imported:
    return import_people(cast.as_(who), new_id(), text.encode("utf-8-sig"), "名单.csv", **more)


def wrong(right: str) -> str:
    return right[:17] + ("0" if right[17] != "0" else "1")


def bad_rows(cast: Cast) -> tuple[str, list[tuple[int, Reason, str]]]:
    """A table with one row of every kind of fault, and what must be said of each row."""
    register(cast, document=document(11))
    register(cast, who="next_street", area="reed", document=document(13))
    Area.objects.filter(pk=cast.areas["grid"].pk).update(valid_to=timezone.localdate())
    rows = [
        (f"王芳,居民身份证,{document(1)},13912345678,清源区东街1号,{SPRING},3-502,", None, ""),
        (f",,{document(3)},,,{SPRING},,", Reason.MISSING_VALUE, "name"),
        (f"李雷,,{wrong(document(5))},,,{SPRING},,", Reason.WRONG_CHECK_DIGIT, "document"),
        (f"李雷,,{document(5, '20990101')},,,{SPRING},,", Reason.IMPOSSIBLE_DATE, "document"),
        (f"李雷,,,1391234567,,{SPRING},,", Reason.INVALID_VALUE, "phone"),
        (f"李雷,驾驶证,{document(5)},,,{SPRING},,", Reason.INVALID_VALUE, "document_kind"),
        (f"王芳,,{document(1)},,,{SPRING},,", Reason.DUPLICATE, "document"),
        (f"单雄信,,{document(11)},,,{SPRING},,", Reason.DUPLICATE, "document"),
        (f"单雄信,,{document(13)},,,{SPRING},,", Reason.DUPLICATE, "document"),
        ("李雷,,,,,990101002001,,", Reason.NOT_FOUND, "area"),
        ("李雷,,,,,990101001001-001,,", Reason.CONFLICT, "area"),
        ("李雷,,,,,,,", Reason.MISSING_VALUE, "area"),
        ("李雷,,1.2E+17,,,990101001001,,", Reason.INVALID_VALUE, "证件号码"),
        ("李雷,多,出,一,格,的,一,行,x", Reason.INVALID_VALUE, ""),
        (f"韩梅梅,护照,E12345678,,,{SPRING},3-502,", None, ""),
    ]
    text = HEADER + "\n".join(r[0] for r in rows) + "\n"
    return text, [(n, reason, field) for n, (_, reason, field) in enumerate(rows, start=2) if reason]


def test_every_row_is_accounted_for_and_every_fault_named(cast: Cast) -> None:
    text, expected = bad_rows(cast)
    before = Person.objects.count()
    imported = load(cast, text)
    assert imported.outcome is not None
    result = imported.outcome.result
    assert (result["rows_in"], result["accepted"], result["rejected"]) == (15, 2, 13)
    assert Person.objects.count() == before + 2
    assert [(n, r.reason, r.field or "") for n, r in imported.rejects] == expected
    assert [(r["row"], r["reason"]) for r in result["rejects"]] == [(n, reason.value) for n, reason, _ in expected]
    assert all(r.remedy for _, r in imported.rejects)
    assert (result["repeated_in_file"], result["on_record"], result["on_record_elsewhere"]) == (1, 1, 1)
    assert result["ignored_columns"] == ["备注"]


def test_what_is_stored_of_a_refused_row_is_masked(cast: Cast) -> None:
    text, _ = bad_rows(cast)
    load(cast, text)
    needles = [s.encode() for s in (wrong(document(5)), document(1), document(13), "13912345678", "1391234567", "李雷", "东街1号")]
    assert [(place, n) for place, value in everything_stored() for n in needles if n in value] == []


def test_the_file_of_rejected_rows_can_be_mended_and_loaded_again(cast: Cast) -> None:
    text, expected = bad_rows(cast)
    text = "".join(line for line in text.splitlines(keepends=True) if not line.endswith("x\n"))  # as wide as the header
    expected = [e for e in expected if e[2]]
    imported = load(cast, text)
    again = read_table(imported.rejected_file(), "退回.csv")
    assert again.rows_in == len(expected)
    assert again.header[-5:] == ("行号", "出错列", "原因", "规则", "处理办法")
    mended = HEADER + f"李雷,,{document(5)},,,{SPRING},,\n"
    outcome = load(cast, mended).outcome
    assert outcome is not None
    assert outcome.result["accepted"] == 1


def test_who_was_imported_is_found_and_sealed(cast: Cast) -> None:
    load(cast, HEADER + f"王芳,身份证,{document(2)},139 1234 5678,清源区东街1号,{SPRING},3-502,\n")
    row = Person.objects.get()
    identity = open_identity(row.sealed, row.pk)
    assert (identity.document, identity.phone, identity.address) == (document(2), "13912345678", "清源区东街1号")
    assert (row.sex, row.birth_year, Household.objects.get().label) == ("f", 1985, "3-502")
    for key in ("王芳", "wangfang", "5678", document(2)):
        assert [f.id for f in search(cast.as_("community"), key)] == [row.pk]
    assert Event.objects.filter(what="person_registered", subject=f"person:{row.pk}").exists()


def test_a_dry_run_counts_the_same_and_writes_nothing(cast: Cast) -> None:
    text, expected = bad_rows(cast)
    before = Person.objects.count()
    imported = load(cast, text, dry_run=True)
    assert imported.outcome is not None
    assert imported.outcome.result["accepted"] == 2
    assert len(imported.rejects) == len(expected)
    assert (Person.objects.count(), Household.objects.count()) == (before, 0)


def test_the_same_file_again_brings_nobody_twice(cast: Cast) -> None:
    text = HEADER + "".join(f"王芳,,{document(n)},,,{SPRING},,\n" for n in (1, 3, 5))
    load(cast, text)
    imported = load(cast, text)
    assert imported.outcome is not None
    assert (imported.outcome.result["accepted"], imported.outcome.result["on_record"]) == (0, 3)
    assert Person.objects.count() == 3


def test_without_documents_name_and_phone_tell_who_is_on_record(cast: Cast) -> None:
    header = "姓名,手机号,出生日期,社区/网格编码\n"
    rows = [("王芳", "13912345678", ""), ("王芳", "13912345679", "1980-02-03"), ("李雷", "13912345678", ""), ("韩梅", "", ""), ("王芳", "13912345678", "1990-01-01")]
    text = header + "".join(f"{name},{phone},{born},{SPRING}\n" for name, phone, born in rows)
    first = load(cast, text)
    assert first.outcome is not None
    assert (first.outcome.result["accepted"], first.outcome.result["repeated_in_file"]) == (4, 1)
    assert [(n, r.reason, r.field) for n, r in first.rejects] == [(6, Reason.DUPLICATE, "phone")]
    again = load(cast, text)
    assert again.outcome is not None
    assert {k: again.outcome.result[k] for k in ("rows_in", "accepted", "rejected", "on_record")} == {
        "rows_in": 5, "accepted": 1, "rejected": 4, "on_record": 4,
    }  # fmt: skip
    assert Person.objects.count() == 5  # who gave neither document nor phone cannot be told apart; duplicates are suggested to a person
    another = load(cast, f"{header}王芳,13912345679,1985-02-03,{SPRING}\n")  # a mother and her daughter may share both
    assert another.outcome is not None
    assert another.outcome.result["accepted"] == 1
    elsewhere = load(cast, f"{header}李雷,13912345678,,{cast.areas['reed'].code}\n", who="next_street")
    assert elsewhere.outcome is not None
    assert elsewhere.outcome.result["accepted"] == 1  # nothing is said of people in another street


@pytest.mark.parametrize(
    "header",
    ["Name,ID number,Mobile,Area code", "name,document,phone,area", "姓 名,身份证号,联系电话,网格编码", "NAME,身份证,电话,社区代码"],
)
def test_headers_in_either_language(cast: Cast, header: str) -> None:
    outcome = load(cast, f"{header}\n王芳,{document(1)},13912345678,{SPRING}\n").outcome
    assert outcome is not None
    assert (outcome.result["accepted"], outcome.result["ignored_columns"]) == (1, [])


def test_a_column_of_another_name_can_be_pointed_out(cast: Cast) -> None:
    text = f"人名,码\n王芳,{document(1)}\n"
    area = cast.areas["spring"].pk
    outcome = load(cast, text, area=area, columns={"人名": "name", "码": "document"}).outcome
    assert outcome is not None
    assert outcome.result["accepted"] == 1


@pytest.mark.parametrize(
    ("text", "more", "reason"),
    [
        ("证件号码,社区编码\nx,y\n", {}, Reason.MISSING_VALUE),
        ("姓名\n王芳\n", {}, Reason.MISSING_VALUE),
        ("姓名,名字,社区编码\n王芳,王芳,x\n", {}, Reason.DUPLICATE),
        ("姓名,社区编码\n王芳,x\n", {"columns": {"没有": "name"}}, Reason.INVALID_VALUE),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_whole(cast: Cast, text: str, more: dict[str, Any], reason: Reason) -> None:
    with pytest.raises(Refusal) as caught:
        load(cast, text, **more)
    assert caught.value.reason is reason
    assert caught.value.remedy is not None


def test_who_may_not_import(cast: Cast) -> None:
    with pytest.raises(Refusal) as caught:
        load(cast, HEADER, who="enterprise")
    assert caught.value.reason is Reason.NOT_ALLOWED


def test_through_the_plain_verb_too(cast: Cast) -> None:
    import base64

    content = base64.b64encode(f"{HEADER}王芳,,,,,{SPRING},,\n".encode("gb18030")).decode()
    outcome = act("person.import_table", cast.as_("street"), new_id(), {"content": content, "filename": "a.csv"})
    assert outcome.result["accepted"] == 1


@pytest.mark.slow
def test_five_thousand_rows_take_seconds(cast: Cast) -> None:
    given = "丽娜静敏燕玲霞红梅芳"
    rows = (f"王{given[n % 10]}{given[n // 10 % 10]},,,{13900000000 + n},清源区东街{n}号,{SPRING},{n // 3},\n" for n in range(5000))
    text = HEADER + "".join(rows)
    started = time.process_time()
    outcome = load(cast, text).outcome
    assert outcome is not None
    assert outcome.result["accepted"] == 5000
    assert time.process_time() - started < 15  # the processor's time: what else the machine does is no matter
