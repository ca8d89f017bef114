"""Real grades made alike: what was drawn when, and what was graded on each day.

By their columns (a header row; names in Chinese and other writings of days and levels are understood, see `files` and `account`):
  intervals  province, city, county, community, level, first_seen, last_seen_before (empty: still listed)
  snapshots  snapshot, province, city, county, community, level
  counts     date, province, city, county, high, medium[, low]                  graded places of the county on that day
  flags      date, province, city, county, any_high_risk, any_mid_risk[, any_low_risk]
  cases      date, area (or province[, city[, county]]), new_cases (or confirmed, cumulative)[, unknown_source][, largest_cluster]
             [, place][, grade]: grade is the real one on that day (high, medium, low, none), where it is known
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

import polars as pl

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.grading.account import FAR, MISFITS, Account, day, empty, far_off, judged, level, name, whole
from tongchou.packs.grading.files import LINE, MISFIT

Shape = Literal["intervals", "snapshots", "counts", "flags", "cases"]
_KEY = ("province", "city", "county", "area", "community")
_COLUMNS: dict[Shape, tuple[str, ...]] = {
    "intervals": ("level", "first_seen", "last_seen_before"), "snapshots": ("snapshot", "level"), "counts": ("date", "county", "high", "medium"),
    "flags": ("date", "county", "any_high_risk", "any_mid_risk"),
}  # fmt: skip
GAP = 1
"""Days for which a place may be off the list and still count as the same listing."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Real grades. actual: area, day, level. drawn: area, day, level, first (the file's own first day: drawn earlier, nobody knows when).

    area: the place, or the county where the file knows counties only. seen: the days of which the file speaks; of others nothing is known.
    """

    shape: Shape
    actual: pl.DataFrame
    drawn: pl.DataFrame
    account: Account
    seen: frozenset[date]
    notes: dict[str, int] = field(default_factory=dict)


def shape_of(columns: Sequence[str]) -> Shape:
    """Which of the shapes a file has. Raises Refusal naming what is missing when none fits."""
    have = set(columns)
    for shape, wanted in _COLUMNS.items():
        if have.issuperset(wanted) and have & set(_KEY):
            return shape
    if "date" in have and have & {"area", "province", "city", "county"} and have & {"new_cases", "confirmed"}:
        return "cases"
    near = min(_COLUMNS, key=lambda s: len(set(_COLUMNS[s]) - have))
    lacks = [*(c for c in _COLUMNS[near] if c not in have), *([] if have & set(_KEY) else ["province / city / county / community"])]
    rule = Text("表头不属于任何一种可回放的格式；最接近的是 {near}，缺 {lacks}。", "The columns fit no shape that can be replayed; the nearest, {near}, lacks {lacks}.")
    remedy = Text("格式见 docs/officer/risk.md：区间、快照、县区计数、县区标志、病例。", "See docs/officer/risk.md: intervals, snapshots, counts, flags, cases.")
    shown = ", ".join(c for c in columns if not c.startswith("_"))
    raise Refusal(Reason.INVALID_VALUE, rule.with_(near=near, lacks=", ".join(lacks)), remedy=remedy, field="header", value=shown[:120])


def read_listed(table: pl.DataFrame) -> Listed:
    """Real grades out of a table of one of the first four shapes. Raises Refusal."""
    shape = shape_of(table.columns)
    account = Account(table.height)
    if shape == "intervals":
        return _intervals(table, account)
    if shape == "snapshots":
        return _snapshots(table, account)
    if shape in ("counts", "flags"):
        return _counties(table, shape, account)
    raise Refusal(Reason.INVALID_VALUE, Text("这是病例表，不是等级表。", "These are cases, not grades."), field="header")


def nothing_usable(column: str, account: Account) -> Refusal:
    why = "; ".join(f"{reason} {rows}" for reason, rows in account.left_out.items()) or "0"
    rule = Text("表中没有一行可用的数据（读入 {rows} 行；未采用：{why}）。", "The table holds no usable row ({rows} read; left out: {why}).")
    return Refusal(Reason.MISSING_VALUE, rule.with_(rows=account.rows_in, why=why), field=column)


def area_of(table: pl.DataFrame) -> pl.Expr:
    """One text that names a row's area, from the province down."""
    return pl.concat_str([name(c) for c in _KEY if c in table.columns], separator="/")


