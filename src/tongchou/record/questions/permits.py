"""Permits to work as read: by what right a unit works, what it was given for, what became of it. States are the present ones; the events hold the past."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection

from tongchou.kernel.industries import industry_name
from tongchou.kernel.text import Text
from tongchou.packs.grading.scheme import TABLE
from tongchou.packs.plans.decide import decide
from tongchou.packs.plans.packfile import shipped_pack
from tongchou.record.enterprises import LISTS
from tongchou.record.models import Area
from tongchou.record.permit_facts import OWN_FACTS, fact_rules
from tongchou.record.plans import pack_in_force

PACK, GRADED_BY = "resumption-2020", "covid-19"
SAID, SUSPECTED = "said", "suspected_case"
"""Changes that are no fact of the record: what whoever sent it to review said; a suspected case at the workplace."""
_STATED = {SAID: Text("认定", "Found"), SUSPECTED: Text("工作场所疑似病例未排除，发现于", "A suspected case that is not ruled out, of")}
LIVE = ("in_force", "review", "suspended")
STATES = {
    "in_force": Text("有效", "In force"),
    "review": Text("复核中", "Under review"),
    "suspended": Text("暂停", "Suspended"),
    "expired": Text("到期失效", "Expired"),
    "withdrawn": Text("已撤销", "Withdrawn"),
}
PLATES = {
    "blue": Text("蓝牌", "Blue plate"),
    "yellow": Text("黄牌", "Yellow plate"),
    "red": Text("红牌", "Red plate"),
    "none": Text("无牌", "No plate"),
}
_FOUND = {
    "in_force": {"approved": True, "problem_found": False},
    "review": {"approved": True, "problem_found": True},
    "suspended": {"approved": True, "problem_found": True, "refused_again": True},
    "expired": {"approved": False},
    "withdrawn": {"approved": False},
}


@dataclass(frozen=True, slots=True)
class Permit:
    """One permit. way: outcome of the pack's table `regime`. plate: blue, yellow, red, none. bound: the facts that it was given for,
    with their hash under "sha256". changes: [{fact, was, now}] that sent it to review."""

    id: uuid.UUID
    unit: int
    unit_name: str
    way: str
    state: str
    plate: str
    number: str
    from_date: date
    until: date | None
    conditions: list[str]
    must_show: list[str]
    reason: str
    changes: list[dict[str, Any]]
    bound: dict[str, Any]
    version: int
    loop: uuid.UUID | None
    pack: str
    edition: str
    rule: str
    changed_at: datetime = field(compare=False)

    def works(self, on: date) -> bool:
        """Whether the unit may work by it on a day: in force or under review, within its dates."""
        return (
            self.state in ("in_force", "review") and self.from_date <= on and (self.until is None or on <= self.until)
        )


_COLUMNS = """p.id, p.unit_id, u.name, p.way, p.state, p.plate, p.number, p.from_date, p.until, p.conditions, p.must_show, p.reason,
  p.changes, p.bound, p.version, p.loop_id, p.pack, p.edition, p.rule, p.changed_at"""


def permit_of(unit: int, day: date) -> Permit | None:
    """The permit of a unit whose dates cover a day: the live one, else the last one that ended. None: the unit has none for that day."""
    return permits_of([unit], day).get(unit)


def permits_of(units: Iterable[int], day: date | None = None) -> dict[int, Permit]:
    """The same for many units, in one statement; units without one are absent. day None: whatever its dates are."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select distinct on (p.unit_id) {_COLUMNS} from record_workpermit p join record_unit u on u.id = p.unit_id
                where p.unit_id = any(%(units)s)
                  and (%(day)s::date is null or (p.from_date <= %(day)s and (p.until is null or p.until >= %(day)s)))
                order by p.unit_id, p.state = any(%(live)s) desc, p.from_date desc, p.changed_at desc""",
            {"units": list(units), "day": day, "live": list(LIVE)},
        )
        return {row[1]: _permit(row) for row in cursor.fetchall()}


def _permit(row: tuple[Any, ...]) -> Permit:
    """A row as it comes from the database, whose JSON is text."""
    changes, bound = (json.loads(v) if isinstance(v, str) else v for v in row[12:14])
    return Permit(*row[:12], changes, bound, *row[14:])  # type: ignore[call-arg]


def permit_history(unit: int) -> list[Permit]:
    """Every permit that a unit has had, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select {_COLUMNS} from record_workpermit p join record_unit u on u.id = p.unit_id
                where p.unit_id = %s order by p.from_date desc, p.changed_at desc""",
            [unit],
        )
        return [_permit(row) for row in cursor.fetchall()]


def plate_of(state: str, on: date) -> str:
    """The plate of a state, by the pack's table."""
    return decide(pack_in_force(PACK, on), "plate", _FOUND[state], on, explain=False).outcome


def change_words(changes: list[dict[str, Any]]) -> list[Text]:
    """What changed, in words: fact, as it was, as it is."""
    rules = fact_rules()
    unknown = Text("未登记", "not on record")
    out = []
    for change in changes:
        if change["fact"] in _STATED:
            out.append(Text("{what}：{now}", "{what}: {now}").with_(what=_STATED[change["fact"]], now=change.get("now")))
            continue
        rule = rules.get(change["fact"])
        title = rule.title if rule else OWN_FACTS.get(change["fact"]) or Text(str(change["fact"]), str(change["fact"]))
        out.append(
            Text("{what}：{was} → {now}", "{what}: {was} → {now}").with_(
                what=title, **{k: unknown if change.get(k) in (None, "", []) else bound_value(change["fact"], change[k]) for k in ("was", "now")}
            )
        )
    return out


def bound_value(fact: str, value: Any) -> Any:
    """A fact that a permit is bound to, as it is read: an area, an industry, a grade and the lists on which an enterprise stands by their names."""
    if fact == "area":
        name = Area.objects.filter(code=value).order_by("-valid_from").values_list("name", flat=True).first()
        return Text.aside(name, value) if name else value
    if fact == "industry":
        trade = industry_name(str(value))
        return Text.aside(trade, value) if trade.zh else value
    if fact == "grade":
        return shipped_pack(GRADED_BY).tables[TABLE].outcomes.get(value, value)
    if isinstance(value, list):
        return Text.listed([LISTS.get(v, v) for v in value])
    return f"{value:g}" if isinstance(value, float) else value
