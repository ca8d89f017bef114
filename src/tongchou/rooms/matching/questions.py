"""Matching as read: how far needs are met, how old what is open is, the pool, what a run says in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.rooms.matching.catalogue import catalogue
from tongchou.rooms.matching.models import Entry, Run, RunNeed
from tongchou.rooms.matching.reach import MANAGE, VIEW, entries_of

REASONS: dict[str, Text] = {
    "": Text("已全部满足", "fully met"),
    "no_offer": Text("没有这类供给", "nobody offers this"),
    "conditions": Text("有供给但条件或规格不符", "offers lack a condition or the size"),
    "dates": Text("供给的日期对不上", "the dates do not meet"),
    "far": Text("距离太远", "too far away"),
    "forbidden": Text("配对已被人工排除", "the pair was barred"),
    "taken": Text("供给不足，已分给他方", "taken by others"),
}
TONES = {"": "ok", "taken": "warn", "no_offer": "act", "forbidden": ""}


@dataclass(frozen=True, slots=True)
class KindLine:
    """How needs of a kind stand. asked, met: needs; share: of open and ended needs, by quantity within each need, in percent."""

    kind: str
    needs: int
    open: int
    offers: int
    share: float | None
    oldest: int | None
    week: int
    fortnight: int
    older: int


_KINDS = """
with seen as (
  select e.id, split_part(e.item, '.', 1) as kind, e.side, e.quantity, e.committed, e.first, e.made_at,
    e.withdrawn_at is null and e.last >= %(on)s as open,
    coalesce((select sum(m.received) from matching_match m where m.need_id = e.id and m.state = 'done'), 0) as received,
    (%(on)s - (e.made_at at time zone 'Asia/Shanghai')::date) as age
  from matching_entry e join record_unit u on u.id = e.unit_id join record_area a on a.id = u.area_id
  where e.withdrawn_at is null and {scope}
)
select kind, count(*) filter (where side = 'need'), count(*) filter (where side = 'need' and open and received < quantity),
  count(*) filter (where side = 'offer' and open and committed < quantity),
  avg(received::float / quantity) filter (where side = 'need') * 100,
  max(age) filter (where side = 'need' and open and received < quantity),
  count(*) filter (where side = 'need' and open and received < quantity and age < 7),
  count(*) filter (where side = 'need' and open and received < quantity and age between 7 and 13),
  count(*) filter (where side = 'need' and open and received < quantity and age >= 14)
from seen group by kind
"""


def by_kind(actor: Actor, on: date) -> list[KindLine]:
    """Every kind in the order of the catalogue. Met is what the needing side has confirmed as received, nothing else."""
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"on": on}
        cursor.execute(_KINDS.format(scope=_scope(actor, values)), values)
        found = {row[0]: row for row in cursor.fetchall()}
    out = []
    for kind in catalogue().kinds:
        row = found.get(kind, (kind, 0, 0, 0, None, None, 0, 0, 0))
        share = None if row[4] is None else round(float(row[4]), 1)
        out.append(KindLine(kind, row[1], row[2], row[3], share, row[5], row[6], row[7], row[8]))
    return out


def _scope(actor: Actor, values: dict[str, Any]) -> str:
    actor.require(VIEW)
    values["paths"] = [p + "%" for p in dict.fromkeys((*actor.area_paths(VIEW), *actor.area_paths(MANAGE)))]
    values["units"] = list(actor.unit_ids(VIEW))
    return "(a.path like any(%(paths)s::text[]) or u.id = any(%(units)s::bigint[]))"


@dataclass(frozen=True, slots=True)
class Ways:
    """Issued matches. km: mean; received: percent of the quantity matched that came, by match; spread: of the last issued run."""

    open: int
    done: int
    ended: int
    km: float | None
    received: float | None
    spread: float | None


_WAYS = """
select count(*) filter (where m.state = 'open'), count(*) filter (where m.state = 'done'), count(*) filter (where m.state = 'ended'),
  avg(m.metres) filter (where m.state <> 'ended') / 1000.0, avg(m.received::float / m.quantity) filter (where m.state = 'done') * 100
