"""A directive as a card: what it says, who should do it and why, until when, and what may be done with it now."""

from __future__ import annotations

import uuid
from collections.abc import Container, Iterator, Sequence
from datetime import datetime
from typing import Any

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.loops.kinds import kind_of
from tongchou.record.territory.names import told_apart
from tongchou.record.territory.reach import reaches_unit
from tongchou.rooms.directives.actions.issue import unready
from tongchou.rooms.directives.collective import EACH, meant
from tongchou.rooms.directives.models import Directive, Document
from tongchou.rooms.directives.names import EVIDENCE, STATES, THEMES, as_badge
from tongchou.rooms.directives.questions import Became, became, unit_names
from tongchou.rooms.directives.reach import DRAFT, ISSUE, units_below
from tongchou.web.pages.shown import stage_badge

DUE_WHY = {
    "written": Text("按原文", "as written"),
    "inferred": Text("年份按文件日期推断", "year inferred from the document's date"),
    "event": Text("取决于事件，须定日期", "hangs on an event: a date is needed"),
    "set": Text("由人设定", "set by a person"),
}
BASIS = {"added": Text("人工补充", "added by hand"), "split": Text("拆分得来", "split off")}


WHOLE = 40
"""Directives whose cards stand open on the page of their document; of more, each is a line until somebody opens it."""


def cards(actor: Actor, document: Document, rows: Sequence[Directive], at: datetime, opened: Container[uuid.UUID] | None = None) -> list[dict[str, Any]]:
    """The cards of a document in the order of its text; each knows the live one before it, into which it may be merged.

    opened: the directives that are drawn whole, the others as lines; None: all.
    """
    done = became(document.pk, at)
    names, below = unit_names(rows), _below(document, rows)
    can = document.set_aside_at is None and reaches_unit(actor, DRAFT, document.unit)
    out: list[dict[str, Any]] = []
    for row, n, before in _numbered(rows):
        if opened is None or row.pk in opened:
            out.append(_card(row, n, names, below, done.get(row.pk), at) | _possible(row, can, before))
        else:
            task = _task(done[row.pk], at) if row.pk in done else None
            out.append({"row": row, "number": n, "badges": _badges(row), "task": task, "past": _past(row, at), "closed": True})
    return out


def _below(document: Document, rows: Sequence[Directive]) -> list[tuple[int, str, str]]:
    """The units among which those that are meant by 各部门 and the like are looked up; read only where something is for many."""
    return list(units_below(document.unit).order_by("kind", "name_key", "pk").values_list("pk", "name", "kind")) if any(r.each_kind for r in rows) else []


def _numbered(rows: Sequence[Directive]) -> Iterator[tuple[Directive, int, Directive | None]]:
    """Each with its number among those that stand, and the one above into which it may be merged."""
    before, n = None, 0
    for row in rows:
        n += row.state in ("proposed", "confirmed", "issued")
        yield row, n, before
        before = row if row.state in ("proposed", "confirmed") else None


def _possible(row: Directive, can: bool, before: Directive | None) -> dict[str, Any]:
    live = row.state in ("proposed", "confirmed")
    return {"can": can, "live": live, "before": before if live else None}


def one_card(actor: Actor, document: Document, rows: Sequence[Directive], key: uuid.UUID, at: datetime) -> dict[str, Any]:
    """One of them, as it stands now."""
    row, n, before = next(found for found in _numbered(rows) if found[0].pk == key)
    can = document.set_aside_at is None and reaches_unit(actor, DRAFT, document.unit)
    return _card(row, n, unit_names([row]), _below(document, [row]), became(document.pk, at, key).get(key), at) | _possible(row, can, before)


def _card(row: Directive, number: int, names: dict[int, str], below: Sequence[tuple[int, str, str]], task: Became | None, at: datetime) -> dict[str, Any]:
    each = [u for u in meant(row.each_kind, row.each_units, below) if u[0] != row.lead_unit_id]
    chosen = next((s for s in row.suggested if s["unit"] == row.lead_unit_id), None)
    return {
        "row": row, "number": number, "badges": _badges(row), "themes": [THEMES.get(t, Text(t, t)) for t in row.themes],
        "co_units": [names.get(u, str(u)) for u in row.co_units], "evidence": [EVIDENCE[e] for e in row.evidence if e in EVIDENCE],
        "evidence_why": row.evidence_why, "each": EACH[row.each_kind][0] if row.each_kind in EACH else None, "each_names": told_apart(each), "lead_why": chosen,
        "person_why": chosen["person"] if chosen and chosen.get("person", {}).get("account") == row.person_id and row.person_id else None,
        "others": [s for s in row.suggested if s["unit"] != row.lead_unit_id], "due_why": DUE_WHY.get(row.due_why),
        "past": _past(row, at), "task": _task(task, at) if task else None,
    }  # fmt: skip


def _badges(row: Directive) -> list[dict[str, Any]]:
    badges = [as_badge(STATES[row.state])]
    if row.urgent:
        badges.append({"label": Text("加急", "Urgent"), "tone": "act", "icon": "flame"})
    if row.basis in BASIS:
        badges.append({"label": BASIS[row.basis], "tone": "", "icon": "plus"})
    return badges


def _past(row: Directive, at: datetime) -> bool:
    return row.state in ("proposed", "confirmed") and row.due_at is not None and row.due_at <= at


def _task(task: Became, at: datetime) -> dict[str, Any]:
    late = task.closed_at is None and task.deadline is not None and task.deadline < at
    return {"line": task, "badge": stage_badge(kind_of(task.edition), task.stage), "late": late}


def progress(actor: Actor, document: Document, rows: Sequence[Directive], at: datetime) -> dict[str, Any]:
    """Counts, and whether issuing is possible and what stands in its way."""
    live = [r for r in rows if r.state in ("proposed", "confirmed")]
    issued = [r for r in rows if r.state == "issued"]
    wrong = unready(live, at)
    return {
        "unread": sum(r.state == "proposed" for r in live),
        "confirmed": sum(r.state == "confirmed" for r in live),
        "issued": len(issued),
        "total": len(live) + len(issued),
        "to_issue": len(live),
        "in_the_way": [{"what": what, "count": len(those), "first": those[0].pk} for what, those in wrong],
        "can_issue": document.set_aside_at is None and bool(live) and reaches_unit(actor, ISSUE, document.unit),
        "settled": len(live) + len(issued) and round(100 * (len(issued) + sum(r.state == "confirmed" for r in live)) / (len(live) + len(issued))),
    }


def next_unread(rows: Sequence[Directive], after: uuid.UUID) -> uuid.UUID | None:
    """The next directive to be confirmed, beginning again at the top."""
    keys = [r.pk for r in rows]
    start = keys.index(after) + 1 if after in keys else 0
    return next((r.pk for r in [*rows[start:], *rows[:start]] if r.state == "proposed"), None)
