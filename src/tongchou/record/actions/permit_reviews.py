"""The review of a permit as a loop: the street has two working days, the enterprise is told by a numbered notice what has changed and what to do."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context
from tongchou.record.actions.loops import AdvanceIn, advance, after_step
from tongchou.record.actions.open_loops import OpenManyIn, open_many
from tongchou.record.actions.work_orders import Wanted, issue
from tongchou.record.loops.titles import written
from tongchou.record.loops.write import office_unit
from tongchou.record.models import Loop, Unit, WorkPermit
from tongchou.record.questions.permits import change_words
from tongchou.record.questions.units import street_of

KIND = ORIGIN = "permit_review"
TO_DO = ("在两个工作日内通过“复工许可”说明变化的原因和已采取的措施", "配合属地现场核实，复核期间可以继续生产经营")
"""What the notice asks of the enterprise."""


def open_reviews(context: Context, permits: Sequence[WorkPermit]) -> None:
    """Open the loop and issue the notice for permits that have gone to review; where a review is open already, what is new goes into it."""
    known = dict(Loop.objects.filter(kind=KIND, closed_at=None, origin=ORIGIN, origin_ref__in=[str(p.pk) for p in permits]).values_list("origin_ref", "pk"))
    for permit in permits:
        if str(permit.pk) in known:
            _step(context, known[str(permit.pk)], "more", _told(permit))
    fresh = [p for p in permits if str(p.pk) not in known]
    owners = _owners(fresh)
    fresh = [p for p in fresh if owners[p.unit_id] is not None]
    loops: list[Any] = []
    system = replace(context, actor=SYSTEM, grants=())
    for start in range(0, len(fresh), 500):
        items = [_item(p, owners[p.unit_id]) for p in fresh[start : start + 500]]
        loops += open_many(system, OpenManyIn.model_validate({"items": items}))["loops"]
    issue(context, [
        Wanted("review", p.unit_id, owners[p.unit_id] or 0, _told(p), TO_DO, uuid.UUID(str(loop)), p.pk) for p, loop in zip(fresh, loops, strict=True)
    ])  # fmt: skip


def _item(permit: WorkPermit, owner: int | None) -> dict[str, Any]:
    title = Text("{name}复工许可 {number} 复核", "{name}: review of permit {number}").with_(name=permit.unit.name[:200], number=permit.number)
    return {
        "kind": KIND, **written(title), "detail": _told(permit), "unit": permit.unit_id, "owner_unit": owner,
        "origin": ORIGIN, "origin_ref": str(permit.pk),
    }  # fmt: skip


def _told(permit: WorkPermit) -> str:
    words = "；".join(w.zh for w in change_words(permit.changes))
    return f"{permit.reason.rstrip('。')}：{words}"[:1_900] if words else permit.reason


def _owners(permits: Sequence[WorkPermit]) -> dict[int, int | None]:
    """The street of each permit's unit, else the office; one look-up for each area."""
    units = Unit.objects.filter(pk__in=[p.unit_id for p in permits]).select_related("area")
    office, by_area, out = office_unit(), {}, {}
    for unit in units:
        if unit.area_id not in by_area:
            by_area[unit.area_id] = street_of(unit) or office
        out[unit.pk] = by_area[unit.area_id]
    return out


def close_review(context: Context, permit: WorkPermit, step: str, note: str) -> None:
    """End the open review of a permit that has left it: keep, condition, suspend, or end where nothing had to be concluded."""
    for loop in Loop.objects.filter(kind=KIND, closed_at=None, origin=ORIGIN, origin_ref=str(permit.pk)).values_list("pk", flat=True):
        _step(context, loop, step, note)


def _step(context: Context, loop: uuid.UUID, step: str, note: str) -> None:
    given = AdvanceIn.model_validate({"loop": loop, "step": step, "note": note})
    advance(replace(context, actor=SYSTEM, grants=()), given)


@after_step(KIND, "keep")
@after_step(KIND, "condition")
@after_step(KIND, "suspend")
def concluded_in_full(context: Context, loops: list[uuid.UUID]) -> None:
    """A conclusion changes the permit; a step that does not is not taken."""
    keys = [uuid.UUID(ref) for ref in Loop.objects.filter(pk__in=loops).values_list("origin_ref", flat=True)]
    if WorkPermit.objects.filter(pk__in=keys, changed_at=context.now).count() < len(loops):
        rule = Text("这一步请在复工许可页面办理。", "This step is taken on the permit's page.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请打开复工许可。", "Open the permit."), field="step")
