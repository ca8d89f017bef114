"""Households at risk: a file is opened, measures and problems are recorded, the risk is removed by two people and with the household's consent."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from django.db import connection
from pydantic import AwareDatetime, Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.loops.titles import written
from tongchou.record.models import Area, Unit
from tongchou.record.models import Household as Home
from tongchou.record.territory.reach import missing
from tongchou.rooms.rural.models import Dismissal, Household, Measure, Problem
from tongchou.rooms.rural.reach import CARE, today
from tongchou.rooms.rural.words import DISMISSED, ITEMS, MEASURES, RISKS

_TITLE = Text("{what}问题（监测户 {number}）", "{what}: problem of household {number}")
ORIGIN = "relief"
DISMISSED_FOR = timedelta(days=90)

for _name, _reason, _rule, _remedy in (
    ("relief_file_once", Reason.DUPLICATE, Text("该户已在监测。", "The household is watched already."), Text("请打开现有档案。", "Open the file that there is.")),
    (
        "relief_two_people", Reason.SAME_PERSON, Text("提请消除的人不能核实。", "Who proposed the removal may not verify it."),
        Text("请由另一人回访核实。", "Somebody else must."),
    ),
    (
        "relief_removed_with_consent", Reason.CONFLICT, Text("未经本户认可，不能消除风险。", "Not without the household's consent."),
        Text("请先回访本户。", "Ask the household first."),
    ),
):  # fmt: skip
    explain_constraint(_name, _reason, _rule, _remedy)


class FileIn(Payload):
    """household: its id in the record of people. reasons: coded; no words about people."""

    household: int
    category: Household.Category
    reasons: list[str] = Field(min_length=1, max_length=9)


class MeasureIn(Payload):
    file: uuid.UUID
    kind: str = Field(max_length=14)
    unit: int
    from_on: date
    amount: Decimal | None = Field(None, ge=0, le=1_000_000, max_digits=10, decimal_places=2)


class MeasureEndIn(Payload):
    measure: int
    on: date
    worked: bool


class ProblemIn(Payload):
    """owner_unit: who has to put it right."""

    file: uuid.UUID
    item: Problem.Item
    found_on: date
    owner_unit: int
    due_at: AwareDatetime | None = None


class ProposeIn(Payload):
    file: uuid.UUID


class VerifyIn(Payload):
    """agreed: what the household said at the follow-up visit. reason: why the removal is refused."""

    file: uuid.UUID
    remove: bool
    agreed: bool
    asked_on: date
    reason: str = Field("", max_length=300)


class DismissIn(Payload):
    household: int
    signs: list[str] = Field(min_length=1, max_length=10)
    reason: Literal["covered", "wrong_data", "passing", "declined"]


def coded(value: str, known: dict[str, Text], field: str) -> str:
    """Refuse a code that is not on a list."""
    if value not in known:
        rule = Text("取值不在清单中。", "The value is not on the list.")
        raise Refusal(
            Reason.INVALID_VALUE,
            rule,
            remedy=Text("请从清单中选择。", "Choose from the list."),
            field=field,
            value=value[:40],
        )
    return value


def not_ahead(context: Context, on: date, field: str) -> None:
    if on > today(context.now):
        rule = Text("日期不能在将来。", "The day lies in the future.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field=field, value=on.isoformat())


def no_such_household(key: object, field: str = "household") -> Refusal:
    return missing(Text("没有找到这一户。", "There is no such household."), field, key)


def home_in_reach(context: Context, permission: str, key: int) -> Home:
    """A household of the record of people, within reach by its area."""
    home = Home.objects.select_related("area").filter(pk=key).first()
    if home is None or not context.actor.sees_path(permission, home.area.path):
        raise no_such_household(key)
    return home


def file_in_reach(context: Context, permission: str, key: uuid.UUID, *, open: bool = True) -> Household:
    """Lock a file within reach; one whose risk was removed is refused unless `open` is False."""
    row = Household.objects.select_for_update(of=("self",)).select_related("area").filter(pk=key).first()
    if row is None or not context.actor.sees_path(permission, row.area.path):
        raise no_such_household(str(key), "file")
    if open and row.state == Household.State.REMOVED:
        rule = Text("该户风险已消除。", "The household's risk has been removed.")
        raise Refusal(
            Reason.WRONG_STAGE,
            rule,
            remedy=Text("再有风险的，请重新纳入。", "Open a new file if there is a risk again."),
            field="file",
        )
    return row


@verb("relief.open", CARE, Text("纳入监测", "Open a file"))
def open_file(context: Context, given: FileIn) -> dict[str, Any]:
    """Open a file. It is somebody's decision: nothing opens one by itself."""
    home = home_in_reach(context, CARE, given.household)
    reasons = [coded(r, RISKS, "reasons") for r in dict.fromkeys(given.reasons)]
    assert context.actor.account_id is not None
    row = Household(
        id=new_id(), number=_number(today(context.now).year), household=home, area=home.area, category=given.category, reasons=reasons,
        opened_on=today(context.now), opened_by_id=context.actor.account_id,
    )  # fmt: skip
    row.save(force_insert=True)
    context.event("relief_opened", subject=f"relief:{row.pk}", data={"category": row.category, "reasons": reasons})
    return {"file": str(row.pk), "number": row.number}


