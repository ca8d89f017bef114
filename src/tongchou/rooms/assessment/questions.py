"""Scores out of the record: each unit's measures, score, rank and warnings, and the loops behind every number."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.difficulties import difficulties_on
from tongchou.record.access import Actor
from tongchou.record.loops.titles import SQL as TITLE
from tongchou.record.loops.titles import paired
from tongchou.record.models import Unit
from tongchou.record.questions.oddities import Instance, watches
from tongchou.record.questions.worklist import scope_condition
from tongchou.record.territory.names import told_apart
from tongchou.rooms.assessment import kept as kept_numbers
from tongchou.rooms.assessment.definition import LOOP_WARNINGS, MEASURES, Definition, in_force
from tongchou.rooms.assessment.periods import Period

NEAR_ONLY = ("enterprise", "community")
"""Kinds whose scores are seen by those in whose area they lie; the others' by everybody who may see scores."""


@dataclass(frozen=True, slots=True)
class Share:
    """counted of judged. per_cent: None when nothing was judged: nought of nothing is not nought."""

    counted: int
    judged: int

    @property
    def per_cent(self) -> float | None:
        return round(100 * self.counted / self.judged, 1) if self.judged else None


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something that looks gamed: how many of how many closed loops."""

    key: str
    found: int
    of: int


@dataclass(frozen=True, slots=True)
class Line:
    """One unit. score: 0 to 100, None when there is too little to judge; rank: 1 is the best, units with the same score share it."""

    unit: int
    name: str
    shares: dict[str, Share]
    score: float | None
    rank: int | None
    warnings: tuple[Oddity, ...]


_BASE = """
from record_loop l join record_unit u on u.id = l.owner_unit_id left join record_unit k on k.id = l.opener_unit_id
where u.kind = any(%(kinds)s) and u.active_to is null and l.end_reason in ('', 'done', 'expired') and l.kind <> all(%(left_out)s)
"""
_OTHERS = "and l.opener_unit_id is distinct from l.owner_unit_id"
_NEAR = (
    "and (l.due_at >= %(since)s and l.due_at < %(until)s or l.closed_at >= %(since)s and l.closed_at < %(until)s "
    "or l.closed_at is null and l.reopened > 0)"
)
_ENDED = "l.closed_at >= %(since)s and l.closed_at < %(until)s and l.end_reason = 'done'"
_ODD = f"""
select l.id, {TITLE} as title, l.due_at, l.closed_at, l.reopened, l.owner_unit_id as unit, o.own,
  not o.own and l.closed_at - l.opened_at < %(quick)s as quick, not o.own and e.text is null as bare,
  not o.own and coalesce(e.many, 0) >= %(copied)s as copied
from record_loop l join record_unit u on u.id = l.owner_unit_id
cross join lateral (select l.opener_unit_id is not distinct from l.owner_unit_id as own) o
left join (
  select loop_id, max(text) as text, max(many) as many from (
    select e.loop_id, coalesce(nullif(e.text, ''), e.type) as text,
           count(*) filter (where e.text <> '') over (partition by m.owner_unit_id, e.text) as many
    from record_evidence e join record_loop m on m.id = e.loop_id join record_unit v on v.id = m.owner_unit_id
    where v.kind = any(%(kinds)s) and m.closed_at >= %(since)s and m.closed_at < %(until)s and m.end_reason = 'done' {{one_of_m}}
  ) t group by loop_id
) e on e.loop_id = l.id
where u.kind = any(%(kinds)s) and u.active_to is null and l.kind <> all(%(left_out)s) and {_ENDED} {{one_of_l}}
"""
_WARNED = f"""
select unit, count(*) filter (where not own), count(*) filter (where quick), count(*) filter (where bare), count(*) filter (where copied),
  count(*) filter (where own) from ({_ODD.format(one_of_m="", one_of_l="")}) x group by unit
