"""Who may return to work: the plan's employee table over the staff files, as columns, with what the record knows besides.

A file's own word stands; where it is silent the record fills in: isolation under way or ended, tests, symptoms, temperature, exposure,
arrival, the grade of where the person comes from, and, where the itinerary is known, whether the province was left. The record's word
stands over the file's where it is the graver one: a symptom, a later exposure. Two holds come before the
table, because it does not know of them: a positive test that no later one has ruled out, and custody or an
order that is still in force. Only rows whose result becomes another are written, by one statement.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
from django.db import connection

from tongchou.kernel.text import Text
from tongchou.packs.plans.batch import decide_people
from tongchou.packs.plans.columns import UNKNOWN_WHOLE, UNSURE, Array, Sheet
from tongchou.packs.plans.frames import columns_in
from tongchou.packs.plans.resolve import Standing, entry_on
from tongchou.record.origins import origin_levels
from tongchou.record.plans import standing_in_force

PACK, TABLE = "resumption-2020", "employee"
LOOK_BACK = timedelta(days=60)
FEVER = 37.3
"""Above this a temperature on record is not normal, where the pack in force gives no parameter `fever`."""
UNDETERMINED = "undetermined"
HOLDS: dict[str, tuple[str, Text]] = {
    "record.positive": (
        "clinic",
        Text(
            "在册检测结果为阳性，尚未排除，隔离并就诊。",
            "A positive test on record has not been ruled out: isolated and seen by a doctor.",
        ),
    ),
    "record.held": (
        "observe",
        Text(
            "在册处于隔离管控之中，解除后方可返岗。",
            "In isolation or under an order on record: may return once let out.",
        ),
    ),
}
"""What holds somebody back whatever the table says: rule -> (outcome, reason)."""

_ISOLATED = """select person_id, (taken_in_at at time zone 'Asia/Shanghai')::date as since, null::date as until from record_custody
  where purpose = 'isolation' and let_out_at is null and person_id is not null"""
HELD: list[str] = [_ISOLATED]
"""Queries of people who are held today: person_id, since, until. Rooms that hold people add theirs."""

FACT_TYPES = ("test", "symptom", "temperature", "exposure", "arrival", "travel")
"""Facts of people that the table over staff reads."""
_FACTS = """
with s as (
  select s.id, s.unit_id, s.person_id, s.version, s.origin, s.outcome, s.rule, s.until, s.asks, s.pack, s.edition, s.symptoms, s.last_risk, s.observed_from,
    s.cleared, s.in_hard_hit, s.returned_on, s.post_urgent, s.temperature_normal
  from record_staff s {join} where s.to_date is null {some}
), people as (select distinct person_id from s),
held as (select person_id, min(since) as since, max(until) as until from ({held}) h join people using (person_id) group by 1),
stayed as (
  select c.person_id, (max(c.taken_in_at) at time zone 'Asia/Shanghai')::date as since from record_custody c join people using (person_id)
  where c.purpose = 'isolation' and c.taken_in_at >= %(since)s::date group by 1
),
f as materialized (
  select f.person_id, f.type, f."on", f.until, f.recorded_at, f.value from record_fact f join people using (person_id)
  where f.type = any(%(types)s) and f.known = 'known' and f.withdrawn_at is null
    and f."on" between %(since)s and %(as_of)s
),
tests as (
  select person_id, (array_agg(value->>'result' order by "on" desc, recorded_at desc))[1] as result, max("on") as day from f
  where type = 'test' and value->>'method' in ('pcr', 'antigen') and value->>'result' in ('negative', 'positive') group by 1
),
ill as (select person_id, bool_or(value->>'symptom' <> 'none') as ill from f where type = 'symptom' and "on" >= %(as_of)s::date - 13 group by 1),
warm as (
  select person_id, (array_agg((value->>'celsius')::numeric order by "on" desc, recorded_at desc))[1] <= %(fever)s as normal from f
  where type = 'temperature' and "on" >= %(as_of)s::date - 1 group by 1
),
met as (
  select person_id, max(least(coalesce(until, "on"), %(as_of)s::date)) filter (where type = 'exposure' or value->>'risk' = 'high') as day,
         bool_or(type = 'arrival') as here, bool_or(type = 'arrival' and value->>'risk' = 'low') as low from f
  where type in ('exposure', 'arrival') group by 1
),
gone as (
  select person_id, bool_or(place ~ '^[A-Z]' or left(place, 2) <> %(province)s) as out
  from (select person_id, coalesce(value->>'from_place', value->>'place') as place from f
        where type in ('arrival', 'travel') and coalesce(until, "on") >= %(as_of)s::date - 13) t group by 1
)
select s.id, s.unit_id, s.version, s.origin, s.outcome as was, s.rule as was_rule, s.until as was_until, s.asks as was_asks, s.pack || '/' || s.edition as was_by,
  case when ill.ill then true else coalesce(s.symptoms, ill.ill) end as symptoms,
  greatest(s.last_risk, met.day) as last_risk,
  coalesce(s.observed_from, held.since, case when stayed.since >= greatest(s.last_risk, met.day) then stayed.since end) as observed_from,
  case when s.cleared is not null then s.cleared
       when tests.result = 'negative' and (greatest(s.last_risk, met.day) is null or tests.day > greatest(s.last_risk, met.day)) then true end as cleared,
  case when s.in_hard_hit is not null and s.returned_on is null then s.in_hard_hit
       when s.returned_on <= %(as_of)s or met.here then false end as in_hard_hit_area,
  s.post_urgent, coalesce(s.temperature_normal, warm.normal) as temperature_normal,
  met.low as arrived_low, coalesce(s.returned_on <= %(as_of)s, false) as at_work,
  case when tests.result = 'positive' then 'record.positive' when held.person_id is not null then 'record.held' end as hold, held.until as held_until,
  case when gone.out then true
       when s.origin ~ '^[0-9]{{2}}' then left(s.origin, 2) <> %(province)s and (s.returned_on is null or s.returned_on > %(as_of)s::date - 14)
       else gone.out end as left_province
