"""What a change of edition would do to the people under control: who is released, who is newly held, beds and tests by day, by place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.batch import decide_people, usable
from tongchou.packs.plans.model import Pack
from tongchou.packs.plans.refusals import no_such
from tongchou.packs.plans.resolve import Standing, stand

COUNTS = (
    "people",
    "held_before",
    "held_after",
    "released",
    "released_on_test",
    "newly_held",
    "earlier_release",
    "later_release",
    "waiting_before",
    "waiting_after",
    "undetermined",
)
"""held: the days of a measure that restricts are running. waiting: they are over, and the plan lets the person go once a last test is negative;
such a person is not held here. released: held before, not after; released_on_test: those of them who are waiting after. Whoever is waiting before
came to the end under the edition that is left already, so no count of released has them."""


@dataclass(frozen=True, slots=True)
class Preview:
    """Two editions over the same people on the same day.

    place_days: one row for each place and coming day, with the columns of `days`.
    places: one row for each value of the column asked for (one row, "", without it), with COUNTS. days: one row for each coming day, the
    beds in central sites and the tests due before and after. people: every person's place, outcomes and last days, in the order of the file.
    rejected: what is wrong of rows whose facts cannot be used (`line` from 1); these are in no count.
    """

    before: str
    after: str
    places: pl.DataFrame
    days: pl.DataFrame
    people: pl.DataFrame
    place_days: pl.DataFrame
    rejected: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Workload:
    """How many beds one member of staff looks after, and tests takes in a day. No source says so: an estimate that whoever plans may change."""

    beds: int = 5
    tests: int = 200

    def staff(self, beds: int, tests: int) -> int:
        """The staff that so many beds and tests need, each rounded up."""
        return -(-beds // self.beds) + -(-tests // self.tests)


def with_staff(days: pl.DataFrame, per: Workload) -> pl.DataFrame:
    """`days` or `place_days` with the staff needed before and after."""
    return days.with_columns(
        pl.Series(
            f"staff_{side}",
            [per.staff(b, t) for b, t in zip(days[f"beds_{side}"], days[f"tests_{side}"], strict=True)],
            pl.Int64,
        )
        for side in ("before", "after")
    )


def rules_of(pack: Pack, table: str, edition: str, today: date, area: str = "") -> Standing:
    """The table with the rules of an edition (its name, or a day on which it is in force), counting days to `today`. Raises Refusal."""
    found = {e.key: e.from_ for e in pack.editions}
    try:
        day = found[edition] if edition in found else date.fromisoformat(edition)
    except ValueError:
        raise no_such("edition", edition, found) from None
    return replace(stand(pack, table, day, max(day, today), area), as_of=today)


def preview(
    before: Standing, after: Standing, people: pl.DataFrame, by: str = "", days: int = 14, keep: Sequence[str] = ()
) -> Preview:
    """Decide everybody by both. Held is who is under a measure that restricts on the day itself. Raises BatchErrors, Refusal."""
    if by and by not in people.columns:
        rule = Text("文件中没有这一列。", "The file has no such column.")
        remedy = Text("请核对列名，或不写。", "Check the name, or leave it out.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=remedy, field="by", value=by)
    if before.as_of != after.as_of or before.table.key != after.table.key:
        raise ValueError("both must be the same table on the same day")
    carried = [*keep, *([by] if by else [])]
    people, rejected = usable((before, after), people, carried)
    place = (
        people[by].cast(pl.String).fill_null("") if by else pl.repeat("", people.height, eager=True, dtype=pl.String)
    )
    old, new = (decide_people(s, people, carried) for s in (before, after))
    both = pl.DataFrame(
        {
            "place": place,
            "outcome_before": old["outcome"],
            "outcome_after": new["outcome"],
            "held_before": _held(before, old),
            "held_after": _held(after, new),
            "waiting_before": _waiting(before, old),
            "waiting_after": _waiting(after, new),
            "until_before": old["until"],
            "until_after": new["until"],
        }
    )
    return Preview(
        before.edition.key,
        after.edition.key,
        _places(both),
        _days(before, after, days, old, new),
        both,
        _by_place(before, after, days, place, old, new),
        tuple(rejected),
    )


def _held(standing: Standing, decided: pl.DataFrame) -> pl.Series:
    """Whether each person is under a restricting measure whose days are running. Whose days are over and who waits for a last test is not."""
    bounded, open_ = _inside(standing)
    held = pl.col("measures").list.eval(bounded).list.any() | (pl.col("measures").list.eval(open_).list.any() & pl.col("ended").is_null())
    return decided.select(held.fill_null(False).alias("held"))["held"]


def _waiting(standing: Standing, decided: pl.DataFrame) -> pl.Series:
    """Whether each person's days are over, but not the measure: it goes on until a last test is negative (docs/decisions/0061)."""
    bounded, open_ = _inside(standing)
    running = pl.col("measures").list.eval(bounded).list.any().fill_null(False)
    waiting = ~running & pl.col("measures").list.eval(open_).list.any() & pl.col("ended").is_not_null()
    return decided.select(waiting.fill_null(False).alias("waiting"))["waiting"]


