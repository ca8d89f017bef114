"""Asking for bulk acts: the job queue carries them out, as the person who asked, with progress to look at."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from pydantic import Field

from tongchou.kernel.text import Text
from tongchou.record.act import Context, verb
from tongchou.record.territory.reach import area_in_reach
from tongchou.rooms.plans.onrecord import check_orderable
from tongchou.rooms.plans.store import standing_of, version_in_force
from tongchou.rooms.trust.actions.answer import CONFIRM, ConfirmIn, waiting_batch
from tongchou.rooms.trust.actions.cohort import BatchIn
from tongchou.rooms.trust.actions.issue import ISSUE
from tongchou.rooms.trust.actions.reverse import CONFIRM_REVERSAL, AnswerIn, open_reversal
from tongchou.rooms.trust.bulk import ask


class BatchRunIn(BatchIn):
    """As restriction.batch takes it. trial: nothing is issued, only counted."""

    trial: bool = Field(False)


@verb("restriction.batch_queue", ISSUE, Text("提交成批下达", "Ask for orders for a cohort"))
def batch_queue(context: Context, given: BatchRunIn) -> dict[str, Any]:
    """Issue for a cohort, or only count, in the job queue. What is wrong at a glance is refused at once."""
    area = area_in_reach(context.actor, ISSUE, given.area)
    today = timezone.localdate(context.now)
    check_orderable(standing_of(version_in_force(given.pack, today), given.table, today).table)
    payload = given.model_dump(mode="json", exclude={"trial"})
    return {"run": str(ask(context, "batch", payload, given.title, area.pk, trial=given.trial).pk)}


@verb("restriction.confirm_queue", CONFIRM, Text("提交成批确认", "Ask to confirm a batch"))
def confirm_queue(context: Context, given: ConfirmIn) -> dict[str, Any]:
    """Confirm a batch, or not, in the job queue."""
    batch = waiting_batch(context, given)
    payload = given.model_dump(mode="json")
    return {"run": str(ask(context, "confirm", payload, batch.title, context.grants[0].area_id).pk)}


@verb("restriction.reverse_queue", CONFIRM_REVERSAL, Text("提交批量纠正的答复", "Ask to carry out a reversal"))
def reverse_queue(context: Context, given: AnswerIn) -> dict[str, Any]:
    """Agree to a reversal, or not, in the job queue: every order that fits is lifted in one act."""
    row = open_reversal(context, given)
    payload = given.model_dump(mode="json")
    return {"run": str(ask(context, "reverse", payload, row.reason, row.area_id).pk)}
