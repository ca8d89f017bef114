"""Which kinds are difficulties: data that agrees with the kinds, whose own word closes them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.packs.test_shipped_kinds import KINDS, edges
from tongchou.packs.difficulties import difficulties_on, read
from tongchou.packs.kinds import Party

EDITION: dict[str, Any] = {"from": date(2020, 1, 1), "status": "unconfirmed", "source": {"zh": "测", "en": "t"}, "always": ["difficulty"], "own": []}


def test_only_the_enterprises_own_word_closes_what_counts() -> None:
    how = difficulties_on(date(2026, 11, 26))
    for key in (*how.always, *how.own):
        words = {p for e in edges(KINDS[key]) if KINDS[key].stages[e.target].end == "done" for p in e.step.by}
        assert words, key
        assert words <= ({Party.SUBJECT} if key in how.always else {Party.SUBJECT, Party.OPENER}), key


def test_before_the_first_edition_the_first_one_holds() -> None:
    later = EDITION | {"from": date(2021, 1, 1), "own": ["request"]}
    assert [e.own for e in read([EDITION, later])] == [(), ("request",)]
    assert difficulties_on(date(2019, 1, 1)).since == date(2020, 1, 1)


@pytest.mark.parametrize("wrong", [{"always": []}, {"own": ["difficulty"]}, {"status": "perhaps"}])
def test_what_contradicts_itself_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"difficulties\.yaml"):
        read([EDITION | wrong])
    with pytest.raises(ValueError, match="order"):
        read([EDITION, EDITION])