def _inside(standing: Standing) -> tuple[pl.Expr, pl.Expr]:
    """Of one measure: whether it restricts on the day with a last day ahead, and whether it restricts without a last day."""
    strict = [key for key, mode in standing.pack.modes.items() if mode.restricts]
    element = pl.element().struct
    today = pl.lit(standing.as_of)
    began = (element.field("from") <= today) & element.field("mode").is_in(strict)
    return began & (element.field("until") >= today).fill_null(False), began & element.field("until").is_null()


def _places(both: pl.DataFrame) -> pl.DataFrame:
    before, after = pl.col("held_before"), pl.col("held_after")
    stays = before & after
    return (
        both.group_by("place")
        .agg(
            pl.len().alias("people"),
            before.sum(),
            after.sum(),
            (before & ~after).sum().alias("released"),
            (before & ~after & pl.col("waiting_after")).sum().alias("released_on_test"),
            (after & ~before).sum().alias("newly_held"),
            (stays & (pl.col("until_after") < pl.col("until_before"))).sum().alias("earlier_release"),
            (stays & (pl.col("until_after") > pl.col("until_before"))).sum().alias("later_release"),
            pl.col("waiting_before").sum(),
            pl.col("waiting_after").sum(),
            (pl.col("outcome_after") == "undetermined").sum().alias("undetermined"),
        )
        .sort("place")
    )


def _by_place(before: Standing, after: Standing, count: int, place: pl.Series, old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    parts = []
    for one in place.unique().sort():
        mine = place == one
        found = _days(before, after, count, old.filter(mine), new.filter(mine))
        parts.append(found.insert_column(0, pl.lit(one).alias("place")))
    return pl.concat(parts) if parts else _days(before, after, 0, old, new).insert_column(0, pl.lit("").alias("place"))


def at_site(pack: Pack) -> list[str]:
    """The modes that take a bed in a central site."""
    return [key for key, mode in pack.modes.items() if mode.kind == "isolation_site"]


def _days(before: Standing, after: Standing, count: int, old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    today = before.as_of
    sides = {"before": (before, old), "after": (after, new)}
    out: dict[str, list[date] | list[int]] = {"day": [today + timedelta(days=n) for n in range(count)]}
    for side, (standing, decided) in sides.items():
        measures = decided.select("measures", "ended").explode("measures").unnest("measures").drop_nulls("mode")
        measures = measures.with_columns(pl.coalesce("until", "ended").alias("until"))
        central = measures.filter(pl.col("mode").is_in(at_site(standing.pack)))
        tests = measures.select(pl.col("test_dates").explode())["test_dates"]
        due = dict(tests.drop_nulls().value_counts().iter_rows())
        beds = []
        for n in range(count):
            day = today + timedelta(days=n)
            beds.append(
                central.filter((pl.col("from") <= day) & (pl.col("until").is_null() | (pl.col("until") >= day))).height
            )
        out[f"beds_{side}"] = beds
        out[f"tests_{side}"] = [int(due.get(today + timedelta(days=n), 0)) for n in range(count)]
    return pl.DataFrame(out)