from s left join held using (person_id) left join stayed using (person_id) left join tests using (person_id) left join ill using (person_id)
left join warm using (person_id) left join met using (person_id) left join gone using (person_id)
"""
_IN_MEMORY = "set local work_mem = '192MB'"
"""400,000 files are held, grouped and joined without a file on the disk; until the end of the transaction."""
_BOOL, _DATE = pl.Boolean, pl.Date
_SCHEMA: dict[str, Any] = {
    "id": pl.Int64, "unit": pl.Int64, "version": pl.Int32, "origin": pl.String, "was": pl.String, "was_rule": pl.String, "was_until": _DATE,
    "was_asks": pl.String, "was_by": pl.String, "symptoms": _BOOL, "last_risk": _DATE, "observed_from": _DATE, "cleared": _BOOL,
    "in_hard_hit_area": _BOOL, "post_urgent": _BOOL, "temperature_normal": _BOOL, "arrived_low": _BOOL, "at_work": _BOOL, "hold": pl.String,
    "held_until": _DATE, "left_province": _BOOL,
}  # fmt: skip
INPUTS = (
    "symptoms", "last_risk", "observed_from", "cleared", "in_hard_hit_area", "post_urgent", "from_low_risk", "temperature_normal", "left_province",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cleared:
    """What a clearance did. looked_at: staff files; changed: of these another result; stopped: at work and no longer cleared, by unit."""

    as_of: date
    edition: str
    looked_at: int
    changed: int
    outcomes: dict[str, int]
    stopped: dict[int, int]
    held: dict[int, int]


def staff_before(
    standing: Standing, *, paths: list[str] | None = None, units: Iterable[int] | None = None, staff: Iterable[int] | None = None,
    acted: uuid.UUID | None = None,
) -> pl.DataFrame:  # fmt: skip
    """Staff files that have not ended with what is known of each: INPUTS of the table, hold, at_work and what was decided before.

    paths: LIKE patterns of areas; units, staff: only these; acted: only those that this act wrote.
    """
    on = standing.as_of
    values: dict[str, Any] = {
        "as_of": on,
        "since": on - LOOK_BACK,
        "fever": fever_of(standing),
        "types": list(FACT_TYPES),
        "province": standing.area[:2] or None,
    }
    join, some = "", ""
    if paths is not None and "%" not in paths:
        join = "join record_unit u on u.id = s.unit_id join record_area a on a.id = u.area_id"
        some, values["paths"] = "and a.path like any(%(paths)s::text[])", paths
    if units is not None:
        some, values["units"] = some + " and s.unit_id = any(%(units)s::bigint[])", list(units)
    if staff is not None:
        some, values["staff"] = some + " and s.id = any(%(staff)s::bigint[])", list(staff)
    if acted is not None:
        some, values["acted"] = some + " and s.act = %(acted)s", acted
    sql = _FACTS.format(join=join, some=some, held=" union all ".join(HELD))
    parts = io.BytesIO()
    with connection.cursor() as cursor:
        if staff is None and connection.in_atomic_block:
            cursor.execute(_IN_MEMORY)
        with cursor.copy(f"copy ({sql}) to stdout (format csv, null '\\N')", values) as copy:
            for part in copy:
                parts.write(part)
    parts.seek(0)
    if not parts.getbuffer().nbytes:
        return _with_origin(pl.DataFrame(schema=_SCHEMA), on)
    flags = [k for k, t in _SCHEMA.items() if t == _BOOL]
    raw = pl.read_csv(
        parts,
        has_header=False,
        new_columns=list(_SCHEMA),
        null_values="\\N",
        schema_overrides=_SCHEMA | dict.fromkeys(flags, pl.String),
    )
    return _with_origin(raw.with_columns([pl.col(k) == "t" for k in flags]).sort("id"), on)


def fever_of(standing: Standing) -> float:
    """Above which temperature (°C) the pack in force speaks of fever."""
    held = standing.pack.parameters.get("fever")
    entry = entry_on(held.entries, standing.as_of, standing.as_of) if held else None
    return float(entry.value) if entry else FEVER  # type: ignore[arg-type]


def _with_origin(frame: pl.DataFrame, on: date) -> pl.DataFrame:
    """from_low_risk out of the grade of where the person comes from; and whether somebody who has not come yet is still in a hard-hit area."""
    levels = origin_levels(frame["origin"].unique().drop_nulls().to_list(), on)
    level = (
        pl.col("origin").replace_strict(levels, default=None, return_dtype=pl.String)
        if levels
        else pl.lit(None, pl.String)
    )
    frame = frame.with_columns(level.alias("level"), pl.col("was", "was_rule", "was_asks", "origin").fill_null(""))
    there = (
        pl.when(pl.col("in_hard_hit_area").is_null())
        .then(pl.col("level") == "high")
        .otherwise(pl.col("in_hard_hit_area"))
    )
    low = pl.when(pl.col("level").is_null() & pl.col("arrived_low")).then(True).otherwise(pl.col("level") == "low")
    return frame.with_columns(there.alias("in_hard_hit_area"), low.alias("from_low_risk"))


def decided(standing: Standing, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with outcome, rule, until and asks (what has to be asked for first, in the table's order)."""
    inputs = frame.select([pl.col(word).alias(key) for key, word in _taken(standing).items()])
    result = decide_people(standing, inputs, only=("outcome", "rule", "until")).with_columns(
        pl.col("rule").fill_null("")
    )
    asks = _asks(standing, inputs)
    out = frame.hstack(result).with_columns(
        pl.when(pl.col("outcome") == UNDETERMINED).then(asks).otherwise(pl.lit("")).alias("asks")
    )
    for rule, (outcome, _) in HOLDS.items():
        # a doctor's case stays one; whoever is held is not let to work by any rule
        here = (pl.col("hold") == rule).fill_null(False) & (pl.col("outcome") != "clinic")
        out = out.with_columns(
            pl.when(here).then(pl.lit(rule)).otherwise(pl.col("rule")).alias("rule"),
            pl.when(here).then(pl.col("held_until")).otherwise(pl.col("until")).alias("until"),
            pl.when(here).then(pl.lit("")).otherwise(pl.col("asks")).alias("asks"),
            pl.when(here).then(pl.lit(outcome)).otherwise(pl.col("outcome")).alias("outcome"),
        )
    return out


