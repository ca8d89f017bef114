"""What is known of enterprises for the policies: from the register, and what they have said themselves. Unknown stays unknown.

The register's word stands over an answer; an answer of the district stands for every enterprise that gave none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import connection

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.facts import read_fact
from tongchou.packs.plans.model import Input, Table
from tongchou.rooms.policies.catalogue import bases, raw
from tongchou.rooms.policies.models import Fact

Facts = dict[str, Any]
SQL = """
select u.id, a.code, coalesce(e.industry, ''), coalesce(e.size, ''), e.self_employed, coalesce(e.lists, '{}'), coalesce(l.kind, '')
from record_unit u join record_area a on a.id = u.area_id
left join record_enterprise e on e.unit_id = u.id left join record_unit l on l.id = e.landlord_id
where u.kind = 'enterprise' and u.active_to is null and (%(all)s or u.id = any(%(units)s::bigint[])) order by u.id
"""


@dataclass(frozen=True, slots=True)
class Known:
    """One fact with where it comes from; source "" is the register."""

    value: Any
    source: str
    on: date | None


def from_register(
    code: str, industry: str, size: str, self_employed: bool | None, lists: Sequence[str], landlord: str
) -> Facts:
    """The facts that the register answers; what it does not know is absent."""
    rules = raw()["facts"]
    out: Facts = {}
    if self_employed:
        out["size"] = "self_employed"
    elif size:
        out["size"] = size
    sector = longest(rules["sector"], industry)
    if sector:
        out["sector"] = sector
    if len(industry) >= 3:
        out["high_energy"] = any(industry.startswith(p) for p in rules["high_energy"])
    if code[:2].isdigit():
        out["province"] = rules["province"].get(code[:2], "other")
        out["city"] = rules["city"].get(code[:4], "other")
    if set(lists) & set(rules["guarantee_lists"]):
        out["on_guarantee_list"] = True  # a list that does not name it may not be complete: that is unknown, never no
    if landlord in rules["state_landlords"]:
        out["landlord"] = "city_or_district_state"
    return out


def longest(prefixes: dict[str, str], text: str) -> str:
    """The value of the longest prefix of `text`; "" where none fits."""
    return next((prefixes[text[:n]] for n in range(len(text), 0, -1) if text[:n] in prefixes), "")


def facts_of(units: Sequence[int] | None) -> dict[int, Facts]:
    """All known facts of these enterprises (None: of every one), three statements in all."""
    with connection.cursor() as cursor:
        cursor.execute(SQL, {"all": units is None, "units": list(units or ())})
        rows = cursor.fetchall()
    said: dict[int | None, Facts] = {}
    answers = Fact.objects.filter(ended_at=None)
    if units is not None:
        answers = answers.filter(unit_id__in=units) | answers.filter(unit=None)
    for unit, fact, value in answers.values_list("unit_id", "fact", "value").iterator():
        said.setdefault(unit, {})[fact] = value
    common = said.get(None, {})
    return {row[0]: common | said.get(row[0], {}) | from_register(*row[1:]) for row in rows}


def known_of(unit: int) -> dict[str, Known]:
    """The facts of one enterprise with their sources, for its page."""
    with connection.cursor() as cursor:
        cursor.execute(SQL, {"all": False, "units": [unit]})
        row = cursor.fetchone()
    out = {}
    for one in Fact.objects.filter(ended_at=None, unit=None).union(Fact.objects.filter(ended_at=None, unit_id=unit)):
        if one.fact not in out or one.unit_id is not None:
            out[one.fact] = Known(one.value, one.source, one.on)
    if row:
        out |= {k: Known(v, "", None) for k, v in from_register(*row[1:]).items()}
    return out


def usable(spec: Input, value: Any, as_of: date) -> Any:
    """A stored value as this table takes it; None where it cannot be used here (another edition may know other choices)."""
    if value is None:
        return None
    try:
        return read_fact(spec, value, as_of)
    except Refusal:
        return None


def for_table(table: Table, facts: Facts, as_of: date) -> Facts:
    """Those of the facts that a table takes."""
    found = {k: usable(s, facts.get(k), as_of) for k, s in table.inputs.items() if not s.derived and k in facts}
    return {k: v for k, v in found.items() if v is not None}


def read_answer(fact: str, value: Any, spec: Input | None, as_of: date) -> Any:
    """An answer as it is kept. Raises Refusal where it is not of the fact's type."""
    if spec is not None:
        read = read_fact(spec, value, as_of)
        if spec.type == "number" and isinstance(read, (int, float)) and read < 0:
            raise Refusal(
                Reason.INVALID_VALUE, Text("不得为负数。", "It may not be negative."), field=fact, value=str(value)[:40]
            )
        return read.isoformat() if isinstance(read, date) else read
    if fact not in bases():
        rule = Text("没有政策使用这个事实。", "No policy uses this fact.")
        raise Refusal(
            Reason.UNKNOWN_FIELD, rule, remedy=Text("请从问题清单中回答。", "Answer what is asked."), field=fact
        )
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number < 0 or number >= Decimal(10) ** 12:
        rule = Text("须为不小于 0 的金额（元）。", "This must be an amount in yuan, not below 0.")
        raise Refusal(
            Reason.INVALID_VALUE,
            rule,
            remedy=Text("只填数字，例如 12000.50。", "Give a number such as 12000.50."),
            field=fact,
            value=str(value)[:40],
        )
    return float(number.quantize(Decimal("0.01")))
