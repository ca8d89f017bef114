"""Replay of real histories: what the rules give on each day against what was really graded, area-day by area-day.

Real lists of graded places name no cases. What can be tested with them is what the rules say after an area was drawn: that day and level
are given, how long it stays and by which steps it falls is foreseen, as if no case came later and every further condition were met in
time. A place that stays longer may have had a later case; one that goes earlier was released sooner than the rules allow, or was
renamed, split or merged on the list. With a file of cases (and real grades beside them) the whole table is tested.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from tongchou.packs.grading.account import Account
from tongchou.packs.grading.cases import read_cases
from tongchou.packs.grading.course import OF_RANK, Rules, along, drawn
from tongchou.packs.grading.facts import Day
from tongchou.packs.grading.files import with_lines
from tongchou.packs.grading.history import Listed, nothing_usable, read_listed, shape_of
from tongchou.packs.grading.scheme import RANK

LEVELS = ("high", "medium")


@dataclass(frozen=True, slots=True)
class Match:
    """Area-days of one level: both, only the rules, only the real list. given: of both, the days on which a place was drawn, which are taken
    from the list itself and agree of necessity."""

    both: int
    rules_only: int
    list_only: int
    given: int = 0

    @property
    def foreseen(self) -> Match:
        """Without the days that were given: what the rules had to foresee."""
        return Match(self.both - self.given, self.rules_only, self.list_only)

    @property
    def precision(self) -> float | None:
        """Of the area-days that the rules give, the share really graded so."""
        given = self.both + self.rules_only
        return self.both / given if given else None

    @property
    def recall(self) -> float | None:
        """Of the area-days really graded so, the share that the rules give."""
        real = self.both + self.list_only
        return self.both / real if real else None


@dataclass(slots=True)
class Report:
    """What a replay found. levels: by level. editions: (edition, level) -> match. lengths: how long drawn areas really stayed, against the
    shortest stay that the rules allow, counted in areas: shorter, as_ruled (a day either way), longer. account: what became of every row."""

    shape: str
    account: Account
    areas: int
    first: date | None
    last: date | None
    levels: dict[str, Match] = field(default_factory=dict)
    editions: dict[str, dict[str, Match]] = field(default_factory=dict)
    lengths: dict[str, int] = field(default_factory=dict)
    outcomes: dict[str, int] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)

    def as_value(self) -> dict[str, Any]:
        def told(m: Match) -> dict[str, Any]:
            only = m.foreseen
            rates = (("precision", m.precision), ("recall", m.recall), ("foreseen_precision", only.precision), ("foreseen_recall", only.recall))
            rounded = {k: None if v is None else round(v, 4) for k, v in rates}
            return {"both": m.both, "rules_only": m.rules_only, "list_only": m.list_only, "given": m.given, **rounded}

        return {
            "shape": self.shape, "rows_in": self.account.rows_in, "rows_used": self.account.rows_used, "left_out": self.account.left_out,
            "left_out_examples": self.account.examples, "areas": self.areas,
            "first": self.first and self.first.isoformat(), "last": self.last and self.last.isoformat(),
            "levels": {k: told(m) for k, m in self.levels.items()},
            "editions": {e: {k: told(m) for k, m in by.items()} for e, by in self.editions.items()},
            "lengths": self.lengths, "outcomes": self.outcomes, "notes": self.notes,
        }  # fmt: skip


def replay(table: pl.DataFrame, rules: Rules) -> Report:
    """Replay a table of texts of any of the shapes of `history`. Raises Refusal for another one."""
    table = with_lines(table)
    return _cases(table, rules) if shape_of(table.columns) == "cases" else _listed(read_listed(table), rules)


def _listed(listed: Listed, rules: Rules) -> Report:
    actual, starts = listed.actual, listed.drawn
    if not actual.height:
        raise nothing_usable("level", listed.account)
    last = actual["day"].max()
    ruled = _ruled(starts, rules, last, counties=listed.shape in ("counts", "flags"))
    ruled = ruled.filter(pl.col("day").is_in(list(listed.seen)))  # of a day without a list nobody knows what was graded
    blurred = starts.filter(pl.col("first")).select("area").unique()
    known, given = actual.join(blurred, on="area", how="anti"), ruled.join(blurred, on="area", how="anti")
    first = min(listed.seen)
    report = Report(listed.shape, listed.account, known["area"].n_unique(), first, max(listed.seen))
    report.notes["areas_drawn_before_the_file_begins"] = blurred.height
    report.notes["days_without_a_list"] = (max(listed.seen) - first).days + 1 - len(listed.seen)
    report.notes["medium_days_after_it_was_abolished"] = actual.filter((pl.col("level") == "medium") & (pl.col("day") >= date(2022, 11, 12))).height
    report.notes |= listed.notes
    _compare(report, given, known, rules, starts)
    if listed.shape in ("intervals", "snapshots") and not report.notes["days_without_a_list"]:
        report.lengths = _lengths(starts.join(blurred, on="area", how="anti"), known, rules, last)  # type: ignore[arg-type]
    return report


def _ruled(starts: pl.DataFrame, rules: Rules, last: Any, *, counties: bool) -> pl.DataFrame:
    """area, day, level as the rules give them. Of two courses of one place the more severe
    level holds; counties, which have
    many places, hold every level that one of them has."""
    courses: dict[tuple[date, str], list[tuple[date, str]]] = {}
    rows: list[tuple[str, date, str]] = []
    for area, day, level in starts.select("area", "day", "level").iter_rows():
        if (day, level) not in courses:
            courses[day, level] = drawn(rules, day, level)
        rows += [(area, d, lv) for d, lv in courses[day, level] if d <= last]
    frame = pl.DataFrame(rows, schema={"area": pl.String, "day": pl.Date, "level": pl.String}, orient="row").unique()
    if not counties:
        frame = frame.group_by("area", "day").agg(pl.when((pl.col("level") == "high").any()).then(pl.lit("high")).otherwise(pl.lit("medium")).alias("level"))
    return frame


def _compare(report: Report, given: pl.DataFrame, known: pl.DataFrame, rules: Rules, starts: pl.DataFrame | None = None) -> None:
    both = given.with_columns(pl.lit(True).alias("rules")).join(
        known.with_columns(pl.lit(True).alias("real")), on=["area", "day", "level"], how="full", coalesce=True
    )
    begun = pl.DataFrame(schema={"area": pl.String, "day": pl.Date, "level": pl.String}) if starts is None else starts.select("area", "day", "level").unique()
    both = both.join(begun.with_columns(pl.lit(True).alias("given")), on=["area", "day", "level"], how="left")
    editions = {d: (s.edition.key if (s := rules.on(d)) else "none") for d in both["day"].unique()}
    both = both.with_columns(pl.col("day").replace_strict(editions, return_dtype=pl.String).alias("edition"))
    for level in LEVELS:
        report.levels[level] = _match(both.filter(pl.col("level") == level))
    for edition in both["edition"].unique().sort():
        part = both.filter(pl.col("edition") == edition)
        report.editions[edition] = {level: _match(part.filter(pl.col("level") == level)) for level in LEVELS}


def _match(rows: pl.DataFrame) -> Match:
    rules, real = rows["rules"].fill_null(False), rows["real"].fill_null(False)
    given = rows["given"].fill_null(False)
    return Match(int((rules & real).sum()), int((rules & ~real).sum()), int((real & ~rules).sum()), int((rules & real & given).sum()))


def _lengths(starts: pl.DataFrame, known: pl.DataFrame, rules: Rules, last: date) -> dict[str, int]:
    """How long areas drawn once stayed listed, against the shortest stay. Those still listed at the end say nothing yet."""
    once = starts.group_by("area").agg(pl.len(), pl.col("day").first(), pl.col("level").first()).filter(pl.col("len") == 1)
    ends = known.group_by("area").agg(pl.col("day").max().alias("end"))
    out = {"shorter": 0, "as_ruled": 0, "longer": 0, "still_listed": 0, "drawn_again": starts["area"].n_unique() - once.height}
    for _, _, day, level, end in once.join(ends, on="area").iter_rows():
        course = drawn(rules, day, level)
        if not course:
            continue
        wanted, real = (course[-1][0] - day).days + 1, (end - day).days + 1
        key = "still_listed" if end >= last else "shorter" if real < wanted - 1 else "longer" if real > wanted + 1 else "as_ruled"
        out[key] += 1
    return out


def _cases(table: pl.DataFrame, rules: Rules) -> Report:
    """Case histories: what the table gives for each area and day, and how that agrees with the real grades where the file has them."""
    account = Account(table.height)
    rows, notes = read_cases(table, account)
    last = rows["day"].max()
    report = Report("cases", account, rows["area"].n_unique(), rows["day"].min(), last, notes=notes)  # type: ignore[arg-type]
    given: list[tuple[str, date, str]] = []
    for (area,), part in rows.group_by("area", maintain_order=True):
        days = [Day(d, max(n, 0), u, c) for d, n, u, c in part.select("day", "cases", "unknown_source", "largest_cluster").iter_rows()]
        place = next((p for p in part["place"] if p), "residence")
        given += [(str(area), d, outcome) for d, outcome in along(rules, days, last, place)]  # type: ignore[arg-type]
    report.notes["area_days_without_a_report"] = len(given) - rows.height
    outcome = pl.DataFrame(given, schema={"area": pl.String, "day": pl.Date, "level": pl.String}, orient="row")
    report.outcomes = dict(sorted(outcome["level"].value_counts().iter_rows()))
    if "grade" in table.columns:
        _agree(report, outcome, rows, rules)
    return report


def _agree(report: Report, outcome: pl.DataFrame, rows: pl.DataFrame, rules: Rules) -> None:
    real = rows.select("area", "day", pl.col("grade").alias("level")).drop_nulls()
    report.notes["area_days_with_a_real_grade"] = real.height
    published = {name: OF_RANK[n] for name, n in RANK.items()}
    shown = outcome.with_columns(pl.col("level").replace(published)).join(real.select("area", "day"), on=["area", "day"])
    report.notes["area_days_undetermined"] = shown.filter(pl.col("level") == "undetermined").height
    _compare(report, shown.filter(pl.col("level").is_in(LEVELS)), real.filter(pl.col("level").is_in(LEVELS)), rules)
    both = shown.join(real, on=["area", "day"], suffix="_real")
    report.notes["area_days_equal"] = both.filter(pl.col("level") == pl.col("level_real")).height
