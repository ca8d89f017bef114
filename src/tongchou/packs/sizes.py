"""The size of an enterprise by the standard of 2011: one enterprise, or a register as columns, by the same table of the pack enterprise-size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from tongchou.kernel.text import Text
from tongchou.packs.plans.batch import decide_people
from tongchou.packs.plans.decide import decide
from tongchou.packs.plans.packfile import shipped_pack
from tongchou.packs.plans.resolve import stand

PACK, TABLE = "enterprise-size", "size_2011"
SIZES = ("large", "medium", "small", "micro")
NOT_COVERED = "not_covered"
"""Railways, finance, education, health and public administration: the standard does not speak of them."""

_SECTORS: dict[str, str] = {
    "A": "agriculture", "B": "industry", "C": "industry", "D": "industry", "E": "construction", "F51": "wholesale", "F52": "retail",
    "G": "transport", "G53": NOT_COVERED, "G59": "storage", "G591": "transport", "G60": "post", "H61": "lodging", "H62": "catering",
    "I": "telecom", "I65": "software", "J": NOT_COVERED, "K": "other", "K701": "real_estate", "K702": "property", "L": "leasing_business",
    "M": "other", "N": "other", "O": "other", "P": NOT_COVERED, "Q84": NOT_COVERED, "Q85": "other", "R": "other", "S": NOT_COVERED,
    "T": NOT_COVERED,
}  # fmt: skip
_NEEDS_GROUP = ("G59", "K70")
"""Divisions that the standard splits: without a third digit their sector is not known."""


@dataclass(frozen=True, slots=True)
class Size:
    """size: large, medium, small, micro, or "" where it cannot be said; missing: what is not known; reason and clause: the rule's."""

    size: str
    sector: str
    missing: tuple[str, ...] = ()
    reason: Text | None = None
    clause: str = ""


def sector_of(industry: str) -> str:
    """The standard's sector of an industry code (C1811): "" where the code is not known or not deep enough, NOT_COVERED where there is none."""
    if not industry or industry in _NEEDS_GROUP:
        return ""
    return next((_SECTORS[industry[:n]] for n in (4, 3, 1) if industry[:n] in _SECTORS), "")


def size_of(industry: str, staff: int | None, revenue: float | None, assets: float | None, on: date) -> Size:
    """Work out one enterprise's size. Money in 10,000 yuan. What is unknown stays unknown unless the rest decides alone."""
    sector = sector_of(industry)
    if sector == NOT_COVERED:
        return Size("", sector)
    if not sector:
        return Size("", "", ("industry",))  # few staff would make a micro enterprise of it, but the standard may not speak of it at all
    given = {"sector": sector, "staff": staff, "revenue": revenue, "assets": assets}
    found = decide(shipped_pack(PACK), TABLE, {k: v for k, v in given.items() if v is not None}, on, explain=False)
    if found.outcome not in SIZES or found.rule is None:
        return Size("", sector, tuple(dict.fromkeys(found.needs)))
    return Size(found.outcome, sector, (), found.rule.rule.reason, found.rule.rule.source.clause)


def sizes_of(
    industries: Sequence[str], staff: Sequence[int | None], revenue: Sequence[float | None], assets: Sequence[float | None], on: date
) -> list[str]:
    """The sizes of a register, in order; "" where one cannot be said."""
    sectors = [s if s and s != NOT_COVERED else None for s in map(sector_of, industries)]
    frame = pl.DataFrame(
        {"sector": sectors, "staff": staff, "revenue": revenue, "assets": assets},
        schema={"sector": pl.String, "staff": pl.Float64, "revenue": pl.Float64, "assets": pl.Float64},
        strict=False,
    )
    outcomes = decide_people(stand(shipped_pack(PACK), TABLE, on), frame)["outcome"]
    return [o if s and o in SIZES else "" for s, o in zip(sectors, outcomes, strict=True)]
