"""The size standard: the bounds themselves are cases of the pack; here how codes find their sector, and that columns agree with one by one."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongchou.packs.sizes import NOT_COVERED, sector_of, size_of, sizes_of

DAY = date(2020, 2, 10)


@pytest.mark.parametrize(
    ("code", "sector"),
    [
        ("A01", "agriculture"), ("B06", "industry"), ("C1811", "industry"), ("D45", "industry"), ("E47", "construction"), ("F51", "wholesale"),
        ("F5212", "retail"), ("G54", "transport"), ("G5910", "transport"), ("G5920", "storage"), ("G60", "post"), ("H61", "lodging"),
        ("H62", "catering"), ("I63", "telecom"), ("I64", "telecom"), ("I65", "software"), ("K7010", "real_estate"), ("K702", "property"),
        ("K703", "other"), ("L72", "leasing_business"), ("Q85", "other"), ("Q84", NOT_COVERED), ("G53", NOT_COVERED), ("J66", NOT_COVERED),
        ("K70", ""), ("G59", ""), ("", ""),
    ],
)  # fmt: skip
def test_sectors(code: str, sector: str) -> None:
    assert sector_of(code) == sector


def test_both_bounds_have_to_be_met_else_one_class_down() -> None:
    assert size_of("C18", 1000, 40000, None, DAY).size == "large"
    assert size_of("C18", 1000, 39999.99, None, DAY).size == "medium"
    assert size_of("C18", 299, 40000, None, DAY).size == "small"
    assert size_of("C18", 19, 40000, None, DAY).size == "micro"
    assert size_of("K7010", None, 200_000, 9_999, DAY).size == "medium"
    found = size_of("L72", 300, None, 120_000, DAY)
    assert (found.size, found.clause) == ("large", "第四条（十五）")


def test_what_is_unknown_is_named_and_never_taken_as_small() -> None:
    found = size_of("C18", 500, None, None, DAY)
    assert (found.size, found.missing) == ("", ("revenue",))
    assert size_of("C18", 5, None, None, DAY).size == "micro"
    assert size_of("", 5, 10, 10, DAY).missing == ("industry",)
    assert size_of("J66", 5, 10, 10, DAY) == size_of("J66", None, None, None, DAY)


ROW = st.tuples(
    st.sampled_from(["C18", "E47", "F51", "F52", "G54", "G592", "K701", "K70", "L71", "O80", "A01", "J66", ""]),
    st.one_of(st.none(), st.integers(0, 3000)),
    st.one_of(st.none(), st.integers(0, 250_000)),
    st.one_of(st.none(), st.integers(0, 150_000)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=20))
def test_a_register_as_columns_says_the_same_as_one_by_one(rows: list[tuple[str, int | None, int | None, int | None]]) -> None:
    found = sizes_of(*map(list, zip(*rows, strict=True)), on=DAY)  # type: ignore[arg-type]
    assert found == [size_of(*row, on=DAY).size for row in rows]
