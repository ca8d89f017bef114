"""Who answers for an enterprise, as tables name them: the paired leader and the departments of 三管三必须, found by the names of unit and person."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Q

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context
from tongchou.record.models import Post, PostHolding, Responsibility
from tongchou.record.territory.reach import reaches_unit

ASSIGN = "responsibility.edit"
DEPARTMENTS = ("headquarters", "hq_office", "hq_department", "department", "special_team", "street", "community")


@dataclass(frozen=True, slots=True)
class Column:
    """kind and note: of the responsibility; person: a name is needed, a unit alone will not do."""

    kind: str
    note: str
    title: Text
    person: bool = False


COLUMNS: dict[str, Column] = {
    "paired": Column("paired", "", Text("包联领导", "Paired leader"), person=True),
    "sector": Column("sector", "", Text("行业主管部门", "Department of the sector")),
    "business": Column("sector", "业务主管", Text("业务主管部门", "Department of its business")),
    "safety": Column("sector", "安全监管", Text("安全监管部门", "Safety supervisor")),
}
"""管行业、管业务、管生产经营必须管安全: one of each may answer for an enterprise, beside its paired leader."""
ALIASES: dict[str, tuple[str, ...]] = {
    "paired": ("包联领导", "包联干部", "包保领导", "paired leader"),
    "sector": ("行业主管部门", "行业部门", "管行业部门", "department of the sector", "industry department"),
    "business": ("业务主管部门", "管业务部门", "department of its business"),
    "safety": ("安全监管部门", "安全监管责任人", "管安全部门", "safety supervisor"),
}
NOBODY = Text("未落实", "nobody")
"""How an export writes that nobody answers for it; an import leaves it as it is."""
_PARTS = re.compile(r"\s*[/／|]\s*")


class Named:
    """Posts in force of departments, streets and leaders that the actor may lay a responsibility on, by unit and by who holds them."""

    def __init__(self, actor: Actor, on: date) -> None:
        self.may = actor.system or actor.permits(ASSIGN)
        paths = actor.area_paths(ASSIGN)
        posts = Post.objects.filter(ended_on=None, unit__active_to=None, unit__kind__in=DEPARTMENTS).select_related("unit__area").order_by("pk")
        reached = [
            p for p in posts if actor.system or any(x.startswith(p.unit.area.path) for x in paths) or reaches_unit(actor, ASSIGN, p.unit)
        ]  # fmt: skip
        self.by_unit: dict[str, list[Post]] = {}
        for post in reached:
            self.by_unit.setdefault(post.unit.name, []).append(post)
        known = {p.pk: p for p in reached}
        held = PostHolding.objects.filter(Q(to_date=None) | Q(to_date__gt=on), post__in=known, from_date__lte=on, account__is_active=True)
        self.by_person: dict[str, list[Post]] = {}
        for post_id, name in held.order_by("post__role", "pk").values_list("post", "account__display_name"):
            self.by_person.setdefault(name, []).append(known[post_id])

    def post_of(self, key: str, text: str) -> int:
        """The post that a cell names: a unit, a person, or unit/person. Raises Refusal naming what is not known."""
        if not self.may:
            rule = Text("您的岗位不能落实责任人。", "Your posts do not let you assign responsibilities.")
            raise Refusal(Reason.NOT_ALLOWED, rule, remedy=Text("请清空该列，或由街道办理。", "Empty the column, or ask the street."), field=key)
        first, *rest = _PARTS.split(text.strip())
        unit, person = (first, rest[0]) if rest else ("", first) if COLUMNS[key].person or first not in self.by_unit else (first, "")
        if unit and unit not in self.by_unit:
            raise self._unknown(key, Text("没有名为“{n}”的部门或街道。", "There is no department or street “{n}”."), unit)
        if not person:
            return next((p.pk for p in self.by_unit[unit] if not p.single), self.by_unit[unit][0].pk)
        found = [p for p in self.by_person.get(person, ()) if not unit or p.unit.name == unit]
        if not found:
            alone = COLUMNS[key].person or unit
            nobody = Text("没有任职的“{n}”。", "Nobody in office is called “{n}”.")
            neither = Text("没有名为“{n}”的部门或人员。", "No department and nobody in office is called “{n}”.")
            raise self._unknown(key, nobody if alone else neither, person)
        leaders = [p for p in found if p.role == "leader"] if COLUMNS[key].person else []
        chosen = leaders or found
        if len({p.unit_id for p in chosen}) > 1:
            rule = Text("有几位“{n}”任职。", "Several in office are called “{n}”.").with_(n=person)
            raise Refusal(Reason.CONFLICT, rule, remedy=Text("请写成“单位/姓名”。", "Write unit/name."), field=key, value=text[:40])
        return chosen[0].pk

    def _unknown(self, key: str, rule: Text, name: str) -> Refusal:
        remedy = Text("请核对名称，或先登记该单位、任职。", "Check the name, or register the unit or the post first.")
        return Refusal(Reason.NOT_FOUND, rule.with_(n=name[:40]), remedy=remedy, field=key, value=name[:40])


def lay(context: Context, wanted: dict[tuple[int, str], int], on: date) -> int:
    """Lay responsibilities: (unit, column) -> post. Another post of the same column ends today; how many are new."""
    units = {unit for unit, _ in wanted}
    held: dict[tuple[int, str], list[Responsibility]] = {}
    keys = {(c.kind, c.note): k for k, c in COLUMNS.items()}
    now = Responsibility.objects.filter(Q(to_date=None) | Q(to_date__gt=on), unit__in=units, kind__in=("paired", "sector"), from_date__lte=on)
    for row in now:
        key = keys.get((row.kind, row.note if (row.kind, row.note) in keys else ""))
        held.setdefault((row.unit_id or 0, key or ""), []).append(row)
    new, ended = [], []
    for (unit, key), post in wanted.items():
        rows = held.get((unit, key), [])
        if any(r.post_id == post for r in rows):
            continue
        ended += rows
        new.append(Responsibility(kind=COLUMNS[key].kind, note=COLUMNS[key].note, unit_id=unit, post_id=post, from_date=on))
    for row in ended:
        row.to_date = max(on, row.from_date)
        context.event("responsibility_ended", subject=f"responsibility:{row.pk}", data={"on": str(row.to_date)})
    Responsibility.objects.bulk_update(ended, ["to_date"], batch_size=1000)
    Responsibility.objects.bulk_create(new, batch_size=2000)
    for row in new:
        context.event("responsibility_assigned", subject=f"responsibility:{row.pk}", data={"kind": row.kind, "post": row.post_id, "unit": str(row.unit_id)})
    return len(new)


_NAMED = """
select q.unit_id, q.kind, q.note, u.name, coalesce(h.name, '') from record_responsibility q
join record_post p on p.id = q.post_id join record_unit u on u.id = p.unit_id
left join lateral (
  select c.display_name as name from record_postholding x join record_account c on c.id = x.account_id and c.is_active
  where x.post_id = p.id and x.from_date <= %(on)s and (x.to_date is null or x.to_date > %(on)s) order by x.id limit 1) h on true
where q.unit_id = any(%(units)s::bigint[]) and q.kind in ('paired', 'sector') and q.from_date <= %(on)s and (q.to_date is null or q.to_date > %(on)s)
order by q.unit_id, q.id
"""


def responsible_of(units: Iterable[int], on: date) -> dict[int, dict[str, str]]:
    """By enterprise and column who answers for it, written as the import reads it; absent where nobody does."""
    keys = {(c.kind, c.note): k for k, c in COLUMNS.items()}
    out: dict[int, dict[str, str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_NAMED, {"units": list(units), "on": on})
        for unit, kind, note, name, person in cursor.fetchall():
            key = keys.get((kind, note)) or keys[kind, ""]
            out.setdefault(unit, {}).setdefault(key, f"{name}/{person}" if person else name)
    return out
