"""Files of real grades and cases, made alike: what was drawn when, what was graded on each day, what was reported.

By their columns (a header row, UTF-8, dates as 2022-07-05, times as 2022-07-05 11:00):
  intervals  province, city, county, community, level, first_seen, last_seen_before
  snapshots  snapshot, province, city, county, community, level
  counts     date, province, city, county, high, medium[, low]                  graded places of the county on that day
  flags      date, province, city, county, any_high_risk, any_mid_risk[, any_low_risk]
  cases      date, area (or province[, city[, county]]), new_cases (or confirmed, cumulative)[, unknown_source][, largest_cluster]
             [, place][, grade]: grade is the real one on that day (high, medium, low, none), where it is known
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text

Shape = Literal["intervals", "snapshots", "counts", "flags", "cases"]
_LEVELS = {"高风险": "high", "高": "high", "中风险": "medium", "中": "medium", "低风险": "low", "低": "low", "high": "high", "medium": "medium", "low": "low"}
_KEY = ("province", "city", "county", "community")
GAP = 1
"""Days for which a place may be off the list and still count as the same listing."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Real grades. actual: area, day, level. drawn: area, day, level, first (the file's own first day: drawn earlier, nobody knows when).

    area: the place, or the county where the file knows counties only. left_out: rows that say nothing, by why.
    """

    shape: Shape
    actual: pl.DataFrame
    drawn: pl.DataFrame
    rows_in: int
    left_out: dict[str, int]


def shape_of(columns: Sequence[str]) -> Shape:
    """Which of the shapes a file has. Raises Refusal naming them when none fits."""
    have = set(columns)
    if {"level", "first_seen", "last_seen_before"} <= have:
        return "intervals"
    if {"snapshot", "level"} <= have:
        return "snapshots"
    if {"date", "county", "high", "medium"} <= have:
        return "counts"
    if {"date", "county", "any_high_risk", "any_mid_risk"} <= have:
        return "flags"
    if "date" in have and have & {"area", "province", "city", "county"} and have & {"new_cases", "confirmed"}:
        return "cases"
    rule = Text("表头不属于任何一种可回放的格式。", "The columns fit none of the shapes that can be replayed.")
    remedy = Text("格式见 docs/officer/risk.md：区间、快照、县区计数、县区标志、病例。", "See docs/officer/risk.md: intervals, snapshots, counts, flags, cases.")
    raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="header", value=", ".join(columns)[:120])


def read_file(path: Path) -> pl.DataFrame:
    """The file as texts. Raises Refusal."""
    try:
        return pl.read_csv(path, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError, UnicodeDecodeError) as error:
        rule = Text("读不出这个 CSV 文件（{why}）。", "This CSV file cannot be read: {why}.").with_(why=str(error).splitlines()[0][:120])
        remedy = Text("请核对路径、编码（UTF-8）和分隔符。", "Check the path, the encoding (UTF-8) and the separator.")
        raise Refusal(Reason.WRONG_FILE_TYPE, rule, remedy=remedy, field="file", value=path.name) from None


def read_listed(table: pl.DataFrame) -> Listed:
    """Real grades out of a table of one of the first four shapes. Raises Refusal."""
    shape = shape_of(table.columns)
    if shape == "intervals":
        return _intervals(table, "intervals", table.height)
    if shape == "snapshots":
        return _intervals(_from_snapshots(table), "snapshots", table.height)
    if shape in ("counts", "flags"):
        return _counties(table, shape)
    raise Refusal(Reason.INVALID_VALUE, Text("这是病例表，不是等级表。", "These are cases, not grades."), field="header")


def area_of(table: pl.DataFrame) -> pl.Expr:
    """One text that names a row's area: `area`, else its names from the province down."""
    if "area" in table.columns:
        return pl.col("area").str.strip_chars()
    return pl.concat_str([pl.col(c).fill_null("").str.strip_chars() for c in _KEY if c in table.columns], separator="/")


def day_of(column: str) -> pl.Expr:
    """The day of a date or a time; null where it is neither."""
    return pl.col(column).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)


