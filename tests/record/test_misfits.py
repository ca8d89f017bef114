"""What does not fit is said in the reader's language."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.record.act import validate
from tongchou.record.misfits import why


class Everything(BaseModel):
    word: str = Field("ab", min_length=2, max_length=4)
    number: int = Field(3, ge=1, le=9)
    share: float = 0.5
    at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    key: uuid.UUID = uuid.UUID(int=0)
    kind: Literal["a", "b"] = "a"
    many: list[int] = Field([1], min_length=1, max_length=2)
    yes: bool = True


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("word", "", "没有填写"), ("word", "长", "至少 2 个字"), ("word", "太长太长太长", "不得超过 4 个字"), ("word", 7, "须为文字"),
        ("number", None, "没有填写"), ("number", "", "没有填写"), ("number", "三", "须为整数"), ("number", 0, "不得小于 1"), ("number", 10, "不得大于 9"),
        ("share", "x", "须为数字"), ("at", "昨天", "日期或时间的格式不对"), ("key", "x", "编号的格式不对"), ("kind", "c", "只能是 'a' or 'b'"),
        ("many", [], "至少 1 项"), ("many", [1, 2, 3], "不得超过 2 项"), ("many", 5, "须为一组值"), ("yes", "x", "须为是或否"),
    ],
)  # fmt: skip
def test_each_misfit_is_said_in_both_languages(field: str, value: Any, said: str) -> None:
    with pytest.raises(Refusal) as caught:
        validate(Everything, {field: value})
    assert (caught.value.reason, caught.value.field) == (Reason.INVALID_VALUE, field)
    assert said in caught.value.rule.zh
    assert not re.search(r"[A-Za-z]{3,}", caught.value.rule.zh.replace("or", ""))
    assert not re.search(r"[一-鿿]", caught.value.rule.en)


def test_what_has_no_words_of_its_own_keeps_the_english_ones() -> None:
    found = why({"type": "something_new", "input": 1, "msg": "No good"})
    assert (found.zh, found.en) == ("格式不对", "No good")
