"""Every row of a history is accounted for: used, or left out for a reason that is named, counted and shown by its line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from tongchou.packs.grading.files import LINE, MISFIT

WHY, WHAT = "_why", "_what"
SHOWN = 5
"""Rows shown of each reason."""
FAR = 3 * 366
"""Days from the middle day of a file beyond which a day is a slip of the pen (2202 for 2022), not a part of the history."""
LEVELS = {
    "high": ("high", "h", "高", "封控", "封控区", "lockdown"), "medium": ("medium", "mid", "middle", "moderate", "m", "中", "管控", "管控区", "control"),
    "low": ("low", "l", "低", "防范", "防范区", "prevention", "常态化防控"), "none": ("none", "无", "未划定", "未定级", "not_graded"),
}  # fmt: skip
_WORDS = {word: level for level, words in LEVELS.items() for word in words}


@dataclass(slots=True)
class Account:
    """left_out: rows by reason. examples: reason -> up to SHOWN (line, what stood there). rows_in = rows_used + all that were left out."""

    rows_in: int
    left_out: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def rows_used(self) -> int:
        return self.rows_in - sum(self.left_out.values())

    def keep(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows whose WHY is null, without WHY and WHAT; the others are taken down."""
        for why, line, what in (
            rows.filter(pl.col(WHY).is_not_null()).sort(WHY, LINE).select(WHY, LINE, WHAT).iter_rows()
        ):
            self.left_out[why] = self.left_out.get(why, 0) + 1
            shown = self.examples.setdefault(why, [])
            if len(shown) < SHOWN:
                shown.append({"line": line, "value": (what or "")[:80]})
        return rows.filter(pl.col(WHY).is_null()).drop(WHY, WHAT)


def judged(rows: pl.DataFrame, *reasons: tuple[str, pl.Expr, str]) -> pl.DataFrame:
    """`rows` with WHY (the first reason that holds, else null) and WHAT (the text of the column named with it)."""
    why, what = pl.lit(None, pl.String), pl.lit(None, pl.String)
    for name, holds, column in reversed(reasons):
        hit = holds.fill_null(False)
        why = pl.when(hit).then(pl.lit(name)).otherwise(why)
        what = pl.when(hit).then(pl.col(column).cast(pl.String)).otherwise(what)
    return rows.with_columns(why.alias(WHY), what.alias(WHAT))


MISFITS = ("wrong_number_of_fields", pl.col(MISFIT), LINE)


def name(column: str) -> pl.Expr:
    """A place's name without the accidents of typing: widths and blanks."""
    return pl.col(column).fill_null("").str.normalize("NFKC").str.replace_all(r"\s+", "")


def level(column: str) -> pl.Expr:
    """high, medium, low or none, whatever the word; null where it is none of the words known."""
    plain = pl.col(column).fill_null("").str.normalize("NFKC").str.to_lowercase().str.replace_all(r"[\s_-]+", "")
    plain = (
        plain.str.replace(r"(地区|区域|等级|risk|area|areas)+$", "")
        .str.replace("风险区?$", "")
        .str.replace("risk$", "")
    )
    return plain.replace_strict(_WORDS, default=None, return_dtype=pl.String)


def day(column: str) -> pl.Expr:
    """The day of 2022-07-05, 2022/7/5, 2022.7.5, 20220705 or 2022年7月5日, with or without a time; null where it is no day."""
    text = pl.col(column).fill_null("").str.normalize("NFKC").str.strip_chars()
    parts = text.str.replace(r"^(\d{4})(\d{2})(\d{2})(\D|$)", "$1-$2-$3$4").str.extract_groups(
        r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?:\D|$)"
    )
    y, m, d = (parts.struct.field(str(n)) for n in (1, 2, 3))
    return pl.concat_str([y, m.str.zfill(2), d.str.zfill(2)], separator="-").str.to_date("%Y-%m-%d", strict=False)


def whole(column: str, *, below_nought: bool = False) -> pl.Expr:
    """A whole number; null where it is none, or below nought and that may not be."""
    text = pl.col(column).fill_null("").str.normalize("NFKC").str.strip_chars()
    text = text.replace({"是": "1", "否": "0", "true": "1", "false": "0", "True": "1", "False": "0"})
    number = text.cast(pl.Float64, strict=False)
    fits = (number == number.round()) & (number.abs() <= 10_000_000)
    if not below_nought:
        fits &= number >= 0
    return pl.when(fits).then(number.cast(pl.Int64, strict=False)).otherwise(None)


def far_off(column: str) -> pl.Expr:
    """Whether a day lies so far from the middle of the file that it cannot belong to it."""
    return (pl.col(column) - pl.col(column).median().cast(pl.Date)).dt.total_days().abs() > FAR


def empty(column: str) -> pl.Expr:
    return pl.col(column).fill_null("").str.strip_chars() == ""