NO_AREA = ("no_area", pl.col("area").str.strip_chars("/") == "", "area")


def _graded(table: pl.DataFrame, *columns: str) -> pl.DataFrame:
    return table.select(area_of(table).alias("area"), LINE, MISFIT, *columns, pl.col("level").alias("word"), level("level").alias("grade"))


_GRADES = (
    MISFITS,
    NO_AREA,
    ("level_not_understood", pl.col("grade").is_null(), "word"),
    ("low_not_compared", pl.col("grade").is_in(["low", "none"]), "word"),
)


def _snapshots(table: pl.DataFrame, account: Account) -> Listed:
    """Runs of snapshots in which a place stands at one level; the days without a snapshot say nothing."""
    rows = _graded(table, "snapshot").with_columns(day("snapshot").alias("day"))
    bad = ("bad_date", pl.col("day").is_null(), "snapshot")
    kept = account.keep(judged(rows, *_GRADES, bad, ("day_far_off", far_off("day"), "snapshot"), _twice("area", "grade", "snapshot")))
    days = _worst(kept.select("area", "day", pl.col("grade").alias("level")))
    if not days.height:
        raise nothing_usable("snapshot", account)
    seen = rows["day"].unique().drop_nulls().sort()
    following = pl.DataFrame({"day": seen, "n": range(len(seen))})
    numbered = days.join(following, on="day").sort("area", "n").drop("n")
    return Listed("snapshots", days, _drawn(numbered, seen), account, frozenset(seen))


def _twice(*columns: str) -> tuple[str, pl.Expr, str]:
    return "same_row_again", pl.struct(columns).is_first_distinct().not_(), "area"


def _intervals(table: pl.DataFrame, account: Account) -> Listed:
    rows = _graded(table, "first_seen", "last_seen_before").with_columns(day("first_seen").alias("from"), day("last_seen_before").alias("to"))
    still = empty("last_seen_before")
    checks = (
        ("bad_date", pl.col("from").is_null(), "first_seen"),
        ("bad_date", pl.col("to").is_null() & ~still, "last_seen_before"),
        ("day_far_off", far_off("from"), "first_seen"),
        ("day_far_off", (pl.col("to") - pl.col("from").median().cast(pl.Date)).dt.total_days().abs() > FAR, "last_seen_before"),
        ("ends_before_it_begins", pl.col("from") > pl.col("to"), "last_seen_before"),
        ("less_than_a_day", pl.col("from") == pl.col("to"), "last_seen_before"),
        _twice("area", "grade", "first_seen", "last_seen_before"),
    )
    kept = account.keep(judged(rows, *_GRADES, *checks))
    if not kept.height:
        raise nothing_usable("level", account)
    end = max(d for d in (kept["to"].max(), kept["from"].max()) if d is not None)
    spans = kept.with_columns(pl.col("to").fill_null(pl.lit(end).dt.offset_by("1d")))
    days = spans.select("area", pl.col("grade").alias("level"), pl.date_ranges("from", "to", closed="left").alias("day")).explode("day")
    actual = _worst(days)
    days_seen: list[date] = sorted(actual["day"].unique())
    first, last = days_seen[0], days_seen[-1]
    seen = pl.Series("day", [first + timedelta(days=n) for n in range((last - first).days + 1)], pl.Date)
    notes = {"still_listed_rows": kept["to"].null_count(), "area_days_at_two_levels": days.unique().height - actual.height}
    return Listed("intervals", actual, _drawn(actual, seen), account, frozenset(seen), notes)


def _worst(days: pl.DataFrame) -> pl.DataFrame:
    """One level for an area and day: the more severe."""
    return days.group_by("area", "day").agg(pl.when((pl.col("level") == "high").any()).then(pl.lit("high")).otherwise(pl.lit("medium")).alias("level"))


