"""Bulk acts in the job queue: asked for, carried out as the person who asked, once, whole or not at all, with progress to look at.

What was asked for is a row (BulkRun). The job carries it out by one act under an id that follows from the row's: a worker that dies before the
commit has done nothing, one that dies after it is found done by the next. Progress is written on a connection of its own, outside that transaction.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.utils import timezone

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor, load_actor
from tongchou.record.act import Context, act, done_before
from tongchou.record.alone import alone
from tongchou.record.models import Account
from tongchou.rooms.trust.models import BulkRun
from tongchou.rooms.trust.progress import Told, listening

VERBS = {"batch": "restriction.batch", "confirm": "restriction.confirm", "reverse": "restriction.reverse_confirm"}
MOST_TRIES = 3
"""After so many deaths of its worker a run is given up: nothing was done, and somebody has to look why."""
EVERY = 0.5
"""Seconds between two notes of how far a run is."""


def ask(context: Context, what: str, payload: dict[str, Any], title: str, area: int, *, trial: bool = False) -> BulkRun:
    """Put a bulk act in the queue, within an act whose id becomes the run's."""
    from tongchou.rooms.trust.tasks import carry_out

    assert context.actor.account_id is not None
    row = BulkRun(
        id=context.act_id, what=what, trial=trial, title=title[:120], payload=payload, area_id=area, account_id=context.actor.account_id,
        unit_id=context.grants[0].unit_id, asked_at=context.now,
    )  # fmt: skip
    if not context.dry_run:
        row.save(force_insert=True)
        context.event("bulk_asked", subject=f"run:{row.pk}", data={"what": what, "trial": trial})

        def queue() -> None:
            carry_out.defer(run=str(row.pk))

        context.effect(queue)
    return row


def act_id(run: uuid.UUID) -> uuid.UUID:
    """The id of the act that carries a run out."""
    return uuid.uuid5(run, "carried out")


def carry(run: uuid.UUID) -> str:
    """Carry out a run unless another worker is at it, or it is over; returns its state."""
    with alone(run) as mine:
        row = BulkRun.objects.filter(pk=run).first()
        if row is None or not mine or row.state in ("done", "failed"):
            return row.state if row is not None else ""
        stored = done_before(VERBS[row.what], _actor(row), act_id(run))
        if stored is not None:
            return _over(row, "done", result=stored.result)
        if row.tries >= MOST_TRIES:
            return _over(row, "failed", refusal=_given_up().kept())
        BulkRun.objects.filter(pk=run).update(state="running", tries=row.tries + 1, stage="", done=0, total=0)
        try:
            with _progress(run) as told, listening(told):
                result = act(VERBS[row.what], _actor(row), act_id(run), row.payload, dry_run=row.trial).result
        except Refusal as refusal:
            return _over(row, "failed", refusal=refusal.kept())
        return _over(row, "done", result=result)


def _actor(row: BulkRun) -> Actor:
    """The person who asked, with the posts that they hold now: who has lost the right meanwhile does nothing by it."""
    account = Account.objects.get(pk=row.account_id)
    return load_actor(account.pk, account.display_name, timezone.localdate(), via="job")


def _over(row: BulkRun, state: str, **fields: Any) -> str:
    BulkRun.objects.filter(pk=row.pk, state__in=("waiting", "running")).update(state=state, finished_at=timezone.now(), **fields)
    return state


def _given_up() -> Refusal:
    rule = Text("连续 {n} 次中途停止，已放弃；什么也没有办理。", "It stopped {n} {n|time|times} halfway and was given up; nothing was done.").with_(n=MOST_TRIES)
    return Refusal(Reason.CONFLICT, rule, remedy=Text("请系统管理员查看日志后重新提交。", "Have the administrator look at the log, then ask again."))


@contextmanager
def _progress(run: uuid.UUID) -> Iterator[Told]:
    """Notes how far a run is, on another thread's connection: the act's own transaction shows nothing before its end."""
    last = 0.0
    with ThreadPoolExecutor(1, thread_name_prefix="bulk-progress") as pool:

        def told(stage: str, done: int, total: int) -> None:
            nonlocal last
            if time.monotonic() - last >= EVERY:
                last = time.monotonic()
                pool.submit(_note, run, stage, done, total)

        try:
            yield told
        finally:
            pool.submit(_close)


def _note(run: uuid.UUID, stage: str, done: int, total: int) -> None:
    BulkRun.objects.filter(pk=run, state="running").update(stage=stage, done=done, total=total)


def _close() -> None:
    """Close this thread's own connection."""
    connection.close()
