"""By when: times as written, and the days they mean beside the document's date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache

from tongchou.intake.dates import days
from tongchou.intake.lexicons import lexicon
from tongchou.intake.model import Deadline
from tongchou.intake.when import Kind, clock_of, days_of


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: Kind
    pattern: re.Pattern[str]


@cache
def _rules() -> tuple[_Rule, ...]:
    """The patterns of the lexicon in its order; {NAME} stands for a part."""
    words = lexicon("deadlines")
    parts = {name: "".join(pattern) for name, pattern in words["parts"].items()}

    def whole(pattern: str) -> str:
        found = re.sub(r"\{([A-Z]+)\}", lambda m: parts[m.group(1)], pattern)
        return found if found == pattern else whole(found)

    return tuple(
        _Rule(kind, re.compile("|".join(whole(p) for p in patterns)))
        for row in words["rules"]
        for kind, patterns in row.items()
    )


def deadlines(text: str, start: int, written: date | None, year: int | None = None) -> tuple[Deadline, ...]:
    """The times of an item: those that begin or end something first, how soon one has to answer (两小时内报告) last.

    start: added to places. written: the document's date; year: taken where there is none.
    """
    found: list[tuple[int, Deadline]] = []
    for rank, rule in enumerate(_rules()):
        for match in rule.pattern.finditer(text):
            a, b = match.span()
            if any(d.start - start < b and a < d.end - start for _, d in found) or not _is_asked(
                text, match, rule.kind
            ):
                continue
            found.append((rank, _resolve(match.group(), start + a, start + b, rule.kind, written, year)))
    found.sort(key=lambda pair: (_order(pair[1]), pair[1].start))
    return tuple(d for _, d in found)


def _order(found: Deadline) -> int:
    if found.kind == "span" and re.match(r"(?:\d+|[半一二两三四五六七八九十]+)[^后起]*(?:小时|分钟)", found.text):
        return 2
    return 0 if re.search("前|止|底|内|截", found.text) or found.kind == "validity" else 1


_PAST = re.compile("[日底末初份号]?前(?:[已曾]|到期|开工的|注册|参保|入职|出生|来的|返回的)")
"""对3月底前到期的贷款, 1月1日前已开工的项目: a time that parts things, by which nothing is due."""


def _is_asked(text: str, match: re.Match[str], kind: Kind) -> bool:
    """Not when something happened, and not 24 小时值班 or 1月10日以来."""
    after, before = text[match.end() : match.end() + 5], text[max(0, match.start() - 4) : match.start()]
    if (
        match.group()[0] != "每"
        and not match.group().endswith(("前", "止", "内"))
        and re.match("以来|以后|之后|的|召开|发布|印发|下发", after)
        and kind in ("date", "event", "clock", "weekday")
    ):
        return False
    if kind == "date" and _PAST.match(match.group()[-1] + after):
        return False
    if re.search("(?:截至|截止)$", before) and kind == "date" and not match.group().endswith(("前", "止")):
        return False
    if kind == "period" and re.search("(?:针对|随着|由于|鉴于)[“]?$", before):
        return False
    if kind == "clock" and re.match("值|不间断|在岗", after):
        return False
    if kind == "event" and re.search("每[日天次班个]$", before):
        return False
    return not (kind == "event" and re.search("工作$", match.group()))


def _resolve(text: str, start: int, end: int, kind: Kind, written: date | None, year: int | None) -> Deadline:
    first, last, inferred = days_of(kind, text, written)
    if first is None and written is None and year and (whole := days(text, year)):
        first, last, inferred = whole[0].date, whole[-1].date, whole[0].inferred
    if kind == "validity" and not re.search("[至止]", text):
        last = None
    clock = clock_of(text)
    event = text if kind == "event" else ""
    return Deadline(text, start, end, kind, first, last, clock, event, inferred)
