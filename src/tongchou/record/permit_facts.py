"""What a permit is bound to: the facts of an enterprise as they stand on record, and whether they have changed beyond what the rules allow."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml
from django.db import connection

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.grading.scheme import rank
from tongchou.record.questions.grades import grades_of

HASH = "sha256"
"""Key in `WorkPermit.bound` under which the hash of all other keys stands."""


@dataclass(frozen=True, slots=True)
class FactRule:
    """When a change of a fact sends a permit back to review. when: change, lost, rise, grow_percent (with value)."""

    title: Text
    when: str
    value: int
    unconfirmed: bool


@lru_cache(maxsize=1)
def fact_rules() -> dict[str, FactRule]:
    """The rules by fact, from permit_rules.yaml."""
    return {
        k: FactRule(Text.from_dict(v["title"]), v["when"], v.get("value", 0), v.get("status") == "unconfirmed")
        for k, v in _raw()["facts"].items()
    }


@lru_cache(maxsize=1)
def _raw() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(files("tongchou.record").joinpath("permit_rules.yaml").read_text("utf-8"))
    return loaded


def longest_days() -> int:
    """How many days ahead the last day of a permit may lie, from permit_rules.yaml."""
    return int(_raw()["longest_days"]["value"])


def check_until(until: date, today: date) -> None:
    """Refuse a last day that is past, or further ahead than a permit is given for."""
    last = today + timedelta(days=longest_days())
    if today <= until <= last:
        return
    rule = Text("有效期不能早于今天。", "It cannot end before today.")
    if until > last:
        rule = Text("许可一次最长 {n} 天，最晚至 {d}。", "A permit is given for {n} {n|day|days} at most, until {d} at the latest.").with_(n=longest_days(), d=last)
    remedy = Text("请核对年份；长期有效的许可不填期限。", "Check the year; a permit without an end is given without a last day.")
    raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=remedy, field="until", value=until.isoformat())


MOST_STAFF = "most_staff"
"""Key in `WorkPermit.bound`: how many may work at most, where the masks carried fewer than were asked for."""
OWN_FACTS = {
    MOST_STAFF: Text("返岗人数不超过（按口罩存量）", "Staff who may return at most, by the masks"),
    "mask_days": Text("口罩可用天数", "Days for which the masks last"),
}
"""Titles of what a permit is bound to beyond the facts on record."""

_PRESENT = """
select u.id, u.name, u.area_id, a.code, coalesce(e.industry, ''), coalesce(e.products, ''), e.lists,
  (select count(*)::int from record_staff s where s.unit_id = u.id and s.to_date is null), e.staff
from record_unit u join record_area a on a.id = u.area_id left join record_enterprise e on e.unit_id = u.id
where u.id = any(%s)
"""


def present_facts(units: Iterable[int], on: date) -> dict[int, dict[str, Any]]:
    """The facts of units as they stand now; a fact that nobody knows is absent. staff: files of staff, else what the register says."""
    with connection.cursor() as cursor:
        cursor.execute(_PRESENT, [list(units)])
        rows = cursor.fetchall()
    grades = grades_of({row[2] for row in rows}, on)
    out: dict[int, dict[str, Any]] = {}
    for unit, name, area, code, industry, products, lists, filed, said in rows:
        held = grades.get(area)
        facts = {
            "name": name, "area": code, "industry": industry, "products": products, "lists": sorted(lists) if lists is not None else None,
            "staff": filed or said, "grade": held.grade if held else None,
        }  # fmt: skip
        out[unit] = {k: v for k, v in facts.items() if v not in (None, "")}
    return out


def sealed(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts with the hash over them, as they are kept with a permit."""
    plain = {k: v for k, v in facts.items() if k != HASH}
    return plain | {HASH: digest(plain)}


def digest(facts: Mapping[str, Any]) -> str:
    """SHA-256 (hex) over the facts in canonical JSON, the hash itself left out."""
    plain = {k: v for k, v in facts.items() if k != HASH}
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


def changes(bound: Mapping[str, Any], present: Mapping[str, Any]) -> list[dict[str, Any]]:
    """[{fact, was, now}] for each fact that has changed beyond its rule. What was or is unknown is no change, but for a grade above low."""
    found = []
    for fact, rule in fact_rules().items():
        was, now = bound.get(fact), present.get(fact)
        if _beyond(rule, was, now):
            found.append({"fact": fact, "was": was, "now": now})
    return found


def _beyond(rule: FactRule, was: Any, now: Any) -> bool:
    if rule.when == "rise":
        return now is not None and rank(str(now)) > (rank(str(was)) if was is not None else 0)
    if was is None or now is None:
        return False
    if rule.when == "lost":
        return bool(set(was) - set(now))
    if rule.when == "grow_percent":
        return int(now) * 100 > int(was) * (100 + rule.value)
    return bool(was != now)
