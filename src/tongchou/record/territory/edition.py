"""Import an edition: read the table, compare it with what is in force within the actor's reach, store what differs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.rejects import Tally, write_rejected
from tongchou.kernel.tables import Table, read_table
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import Edition
from tongchou.record.territory.levels import RANK
from tongchou.record.territory.plan import Change, Plan, Standing, compare
from tongchou.record.territory.reach import everything
from tongchou.record.territory.shapes import Given, Reading, read_areas
from tongchou.record.territory.store import lock_territory, standing_areas, store

KINDS = ("new", "renamed", "moved", "recoded", "ended")
KIND_NAMES: dict[str, Text] = {
    "new": Text("新增", "new"),
    "renamed": Text("更名", "renamed"),
    "moved": Text("划转", "moved"),
    "recoded": Text("换码", "recoded"),
    "ended": Text("撤销", "ended"),
}
SHOWN = 500
"""Changes and refused rows that a result lists; the counts are always of all."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An import that is ready to be stored or shown."""

    table: Table
    reading: Reading
    plan: Plan
    standing: list[Standing]

    @property
    def tally(self) -> Tally:
        refused = len({number for number, _ in self.reading.rejects})
        return Tally(self.table.rows_in, self.table.rows_in - refused, refused)

    def as_result(self) -> dict[str, Any]:
        """Counts, the first changes and the first refused rows, for a page, the API or the command line."""
        tally = self.tally
        counts = {kind: self.plan.count(kind) for kind in KINDS}
        shown = sorted(self.plan.changes, key=lambda c: c.kinds == ("new",))[:SHOWN]
        return {
            "rows_in": tally.rows_in,
            "accepted": tally.accepted,
            "rejected": tally.rejected,
            **counts,
            "unchanged": self.plan.unchanged,
            "ends_withheld": self.plan.ends_withheld,
            "changes": [_change(c) for c in shown],
            "rejects": [{"row": n} | r.as_dict() for n, r in sorted(self.reading.rejects, key=lambda x: x[0])[:SHOWN]],
        }


def _change(change: Change) -> dict[str, Any]:
    old, new = change.old, change.new
    return {
        "kinds": list(change.kinds),
        "area": old.id if old else None,
        "old_code": old.code if old else None,
        "old_name": old.name if old else None,
        "code": new.code if new else None,
        "name": new.name if new else None,
    }


def prepare(actor: Actor, data: bytes, filename: str) -> Prepared:
    """Read and compare a file; nothing is changed. Raises Refusal when the file as a whole cannot be used."""
    table = read_table(data, filename)
    reading = read_areas(table)
    lowest = max((g.level for g in reading.given.values()), key=RANK.__getitem__, default="province")
    standing = standing_areas(lowest)
    plan = compare(reading, standing)
    if not everything(actor, "territory.edit"):
        paths = actor.area_paths("territory.edit")
        outside = _outside(plan, standing, paths)
        if outside:
            reading.drop(outside, _not_yours)
            plan = compare(reading, standing)
        plan.changes = [c for c in plan.changes if c.new is not None or (c.old and c.old.path.startswith(paths))]
    return Prepared(table, reading, plan, standing)


def _outside(plan: Plan, standing: list[Standing], paths: tuple[str, ...]) -> set[str]:
    """Codes whose change lies outside the subtrees. What is unchanged may be listed."""
    path = {s.id: s.path for s in standing}
    inside_new: set[str] = set()
    out: set[str] = set()
    for change in plan.changes:
        if change.new is None:
            continue
        parent = path.get(plan.matched.get(change.new.parent or "", 0), "")
        fits = change.new.parent in inside_new or (bool(parent) and parent.startswith(paths))
        if change.old is not None:  # the root of one's own subtree may be renamed, not moved or recoded
            fits = change.old.path.startswith(paths) and (fits or change.kinds == ("renamed",))
        elif fits:
            inside_new.add(change.new.code)
        if not fits:
            out.add(change.new.code)
    return out


def _not_yours(one: Given) -> Refusal:
    rule = Text("{code} 不在您的辖区内。", "{code} does not lie in your area.").with_(code=one.code)
    remedy = Text("请由上级指挥部或系统管理员导入。", "Ask the level above or the system administrator to import it.")
    return Refusal(Reason.NOT_FOUND, rule, remedy=remedy, field="code", value=one.code)


def import_edition(
    actor: Actor, data: bytes, filename: str, name: str, in_force: date, source: str, now: datetime,
    on_change: Callable[[Change], None],
) -> dict[str, Any]:  # fmt: skip
    """Store what differs as an edition; runs inside act(). `edition` in the result is None when nothing differs."""
    lock_territory()
    ready = prepare(actor, data, filename)
    result = ready.as_result()
    if not ready.plan.changes:
        return {"edition": None} | result
    if Edition.objects.filter(name=name).exists():
        rule = Text("已有名为“{name}”的版本，内容与本表不同。", "There is an edition “{name}” already, and this file differs from it.")
        remedy = Text("请另起版本名称。", "Choose another name.")
        raise Refusal(Reason.DUPLICATE, rule.with_(name=name), remedy=remedy, field="edition", value=name)
    row = Edition.objects.create(
        name=name, in_force=in_force, source=source, rows_in=ready.table.rows_in, imported_at=now
    )
    store(ready.plan, ready.standing, row.pk, in_force)
    for change in ready.plan.changes:
        on_change(change)
    return {"edition": row.pk} | result


def rejected_rows(actor: Actor, data: bytes, filename: str, language: str) -> bytes:
    """The rejected rows of a file as CSV, with row, field, reason, rule and remedy. Computed anew: nothing of it is stored."""
    ready = prepare(actor, data, filename)
    return write_rejected(ready.table, ready.reading.rejects, language)