def _number(year: int) -> str:
    """The next number of a year; whoever comes at the same time waits."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('rural.relief.number'))")
        cursor.execute(
            "select coalesce(max(substr(number, 6)::int), 0) + 1 from rural_household where number like %s",
            [f"{year}-%"],
        )
        return f"{year}-{cursor.fetchone()[0]:05}"


@verb("relief.measure", CARE, Text("落实帮扶措施", "Record a measure"))
def measure(context: Context, given: MeasureIn) -> dict[str, Any]:
    row = file_in_reach(context, CARE, given.file)
    coded(given.kind, MEASURES, "kind")
    if not Unit.objects.filter(pk=given.unit, active_to=None).exists():
        raise missing(Text("没有这个在册单位。", "There is no such active unit."), "unit", given.unit)
    not_ahead(context, given.from_on, "from_on")
    assert context.actor.account_id is not None
    made = Measure.objects.create(
        file=row, kind=given.kind, unit_id=given.unit, from_on=given.from_on, amount=given.amount, account_id=context.actor.account_id,
        recorded_at=context.now,
    )  # fmt: skip
    context.event("relief_measure", subject=f"relief:{row.pk}", data={"kind": given.kind, "unit": given.unit})
    return {"measure": made.pk}


@verb("relief.measure_end", CARE, Text("措施结束", "End a measure"))
def measure_end(context: Context, given: MeasureEndIn) -> dict[str, Any]:
    found = Measure.objects.filter(pk=given.measure).first()
    if found is None:
        raise missing(Text("没有找到这项措施。", "There is no such measure."), "measure", given.measure)
    row = file_in_reach(context, CARE, found.file_id)
    found.refresh_from_db()
    not_ahead(context, given.on, "on")
    if found.ended_on is not None or given.on < found.from_on:
        rule = Text("措施已结束，或结束日早于开始日。", "It has ended already, or the day lies before its beginning.")
        raise Refusal(Reason.CONFLICT, rule, field="on", value=given.on.isoformat())
    found.ended_on, found.worked = given.on, given.worked
    found.save(update_fields=["ended_on", "worked"])
    context.event("relief_measure_end", subject=f"relief:{row.pk}", data={"kind": found.kind, "worked": given.worked})
    return {"measure": found.pk}


@verb("relief.problem", CARE, Text("登记两不愁三保障问题", "Record a problem"))
def problem(context: Context, given: ProblemIn) -> dict[str, Any]:
    """Hand a problem to the unit that has to put it right. The loop names the file's number, nobody's name."""
    row = file_in_reach(context, CARE, given.file)
    not_ahead(context, given.found_on, "found_on")
    if row.problems.filter(
        item=given.item, loop__closed_at=None
    ).exists():  # the file is locked: nobody adds a second one
        rule = Text("这方面的问题已在解决。", "A problem of this kind is in hand.")
        raise Refusal(
            Reason.DUPLICATE,
            rule,
            remedy=Text("请在原事项中补充。", "Add to the loop that there is."),
            field="item",
            value=given.item,
        )
    care = context.grants
    context.grants = context.actor.require("loop.open")
    wanted: dict[str, Any] = {
        "kind": "relief_problem", **written(_TITLE.with_(what=ITEMS[given.item], number=row.number)),
        "data": {"item": given.item},
        "area": _community(row.area), "owner_unit": given.owner_unit, "verifier_unit": _asks(row.area, given.owner_unit),
        "origin": ORIGIN, "origin_ref": str(row.pk),
    }  # fmt: skip
    if given.due_at is not None:
        wanted["due_at"] = given.due_at
    loop = uuid.UUID(str(open_one(context, OpenIn.model_validate(wanted))["loop"]))
    context.grants = care
    made = Problem.objects.create(file=row, item=given.item, found_on=given.found_on, loop_id=loop)
    context.event("relief_problem", subject=f"relief:{row.pk}", data={"item": given.item, "loop": str(loop)})
    return {"problem": made.pk, "loop": str(loop)}


def _community(area: Area) -> int:
    """The village or community of a file: a loop says no more about where."""
    above = [int(p) for p in area.path.split(".") if p]
    return Area.objects.filter(pk__in=above, level="community").values_list("pk", flat=True).first() or area.pk


def _asks(area: Area, owner: int) -> int | None:
    """Who asks the household: the village's unit, else the street's, never the unit that put it right."""
    above = [int(p) for p in area.path.split(".") if p]
    units = Unit.objects.filter(kind__in=("community", "street"), area_id__in=above, active_to=None).exclude(pk=owner)
    return units.order_by("-area__path", "pk").values_list("pk", flat=True).first()






@verb("relief.dismiss", CARE, Text("研判不纳入", "Decide against a file"))
def dismiss(context: Context, given: DismissIn) -> dict[str, Any]:
    """Decide against a proposal; for the same signs it does not come again for ninety days."""
    home = home_in_reach(context, CARE, given.household)
    coded(given.reason, DISMISSED, "reason")
    assert context.actor.account_id is not None
    until = today(context.now) + DISMISSED_FOR
    Dismissal.objects.create(
        household=home,
        signs=sorted(set(given.signs)),
        reason=given.reason,
        until=until,
        account_id=context.actor.account_id,
        at=context.now,
    )
    context.event(
        "relief_dismissed", subject=f"household:{home.pk}", data={"signs": given.signs, "reason": given.reason}
    )
    return {"household": home.pk, "until": until.isoformat()}