def _taken(standing: Standing) -> dict[str, str]:
    """Which of INPUTS fills which input, as the pack says; an edition of old that says nothing has them by the same names."""
    words = {key: spec.from_record.take if spec.from_record else key for key, spec in standing.inputs.items()}
    return {key: word for key, word in words.items() if word in INPUTS}


def _asks(standing: Standing, inputs: pl.DataFrame) -> pl.Series:
    """For everybody the unknown facts of the first rule that only they hold back, with spaces between; "" where nothing is asked."""
    facts = columns_in(standing, inputs)
    fired = Sheet(standing).evaluate(facts, inputs.height)
    lowest = fired.possible & (~fired.possible + fired.possible.dtype.type(1))
    words = np.full(inputs.height, "", dtype=object)
    for n, rule in enumerate(standing.rules):
        here = (fired.first == UNSURE) & (lowest == fired.possible.dtype.type(1 << n))
        if not here.any():
            continue
        for name in rule.when:
            if standing.inputs[name].unknown == "ask":
                gap = here & (_unknown(facts[name]) if name in facts else True)
                words[gap] = [f"{w} {name}" if w else name for w in words[gap]]
    return pl.Series("asks", words.tolist(), dtype=pl.String)


def _unknown(values: Array) -> Array:
    return np.isnan(values) if values.dtype.kind == "f" else values == UNKNOWN_WHOLE[values.dtype]


