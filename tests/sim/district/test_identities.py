"""Numbers of invented people pass every check of form, are all different, and can be nobody's."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from numpy.random import default_rng

from tongchou.kernel.codes import parse_division
from tongchou.kernel.errors import Refusal
from tongchou.kernel.identifiers import Kind, parse_document
from tongchou.kernel.names import pinyin_of
from tongchou.kernel.phones import PhoneKind, parse_phone
from tongchou.sim.district.families import make_families
from tongchou.sim.district.identities import birthdays, documents, names, phones

TODAY = date(2026, 11, 23)


def test_documents_hold_birth_date_sex_and_check_digit() -> None:
    families = make_families(default_rng(5), 400)
    born = birthdays(default_rng(6), families.age, TODAY)
    for number, day, male, age in zip(documents(born, families.male), born, families.male, families.age, strict=True):
        found = parse_document(None, str(number), today=TODAY)
        assert (found.kind, found.normal) == (Kind.RESIDENT_ID, number)
        assert found.birth_date is not None
        assert str(found.birth_date) == str(day)
        assert found.sex == ("m" if male else "f")
        assert abs((TODAY - found.birth_date).days / 365.2425 - age - 0.5) <= 0.51


def test_a_thousand_born_on_one_day_have_a_thousand_documents() -> None:
    born = np.full(1200, np.datetime64("1990-05-01"))
    made = documents(born, np.arange(1200) % 2 == 0)
    assert len(set(made.tolist())) == 1200
    for number in made.tolist():
        parse_document(None, number, today=TODAY)


def test_no_document_begins_with_a_division() -> None:
    with pytest.raises(Refusal):
        parse_division("490000")
    made = documents(np.array([np.datetime64("1990-05-01")] * 3000), np.ones(3000, dtype=bool))
    assert {n[:2] for n in made.tolist()} == {"49"}


def test_phones_are_mobiles_of_no_operator() -> None:
    made = phones(default_rng(1), 5000).tolist()
    assert len(set(made)) == 5000
    assert {m[:3] for m in made} == {"154"}
    assert {parse_phone(m).kind for m in made[:50]} == {PhoneKind.MOBILE}
    with pytest.raises(ValueError, match="numbers"):
        phones(default_rng(1), 100_000_001)


def test_children_bear_a_parents_surname_and_names_can_be_read() -> None:
    families = make_families(default_rng(5), 2000)
    years = 2026 - families.age
    made = names(default_rng(6), families, years).tolist()
    for n in np.flatnonzero(families.named_after >= 0).tolist():
        parent = made[families.named_after[n]]
        assert made[n].startswith(parent[:2] if parent[:2] in ("欧阳", "上官", "诸葛", "司徒", "尉迟") else parent[0])
    assert all(2 <= len(m) <= 4 and pinyin_of(m).isascii() for m in made)
    first_five = sum(m[0] in "王李张刘陈" for m in made) / len(made)
    assert abs(first_five - 0.308) < 0.05


def test_nobody_is_born_after_the_day() -> None:
    ages = np.zeros(500, dtype=np.int64)
    assert birthdays(default_rng(1), ages, TODAY).max() <= np.datetime64(TODAY)