"""
_FLAGGED = """
select id, title, due_at, closed_at, reopened, false from ({odd}) x where {key} order by closed_at desc, id limit %(limit)s
"""


def _values(kinds: Sequence[str], over: Period, now: datetime, how: Definition) -> dict[str, Any]:
    until = min(over.until, now)  # what is closed after the moment asked for is not closed yet
    what = difficulties_on(over.last)
    return {
        "kinds": list(kinds), "since": over.since, "until": until, "now": now, "left_out": list(how.left_out), "always": list(what.always), "raised": list(what.own),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ranking:
    """Every active unit of a kind that the actor may see, the best first; those that are not ranked last, by name. at: the moment of the numbers."""

    at: datetime
    lines: list[Line]


def ranking(actor: Actor, kind: str, over: Period, now: datetime, *, kept: bool = False) -> Ranking:
    """The scores of one kind: see rankings."""
    return rankings(actor, (kind,), over, now, kept=kept)[kind]


def rankings(actor: Actor, kinds: Sequence[str], over: Period, now: datetime, *, kept: bool = False) -> dict[str, Ranking]:
    """Work the scores of several kinds out, each ranked by itself, in one pass over the loops.

    kept: numbers of the last minutes will do (kept.KEPT_FOR).
    """
    actor.require("scores.view")
    how = in_force(over.last)
    for kind in kinds:
        _check_kind(kind, how)
    held = {kind: kept_numbers.known(kind, over, how) for kind in kinds} if kept else {}
    lacking = [kind for kind in kinds if held.get(kind) is None]
    held |= refresh(lacking, over, now) if lacking else {}
    return {kind: _lines(actor, kind, how, *(held[kind] or ())) for kind in kinds}


def refresh(kinds: Sequence[str], over: Period, now: datetime) -> dict[str, tuple[Any, ...] | None]:
    """Work the numbers of these kinds out and keep them."""
    how = in_force(over.last)
    return {kind: kept_numbers.keep(kind, over, how, now, numbers) for kind, numbers in _numbers(kinds, over, now, how).items()}


_Names = dict[int, tuple[str, str]]
_Counted = dict[int, tuple[int, ...]]
_Odd = dict[int, tuple[Oddity, ...]]


def _lines(actor: Actor, kind: str, how: Definition, at: datetime, names: _Names, found: _Counted, warned: _Odd) -> Ranking:
    lines = []
    for unit, (name, path) in names.items():
        if kind in NEAR_ONLY and not actor.sees_path("scores.view", path):
            continue
        numbers = found.get(unit, (0,) * (2 * len(how.weights)))
        shares = {k: Share(numbers[2 * n + 1], numbers[2 * n]) for n, k in enumerate(how.weights)}
        lines.append(Line(unit, name, shares, score_of(shares, how), None, warned.get(unit, ())))
    return Ranking(at, _ranked(lines))


def _numbers(kinds: Sequence[str], over: Period, now: datetime, how: Definition) -> dict[str, tuple[_Names, _Counted, _Odd]]:
    """For each kind: names and paths of its units, judged and counted by measure, and oddities."""
    values = _values(kinds, over, now, how)
    columns = ", ".join(
        f"count(*) filter (where {MEASURES[k].judged}), count(*) filter (where {MEASURES[k].judged} and {MEASURES[k].counted})" for k in how.weights
    )
    names: dict[str, _Names] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select u.kind, u.id, u.name, a.path from record_unit u join record_area a on a.id = u.area_id where u.kind = any(%s) and u.active_to is null",
            [list(kinds)],
        )
        units = cursor.fetchall()
        for kind in kinds:
            apart = dict(told_apart([(unit, name) for k, unit, name, _ in units if k == kind]))
            names[kind] = {unit: (apart[unit], path) for k, unit, _, path in units if k == kind}
        cursor.execute(f"select l.owner_unit_id, {columns} {_BASE} {_OTHERS} {_NEAR} group by l.owner_unit_id", values)
        found = {row[0]: tuple(row[1:]) for row in cursor.fetchall()}
    warned = _warnings(values, how)
    return {kind: (held, {u: found[u] for u in held if u in found}, {u: warned[u] for u in held if u in warned}) for kind, held in names.items()}


def score_of(shares: dict[str, Share], how: Definition) -> float | None:
    """The weighted mean of the measures that judge enough loops; None when none does."""
    judged = {k: s for k, s in shares.items() if s.judged >= how.least}
    weight = sum(how.weights[k] for k in judged)
    if not weight:
        return None
    return round(sum(how.weights[k] * 100 * s.counted / s.judged for k, s in judged.items()) / weight, 1)


def lost_points(line: Line, how: Definition) -> dict[str, float]:
    """What each measure that is judged cost of the hundred points; together they are what the score lacks."""
    judged = {k: s for k, s in line.shares.items() if s.judged >= how.least}
    weight = sum(how.weights[k] for k in judged)
    return {k: round(100 * how.weights[k] / weight * (s.judged - s.counted) / s.judged, 1) for k, s in judged.items()}


def _ranked(lines: list[Line]) -> list[Line]:
    scored = sorted((x for x in lines if x.score is not None), key=lambda x: (-(x.score or 0), x.name))
    out: list[Line] = []
    for place, line in enumerate(scored, 1):
        rank = out[-1].rank if out and out[-1].score == line.score else place
        out.append(Line(line.unit, line.name, line.shares, line.score, rank, line.warnings))
    return out + sorted((x for x in lines if x.score is None), key=lambda x: x.name)


def _warnings(values: dict[str, Any], how: Definition) -> dict[int, tuple[Oddity, ...]]:
    limits = how.warnings
    with connection.cursor() as cursor:
        cursor.execute(_WARNED, values | _marks(how))
        rows = cursor.fetchall()
    numbers: dict[int, dict[str, tuple[int, int]]] = {}
    for unit, ended, quick, bare, copied, own in rows:
        numbers[unit] = {"quick": (quick, ended), "bare": (bare, ended), "copied": (copied, ended), "own": (own, ended + own)}
    for key, watched in watches().items():
        for unit, counted in watched.count(values["since"], values["until"], limits[key].least).items() if key in limits else ():
            numbers.setdefault(unit, {})[key] = counted
    return {
        unit: tuple(Oddity(key, n, of) for key, (n, of) in held.items() if n >= limits[key].least and 100 * n >= limits[key].share * of)
        for unit, held in numbers.items()
    }


def _marks(how: Definition) -> dict[str, Any]:
    return {"quick": timedelta(minutes=how.warnings["quick"].minutes), "copied": how.warnings["copied"].least}


def _check_kind(kind: str, how: Definition) -> None:
    if kind not in how.ranked:
        rule = Text("该类单位不参加考核排名。", "Units of this kind are not ranked.")
        remedy = Text("可选：{all}。", "Choose from: {all}.").with_(all=", ".join(how.ranked))
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="kind", value=kind[:40])


@dataclass(frozen=True, slots=True)
class Behind:
    """A loop behind a number. counts: it counts in the unit's favour."""

    id: uuid.UUID
    title: Text
    due_at: datetime
    closed_at: datetime | None
    reopened: int
    counts: bool


