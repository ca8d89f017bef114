"""Who acts at the start of a clause, told by the classes of words where no list holds the verb that follows."""

from __future__ import annotations

import re
from collections.abc import Callable

import rjieba

NEAR = 36
"""Characters of a clause that are looked at."""
_NAMING = frozenset("n nr ns nt nz j l i an b m q s f x uj c eng zg a g ng vn k".split())
"""Classes of words that names of parties are made of; a verb only before 的."""
_STARTS_PREDICATE = re.compile(
    r"(?:[要应须需不未就也都再先均可将还才另各]|一律|分别|继续|全部|逐|每|于|对|与|给|为|从|向|在|按|以|凭|持|用|把|把|同|带着?|会同|联合|随时|当[天日]|\d|[一二三四五六七八九十两]{1,3}(?:[天日周月]|小时|个月)|[今明]|立即|马上|随即|提前|全程|现场|当场)"
)
_JOINS = re.compile("[的、和与及等（]")
_STEM = re.compile("^(?:凡(?!事|是)|对(?=.{0,30}的$))")


def acting_noun(clause: str, is_head: Callable[[str], bool]) -> tuple[int, int] | None:
    """The noun that opens a clause and does something in it: 交警大队给…办证, 来自省外的人员三天内…. is_head: a name of a party ends here."""
    words = rjieba.tag(clause[:NEAR])
    at, ends = 0, []
    for word, tag in words:
        ends.append((at, word, tag))
        at += len(word)
    described = clause[:NEAR].rfind("的")
    best = None
    for n, (start, word, tag) in enumerate(ends):
        stop = start + len(word)
        if stop >= len(clause):
            break
        if is_head(clause[:stop]) and stop > 1 and _predicate(clause, stop, ends[n + 1 : n + 4]):
            best = stop
            for more, name, _ in ends[n + 1 : n + 3]:
                if is_head(clause[: more + len(name)]) and not _STARTS_PREDICATE.match(clause, stop):
                    best = more + len(name)
            break
        if start > described and tag not in _NAMING and not is_head(clause[:stop]) and not (n == 0 and word in ("各", "每", "全体", "所有", "其他")):
            if not word.startswith(("各", "每家", "每所", "每个")):
                return None
    if best is None or "的" in clause[best : best + 1]:
        return None
    return 0, best


def _predicate(clause: str, stop: int, following: list[tuple[int, str, str]]) -> bool:
    """What follows is a predicate and no further part of the name."""
    if _JOINS.match(clause, stop) or not following:
        return False
    _, word, tag = following[0]
    if _STARTS_PREDICATE.match(clause, stop):
        return True
    later = [t for _, _, t in following[1:]]
    return (tag in ("v", "vi", "d", "p", "vd") and len(word) > 1 and bool(later) and later[0] not in ("n", "uj")) or (
        tag in ("d", "p", "vd", "ad") and bool(later)
    ) or (tag == "v" and later[:1] in (["n"], ["m"], ["v"], ["r"], ["uz"], ["ul"]) and not clause.startswith("的", stop + len(word)))
