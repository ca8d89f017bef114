"""Files of case histories: reports by area and day, each row accounted for."""

from __future__ import annotations

import polars as pl

from tongchou.packs.grading.account import MISFITS, Account, day, empty, far_off, judged, level, whole
from tongchou.packs.grading.files import LINE, MISFIT
from tongchou.packs.grading.history import NO_AREA, area_of, nothing_usable

PLACES = ("residence", "likely", "possible", "rest")
"""What a place may have been to an infected person, in the words of the table `area_grade`."""


def read_cases(table: pl.DataFrame, account: Account) -> tuple[pl.DataFrame, dict[str, int]]:
    """(area, day, cases, unknown_source, largest_cluster, place, grade) by area and day, and what is to be noted. Raises Refusal.

    cases: new on that day or since the report before. Below nought: a correction. Of several numbers for one area and day the largest counts.
    """
    new = "new_cases" in table.columns
    told = "new_cases" if new else "confirmed"
    rows = table.select(
        area_of(table).alias("area"), LINE, MISFIT, pl.col("date").alias("date"), day("date").alias("day"), pl.col(told).alias("text"),
        whole(told, below_nought=new).alias("cases"), *(_optional(table, c) for c in ("unknown_source", "largest_cluster")), _place(table), *_grade(table),
    )  # fmt: skip
    rows = rows.sort("area", "day", "cases", LINE, descending=[False, False, True, False], nulls_last=True)
    checks = (
        MISFITS, NO_AREA, ("bad_date", pl.col("day").is_null(), "date"), ("day_far_off", far_off("day"), "date"),
        ("bad_number", pl.col("cases").is_null(), "text"),
        ("same_row_again", pl.struct("area", "day", "cases", "grade_word").is_first_distinct().not_(), "text"),
    )  # fmt: skip
    kept = account.keep(judged(rows, *checks))
    kept = account.keep(
        judged(kept, ("another_number_for_that_day", pl.struct("area", "day").is_first_distinct().not_(), "text"))
    )
    if not kept.height:
        raise nothing_usable(told, account)
    if not new:
        kept = kept.with_columns((pl.col("cases") - pl.col("cases").shift().over("area").fill_null(0)).alias("cases"))
    notes = {"corrections_downwards": kept.filter(pl.col("cases") < 0).height}
    if "grade" in table.columns:
        notes["grades_not_understood"] = kept.filter(pl.col("grade").is_null() & ~empty("grade_word")).height
    return kept, notes


def _optional(table: pl.DataFrame, column: str) -> pl.Expr:
    return (whole(column) if column in table.columns else pl.lit(None, pl.Int64)).alias(column)


def _place(table: pl.DataFrame) -> pl.Expr:
    if "place" not in table.columns:
        return pl.lit(None, pl.String).alias("place")
    text = pl.col("place").str.strip_chars()
    return pl.when(text.is_in(PLACES)).then(text).otherwise(None).alias("place")


def _grade(table: pl.DataFrame) -> tuple[pl.Expr, pl.Expr]:
    if "grade" not in table.columns:
        return pl.lit(None, pl.String).alias("grade"), pl.lit(None, pl.String).alias("grade_word")
    return level("grade").alias("grade"), pl.col("grade").alias("grade_word")
