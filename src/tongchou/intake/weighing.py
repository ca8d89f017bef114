"""How much a sentence reads like an instruction, by weights of short runs of characters learnt from annotated documents.

A linear model: no words of its own, deterministic (whole-number weights), trained by `benchmarks/intake_weights.py`. It settles nothing alone; the
rules of `judge.py` decide first and the weight overrules them only where it is clear (`DROP`, `ADD`).
"""

from __future__ import annotations

import math
import re
from functools import cache
from importlib.resources import files

from tongchou.intake import judge
from tongchou.intake.deadlines import deadlines
from tongchou.intake.page import han_count
from tongchou.intake.sentences import clauses
from tongchou.intake.units import units

DROP, ADD = -0.7, 1.6
"""Log odds: what the rules take for an instruction is none below the one, what they do not is one above the other."""
SHORT = 12
"""A sentence of fewer characters has too little wording to be weighed against the rules."""
WHOLE = 6
"""With fewer characters it is a name or a heading, and nothing to add."""
SCALE = 1000
"""The weights are kept as whole numbers of thousandths."""
_NUMBER = re.compile(r"\d+(?:\.\d+)?%?")
_QUOTED = re.compile("“[^“”]{0,60}”")
_ALL = re.compile(
    "各级|全[区县市镇街](?!各类|所有|.{0,6}(?:机构|学校|企业|医院|单位|场所))|全体|大家|我们|党员|干部|广大|各部门|各单位|各地"
)
_SPACE = re.compile(r"\s+")


def features(text: str) -> frozenset[str]:
    """What the model sees: runs of one to three characters, and how clauses begin and end.

    Numbers are one sign and what stands in quotes is left out, so that names and figures carry no weight.
    """
    plain = "^" + _SPACE.sub("", _QUOTED.sub("“”", _NUMBER.sub("0", judge.unquoted(text)))) + "$"
    found = {plain[i : i + n] for n in (1, 2, 3) for i in range(len(plain) - n + 1)}
    parts = clauses(plain.strip("^$"))
    for part in parts:
        found |= {"<" + part[:1], "<" + part[:2], ">" + part[-2:]}
    if parts:
        found |= {"<<" + parts[0][:1], "<<" + parts[0][:2]}
    return frozenset(found)


@cache
def _weights() -> tuple[int, dict[str, int]]:
    """The constant and the weights of `lexicon/weights.txt`: a weight and the features that have it to a line."""
    lines = (files("tongchou.intake") / "lexicon" / "weights.txt").read_text("utf-8").splitlines()
    out: dict[str, int] = {}
    constant = 0
    for line in lines:
        if line.startswith("//"):
            continue
        worth, *names = line.split(" ")
        if names == ["constant"]:
            constant = int(worth)
        else:
            out |= dict.fromkeys(names, int(worth))
    return constant, out


def weight(text: str) -> float:
    """Log odds that a sentence under no ordinal is an instruction."""
    constant, worth = _weights()
    known = [worth[f] for f in features(text) if f in worth]
    return (constant + sum(known) / max(1.0, math.sqrt(len(known)))) / SCALE


def _assigned(text: str) -> bool:
    """Somebody in particular is to act, or by when is said (…前, …内): no appeal, whatever its wording."""
    return any(not _ALL.match(unit.text) for unit in units(text, 0)) or any(
        d.text.endswith(("前", "内", "止", "底")) for d in deadlines(text, 0, None)
    )


def settle(verdict: judge.Verdict, text: str, asked: bool) -> judge.Verdict:
    """The verdict of the rules, overruled where the weight is clear. What they left out for a reason stays out.

    asked: it stands where instructions are given, in an order or in speech.
    """
    if verdict.basis:
        return (
            verdict
            if han_count(text) < SHORT or weight(text) >= DROP or _assigned(text)
            else judge.Verdict(why="unlike")
        )
    if verdict.why or not asked or judge.is_frame(text) or han_count(text) < WHOLE:
        return verdict
    return judge.Verdict(basis="imperative") if weight(text) > ADD else verdict
