"""Incidents that a daily report tells of: each kind of a day opens one loop of the street, which a repetition or a correction adds to."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context
from tongchou.record.actions.loops import AdvanceIn, advance
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.loops.kinds import current_edition
from tongchou.record.loops.titles import written
from tongchou.record.loops.write import office_unit
from tongchou.record.questions.units import street_of
from tongchou.rooms.daily.models import Happening, Report

KIND, OTHER = "site_incident", "other"
Told = list[dict[str, Any]]


def kinds() -> dict[str, Text]:
    """The kinds of incidents, as the loop kind in force lists them."""
    return dict(next(f for f in current_edition(KIND)[1].fields if f.key == "what").choices)


def check_happened(incidents: int, note: str, told: Told) -> Told:
    """The incidents by kind; without a list all are of no kind that is named. Refused where number and list contradict each other."""
    if not told:
        return [{"what": OTHER, "n": incidents, "note": note}] if incidents else []
    known, remedy = kinds(), Text("请逐类填写，合计与异常事件数一致；没有就填 0。", "List them by kind, together as many as reported; 0 where there is none.")
    strange = next((t["what"] for t in told if t["what"] not in known), None)
    if strange is not None:
        rule = Text("没有这个事件类别。", "There is no such kind of incident.")
        named = Text("可用：{all}。", "Kinds: {all}.").with_(all=Text.listed(list(known.values())))
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=named, field="what", value=str(strange)[:40])
    if sum(t["n"] for t in told) != incidents or len({t["what"] for t in told}) != len(told):
        rule = Text("异常事件 {n} 起，逐类合计 {m} 起。", "{n} {n|incident is|incidents are} reported, {m} {m|is|are} listed.")
        rule = rule.with_(n=incidents, m=sum(t["n"] for t in told))
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="incidents", value=incidents)
    return [t | {"note": t["note"] or note} for t in told]


def store_happened(context: Context, row: Report, told: Told) -> None:
    """Open a loop for what is told the first time; tell the open one of what a later report of the same day says otherwise."""
    known = {h.what: h for h in Happening.objects.select_for_update(of=("self",)).select_related("loop").filter(unit=row.unit_id, day=row.day)}
    for t in told:
        held = known.pop(t["what"], None)
        if held is None:
            held = Happening(unit_id=row.unit_id, day=row.day, what=t["what"])
            _put(held, row, t)
            held.loop_id = _open(context, row, held)
            held.save()
            context.event("site_incident", loop_id=held.loop_id, subject=f"unit:{row.unit_id}", data={"report": str(row.pk), "what": held.what, "n": held.n})
        elif (held.n, held.note, held.gone) != (t["n"], t["note"], False):
            _put(held, row, t)
            held.save()
            _retell(context, held, f"企业更正日报：{held.n}起，{held.note}")
        else:
            held.report = row
            held.save(update_fields=["report"])
    for held in known.values():
        if not held.gone:
            held.gone, held.report = True, row
            held.save(update_fields=["gone", "report"])
            _retell(context, held, f"企业更正日报，不再报告这一事件：{row.why or '未说明'}")


def _put(held: Happening, row: Report, t: dict[str, Any]) -> None:
    held.n, held.note, held.report, held.gone = t["n"], t["note"], row, False


def _open(context: Context, row: Report, held: Happening) -> uuid.UUID | None:
    owner = street_of(row.unit) or office_unit()
    if owner is None:
        return None
    known: datetime = row.reported_at
    title = Text("{name}（{zh}日报）{what}{n}起", "{name} (daily report of {en}): {what}, {n} {n|case|cases}").with_(
        name=row.unit.name[:200], zh=f"{row.day:%m月%d日}", en=row.day.isoformat(), what=kinds()[held.what], n=held.n
    )
    payload = {
        "kind": KIND, **written(title), "detail": held.note, "unit": row.unit_id,
        "owner_unit": owner, "urgent": held.what in ("injury", "fire", "leak"), "origin": "daily", "origin_ref": f"{row.unit_id}:{row.day}:{held.what}",
        "data": {"what": held.what, "known_at": known.isoformat(), "count": held.n},
    }  # fmt: skip
    return uuid.UUID(str(open_one(replace(context, actor=SYSTEM, grants=()), OpenIn.model_validate(payload))["loop"]))


def _retell(context: Context, held: Happening, note: str) -> None:
    """What a correction says goes into the loop's course; one that is closed is opened by nobody's correction."""
    if held.loop is None or held.loop.closed_at is not None:
        return
    given = AdvanceIn.model_validate({"loop": held.loop_id, "step": "retold", "note": note[:2_000]})
    advance(replace(context, actor=SYSTEM, grants=()), given)
