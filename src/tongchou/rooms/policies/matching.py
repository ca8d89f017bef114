"""Matching: one enterprise with every reason, and all enterprises by columns. Both give the same; only what changes is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
from django.db import connection

from tongchou.kernel.text import Text
from tongchou.packs.plans.decide import UNDETERMINED, Decision, decide_standing
from tongchou.packs.plans.facts import read_facts
from tongchou.packs.plans.model import Input
from tongchou.packs.plans.population import decide_columns
from tongchou.packs.plans.report import gives as gives_of
from tongchou.packs.plans.report import needs as needs_of
from tongchou.packs.plans.resolve import Standing
from tongchou.rooms.policies.catalogue import ELIGIBLE, NOT_ELIGIBLE, Catalogue, Ground, Setting, ground
from tongchou.rooms.policies.facts import Facts, facts_of, for_table, usable

_DTYPES: dict[str, Any] = {
    "boolean": pl.Boolean,
    "choice": pl.String,
    "number": pl.Float64,
    "date": pl.Date,
    "text": pl.String,
}


@dataclass(frozen=True, slots=True)
class Line:
    """What one policy says of one enterprise. grounds: the rules that say so, each with its clause. needs: facts to be asked first."""

    policy: str
    title: Text
    outcome: str
    rule: str
    grounds: tuple[Ground, ...]
    needs: tuple[str, ...]
    gives: dict[str, Any]
    estimate: Decimal | None
    setting: Setting

    @property
    def failed(self) -> list[str]:
        return [g.rule for g in self.grounds] if self.outcome == NOT_ELIGIBLE else []


@dataclass(frozen=True, slots=True)
class Question:
    """A fact that has to be asked, and the policies that cannot be decided without it."""

    fact: str
    spec: Input
    policies: tuple[str, ...]


def match_one(found: Catalogue, facts: Facts) -> list[Line]:
    """Every policy for one enterprise, what it can have first. Raises Refusal."""
    lines = [_line(found, key, standing, facts) for key, standing in found.standings.items()]
    order = {ELIGIBLE: 0, UNDETERMINED: 1, NOT_ELIGIBLE: 2}
    return sorted(lines, key=lambda one: order.get(one.outcome, 3))


def decide_for(standing: Standing, facts: Facts) -> Decision:
    """One policy for one enterprise."""
    given = for_table(standing.table, facts, standing.as_of)
    return decide_standing(standing, read_facts(standing.table, given, standing.as_of), explain=False)


def _line(found: Catalogue, key: str, standing: Standing, facts: Facts) -> Line:
    decided, setting = decide_for(standing, facts), found.settings[key]
    undecided = decided.outcome == UNDETERMINED
    rules = () if undecided else tuple(r for r in decided.fired if r.rule.outcome == decided.outcome)
    gives = gives_of(decided) if decided.outcome == ELIGIBLE else {}
    return Line(
        key,
        standing.table.title,
        decided.outcome,
        decided.rule.key if decided.rule else "",
        tuple(ground(standing, r) for r in rules),
        tuple(sorted(needs_of(decided))) if undecided else (),
        gives,
        setting.amount(gives, facts.get(setting.base)) if gives else None,
        setting,
    )


def questions(found: Catalogue, lines: Iterable[Line]) -> list[Question]:
    """One short form for all policies: each fact once, those that hold up most policies first."""
    held: dict[str, list[str]] = {}
    for line in lines:
        for fact in line.needs:
            held.setdefault(fact, []).append(line.policy)
    known = [Question(fact, found.asked[fact], tuple(p)) for fact, p in held.items() if fact in found.asked]
    return sorted(known, key=lambda q: -len(q.policies))


def columns(found: Catalogue, policy: str, every: Sequence[Facts]) -> pl.DataFrame:
    """What a table takes of everybody's facts, one column for each fact."""
    standing = found.standings[policy]
    out = {}
    for key, spec in standing.inputs.items():
        if spec.derived:
            continue
        seen: dict[Any, Any] = {None: None}
        values = []
        for facts in every:
            given = facts.get(key)
            mark = (type(given), given)
            if mark not in seen:
                seen[mark] = usable(spec, given, standing.as_of)
            values.append(seen[mark])
        out[key] = pl.Series(key, values, dtype=_DTYPES[spec.type])
    return pl.DataFrame(out)


def decide_all(found: Catalogue, policy: str, units: Sequence[int], every: Sequence[Facts]) -> pl.DataFrame:
    """One policy for all enterprises: unit, outcome, rule, failed, needs, estimate."""
    standing, setting = found.standings[policy], found.settings[policy]
    frame = decide_columns(standing, columns(found, policy, every)) if units else None
    if frame is None:
        return pl.DataFrame()
    not_so = [r.key for r in standing.rules if r.rule.outcome == NOT_ELIGIBLE]
    failed = (
        pl.when(pl.col("outcome") == NOT_ELIGIBLE)
        .then(pl.col("fired").list.set_intersection(not_so))
        .otherwise(pl.lit([], pl.List(pl.String)))
    )
    gives = {r.key: dict(r.gives) for r in standing.rules if r.rule.outcome == ELIGIBLE}
    estimates = [
        None if outcome != ELIGIBLE else setting.amount(gives.get(rule, {}), facts.get(setting.base))
        for outcome, rule, facts in zip(frame["outcome"], frame["rule"], every, strict=True)
    ]
    money = pl.Series("estimate", [None if e is None else str(e) for e in estimates], dtype=pl.String)
    return frame.with_columns(failed.alias("failed"), pl.Series("unit", units, dtype=pl.Int64), money)


