"""Which steps suit a whole selection, what each asks for, and carrying one out for every loop of it.

A selection is carried out loop by loop, each in an act of its own by the one door, as the person who asked and with the posts that they hold then: a
loop that cannot take the step is refused by itself, with its reason and remedy, and stays in the list. A worker that dies has done what it has done;
the next goes on behind it. An act that was committed but not yet noted is found done under its id.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.kinds import Party, Step
from tongchou.record.access import Actor, load_actor
from tongchou.record.act import act
from tongchou.record.alone import alone
from tongchou.record.loops.engine import may_set_due
from tongchou.record.loops.kinds import kind_of
from tongchou.record.models import Account, LoopSelection, SelectedLoop

BULK = "loop.bulk"
MOST = 10_000
"""Loops of one selection: the most urgent come first, the rest is for the next."""
MOST_TRIES = 3
"""After so many deaths of its worker the rest of a selection is given up, each with that reason."""
JOB = "tongchou.jobs.tasks.carry_selection"
_CHUNK = 200


@dataclass(frozen=True, slots=True)
class Way:
    """One thing that can be done for a whole selection. loops: how many of it are in a stage where it is possible."""

    key: str
    title: Text
    loops: int
    note: str = "none"             # none | optional | required
    unit: bool = False
    due: bool = False              # a new due time may come with it
    due_needed: bool = False
    person: bool = False


PERSON, DUE = "person", "due"
"""Keys of the two ways that are no step: naming who handles it, changing when it is due."""
_SUMS = """
select l.edition_id, l.stage, count(*) from record_selectedloop s join record_loop l on l.id = s.loop
where s.selection_id = %s and l.closed_at is null group by 1, 2 order by 3 desc, 1, 2
"""


def stages_of(selection: uuid.UUID) -> list[tuple[int, str, int]]:
    """(edition, stage, how many) of the open loops of a selection, the most first."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, [selection])
        return cursor.fetchall()


def suits(step: Step) -> bool:
    """A step can be taken by many at once where it asks for nothing that differs from loop to loop: a note, a unit, a date at most."""
    return not step.needs and any(p is not Party.SYSTEM for p in step.by)


def ways_of(stages: list[tuple[int, str, int]]) -> list[Way]:
    """What can be done for loops in these stages, by their kinds' own rules. Whether this person may is settled for each loop when it is done."""
    found: dict[str, list[tuple[Step, bool, int]]] = {}
    open_loops = 0
    for edition, stage, count in stages:
        kind = kind_of(edition)
        if kind.confidential:
            continue
        open_loops += count
        for step in kind.steps_from(stage):
            if suits(step):
                ends = step.to_stage != "=" and kind.stages[step.to_stage].end is not None
                found.setdefault(step.key, []).append((step, may_set_due(step) and not ends, count))
    ways = [_way(key, parts) for key, parts in found.items()]
    if open_loops:
        ways.append(Way(PERSON, Text("确定经办人", "Name who handles it"), open_loops, person=True))
        ways.append(Way(DUE, Text("调整时限", "Change when it is due"), open_loops, note="required", due_needed=True))
    return ways


def _way(key: str, parts: list[tuple[Step, bool, int]]) -> Way:
    steps = [s for s, _, _ in parts]
    titles = list(dict.fromkeys((s.title.zh, s.title.en) for s in steps))
    title = Text(" / ".join(zh for zh, _ in titles), " / ".join(en for _, en in titles))
    notes = {s.note for s in steps}
    note = "required" if "required" in notes else "optional" if "optional" in notes else "none"
    return Way(f"step.{key}", title, sum(n for _, _, n in parts), note, any(s.reassigns for s in steps), any(due for _, due, _ in parts))


def act_id(selection: uuid.UUID, loop: uuid.UUID) -> uuid.UUID:
    """The id of the act that deals with one loop of a selection."""
    return uuid.uuid5(selection, str(loop))


def carry(selection: uuid.UUID) -> str:
    """Carry out what was asked for, unless another worker is at it or it is over; returns the selection's state."""
    with alone(selection) as mine:
        row = LoopSelection.objects.filter(pk=selection).first()
        if row is None or not mine or row.state in ("draft", "done"):
            return row.state if row is not None else ""
        LoopSelection.objects.filter(pk=selection).update(state="running", tries=row.tries + 1)
        if row.tries >= MOST_TRIES:
            SelectedLoop.objects.filter(selection=row, done_at=None, refusal__isnull=True).update(refusal=_given_up().kept())
        actor = _actor(row)
        while left := list(SelectedLoop.objects.filter(selection=row, done_at=None, refusal__isnull=True).order_by("place")[:_CHUNK]):
            for one in left:
                _one(row, actor, one)
        LoopSelection.objects.filter(pk=selection).update(state="done", finished_at=timezone.now())
        return "done"


def _one(row: LoopSelection, actor: Actor, one: SelectedLoop) -> None:
    try:
        act(row.verb, actor, act_id(row.pk, one.loop), row.payload | {"loop": str(one.loop)})
    except Refusal as refusal:
        one.refusal = refusal.kept()
    else:
        one.done_at = timezone.now()
    one.save(update_fields=["done_at", "refusal"])


def _actor(row: LoopSelection) -> Actor:
    """The person who asked, with the posts that they hold now: who has lost the right meanwhile does nothing by it."""
    account = Account.objects.get(pk=row.account_id)
    return load_actor(account.pk, account.display_name, timezone.localdate(), via="job", person_id=account.person_id)


def _given_up() -> Refusal:
    rule = Text("连续 {n} 次中途停止，未再办理。", "It stopped {n} {n|time|times} halfway and was not tried again.").with_(n=MOST_TRIES)
    return Refusal(Reason.CONFLICT, rule, remedy=Text("请系统管理员查看日志后重新办理。", "Have the administrator look at the log, then ask again."))
