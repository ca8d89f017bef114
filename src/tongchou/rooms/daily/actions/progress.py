"""Verbs of progress: normal times, targets, what was heard of partners outside, and a department asked to clear what many wait for."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.industry_names import SECTIONS
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.loops.titles import written
from tongchou.record.models import Loop, SupplyLink, Unit
from tongchou.record.territory.reach import area_in_reach, missing, unit_in_reach
from tongchou.rooms.daily.chain import blocks, waiting_for
from tongchou.rooms.daily.models import Baseline, Partner, Target
from tongchou.rooms.daily.numbers import local_day
from tongchou.rooms.daily.reach import MANAGE, REPORT, enterprise_in_reach

CHAIN = "chain_block"
FURTHEST = timedelta(days=750)
explain_constraint(
    "baseline_once",
    Reason.DUPLICATE,
    Text("这一天已登记过正常水平。", "Normal times are recorded from that day already."),
    Text("请换一个起始日期。", "Choose another first day."),
)


class BaselineIn(Payload):
    """staff: in normal times; output: of a normal day, in 10,000 yuan. One of the two at least."""

    unit: int
    from_date: date
    staff: int | None = Field(None, ge=1, le=1_000_000)
    output: Decimal | None = Field(None, gt=0, max_digits=14, decimal_places=2)
    source: str = Field(min_length=2, max_length=200)


class TargetIn(Payload):
    """month: any day of it. section: a letter of GB/T 4754; empty for all enterprises. Per cent; neither given withdraws what was aimed at."""

    area: int
    section: str = Field("", max_length=1)
    month: date
    returned: Decimal | None = Field(None, ge=0, le=100, max_digits=5, decimal_places=1)
    output: Decimal | None = Field(None, ge=0, le=300, max_digits=5, decimal_places=1)


class PartnerIn(Payload):
    """link: a supply from or to outside. back None: asked and not known."""

    link: int
    back: bool | None
    note: str = Field("", max_length=300)


class ChainIn(Payload):
    """supplier: key of a block in the list, as `unit:1` or `outside:name`. department: who is asked to clear it."""

    supplier: str = Field(min_length=6, max_length=200)
    department: int
    note: str = Field("", max_length=2_000)


@verb("progress.baseline", REPORT, Text("登记正常水平", "Record normal times"))
def baseline(context: Context, given: BaselineIn) -> dict[str, Any]:
    """What an enterprise's normal times are, against which returned staff and output are measured; what was said before stays."""
    unit = enterprise_in_reach(context.actor, REPORT, given.unit)
    if given.staff is None and given.output is None:
        rule = Text("员工数和日产值至少填一项。", "Give staff or output of a day.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请填写。", "Fill it in."), field="output")
    if not local_day(context.now) - timedelta(days=800) <= given.from_date <= local_day(context.now):
        rule = Text("起始日期应在过去两年之内。", "The first day lies within the last two years.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="from_date", value=str(given.from_date))
    Baseline.objects.create(
        unit=unit, account_id=context.actor.account_id, at=context.now, **given.model_dump(exclude={"unit"})
    )
    context.event("baseline", subject=f"unit:{unit.pk}", note=given.source, data={"from": str(given.from_date)})
    return {"unit": unit.pk}


@verb("progress.target", MANAGE, Text("设定目标", "Set a target"))
def target(context: Context, given: TargetIn) -> dict[str, Any]:
    """What an area, or a section of industry in it, aims at by the end of a month; a new one takes the place of the old one and the act keeps both."""
    area = area_in_reach(context.actor, MANAGE, given.area)
    month, this = given.month.replace(day=1), local_day(context.now).replace(day=1)
    if abs((month - this).days) > FURTHEST.days:
        rule = Text("目标月份应在前后两年之内。", "The month lies within two years.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="month", value=str(given.month))
    if given.section and given.section not in SECTIONS:
        rule = Text("没有这个行业门类。", "There is no such section of industry.")
        raise Refusal(Reason.INVALID_VALUE, rule, field="section", value=given.section)
    was = Target.objects.select_for_update().filter(area=area, section=given.section, month=month).first()
    none = given.returned is None and given.output is None
    if none and was is None:
        raise Refusal(
            Reason.MISSING_VALUE, Text("返岗率和产值率至少填一项。", "Give one of the two."), field="returned"
        )
    values = {"returned": given.returned, "output": given.output, "account_id": context.actor.account_id, "at": context.now}
    if none and was is not None:
        was.delete()
    else:
        Target.objects.update_or_create(area=area, section=given.section, month=month, defaults=values)
    before = {"returned": str(was.returned), "output": str(was.output)} if was else {}
    told = {"returned": str(given.returned), "output": str(given.output), "before": before, "month": str(month), "section": given.section}
    context.event("target", subject=f"area:{area.pk}", data=told)
    return {"area": area.pk, "month": str(month), "aimed": not none}


@verb("chain.partner", MANAGE, Text("登记外地伙伴复工情况", "Record whether a partner outside is back"))
def partner(context: Context, given: PartnerIn) -> dict[str, Any]:
    """What was heard of a partner outside the district."""
    link = (
        SupplyLink.objects.select_related("supplier__area", "buyer__area")
        .filter(pk=given.link, ended_on=None)
        .exclude(outside="")
        .first()
    )
    here = (link.buyer or link.supplier) if link else None
    if link is None or here is None or not context.actor.sees_path(MANAGE, here.area.path):
        raise missing(Text("没有找到这条外地供应关系。", "There is no such supply from outside."), "link", given.link)
    values = {
        "back": given.back,
        "asked_on": local_day(context.now),
        "note": given.note,
        "account_id": context.actor.account_id,
    }
    Partner.objects.update_or_create(link=link, defaults=values)
    context.event("partner", subject=f"unit:{here.pk}", note=given.note, data={"link": link.pk, "back": given.back})
    return {"link": link.pk}


@verb("chain.open", MANAGE, Text("交办产业链堵点", "Have a block cleared"))
def open_block(context: Context, given: ChainIn) -> dict[str, Any]:
    """Ask a department to see that a critical supplier delivers again, with who waits for it."""
    context.grants = context.actor.require("loop.open")
    found = next(
        (b for b in blocks(context.actor, local_day(context.now), permission=MANAGE) if b.key == given.supplier), None
    )
    if found is None:
        raise missing(
            Text("堵点清单中没有这家供应方。", "This supplier is not in the list of blocks."),
            "supplier",
            given.supplier,
        )
    department = (
        unit_in_reach(context.actor, "unit.view", given.department, "department")
        if context.actor.permits("unit.view")
        else None
    )
    if department is None or department.kind not in (
        Unit.Kind.DEPARTMENT,
        Unit.Kind.HQ_DEPARTMENT,
        Unit.Kind.SPECIAL_TEAM,
        Unit.Kind.HQ_OFFICE,
    ):
        raise Refusal(
            Reason.INVALID_VALUE,
            Text("请选择责任部门。", "Choose a department."),
            field="department",
            value=given.department,
        )
    if Loop.objects.filter(kind=CHAIN, closed_at=None, origin="chain", origin_ref=found.key[:120]).exists():
        raise Refusal(
            Reason.DUPLICATE,
            Text("该堵点已交办。", "This block is being worked on."),
            field="supplier",
            value=found.name,
        )
    names = waiting_for(context.actor, found.key, local_day(context.now), permission=MANAGE)
    lines = "\n".join([given.note, *(f"{n.name}（{n.product}）" for n in names[:200])]).strip()
    item: dict[str, Any] = {
        "kind": CHAIN, **written(Text("产业链堵点：{name}", "Block in the supply chain: {name}").with_(name=found.name)),
        "detail": lines, "owner_unit": department.pk, "origin": "chain", "origin_ref": found.key[:120],
        "data": {"waiting": found.waiting, "product": found.products[:200]}, "area": None,
    }  # fmt: skip
    item |= {"unit": found.unit} if found.unit else {"item": f"outside:{found.name}"[:120]}
    return {"loop": str(open_one(context, OpenIn.model_validate(item))["loop"])}