def _from_snapshots(table: pl.DataFrame) -> pl.DataFrame:
    """Runs of snapshots in which a place stands at one level, as intervals; the last snapshot's places end with the file."""
    times = table["snapshot"].unique().sort()
    order = pl.DataFrame({"snapshot": times, "n": range(len(times)), "next": [*times[1:], times[-1]]})
    keys = [c for c in (*_KEY, "level") if c in table.columns]
    seen = table.unique([*keys, "snapshot"]).join(order, on="snapshot").sort([*keys, "n"])
    run = seen.with_columns((pl.col("n").diff().over(keys) != 1).fill_null(True).cum_sum().over(keys).alias("run"))
    return run.group_by([*keys, "run"]).agg(pl.col("snapshot").min().alias("first_seen"), pl.col("next").max().alias("last_seen_before"))


def _intervals(table: pl.DataFrame, shape: Shape, rows_in: int) -> Listed:
    spans = table.select(
        area_of(table).alias("area"), pl.col("level").str.strip_chars().replace_strict(_LEVELS, default=None).alias("level"),
        day_of("first_seen").alias("from"), day_of("last_seen_before").alias("to"),
    )  # fmt: skip
    end = spans["to"].max()
    spans = spans.with_columns(pl.col("to").fill_null(end))
    bad = spans.filter(pl.col("level").is_null() | pl.col("from").is_null())
    short = spans.filter(pl.col("from") >= pl.col("to"))
    kept = spans.filter(pl.col("level").is_in(["high", "medium"]) & (pl.col("from") < pl.col("to")))
    days = kept.select("area", "level", pl.date_ranges("from", "to", closed="left").alias("day")).explode("day")
    actual = _worst(days)
    left = {"unreadable": bad.height, "less_than_a_day": short.height, "low": spans.filter(pl.col("level") == "low").height}
    return Listed(shape, actual, _drawn(actual), rows_in, left)


def _worst(days: pl.DataFrame) -> pl.DataFrame:
    """One level for an area and day: the more severe."""
    return days.group_by("area", "day").agg(pl.when((pl.col("level") == "high").any()).then(pl.lit("high")).otherwise(pl.lit("medium")).alias("level"))


def _drawn(actual: pl.DataFrame) -> pl.DataFrame:
    """When an area came on the list or rose, which needs a case; a fall is what the rules are asked to foresee."""
    first = actual["day"].min()
    seen = actual.sort("area", "day").with_columns(
        pl.col("day").diff().dt.total_days().over("area").alias("gap"), pl.col("level").shift().over("area").alias("before")
    )
    new = pl.col("gap").is_null() | (pl.col("gap") > GAP)
    rose = (pl.col("level") == "high") & (pl.col("before") == "medium")
    return seen.filter(new | rose).select("area", "day", "level", (pl.col("day") == first).alias("first"))


def _counties(table: pl.DataFrame, shape: Shape) -> Listed:
    """Counties by day: drawn where the number of places rises (a fall from high to medium taken off), or where a flag goes up."""
    high, medium = ("high", "medium") if shape == "counts" else ("any_high_risk", "any_mid_risk")
    rows = table.select(
        area_of(table).alias("area"), day_of("date").alias("day"), pl.col(high).cast(pl.Float64, strict=False).alias("high"),
        pl.col(medium).cast(pl.Float64, strict=False).alias("medium"),
    )  # fmt: skip
    bad = rows.filter(pl.any_horizontal(pl.all().is_null()))
    rows = rows.drop_nulls().group_by("area", "day").agg(pl.col("high").max(), pl.col("medium").max())
    days = rows["day"].unique().sort()
    first = days[0]
    before = pl.DataFrame({"day": days, "yesterday": [None, *days[:-1]]}, schema={"day": pl.Date, "yesterday": pl.Date})
    was = rows.select("area", pl.col("day").alias("yesterday"), pl.col("high").alias("high_was"), pl.col("medium").alias("medium_was"))
    both = rows.join(before, on="day").join(was, on=["area", "yesterday"], how="left").with_columns(pl.col("high_was", "medium_was").fill_null(0))
    fell = (pl.col("high_was") - pl.col("high")).clip(0)
    drawn = pl.concat(
        [
            both.filter(pl.col("high") > pl.col("high_was")).select("area", "day", pl.lit("high").alias("level")),
            both.filter(pl.col("medium") - pl.col("medium_was") > fell).select("area", "day", pl.lit("medium").alias("level")),
        ]
    ).with_columns((pl.col("day") == first).alias("first"))
    actual = pl.concat([rows.filter(pl.col(c) > 0).select("area", "day", pl.lit(c).alias("level")) for c in ("high", "medium")])
    return Listed(shape, actual, drawn, table.height, {"unreadable": bad.height})


