"""Verbs of the work list in bulk: selecting loops, and asking for one thing to be done for each of them."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Q
from procrastinate.contrib.django import app
from pydantic import AwareDatetime, Field, model_validator

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions.loop_times import check_due
from tongchou.record.copytext import uuid_array
from tongchou.record.loops.selecting import BULK, DUE, JOB, MOST, PERSON, Way, stages_of, ways_of
from tongchou.record.models import LoopSelection, Unit
from tongchou.record.questions.worklist import VIEWS, Filter, conditions

NO_BULK = ("closed", "follow_up")
"""Views whose loops are closed: nothing is left to do for many at once."""
_KEEP = timedelta(days=1)
"""How long a selection is kept with which nothing was done."""
KEPT_DAYS = 30
"""How long one that was carried out can be looked at, its refusals as a spreadsheet with it. What was done stays in each loop's timeline."""
_TICKED = """
insert into record_selectedloop (selection_id, place, loop) select %(selection)s, n, loop from unnest(%(loops)s::uuid[]) with ordinality t(loop, n)
"""
_FOUND = """
insert into record_selectedloop (selection_id, place, loop)
select %(selection)s, row_number() over (order by f.deadline, f.id), f.id
from (select l.id, l.deadline from record_loop l where {where} order by l.deadline, l.id limit %(most)s) f
"""


class FilterIn(Payload):
    """The filters of the work list, as its address has them."""

    view: str = Field("unit", max_length=20)
    kind: str = Field("", max_length=40)
    stage: str = Field("", max_length=40)
    level: str = Field("", max_length=16)
    late: bool = False
    urgent: bool = False
    owner_unit: int | None = None
    area: int | None = None
    text: str = Field("", max_length=60)
    here: bool = False


class SelectIn(Payload):
    """Either the loops themselves or the filters that find them."""

    loops: list[uuid.UUID] = Field(default_factory=list, max_length=MOST)
    found: FilterIn | None = None

    @model_validator(mode="after")
    def _one(self) -> SelectIn:
        if bool(self.loops) == (self.found is not None):
            rule = Text("没有选中任何事项。", "Nothing was selected.")
            raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请先勾选，或按筛选条件全选。", "Tick some, or select all that fit."), field="loops")
        return self


@verb("loop.select", BULK, Text("选定一批事项", "Select loops"))
def select(context: Context, given: SelectIn) -> dict[str, Any]:
    """Keep a selection, the most urgent MOST of what was found; nothing is done to the loops yet."""
    account = context.actor.account_id
    assert account is not None
    LoopSelection.objects.filter(account_id=account, state="draft", made_at__lt=context.now - _KEEP).delete()
    query = given.found.model_dump(exclude_defaults=True) | {"view": given.found.view} if given.found else {}
    row = LoopSelection.objects.create(id=context.act_id, account_id=account, query=query, total=0, made_at=context.now)
    values: dict[str, Any] = {"selection": row.pk, "most": MOST}
    sql = _TICKED
    if given.found is None:
        values["loops"] = uuid_array(list(dict.fromkeys(given.loops)))
    else:
        where, more = _where(context.actor, given.found, context)
        values |= more
        sql = _FOUND.format(where=" and ".join(where))
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row.total = cursor.rowcount
        if row.total == MOST and given.found is not None:
            cursor.execute(f"select count(*) from (select 1 from record_loop l where {' and '.join(where)} limit %(over)s) t", values | {"over": MOST + 1})
            row.cut = cursor.fetchone()[0] > MOST
    if not row.total:
        rule = Text("没有符合筛选条件的事项。", "Nothing fits these filters.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请放宽筛选条件。", "Widen them."), field="found")
    row.save(update_fields=["total", "cut"])
    context.event("loops_selected", subject=f"selection:{row.pk}", data={"loops": row.total})
    return {"selection": str(row.pk), "loops": row.total, "cut": row.cut}


def _where(actor: Actor, found: FilterIn, context: Context) -> tuple[list[str], dict[str, Any]]:
    if found.view in NO_BULK:
        rule = Text("“{view}”中的事项已办结，不能批量办理。", "What is under “{view}” is closed and cannot be dealt with in bulk.")
        remedy = Text("请换一个视图。", "Choose another view.")
        raise Refusal(Reason.LOOP_CLOSED, rule.with_(view=VIEWS[found.view]), remedy=remedy, field="found.view", value=found.view)
    return conditions(actor, Filter(**found.model_dump()), context.now)


class StartIn(Payload):
    """way: a key of `ways_of`: step.KEY, person or due."""

    selection: uuid.UUID
    way: str = Field(max_length=60)
    note: str = Field("", max_length=2000)
    to_unit: int | None = None
    account: int | None = None
    due_at: AwareDatetime | None = None


