"""Clearance of everybody at once, after what it rests on has changed: asked for inside the change, done by a job, step by step.

A request is a row of the change's own transaction. A pass takes the requests that are committed when it begins and reads the files after that; what comes
while it is under way waits for the next pass. So no change is lost, and a hundred changes at once make one pass.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app

from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import Context
from tongchou.record.clearance import PACK, TABLE, clear
from tongchou.record.clearance_alarm import tell
from tongchou.record.models import ClearanceRequest, ClearanceRun
from tongchou.record.plans import standing_in_force

JOB = "tongchou.rooms.enterprises.tasks.clear_due"
CAUSES: dict[str, Text] = {
    "pack": Text("方案生效或撤回", "A plan came into force or was withdrawn"),
    "grade": Text("风险等级变化", "The grade of an area changed"),
    "facts": Text("多人信息变化", "Facts of many people changed"),
    "orders": Text("管控措施变化", "Orders about many people changed"),
    "day": Text("每日判定", "A new day"),
    "person": Text("人工要求", "A person asked for it"),
}
MANY = 100
"""Facts or orders about so many people at once ask for a pass; fewer wait for the night or for their file's own change."""
STEP = 100_000
"""Staff files of one step: a few seconds, after which officers see how far it is."""
_LOCK = 7_216_011  # advisory lock: one step at a time
_ASK = (
    "insert into record_clearancerequest (cause, subject, act, at) values (%s, %s, %s, %s) on conflict (act) do nothing"
)
_TAKE = "update record_clearancerequest set run_id = %s where run_id is null"
_UNITS = """
with n as (select unit_id, count(*) as n from record_staff where to_date is null and unit_id > %s group by 1),
     sums as (select unit_id, sum(n) over (order by unit_id) - n as before from n)
select unit_id from sums where before < %s order by 1
"""


def ask(context: Context, cause: str, subject: str = "", *, job: bool = True) -> None:
    """Have everybody decided again soon after this act; once for an act, however often it is asked.

    job: False where the asker goes on to work it off, so that no second job finds nothing to do.
    """
    if context.dry_run:
        return
    with connection.cursor() as cursor:
        cursor.execute(_ASK, [cause, subject[:120], context.act_id, context.now])
        asked = cursor.rowcount
    if asked and job:
        app.configure_task(name=JOB).defer()


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did. run: None where nothing waits. going_on: there is more to do."""

    run: uuid.UUID | None
    going_on: bool
    changed: int = 0


def step(context: Context) -> Step:
    """Go on with the pass under way, else begin one for all that asked; inside an act."""
    _one_at_a_time()
    run = ClearanceRun.objects.filter(finished_at=None).first() or _begin(context)
    if run is None:
        return Step(None, False)
    with connection.cursor() as cursor:
        cursor.execute(_UNITS, [run.after, STEP])
        units = [row[0] for row in cursor.fetchall()]
    changed = 0
    if units:
        found = clear(context.act_id, context.now, timezone.localdate(context.now), units=units)
        tell(context, found)
        changed = found.changed
        run.after, run.done, run.changed = units[-1], run.done + found.looked_at, run.changed + changed
        run.edition = found.edition
        run.outcomes = {
            k: run.outcomes.get(k, 0) + found.outcomes.get(k, 0) for k in sorted({*run.outcomes, *found.outcomes})
        }
        run.acts = [*run.acts, context.act_id]
    run.moved_at = context.now
    if not units or (run.done >= run.total and not _more(run.after)):
        run.finished_at, run.total = max(context.now, run.started_at), run.done
    run.save()
    context.event(
        "staff_cleared",
        subject=f"clearance:{run.pk}",
        data={"looked_at": run.done, "changed": changed, "edition": run.edition},
    )
    return Step(run.pk, run.finished_at is None or _waiting(), changed)


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])


def due() -> bool:
    """Whether a pass is under way or asked for."""
    return _waiting() or ClearanceRun.objects.filter(finished_at=None).exists()


def _begin(context: Context) -> ClearanceRun | None:
    """A pass for every request that is there; what it reads, it reads after them."""
    if not _waiting():
        return None
    today = timezone.localdate(context.now)
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from record_staff where to_date is null")
        total = cursor.fetchone()[0]
    run = ClearanceRun.objects.create(
        id=new_id(), started_at=context.now, moved_at=context.now, as_of=today, pack=PACK, edition=standing_in_force(PACK, TABLE, today).edition.key, total=total,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [run.pk])
    return run


def _waiting() -> bool:
    return ClearanceRequest.objects.filter(run=None).exists()


def _more(after: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select exists (select from record_staff where to_date is null and unit_id > %s)", [after])
        return bool(cursor.fetchone()[0])


_CAUSES = """
select q.cause, q.subject, q.at, coalesce(c.display_name, ''), coalesce(a.verb, '') from record_clearancerequest q
left join record_act a on a.id = q.act left join record_account c on c.id = a.account_id
where q.run_id is not distinct from %s order by q.id limit 200
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who or what asked for a pass. who: "" for the program."""

    cause: str
    subject: str
    at: datetime
    who: str
    verb: str

    @property
    def title(self) -> Text:
        return CAUSES.get(self.cause, Text(self.cause, self.cause))


def asked_by(run: uuid.UUID | None) -> list[Asked]:
    """What a pass was asked for by; None: what still waits."""
    with connection.cursor() as cursor:
        cursor.execute(_CAUSES, [run])
        return [Asked(*row) for row in cursor.fetchall()]