def behind(actor: Actor, unit: int, kind: str, measure: str, over: Period, now: datetime, limit: int = 500) -> list[Behind]:
    """The loops that a measure of a unit judges, those that do not count first; those that a warning is about. Only what the actor may see."""
    actor.require("scores.view")
    how = in_force(over.last)
    _check_kind(kind, how)
    if measure in LOOP_WARNINGS:
        return _flagged(actor, unit, measure, _values([kind], over, now, how) | _marks(how) | {"unit": unit, "limit": limit})
    if measure not in how.weights:
        rule = Text("没有这项指标。", "There is no such measure.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请从考核表进入。", "Open it from the table."), field="measure", value=measure[:40])
    values = _values([kind], over, now, how) | {"unit": unit, "limit": limit}
    m = MEASURES[measure]
    scope = scope_condition(actor, "loop.view", values)
    sql = (
        f"select l.id, {TITLE}, l.due_at, l.closed_at, l.reopened, coalesce({m.counted}, false) as counts {_BASE} {_OTHERS} "
        f"and l.owner_unit_id = %(unit)s and {m.judged} and {scope} order by counts, l.due_at, l.id limit %(limit)s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [Behind(*paired(row, 1)) for row in cursor.fetchall()]


def share_of(actor: Actor, unit: int, kind: str, measure: str, over: Period, now: datetime) -> Share | None:
    """The number of the table itself, of which `behind` lists what the reader may see; None where the unit's score is not the reader's to see."""
    actor.require("scores.view")
    how = in_force(over.last)
    path = Unit.objects.filter(pk=unit).values_list("area__path", flat=True).first()
    if measure not in how.weights or path is None or (kind in NEAR_ONLY and not actor.sees_path("scores.view", path)):
        return None
    m = MEASURES[measure]
    sql = f"select count(*) filter (where {m.counted}), count(*) {_BASE} {_OTHERS} {_NEAR} and l.owner_unit_id = %(unit)s and {m.judged}"
    with connection.cursor() as cursor:
        cursor.execute(sql, _values([kind], over, now, how) | {"unit": unit})
        return Share(*cursor.fetchone())


def _flagged(actor: Actor, unit: int, key: str, values: dict[str, Any]) -> list[Behind]:
    one = f"and l.owner_unit_id = %(unit)s and {scope_condition(actor, 'loop.view', values)}"
    sql = _FLAGGED.format(odd=_ODD.format(one_of_m="and m.owner_unit_id = %(unit)s", one_of_l=one), key=key)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [Behind(*paired(row, 1)) for row in cursor.fetchall()]


def instances(actor: Actor, unit: int, kind: str, key: str, over: Period, now: datetime, limit: int = 500) -> list[Instance]:
    """What a room's own warning is about. Only what the actor may see."""
    actor.require("scores.view")
    how = in_force(over.last)
    _check_kind(kind, how)
    values = _values([kind], over, now, how)
    return watches()[key].behind(actor, unit, values["since"], values["until"], how.warnings[key].least, limit)
