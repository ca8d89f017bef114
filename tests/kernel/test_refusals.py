"""A refusal always says what to do now: its own remedy, else the standard one of its reason, in both languages."""

from __future__ import annotations

import pytest

from tongchou.kernel.errors import STANDARD_REMEDIES, Reason, Refusal
from tongchou.kernel.text import Text

RULE = Text("须是数字。", "This must be a number.")


def test_every_reason_has_a_standard_remedy_in_both_languages() -> None:
    assert set(STANDARD_REMEDIES) == set(Reason)
    assert all(remedy.zh.endswith("。") and remedy.en.endswith(".") for remedy in STANDARD_REMEDIES.values())


@pytest.mark.parametrize("reason", Reason)
def test_what_says_nothing_more_exact_gets_the_standard_remedy(reason: Reason) -> None:
    refusal = Refusal(reason, RULE, field="item_masks", value="很多")
    for language, rule in (("zh-hans", RULE.zh), ("en", RULE.en)):
        said = refusal.sentence(language)
        assert "item_masks" in said
        assert "很多" in said
        assert rule in said
        assert said.endswith(STANDARD_REMEDIES[reason].in_(language))


def test_a_reason_without_a_remedy_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: with one line of the table taken away there is nothing to show, and the refusal itself fails."""
    monkeypatch.delitem(STANDARD_REMEDIES, Reason.NOT_HOLDER)
    with pytest.raises(KeyError):
        Refusal(Reason.NOT_HOLDER, RULE)


def test_an_own_remedy_is_kept() -> None:
    own = Text("请填写阿拉伯数字。", "Use digits.")
    assert Refusal(Reason.INVALID_VALUE, RULE, remedy=own).remedy == own


def test_a_reader_is_told_the_field_in_his_own_words_or_not_at_all() -> None:
    refusal = Refusal(Reason.INVALID_VALUE, RULE, field="item_masks", value="很多")
    assert refusal.sentence("zh-hans", {"item_masks": "口罩"}).startswith("口罩“很多”：须是数字。")
    assert refusal.sentence("zh-hans", {}).startswith("“很多”：须是数字。")
    assert refusal.sentence("en", {}).startswith("'很多': This must be a number.")
    assert Refusal(Reason.MISSING_VALUE, RULE, field="item_masks").sentence("en", {}).startswith("This must be")
