"""Work in the queue: reading a batch of documents, reminding before meetings. Safe to run twice, in several workers, and to die anywhere."""

from __future__ import annotations

from procrastinate.contrib.django import app

from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.rooms.directives.models import Document


@app.task(queue="documents", retry=3)
def read_batch(batch: str) -> int:
    """Read what still waits in a batch, one act for each document; returns how many were read."""
    waiting = Document.objects.filter(batch=batch, state=Document.State.WAITING, set_aside_at=None).order_by("taken_in_at", "pk")
    keys = list(waiting.values_list("pk", flat=True))
    for key in keys:
        act("document.read", SYSTEM, new_id(), {"document": str(key)})
    return len(keys)


@app.periodic(cron="*/10 * * * *")
@app.task(queue="documents")
def read_forgotten(timestamp: int) -> int:
    """Documents that have waited since their worker died are read after all."""
    keys = list(Document.objects.filter(state=Document.State.WAITING, set_aside_at=None).order_by("taken_in_at").values_list("pk", flat=True)[:200])
    for key in keys:
        act("document.read", SYSTEM, new_id(), {"document": str(key)})
    return len(keys)


@app.periodic(cron="*/5 * * * *")
@app.task(queue="clock")
def remind_of_meetings(timestamp: int) -> int:
    """Two hours before a meeting, units that have not answered get a loop."""
    return int(act("meeting.remind", SYSTEM, new_id(), {}).result["reminded"])
