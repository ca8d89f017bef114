"""The decision on a data request as something owed: in the work list of the headquarters, with a clock that climbs the ladder."""

from __future__ import annotations

import uuid
from dataclasses import replace

from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context
from tongchou.record.actions import loops as steps
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.loops.titles import written
from tongchou.record.loops.write import office_unit
from tongchou.record.models import Loop
from tongchou.rooms.requests.models import DataRequest

KIND, ORIGIN = "request_approval", "data_request"


def ask_for_decision(context: Context, row: DataRequest) -> None:
    """Open the loop of a request that waits to be decided. Without a headquarters office nobody could owe it."""
    office = office_unit()
    if office is None:
        return
    title = Text("审批数据需求：{title}", "Decide on a data request: {title}").with_(title=row.title)
    told = Text("{purpose}\n依据：{basis}", "{purpose}\nBasis: {basis}").with_(purpose=row.purpose, basis=row.basis)
    given = {
        "kind": KIND, **written(title, told), "unit": row.asker_id, "owner_unit": office,
        "origin": ORIGIN, "origin_ref": str(row.pk),
    }  # fmt: skip
    row.loop_id = uuid.UUID(str(open_one(replace(context, actor=SYSTEM, grants=()), OpenIn.model_validate(given))["loop"]))
    row.save(update_fields=["loop"])


def decided(context: Context, row: DataRequest, step: str, note: str) -> None:
    """Close the loop with the decision; a request that was never up for one has none."""
    if row.loop_id is None or not Loop.objects.filter(pk=row.loop_id, closed_at=None).exists():
        return
    steps.advance(replace(context, actor=SYSTEM), steps.AdvanceIn.model_validate({"loop": row.loop_id, "step": step, "note": note}))