from matching_match m join matching_entry e on e.id = m.need_id join record_unit u on u.id = e.unit_id join record_area a on a.id = u.area_id
where {scope}
"""


def ways(actor: Actor) -> Ways:
    """What became of the issued matches of needs that the actor sees."""
    values: dict[str, Any] = {}
    with connection.cursor() as cursor:
        cursor.execute(_WAYS.format(scope=_scope(actor, values)), values)
        row = cursor.fetchone()
    last = None
    if actor.permits(MANAGE):
        from tongchou.rooms.matching.reach import runs_of

        last = runs_of(actor).filter(state=Run.State.ISSUED).order_by("-issued_at").values_list("figures", flat=True).first()
    km, received = (None if v is None else round(float(v), 1) for v in (row[3], row[4]))
    return Ways(row[0], row[1], row[2], km, received, None if last is None else last.get("spread"))


def entries(
    actor: Actor, on: date, *, side: str = "", kind: str = "", item: str = "", unit: int | None = None, state: str = "open", limit: int = 300
) -> list[Entry]:
    """Needs and offers, the newest first. state: open, over, withdrawn, or "" for all."""
    rows: QuerySet[Entry] = entries_of(actor)
    if side:
        rows = rows.filter(side=side)
    if kind:
        rows = rows.filter(item__startswith=f"{kind}.")
    if item:
        rows = rows.filter(item=item)
    if unit is not None:
        rows = rows.filter(unit=unit)
    if state == "open":
        rows = rows.filter(withdrawn_at=None, last__gte=on, committed__lt=F("quantity"))
    elif state == "over":
        rows = rows.filter(withdrawn_at=None).exclude(last__gte=on, committed__lt=F("quantity"))
    elif state == "withdrawn":
        rows = rows.exclude(withdrawn_at=None)
    return list(rows.order_by("-made_at", "pk")[:limit])


def state_of(e: Entry, on: date) -> tuple[Text, str, str]:
    """Word, tone and icon of an entry."""
    if e.withdrawn_at is not None:
        return Text("已撤回", "withdrawn"), "", "x"
    if e.committed >= e.quantity:
        return Text("已全部对接", "all matched"), "ok", "circle-check"
    if e.last < on:
        return Text("已过期", "expired"), "", "clock"
    if e.side == Entry.Side.NEED and e.first <= on:
        return Text("待对接", "to be matched"), "warn", "alert-triangle"
    return Text("待对接", "to be matched"), "info", "clock"


def why(line: RunNeed, names: dict[str, str]) -> Text:
    """In words why a need is not fully met; with who received what it could have had. names: unit names of needs by id."""
    plain = REASONS[line.reason]
    if line.reason != "taken" or not line.rivals:
        return plain
    zh = "、".join(f"{names.get(k, '—')} {q}（{p} 分）" for k, q, p in line.rivals[:3])
    en = ", ".join(f"{names.get(k, '—')} {q} ({p} points)" for k, q, p in line.rivals[:3])
    higher = any(p > line.points for _, _, p in line.rivals)
    if higher:
        return Text("供给不足，优先级更高的先得：{who}", "taken first by higher points: {who}").with_(who=Text(zh, en))
    return Text("供给不足，与同级公平分配：{who}", "shared fairly with equals: {who}").with_(who=Text(zh, en))


@dataclass(frozen=True, slots=True)
class Difference:
    """A need in two runs."""

    need: Entry
    before: int | None
    after: int | None


def compare(one: Run, two: Run) -> list[Difference]:
    """Needs that get another quantity in the second run, the largest changes of share first."""
    a, b = ({n.need_id: n for n in r.needs.select_related("need__unit")} for r in (one, two))
    out = []
    for key in a.keys() | b.keys():
        x, y = a.get(key), b.get(key)
        if (x.covered if x else None) != (y.covered if y else None):
            out.append(Difference((y or x).need, x.covered if x else None, y.covered if y else None))  # type: ignore[union-attr]
    return sorted(out, key=lambda d: (-abs((d.after or 0) - (d.before or 0)) / d.need.quantity, str(d.need.pk)))
