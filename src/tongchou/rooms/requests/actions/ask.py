"""Verbs of the asking side: declare a request, approve or refuse it, withdraw it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Literal

from django.utils import timezone
from pydantic import Field as Limited
from pydantic import model_validator

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM, Actor
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.actions import loops as steps
from tongchou.record.actions.loops import after_step
from tongchou.record.loops.titles import noted
from tongchou.record.models import Unit
from tongchou.record.territory.reach import missing
from tongchou.rooms.requests.actions.approval import KIND, ask_for_decision, decided
from tongchou.rooms.requests.actions.issue import issue_now
from tongchou.rooms.requests.catalogue import COMPUTED, HEADS, Computed, fresh, on_record, title_key
from tongchou.rooms.requests.models import Answer, DataRequest, Field, Wanted
from tongchou.rooms.requests.reach import NO_SUCH, is_asker

explain_constraint(
    "data_request_two_people",
    Reason.SAME_PERSON,
    Text("提出人不能审批自己提出的数据需求。", "Who asks may not approve it."),
    Text("请由指挥部办公室其他同志审批。", "Somebody else of the headquarters must do it."),
)
explain_constraint(
    "requests_field_title_key_key",
    Reason.DUPLICATE,
    Text("数据目录中已有同名数据项。", "The catalogue has data of this name already."),
    Text("请从数据目录中选用。", "Choose it from the catalogue."),
)
LONGEST = timedelta(days=184)
FREQUENCY = {"once": 0, "month": 1, "week": 2, "day": 3}


class NewField(Payload):
    """Data that nobody has asked for yet. choices: for kind choice, two or more."""

    title: str = Limited(min_length=2, max_length=80)
    title_en: str = Limited("", max_length=120)
    kind: Field.Kind
    measure: str = Limited("", max_length=20)
    choices: list[str] = Limited(default_factory=list, max_length=30)
    minutes: int = Limited(2, ge=1, le=240)
    fresh_days: int = Limited(30, ge=1, le=366)

    @model_validator(mode="after")
    def _heads_a_column(self) -> NewField:
        """A title heads a column of tables that go out and come back, where what stands in brackets is the unit of measure."""
        if any(c in self.title for c in "（）()") or any(self.title in words for words in HEADS.values()):
            rule = Text("数据项名称不能带括号，也不能是“单位”“零报告”等表头用语。", "A title has no brackets and is none of the words that head other columns.")
            remedy = Text("计量单位另填；要区别的写进名称。", "Give the unit of measure by itself; write what tells it apart into the title.")
            raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="new_fields", value=self.title)
        return self


class DeclareIn(Payload):
    """fields: of the catalogue. computed: keys of what the record gives by itself, which is refused with where to find it.

    due_hours: after the beginning of the period's first day.
    """

    title: str = Limited(min_length=4, max_length=120)
    purpose: str = Limited(min_length=4, max_length=500)
    basis: str = Limited(min_length=2, max_length=200)
    fields: list[int] = Limited(default_factory=list, max_length=60)
    new_fields: list[NewField] = Limited(default_factory=list, max_length=40)
    computed: list[str] = Limited(default_factory=list, max_length=20)
    to: list[int] = Limited(min_length=1, max_length=30_000)
    every: Literal["once", "day", "week", "month"] = "once"
    starts_on: date
    until: date
    due_hours: int = Limited(18, ge=1, le=744)
    nil_allowed: bool = False


class DecideIn(Payload):
    request: uuid.UUID
    note: str = Limited("", max_length=300)


class ReasonIn(Payload):
    request: uuid.UUID
    reason: str = Limited(min_length=4, max_length=300)


@verb("request.declare", "request.ask", Text("提出数据需求", "Ask units for data"))
def declare(context: Context, given: DeclareIn) -> dict[str, Any]:
    """Declare what is asked of whom, how often, until when and why. What is on record already is refused, with where it is.

    Within the asker's own unit it starts at once; beyond it somebody of the headquarters approves it first.
    """
    _check_times(given, timezone.localdate(context.now))
    units = _units(context.actor, given.to)
    _refuse_computed(given)
    grant = context.grants[0]
    fields = [*_known_fields(given.fields), *_new_fields(context, given.new_fields, grant.unit_id)]
    if not fields:
        rule = Text("没有选择要采集的数据项。", "It asks for nothing.")
        raise Refusal(
            Reason.MISSING_VALUE,
            rule,
            remedy=Text("请选择或新增数据项。", "Choose or add what is asked."),
            field="fields",
        )
    _refuse_repeat(given, fields, units, context)
    own = set(units) <= {g.unit_id for g in context.grants}
    assert context.actor.account_id is not None
    row = DataRequest(
        id=new_id(), title=given.title, purpose=given.purpose, basis=given.basis, asker_id=grant.unit_id, asked_by_id=context.actor.account_id,
        asked_at=context.now, to_units=units, every=given.every, starts_on=given.starts_on, until=given.until, due_hours=given.due_hours,
        nil_allowed=given.nil_allowed, state="running" if own else "asked",
    )  # fmt: skip
    row.save(force_insert=True)
    Wanted.objects.bulk_create([Wanted(request=row, field=f, place=n) for n, f in enumerate(fields)])
    data = {"units": len(units), "fields": [f.title for f in fields], "every": row.every, "until": str(row.until)}
    context.event("declare", subject=f"data_request:{row.pk}", data=data)
    if own:
        issue_now(replace(context, actor=SYSTEM), row)
    else:
        ask_for_decision(context, row)
    return {"request": str(row.pk), "state": row.state, "fields": [f.pk for f in fields]}


def _check_times(given: DeclareIn, today: date) -> None:
    if given.starts_on < today:
        rule = Text("开始日期不能早于今天。", "It cannot begin before today.")
        raise Refusal(
            Reason.IMPOSSIBLE_DATE,
            rule,
            remedy=Text("请更正日期。", "Change the date."),
            field="starts_on",
            value=str(given.starts_on),
        )
    if not given.starts_on <= given.until <= given.starts_on + LONGEST:
        rule = Text(
            "失效日期须在开始之后、半年之内；到期须重新申请。",
            "It ends after it begins and within half a year; then it is asked for again.",
        )
        raise Refusal(
            Reason.IMPOSSIBLE_DATE,
            rule,
            remedy=Text("请更正失效日期。", "Change the last day."),
            field="until",
            value=str(given.until),
        )


def _units(actor: Actor, wanted: list[int]) -> list[int]:
    """Units that may be asked: the asker's own, those in its area, and for one who sees its unit only those in its unit's area."""
    rows = Unit.objects.filter(pk__in=wanted, active_to=None).values_list("pk", "area__path")
    own, paths = set(actor.unit_ids("request.ask")), [g.path for g in actor.grants_for("request.ask")]
    known = {unit for unit, path in rows if unit in own or any(path.startswith(p) for p in paths)}
    stranger = next((u for u in wanted if u not in known), None)
    if stranger is not None:
        raise missing(
            Text("没有这个在册单位，或不在可以采集的范围。", "There is no such active unit within your reach."),
            "to",
            stranger,
        )
    return sorted(known)


def _refuse_computed(given: DeclareIn) -> None:
    unknown = next((k for k in given.computed if k not in COMPUTED), None)
    if unknown is not None:
        raise missing(Text("数据目录中没有这一项。", "The catalogue has no such data."), "computed", unknown[:40])
    if given.computed:
        raise _there(COMPUTED[given.computed[0]], "computed", given.computed[0])


def _there(known: Computed | Field, field: str, value: str) -> Refusal:
    """The refusal of what is on record; its details say where it is."""
    if isinstance(known, Computed):
        rule = Text("“{title}”系统已有，不得再向单位采集。", "“{title}” is on record; no unit is asked for it.").with_(
            title=known.title
        )
        remedy = Text("请在“数据目录”中直接取用。", "Take it from the data catalogue.")
        return Refusal(Reason.DUPLICATE, rule, remedy=remedy, field=field, value=value, where=f"computed:{known.key}")
    rule = Text("数据目录中已有“{title}”，与此重复。", "The catalogue has “{title}” already, which is the same.").with_(
        title=known.title
    )
    remedy = Text(
        "请从数据目录中选用该项；已有的数据会自动带出，不再要求填报。",
        "Choose it from the catalogue: what is known is filled in and not asked for again.",
    )
    return Refusal(Reason.DUPLICATE, rule, remedy=remedy, field=field, value=value, where=f"field:{known.pk}")


def _known_fields(keys: list[int]) -> list[Field]:
    found = Field.objects.in_bulk(keys)
    for key in keys:
        if key not in found:
            raise missing(Text("数据目录中没有这一项。", "The catalogue has no such data."), "fields", key)
    return [found[k] for k in dict.fromkeys(keys)]


def _new_fields(context: Context, wanted: list[NewField], unit: int) -> list[Field]:
    out: list[Field] = []
    for n, one in enumerate(wanted):
        known = on_record(one.title)
        if known is not None:
            raise _there(known, f"new_fields.{n}.title", one.title)
        if (one.kind is Field.Kind.CHOICE) != (len(one.choices) >= 2):
            rule = Text(
                "选择项须给出两个以上选项，其他类型不用选项。",
                "A choice needs two or more options, any other kind has none.",
            )
            raise Refusal(
                Reason.INVALID_VALUE,
                rule,
                remedy=Text("请更正选项。", "Correct them."),
                field=f"new_fields.{n}.choices",
                value=one.title,
            )
        row = Field(
            title=one.title, title_en=one.title_en, title_key=title_key(one.title), kind=one.kind.value, measure=one.measure, choices=one.choices,
            minutes=one.minutes, fresh_days=one.fresh_days, added_by_id=unit, added_at=context.now,
        )  # fmt: skip
        row.save()
        out.append(row)
    return out


def _refuse_repeat(given: DeclareIn, fields: list[Field], units: list[int], context: Context) -> None:
    """Refuse what is known in full, and what another running request asks of the same units as often."""
    keys = [f.pk for f in fields]
    if given.every == "once":
        known = fresh(units, keys, max(given.starts_on, timezone.localdate(context.now)))
        if len(known) == len(units) * len(keys):
            rule = Text("要采集的数据系统全部已有，且仍有效。", "All of it is on record and still counts.")
            remedy = Text("请在“数据目录”中直接取用。", "Take it from the data catalogue.")
            raise Refusal(Reason.DUPLICATE, rule, remedy=remedy, field="fields", where=f"field:{keys[0]}")
    running = DataRequest.objects.filter(
        state="running", until__gte=given.starts_on, to_units__contains=units
    ).prefetch_related("wanted")
    for other in running.select_related("asker"):
        often = FREQUENCY[other.every] >= FREQUENCY[given.every]
        if (
            often
            and set(keys) <= {w.field_id for w in other.wanted.all()}
            and (given.every != "once" or other.every != "once")
        ):
            rule = Text(
                "{unit}的“{title}”已向这些单位采集相同数据，至{until}。",
                "{unit} asks these units for the same with “{title}” until {until}.",
            )
            remedy = Text("请在“数据目录”中直接取用其结果。", "Take its results from the data catalogue.")
            said = rule.with_(unit=other.asker.name, title=other.title, until=other.until)
            raise Refusal(Reason.DUPLICATE, said, remedy=remedy, field="fields", where=f"field:{keys[0]}")


@verb("request.approve", "request.approve", Text("批准数据需求", "Approve a data request"))
def approve(context: Context, given: DecideIn) -> dict[str, Any]:
    """Let it run; its first round goes out when it begins. Not by who asked."""
    row = _to_decide(context, given.request)
    opened = _let_run(context, row, given.note)
    decided(context, row, "approve", given.note)
    return {"request": str(row.pk), "rounds": opened}


@verb("request.refuse", "request.approve", Text("不批准数据需求", "Refuse a data request"))
def refuse(context: Context, given: ReasonIn) -> dict[str, Any]:
    row = _to_decide(context, given.request)
    _turn_down(context, row, given.reason)
    decided(context, row, "refuse", given.reason)
    return {"request": str(row.pk)}


def _on_the_loop(context: Context, loops: list[uuid.UUID], decide: Callable[[Context, DataRequest], object]) -> None:
    """A decision taken on the loop itself is the decision on the request, in the same act; one taken on the request has been written already."""
    for row in DataRequest.objects.select_for_update(of=("self",)).filter(loop__in=loops, state="asked"):
        decide(context, row)


@after_step(KIND, "approve")
def _approved(context: Context, loops: list[uuid.UUID]) -> None:
    _on_the_loop(context, loops, lambda c, row: _let_run(c, row, ""))


@after_step(KIND, "refuse")
def _refused(context: Context, loops: list[uuid.UUID]) -> None:
    _on_the_loop(context, loops, lambda c, row: _turn_down(c, row, "见审批事项的说明"))


def _let_run(context: Context, row: DataRequest, note: str) -> int:
    row.state, row.decided_by_id, row.decided_at, row.reason = "running", context.actor.account_id, context.now, note
    row.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    context.event("approve", subject=f"data_request:{row.pk}", note=note)
    return issue_now(replace(context, actor=SYSTEM), row)


def _turn_down(context: Context, row: DataRequest, reason: str) -> None:
    row.state, row.decided_by_id, row.decided_at, row.reason = "refused", context.actor.account_id, context.now, reason
    row.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    context.event("refuse", subject=f"data_request:{row.pk}", note=reason)


def _to_decide(context: Context, key: uuid.UUID) -> DataRequest:
    """Approving is for the headquarters: its office, and the leaders above it."""
    row = _locked(key)
    reached = row is not None and context.actor.sees_path("request.approve", row.asker.area.path)
    if row is None or not reached:
        raise missing(NO_SUCH, "request", str(key))
    if row.state != "asked":
        rule = Text("该需求不在待审批状态。", "It is not waiting to be decided.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请刷新页面。", "Reload the page."), field="request")
    return row


def _locked(key: uuid.UUID) -> DataRequest | None:
    return DataRequest.objects.select_for_update(of=("self",)).select_related("asker__area").filter(pk=key).first()


@verb("request.withdraw", "request.view", Text("撤回数据需求", "Withdraw a data request"))
def withdraw(context: Context, given: ReasonIn) -> dict[str, Any]:
    """The asking unit, or the headquarters, ends a request; what is still owed to it is owed no more. Answers stay on record."""
    row = _locked(given.request)
    if row is None or not is_asker(context.actor, row):
        raise missing(NO_SUCH, "request", str(given.request))
    if not (
        row.asker_id in context.actor.unit_ids("request.ask")
        or context.actor.sees_path("request.approve", row.asker.area.path)
    ):
        rule = Text("只能由提出单位或指挥部撤回。", "Only the asking unit or the headquarters withdraws it.")
        raise Refusal(Reason.NOT_OWNER, rule, remedy=Text("请联系提出单位。", "Ask the unit."), field="request")
    if row.state not in ("asked", "running"):
        raise Refusal(
            Reason.WRONG_STAGE,
            Text("该需求已结束。", "It has ended already."),
            remedy=Text("请刷新页面。", "Reload."),
            field="request",
        )
    decided(context, row, "withdraw", given.reason)
    row.state, row.decided_at, row.reason = "withdrawn", row.decided_at or context.now, given.reason
    row.save(update_fields=["state", "decided_at", "reason"])
    owed = list(
        Answer.objects.filter(round__request=row, state="waiting", loop__closed_at=None).values_list(
            "loop_id", flat=True
        )
    )
    if owed:
        told = Text("数据需求已撤回：{why}", "The request was withdrawn: {why}").with_(why=given.reason)
        payload = {"loops": owed, "step": "excuse", **noted(told), "mode": "listed"}
        steps.advance_many(replace(context, actor=SYSTEM), steps.AdvanceManyIn.model_validate(payload))
    context.event("withdraw", subject=f"data_request:{row.pk}", note=given.reason, data={"excused": len(owed)})
    return {"request": str(row.pk), "excused": len(owed)}