_TABLE = (
    "create temp table cleared (id bigint, version int, outcome text, rule text, until date, asks text) on commit drop"
)
_WRITE = """
with changed as (
  update record_staff s set outcome = c.outcome, rule = c.rule, until = c.until, asks = c.asks, decided_on = %(as_of)s, pack = %(pack)s,
    edition = %(edition)s, act = %(act)s, changed_at = %(now)s
  from cleared c where s.id = c.id and s.version = c.version and s.to_date is null
  returning s.id, s.outcome, s.rule, s.until, s.asks
)
insert into record_staffoutcome (staff_id, outcome, rule, until, asks, as_of, pack, edition, act, at)
select id, outcome, rule, until, asks, %(as_of)s, %(pack)s, %(edition)s, %(act)s, %(now)s from changed
"""

_MANY = 5_000


def clear(
    act: uuid.UUID, now: datetime, as_of: date, *, write: bool = True, paths: list[str] | None = None, units: Iterable[int] | None = None,
    staff: Iterable[int] | None = None, acted: uuid.UUID | None = None,
) -> Cleared:  # fmt: skip
    """Decide again for staff of some areas, units or single files as the plan stands on `as_of`, and write what became another.

    A file that somebody changed meanwhile is left to that change, which decides for itself.
    """
    standing = standing_in_force(PACK, TABLE, as_of)
    frame = decided(standing, staff_before(standing, paths=paths, units=units, staff=staff, acted=acted))
    by = f"{PACK}/{standing.edition.key}"
    other = frame.filter(
        (pl.col("outcome") != pl.col("was")) | (pl.col("rule") != pl.col("was_rule")) | ~pl.col("until").eq_missing(pl.col("was_until"))
        | (pl.col("asks") != pl.col("was_asks")) | (pl.col("was_by") != by)
    )  # fmt: skip
    written = other.height
    if write and other.height:
        written = _write(other, {"as_of": as_of, "pack": PACK, "edition": standing.edition.key, "act": act, "now": now})
    counts = dict(frame.group_by("outcome").len().sort("outcome").iter_rows())
    at_work = other.filter(
        pl.col("at_work") & (pl.col("was") == "start") & ~pl.col("outcome").is_in(["start", UNDETERMINED])
    )
    held = other.filter((pl.col("rule") == "record.held") & (pl.col("was_rule") != "record.held"))
    return Cleared(as_of, standing.edition.key, frame.height, written, counts, _by_unit(at_work), _by_unit(held))


def _by_unit(frame: pl.DataFrame) -> dict[int, int]:
    return dict(frame.group_by("unit").len().sort("unit").iter_rows())


def _write(other: pl.DataFrame, values: dict[str, Any]) -> int:
    text = other.select("id", "version", "outcome", "rule", "until", "asks").write_csv(
        include_header=False, null_value="\\N", quote_style="never"
    )
    with connection.cursor() as cursor:
        cursor.execute("drop table if exists cleared")
        cursor.execute(_TABLE)
        with cursor.copy("copy cleared from stdin (format csv, null '\\N')") as copy:
            copy.write(text)
        cursor.execute(_WRITE, values)
        written = int(cursor.rowcount)
        if written >= _MANY:  # the planner takes a table that this act has just filled for an empty one: who has turned took hours, not a second
            cursor.execute("analyze record_staffoutcome")
        return written