def _drawn(actual: pl.DataFrame, seen: pl.Series) -> pl.DataFrame:
    """When an area came on the list or rose, which needs a case; a fall is what the rules are asked to foresee."""
    first = seen.min()
    at = pl.DataFrame({"day": seen.sort(), "n": range(len(seen))})
    ordered = actual.join(at, on="day").sort("area", "day")
    steps = ordered.with_columns(
        pl.col("day").diff().dt.total_days().over("area").alias("gap"), pl.col("n").diff().over("area").alias("missed"),
        pl.col("level").shift().over("area").alias("before"),
    )  # fmt: skip
    new = pl.col("gap").is_null() | ((pl.col("gap") > GAP) & (pl.col("missed") > 1))
    rose = (pl.col("level") == "high") & (pl.col("before") == "medium")
    return steps.filter(new | rose).select("area", "day", "level", (pl.col("day") == first).alias("first"))


def _counties(table: pl.DataFrame, shape: Shape, account: Account) -> Listed:
    """Counties by day: drawn where the number of places rises (a fall from high to medium taken off), or where a flag goes up."""
    high, medium = ("high", "medium") if shape == "counts" else ("any_high_risk", "any_mid_risk")
    rows = table.select(
        area_of(table).alias("area"), LINE, MISFIT, pl.col("date").alias("date"), day("date").alias("day"),
        pl.col(high).alias("high_text"), pl.col(medium).alias("medium_text"), whole(high).alias("high"), whole(medium).alias("medium"),
    )  # fmt: skip
    checks = (
        MISFITS, NO_AREA, ("bad_date", pl.col("day").is_null(), "date"), ("day_far_off", far_off("day"), "date"),
        ("bad_number", pl.col("high").is_null(), "high_text"), ("bad_number", pl.col("medium").is_null(), "medium_text"),
        _twice("area", "day", "high", "medium"),
    )  # fmt: skip
    kept = account.keep(judged(rows, *checks))
    if not kept.height:
        raise nothing_usable("date", account)
    counts = kept.group_by("area", "day").agg(pl.col("high").max(), pl.col("medium").max())
    days = counts["day"].unique().sort()
    actual = pl.concat([counts.filter(pl.col(c) > 0).select("area", "day", pl.lit(c).alias("level")) for c in ("high", "medium")])
    notes = {"rows_of_another_row_s_area_and_day": kept.height - counts.height, "perhaps_renamed": _renamed(actual, days)}
    return Listed(shape, actual, _rises(counts, days), account, frozenset(days), notes)


def _rises(rows: pl.DataFrame, days: pl.Series) -> pl.DataFrame:
    before = pl.DataFrame({"day": days, "yesterday": [None, *days[:-1]]}, schema={"day": pl.Date, "yesterday": pl.Date})
    was = rows.select("area", pl.col("day").alias("yesterday"), pl.col("high").alias("high_was"), pl.col("medium").alias("medium_was"))
    both = rows.join(before, on="day").join(was, on=["area", "yesterday"], how="left").with_columns(pl.col("high_was", "medium_was").fill_null(0))
    fell = (pl.col("high_was") - pl.col("high")).clip(0)
    up = (("high", pl.col("high") > pl.col("high_was")), ("medium", pl.col("medium") - pl.col("medium_was") > fell))
    drawn = pl.concat([both.filter(rose).select("area", "day", pl.lit(c).alias("level")) for c, rose in up])
    return drawn.with_columns((pl.col("day") == days[0]).alias("first"))


def _renamed(actual: pl.DataFrame, days: pl.Series) -> int:
    """Counties that leave the file for good on the day on which another of the same city first comes, at the same levels: perhaps one
    county under two names. Nothing is joined by it; it says how far names alone may have spoilt the agreement."""
    order = pl.DataFrame({"day": days, "n": range(len(days))}, schema={"day": pl.Date, "n": pl.Int64})
    at = actual.group_by("area", "day").agg(pl.col("level").sort().str.join("+")).join(order, on="day").sort("area", "n")
    runs = at.group_by("area").agg(
        pl.col("n").min().alias("from"), pl.col("n").max().alias("to"), pl.col("level").first().alias("first"), pl.col("level").last().alias("last")
    )
    runs = runs.with_columns(pl.col("area").str.replace(r"/[^/]*$", "").alias("within"))
    gone = runs.filter(pl.col("to") < len(days) - 1).select("within", (pl.col("to") + 1).alias("from"), pl.col("last").alias("first"))
    return gone.join(runs.filter(pl.col("from") > 0), on=["within", "from", "first"], how="semi").height