_WRITE = """
with given as (
  select * from unnest(%(policies)s::text[], %(editions)s::text[], %(units)s::bigint[], %(outcomes)s::text[], %(rules)s::text[], %(failed)s::text[],
    %(needs)s::text[], %(estimates)s::numeric[]) as g(policy, edition, unit_id, outcome, rule, failed, needs, estimate)
), changed as (
  select g.policy, g.edition, g.unit_id, g.outcome, coalesce(g.rule, '') as rule, string_to_array(g.failed, ',') as failed, string_to_array(g.needs, ',') as needs,
    round(g.estimate, 2) as estimate, m.outcome as was, m.since
  from given g left join policies_match m on m.unit_id = g.unit_id and m.policy = g.policy
  where m.id is null or (m.outcome, m.rule, m.failed, m.needs, m.estimate, m.pack, m.edition) is distinct from
    (g.outcome, coalesce(g.rule, ''), string_to_array(g.failed, ',')::varchar[], string_to_array(g.needs, ',')::varchar[], round(g.estimate, 2), %(pack)s, g.edition)
)
insert into policies_match as m (unit_id, policy, outcome, rule, failed, needs, estimate, pack, edition, since)
select unit_id, policy, outcome, rule, failed, needs, estimate, %(pack)s, edition, case when was = outcome then since else %(day)s end from changed
on conflict (unit_id, policy) do update set outcome = excluded.outcome, rule = excluded.rule, failed = excluded.failed, needs = excluded.needs,
  estimate = excluded.estimate, pack = excluded.pack, edition = excluded.edition, since = excluded.since
"""


def store(found: Catalogue, policy: str, frame: pl.DataFrame) -> int:
    """Write what differs from what is stored, in one statement; returns how many rows that were."""
    if not frame.height:
        return 0
    values: dict[str, Any] = {
        "policies": [policy] * frame.height,
        "units": frame["unit"].to_list(),
        "outcomes": frame["outcome"].to_list(),
        "rules": frame["rule"].to_list(),
        "failed": frame["failed"].list.sort().list.join(",").to_list(),
        "needs": frame["needs"].list.join(",").to_list(),
        "estimates": frame["estimate"].to_list(),
    }
    return _write(found, values)


def _store_one(found: Catalogue, unit: int, facts: Facts) -> int:
    """Decide every policy for one enterprise and write what differs, in one statement: columns pay only for many."""
    values: dict[str, Any] = {"policies": list(found.standings), "units": [unit] * len(found.standings)}
    values |= {k: [] for k in ("outcomes", "rules", "failed", "needs", "estimates")}
    for key, standing in found.standings.items():
        decided, setting = decide_for(standing, facts), found.settings[key]
        undecided = decided.outcome == UNDETERMINED
        fired = [r.key for r in decided.fired if r.rule.outcome == NOT_ELIGIBLE] if decided.outcome == NOT_ELIGIBLE else []
        gives = dict(decided.rule.gives) if decided.outcome == ELIGIBLE and decided.rule else {}
        values["outcomes"].append(decided.outcome)
        values["rules"].append(decided.rule.key if decided.rule else None)
        values["failed"].append(",".join(sorted(fired)))
        values["needs"].append(",".join(sorted(needs_of(decided))) if undecided else "")
        values["estimates"].append(setting.amount(gives, facts.get(setting.base)) if decided.outcome == ELIGIBLE else None)
    return _write(found, values)


def _write(found: Catalogue, values: dict[str, Any]) -> int:
    values["editions"] = [found.standings[p].edition.key for p in values["policies"]]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, values | {"pack": found.version.digest, "day": found.as_of})
        return cursor.rowcount


def match_units(found: Catalogue, units: Sequence[int] | None, policies: Iterable[str]) -> tuple[int, int]:
    """Match these enterprises (None: all) and store what changed; returns how many enterprises and how many changes."""
    facts = facts_of(units)
    keys, every = list(facts), list(facts.values())
    return len(keys), sum(store(found, p, decide_all(found, p, keys, every)) for p in policies)


def match_unit(found: Catalogue, unit: int) -> int:
    """Match one enterprise with every policy and store what changed; returns how many changes."""
    facts = facts_of([unit])
    return _store_one(found, unit, facts[unit]) if unit in facts else 0


def today_for(found: Catalogue, unit: int) -> list[Line]:
    """Every policy for one enterprise of the register, as of the catalogue's day."""
    return match_one(found, facts_of([unit]).get(unit, {}))


def mark_of(found: Catalogue, day: date) -> str:
    """What a pass over all enterprises goes by; while it stands, another pass would change nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            """select coalesce((select max(changed_at)::text from record_enterprise), '') || '/' || (select count(*) from record_unit
                 where kind = 'enterprise' and active_to is null) || '/' || coalesce((select max(recorded_at)::text from policies_fact), '')
                 || '/' || coalesce((select max(changed_at)::text from policies_terms), '')"""
        )
        return f"{found.version.digest[:12]}/{day}/{cursor.fetchone()[0]}"