@verb("loop.select_start", BULK, Text("批量办理所选事项", "Deal with a selection"))
def start(context: Context, given: StartIn) -> dict[str, Any]:
    """Ask for one thing for each loop of one's own selection; the job queue carries it out. What is wrong for all of them is refused at once."""
    row = LoopSelection.objects.select_for_update().filter(pk=given.selection, account_id=context.actor.account_id or 0).first()
    if row is None:
        raise no_selection(given.selection)
    if row.state != LoopSelection.State.DRAFT:
        rule = Text("这一批已经提交办理。", "This selection has been dealt with already.")
        remedy = Text("请看办理结果；要再办一步，请重新选定。", "Look at what came of it; select anew for another step.")
        raise Refusal(Reason.CONFLICT, rule, remedy=remedy, field="selection")
    way = next((w for w in ways_of(stages_of(row.pk)) if w.key == given.way), None)
    if way is None:
        rule = Text("所选事项没有这种办理。", "Nothing selected can be dealt with in this way.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请从列出的办理中选择。", "Choose from the ways offered."), field="way", value=given.way)
    _complete(way, given, context)
    row.title = way.title.as_dict()
    row.verb, row.payload = _asked(way, given)
    row.state, row.asked_at = LoopSelection.State.WAITING, context.now
    row.save(update_fields=["title", "verb", "payload", "state", "asked_at"])
    context.event("bulk_asked", subject=f"selection:{row.pk}", data={"way": way.key, "loops": row.total})

    def queue() -> None:
        app.configure_task(name=JOB).defer(selection=str(row.pk))

    context.effect(queue)
    return {"selection": str(row.pk), "loops": row.total}


def _complete(way: Way, given: StartIn, context: Context) -> None:
    """Refuse what is lacking for every loop alike, before anything is done."""
    lacking = (
        (way.note == "required" and not given.note, "note", Text("“{way}”须写明说明。", "“{way}” needs a note."), Text("请填写说明。", "Write a note.")),
        (way.unit and given.to_unit is None, "to_unit", Text("“{way}”须指定牵头单位。", "“{way}” must name the lead unit."), Text("请选择单位。", "Choose a unit.")),
        (way.due_needed and given.due_at is None, "due_at", Text("“{way}”须填写新的时限。", "“{way}” needs the new due time."), Text("请填写时限。", "Give it.")),
    )
    for wrong, field, rule, remedy in lacking:
        if wrong:
            raise Refusal(Reason.MISSING_VALUE, rule.with_(way=way.title), remedy=remedy, field=field)
    if way.unit and not Unit.objects.filter(pk=given.to_unit or 0, active_to=None).exists():
        rule, remedy = Text("没有这个在册单位。", "There is no such active unit."), Text("请从单位清单中选择。", "Choose from the list of units.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="to_unit", value=given.to_unit)
    if given.due_at is not None and (way.due or way.due_needed):
        check_due(context.now, given.due_at)


def _asked(way: Way, given: StartIn) -> tuple[str, dict[str, Any]]:
    """The verb for each loop and its payload. What the way does not take is left out."""
    due = given.due_at.isoformat() if given.due_at else None
    if way.key == PERSON:
        return "loop.name_person", {"account": given.account}
    if way.key == DUE:
        return "loop.set_due", {"due_at": due, "note": given.note}
    more = ({"to_unit": given.to_unit} if way.unit else {}) | ({"new_due_at": due} if way.due and due else {})
    return "loop.advance", {"step": way.key.partition(".")[2], "note": given.note} | more


class ClearIn(Payload):
    limit: int = Field(50, ge=1, le=500)


@verb("loop.clear_selections", BULK, Text("删除到期的批量办理记录", "Delete selections past their time"), system_only=True)
def clear(context: Context, given: ClearIn) -> dict[str, Any]:
    """Delete selections with which nothing was done for a day and those carried out KEPT_DAYS ago, with their loops and refusals; so many at once.
    One that waits or runs stays, however old it is."""
    unused = Q(state=LoopSelection.State.DRAFT, made_at__lt=context.now - _KEEP)
    over = Q(state=LoopSelection.State.DONE, finished_at__lt=context.now - timedelta(days=KEPT_DAYS))
    found = LoopSelection.objects.select_for_update(skip_locked=True).filter(unused | over).order_by("made_at")
    keys = list(found.values_list("pk", flat=True)[: given.limit])
    if keys:
        LoopSelection.objects.filter(pk__in=keys).delete()
        context.event("selections_deleted", data={"selections": len(keys)})
    return {"deleted": len(keys)}


def no_selection(key: Any) -> Refusal:
    """Somebody else's selection is none."""
    rule = Text("没有这一批事项。", "There is no such selection.")
    return Refusal(Reason.NOT_FOUND, rule, remedy=Text("请回到待办重新选定。", "Go back to the work list and select anew."), field="selection", value=str(key))
