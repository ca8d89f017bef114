"""What an instruction is about: key words first, and weights of short runs of characters learnt from annotated documents beside them.

The key words of `lexicon/themes.yaml` say how strongly each theme is named; `lexicon/theme_weights.txt`, written by `benchmarks/intake_themes.py`, holds how
much that counts, and what other wordings lean to. Deterministic: whole-number weights, nothing but sums.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from tongchou.intake.lexicons import any_of, lexicon

STRONG, WEAK = 2.0, 0.5
OPENING = 1.2
"""Words in the first sentence count so much more: it names the subject."""
KEPT = 0.45
"""Key words that have so much of the best theme's worth tell that the theme is one of the instruction's."""
BORDER = -0.8
"""Log odds above which a theme is kept beside the first."""
SCALE = 100
"""The weights are kept as whole numbers of hundredths."""
SECTORS, TITLED = frozenset(("school", "agriculture", "project", "supplies", "traffic")), 1.0
"""What a whole meeting is about, by its title, its single items need not repeat."""
_NUMBER = re.compile(r"\d+")
_SPACE = re.compile(r"\s")
_RUN = re.compile("[^，。；、：“”（）！]+")


@cache
def _key_words() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]:
    return tuple(
        (name, re.compile(any_of(words["strong"])), re.compile(any_of(words["weak"])))
        for name, words in lexicon("themes").items()
    )


def names() -> tuple[str, ...]:
    """All themes, in the order of the lexicon."""
    return tuple(name for name, _, _ in _key_words())


def named(text: str, title: str = "") -> list[float]:
    """How strongly key words name each theme. title: of the document."""
    size = len(re.split("[。；]", text)[0][:60])
    out = []
    for name, strong, weak in _key_words():
        total = 0.0
        for pattern, worth in ((strong, STRONG), (weak, WEAK)):
            seen: dict[str, float] = {}
            for match in pattern.finditer(text):
                value = worth * (OPENING if match.start() < size else 1.0)
                seen[match.group()] = max(seen.get(match.group(), 0.0), value) + (0.2 if match.group() in seen else 0.0)
            total += sum(seen.values())
        if name == "organisation":
            total *= 0.6
        if name in SECTORS and strong.search(title):
            total += TITLED
        out.append(total)
    return out


def shapes(text: str, title: str, above: str) -> list[tuple[float, ...]]:
    """Of each theme what its key words tell in eight figures, the same for every theme. above: the headings."""
    own = named(text, title)
    top = max(1.0, *own)
    first = sorted(range(len(own)), key=lambda n: -own[n])[:3]
    entitled, headed = named(title), named(above)
    return [
        (
            min(value, 6.0) / 3, value / top, float(value > 0), float(value > 0 and n == first[0]), float(value > 0 and n in first),
            float(value >= max(KEPT * top, 1.0) and n in first), min(entitled[n], 3.0) / 3, min(headed[n], 3.0) / 3,
        )
        for n, value in enumerate(own)
    ]  # fmt: skip


def strength(shape: tuple[float, ...]) -> float:
    """How strongly a theme is named, from 0 to ½: what the naming of one theme tells of the others."""
    return min(3 * shape[0], 4.0) / 8


def runs(text: str) -> frozenset[str]:
    """Runs of two and three characters within clauses; figures are one sign."""
    plain = _NUMBER.sub("0", _SPACE.sub("", text))
    return frozenset(part[i : i + n] for part in _RUN.findall(plain) for n in (2, 3) for i in range(len(part) - n + 1))


@dataclass(frozen=True, slots=True)
class Weights:
    """shape: of the eight figures; constant: of each theme; beside: what the naming of one theme tells of each.

    runs: of each run of characters the themes (by number) that it leans to.
    """

    shape: tuple[int, ...]
    constant: tuple[int, ...]
    beside: tuple[tuple[int, ...], ...]
    runs: dict[str, tuple[tuple[int, int], ...]]


@cache
def weights() -> Weights:
    """Of the lexicon: a theme, a weight and the runs that have it to a line."""
    order = {name: n for n, name in enumerate(names())}
    shape: tuple[int, ...] = ()
    constant = [0] * len(order)
    beside = [(0,) * len(order)] * len(order)
    found: dict[str, list[tuple[int, int]]] = {}
    for line in (files("tongchou.intake") / "lexicon" / "theme_weights.txt").read_text("utf-8").splitlines():
        head, *rest = line.split(" ")
        if head == "shape":
            shape = tuple(map(int, rest))
        elif head == "constant":
            constant[order[rest[0]]] = int(rest[1])
        elif head == "beside":
            beside[order[rest[0]]] = tuple(map(int, rest[1:]))
        elif head in order:
            for run in rest[1:]:
                found.setdefault(run, []).append((order[head], int(rest[0])))
    return Weights(shape, tuple(constant), tuple(beside), {run: tuple(pairs) for run, pairs in found.items()})


def odds(text: str, title: str = "", above: str = "") -> list[float]:
    """Log odds of each theme."""
    held, seen = weights(), shapes(text, title, above)
    out = [
        float(constant + sum(w * x for w, x in zip(held.shape, shape, strict=True)))
        for constant, shape in zip(held.constant, seen, strict=True)
    ]
    for shape, others in zip(seen, held.beside, strict=True):
        if shape[0]:
            for n, weight in enumerate(others):
                out[n] += weight * strength(shape)
    known = [held.runs[run] for run in runs(text) if run in held.runs]
    each = 1 / math.sqrt(max(1, len(known)))
    for pairs in known:
        for n, weight in pairs:
            out[n] += weight * each
    return [value / SCALE for value in out]


def themes(text: str, title: str = "", above: str = "") -> tuple[str, ...]:
    """One to three themes, the likeliest first; organisation where neither words nor wording lean to any."""
    likely = odds(text, title, above)
    ranked = sorted(range(len(likely)), key=lambda n: -likely[n])[:3]
    if likely[ranked[0]] < BORDER and not any(named(text, title)):
        return ("organisation",)
    return tuple(names()[n] for k, n in enumerate(ranked) if k == 0 or likely[n] > BORDER)
