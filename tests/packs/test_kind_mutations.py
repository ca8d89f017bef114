"""Whatever a file holds, reading it gives a kind or KindErrors, never anything else."""

from __future__ import annotations

import random
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.packs.sample import VALID
from tongchou.packs.kindfile import KindErrors, base_kind_texts, graph, read_kind
from tongchou.packs.kinds import LoopKind

TEXTS = [VALID, base_kind_texts()["gap.yaml"]]
SCRAPS = [
    "",
    " ",
    "\n",
    ":",
    "- ",
    "{",
    "}",
    "[",
    "]",
    "'",
    '"',
    "&a",
    "*a",
    "!!int",
    "<<: ",
    "? ",
    "| ",
    "%",
    "\t",
    "\ufeff",
    "~",
    "=",
    "#",
    "null",
    "9" * 5000,
    ".nan",
    "\\uD800",
]
STRAY = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.just([]),
    st.just({}),
    st.just("="),
    st.just("done"),
    st.just({"zh": "一", "en": "One"}),
    st.lists(st.just("owner"), max_size=2),
    st.just([{}]),
    st.just({"a": None}),
)


def outcome(text: str) -> LoopKind | None:
    """The kind, or None where it was refused in the proper way; anything else escapes and fails the test."""
    try:
        kind = read_kind.__wrapped__(text, "mutant.yaml")
    except KindErrors as error:
        check(error, text)
        return None
    assert graph(kind)
    return kind


def check(error: KindErrors, text: str) -> None:
    assert error.problems
    for problem in error.problems:
        assert problem.line is not None
        assert 1 <= problem.line <= len(text.splitlines()) + 1
        assert problem.remedy is not None
        assert problem.sentence("zh-hans")
        assert problem.sentence("en")


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(TEXTS),
    st.lists(
        st.tuples(st.integers(0), st.integers(0, 40), st.one_of(st.sampled_from(SCRAPS), st.text(max_size=6))),
        min_size=1,
        max_size=4,
    ),
)
def test_cut_and_pasted_text(text: str, cuts: list[tuple[int, int, str]]) -> None:
    for place, length, scrap in cuts:
        start = place % (len(text) + 1)
        text = text[:start] + scrap + text[start + length :]
    outcome(text)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(p for key, child in inner for p in places(child, (*path, key)))]


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(TEXTS), st.integers(0), STRAY, st.sampled_from(["replace", "delete", "rename"]))
def test_one_value_replaced_deleted_or_renamed(text: str, place: int, stray: Any, how: str) -> None:
    root = yaml.safe_load(text)
    found = places(root)[1:]
    *path, last = found[place % len(found)]
    holder = root
    for key in path:
        holder = holder[key]
    if how == "replace":
        holder[last] = stray
    elif how == "rename" and isinstance(holder, dict):
        holder[str(stray)] = holder.pop(last)
    else:
        del holder[last]
    outcome(yaml.safe_dump(root, allow_unicode=True))


def test_lines_left_out_one_at_a_time() -> None:
    lines = VALID.splitlines(keepends=True)
    read = [n for n in range(len(lines)) if outcome("".join(lines[:n] + lines[n + 1 :])) is not None]
    # what may be left out: whole-line optional entries only
    assert read
    assert all(
        lines[n].split(":")[0].strip() not in ("kind", "version", "title", "start", "owner", "to", "by", "from")
        for n in read
    )


def test_mutants_are_not_all_refused_for_one_reason() -> None:
    """The mutation tests would prove nothing if every mutant failed as unreadable YAML."""
    rules = set()
    for seed in range(60):
        root = yaml.safe_load(VALID)
        spots = places(root)[1:]
        *path, last = random.Random(seed).choice(spots)
        holder = root
        for key in path:
            holder = holder[key]
        del holder[last]
        try:
            read_kind.__wrapped__(yaml.safe_dump(root, allow_unicode=True), "mutant.yaml")
        except KindErrors as error:
            rules |= {p.rule.en for p in error.problems}
    assert len(rules) > 5
