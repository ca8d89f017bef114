"""Texts in two languages: what goes with a number follows it, in the whole product."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import tongchou
from tongchou.kernel.text import Text

COUNTED = re.compile(r"\{([a-z_]+)\|[^{}|]+\|[^{}|]+\}")
NOUNS = (
    "days|hours|minutes|units|enterprises|pupils|items|people|rows|visits|orders|permits|files|needs|loops|lines|policies|classes|masks|units|households|difficulties"
)
UNCOUNTED = re.compile(r"\{(?!name)[a-z_]+\} (?:(?!with)[a-z]+ )?(?:" + NOUNS + r")\b")
PAIR = re.compile(r'Text\(\s*"((?:[^"\\]|\\.)*)",\s*"((?:[^"\\]|\\.)*)"')
TAG = re.compile(r'\{% tr "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"([^%]*)%\}')


@pytest.mark.parametrize(
    ("n", "said"),
    [(0, "0 days are left"), (1, "1 day is left"), (2, "2 days are left"), ("1", "1 day is left"), ("1,001", "1,001 days are left"), ("—", "— days are left")]
)
def test_one_takes_the_singular(n: Any, said: str) -> None:
    assert Text("还剩 {n} 天", "{n} {n|day is|days are} left").with_(n=n) == Text(f"还剩 {n} 天", said)


def test_what_is_filled_in_is_not_read_again() -> None:
    filled = Text("{u}：{n} 人", "{u}: {n} {n|person|people}").with_(u="{n|x|y} | {u}", n=1)
    assert filled.en == "{n|x|y} | {u}: 1 person"


def test_a_place_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        Text("{n}", "{n} {m|day|days}").with_(n=1)


def sources() -> list[tuple[str, str, str, str]]:
    """file, Chinese, English, what a tag passes; of every pair in the product."""
    root, out = Path(tongchou.__file__).parent, []
    for file in [*root.rglob("*.py"), *root.rglob("*.html")]:
        written = file.read_text("utf-8")
        found = [(*pair, "") for pair in PAIR.findall(written)] if file.suffix == ".py" else TAG.findall(written)
        out += [(str(file.relative_to(root)), zh, en, more) for zh, en, more in found]
    return out


def test_every_counted_word_has_its_number() -> None:
    pairs = sources()
    assert sum(bool(COUNTED.search(en)) for _, _, en, _ in pairs) > 200
    lost = [(f, en) for f, zh, en, more in pairs for n in COUNTED.findall(en) if "{" + n + "}" not in zh and not re.search(rf"\b{n}=", more)]
    assert lost == []


def test_no_text_counts_one_as_many() -> None:
    wrong = [(f, en) for f, _, en, more in sources() if UNCOUNTED.search(en) and (more or not f.endswith(".html"))]
    assert wrong == []
    assert UNCOUNTED.search("{n} open loops are left")


def test_what_is_counted_is_grouped_and_numbers_that_name_something_are_not() -> None:
    counted = Text("{n} 人，其中 {late} 人逾期，{year} 年", "{n} {n|person|people}, {late} {late|is|are} late, {year}")
    said = counted.with_(n=12345, late=1000, year=2026)
    assert said == Text("12,345 人，其中 1,000 人逾期，2026 年", "12,345 people, 1,000 are late, 2026")
    assert counted.with_(n=1, late=999, year=2026).en == "1 person, 999 are late, 2026"
    assert Text("{n}", "{n}").with_(n="20201") == Text("20201", "20201")  # words stay as they are
