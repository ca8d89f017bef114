"""Industry codes: letter and division go together; a name of a division will do; a bare section will not."""

from __future__ import annotations

import pytest

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.industries import industry_name, parse_industry
from tongchou.kernel.industry_names import DIVISIONS, SECTION_OF, SECTIONS


def test_the_list_is_whole() -> None:
    assert len(SECTIONS) == 20
    assert sorted(DIVISIONS) == [f"{n:02}" for n in range(1, 98)]
    assert [SECTION_OF[d] for d in sorted(DIVISIONS)] == sorted(SECTION_OF[d] for d in DIVISIONS)
    assert all(t.zh and t.en for t in (*DIVISIONS.values(), *SECTIONS.values()))


@pytest.mark.parametrize(
    ("typed", "code"),
    [("C1811", "C1811"), ("1811", "C1811"), ("c18", "C18"), ("Ｃ１８１", "C181"), ("食品制造业", "C14"), ("f 52", "F52"), ("K7010", "K7010"), ("Retail", "F52")],
)
def test_codes_are_read_in_the_forms_in_which_they_come(typed: str, code: str) -> None:
    assert parse_industry(typed) == code


@pytest.mark.parametrize("typed", ["", "C", "制造业", "C98", "18a", "C18111", "Z18", "00", "裁缝"])
def test_what_is_no_division_is_refused(typed: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_industry(typed)
    assert (caught.value.reason, caught.value.field) == (Reason.INVALID_VALUE, "industry")
    assert caught.value.remedy is not None


def test_a_letter_that_is_not_the_divisions_names_the_right_one() -> None:
    with pytest.raises(Refusal) as caught:
        parse_industry("F18")
    assert caught.value.details["expected"] == "C18"


def test_names() -> None:
    assert industry_name("C1811").en == "Clothing and accessories"
    assert industry_name("").zh == ""
