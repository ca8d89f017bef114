"""Verbs of the enterprise: start an application, fill in what the closed list asks for, submit, complete what was asked once, withdraw."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from pydantic import Field

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.loops import evidence as pieces
from tongchou.record.loops.titles import written
from tongchou.record.loops.write import office_unit
from tongchou.record.models import Enterprise, Loop, Unit, WorkPermit
from tongchou.record.questions.permits import LIVE
from tongchou.record.questions.units import street_of
from tongchou.record.questions.work_orders import refuse_stopped
from tongchou.record.territory.reach import unit_in_reach
from tongchou.rooms.resumption.actions.checking import count_found
from tongchou.rooms.resumption.clock import resume_clock
from tongchou.rooms.resumption.filling import as_value, on_record
from tongchou.rooms.resumption.granting import give
from tongchou.rooms.resumption.models import Application, Item, Supplement
from tongchou.rooms.resumption.reach import APPLY, application_in_reach
from tongchou.rooms.resumption.stepping import take
from tongchou.rooms.resumption.ways import APPROVAL, AT_ONCE, UNKNOWN, Way, closed_list, rules_on, way_of

explain_constraint(
    "resumption_one_open", Reason.DUPLICATE, Text("该企业已有一份在办的复工申请。", "This enterprise has an open application."),
    Text("请继续办理那一份。", "Go on with that one."),
)  # fmt: skip


class StartIn(Payload):
    """commitment: the enterprise wants to resume on its signed commitment where the rule allows that. Repeating it on a draft brings its list up to date."""

    unit: int
    commitment: bool = False


class GivenIn(Payload):
    key: str = Field(max_length=40)
    text: str = Field("", max_length=20_000)
    number: float | None = Field(None, ge=0, le=10_000_000)
    files: list[uuid.UUID] = Field(default_factory=list, max_length=10)


class FillIn(Payload):
    application: uuid.UUID
    items: list[GivenIn] = Field(min_length=1, max_length=80)


class ApplicationIn(Payload):
    application: uuid.UUID


class WithdrawIn(Payload):
    application: uuid.UUID
    reason: str = Field(min_length=2, max_length=500)


@verb("resumption.start", APPLY, Text("填写复工申请", "Start an application"))
def start(context: Context, given: StartIn) -> dict[str, Any]:
    """Open a draft with the closed list of the way that holds today, filled in with what is on record."""
    unit = unit_in_reach(context.actor, APPLY, given.unit)
    if unit.kind != "enterprise" or unit.active_to is not None:
        rule = Text("“{name}”不是在册的企业。", "“{name}” is no active enterprise.").with_(name=unit.name)
        raise Refusal(Reason.INVALID_VALUE, rule, field="unit", value=unit.pk)
    refuse_stopped([unit.pk])
    live = WorkPermit.objects.filter(unit=unit, state__in=LIVE).values_list("number", flat=True).first()
    if live:
        rule = Text("该企业已持有复工许可 {n}。", "It holds permit {n} already.").with_(n=live)
        raise Refusal(
            Reason.DUPLICATE,
            rule,
            remedy=Text("暂停的许可请申请恢复。", "A suspended one is restored, not applied for."),
            field="unit",
            value=unit.pk,
        )
    today = context.now.astimezone(SHANGHAI).date()
    row = Application.objects.select_for_update().filter(unit=unit, ended_at=None).first()
    if row is not None and row.submitted_at is not None:
        raise Refusal(
            Reason.DUPLICATE,
            Text("该企业已有一份在办的复工申请。", "This enterprise has an open application."),
            field="unit",
            value=unit.pk,
        )
    way = holding(unit, today, commitment=given.commitment)
    if row is None:
        assert context.actor.account_id is not None
        row = Application(id=new_id(), unit=unit, by_id=context.actor.account_id, started_at=context.now)
        row.way, row.how, row.basis = way.key, way.how, way.basis
        row.save(force_insert=True)
    set_way(context, row, way, given.commitment, today)
    context.event(
        "resumption_started", subject=f"application:{row.pk}", data={"unit": unit.pk, "way": way.key, "how": way.how}
    )
    return {"application": str(row.pk), "way": way.key, "how": way.how}


def essential_of(unit: int) -> bool | None:
    """True where the register has it on a list; otherwise nobody has said."""
    lists = Enterprise.objects.filter(pk=unit).values_list("lists", flat=True).first()
    return True if lists else None


def holding(unit: Unit, on: date, *, commitment: bool) -> Way:
    """The way that holds for an enterprise on a day."""
    return way_of(unit.area.code, on, rules_on(on), essential=essential_of(unit.pk), commitment=commitment)


def set_way(context: Context, row: Application, way: Way, commitment: bool, today: date) -> None:
    """Give a draft the way and its closed list: new lines come filled in from the record, lines that are not asked for any more go."""
    row.way, row.how = way.key, way.how
    row.basis = way.basis | {"commitment": commitment}
    wanted = closed_list(way, today, row.unit.area.code, rules_on(today))
    keys = [w["key"] for w in wanted]
    row.items.exclude(key__in=keys).delete()
    have = {i.key: i for i in row.items.all()}
    for n, line in enumerate(wanted):
        item = have.get(line["key"]) or Item(application=row, key=line["key"])
        item.n, item.source, item.title, item.how, item.form = (
            n,
            line["source"],
            line["title"],
            line["how"],
            line["form"],
        )
        item.site, item.units, item.unit, item.least = line["site"], line["units"], line["unit"], line["least"]
        if item.pk is None:
            on_record(item, row.unit_id, line["from"])
        item.save()
    row.items_of, row.items_ok, row.items_bad = sum(w["form"] != "record" for w in wanted), 0, 0
    row.save()


@verb("resumption.fill", APPLY, Text("填写申请材料", "Fill in an application"))
def fill(context: Context, given: FillIn) -> dict[str, Any]:
    """Give items. In a draft any, after a request to complete those that were asked for. Each is reviewed anew."""
    row = application_in_reach(context.actor, APPLY, given.application, lock=True)
    open_ = _asked(row)
    items = {i.key: i for i in row.items.all()}
    for line in given.items:
        item = items.get(line.key)
        if item is None or item.form == "record" or (open_ is not None and line.key not in open_):
            rule = Text("“{key}”不在所要的材料之内。", "“{key}” is not among what is asked for.").with_(key=line.key)
            raise Refusal(
                Reason.INVALID_VALUE,
                rule,
                remedy=Text("清单以外的不必提供。", "Nothing beyond the list is needed."),
                field="items",
                value=line.key,
            )
        as_value(context, item, line.text, line.number, line.files)
        item.given_by_id, item.given_at = context.actor.account_id, context.now
        item.revision += 1
        item.save()
    if row.loop is not None:
        _keep_files(context, row.loop, [items[g.key] for g in given.items], "supply")
        count_found(row)
    context.event(
        "resumption_filled",
        loop_id=row.loop_id,
        subject=f"application:{row.pk}",
        data={"items": [g.key for g in given.items]},
    )
    return {"application": str(row.pk), "items": len(given.items)}


def _asked(row: Application) -> set[str] | None:
    """What may be filled in: None for all of a draft, else the items of the open request."""
    if row.submitted_at is None and not row.ended:
        return None
    asked = Supplement.objects.filter(application=row, answered_at=None).first() if not row.ended else None
    if asked is None:
        rule = Text("申请已提交，材料不能再改。", "It was submitted; its papers are not changed any more.")
        raise Refusal(
            Reason.WRONG_STAGE,
            rule,
            remedy=Text("需要补正时会一次告知。", "You will be told once if something is missing."),
            field="application",
        )
    return set(asked.items)


def _keep_files(context: Context, loop: Loop, items: list[Item], step: str) -> None:
    given = [
        pieces.EvidenceIn.model_validate(
            {"key": i.key, "type": "photo" if i.form == "photo" else "file", "file": str(f)}
        )
        for i in items
        for f in i.files
    ]
    pieces.keep(context, [loop.pk], step, given)


@verb("resumption.submit", APPLY, Text("提交复工申请", "Submit an application"))
def submit(context: Context, given: ApplicationIn) -> dict[str, Any]:
    """Submit. Where the rule asks for no approval it takes effect at once, with a permit; otherwise it is checked and decided."""
    row = application_in_reach(context.actor, APPLY, given.application, lock=True)
    if row.submitted_at is not None or row.ended:
        raise Refusal(Reason.WRONG_STAGE, Text("该申请已经提交。", "It was submitted already."), field="application")
    refuse_stopped([row.unit_id], "application")
    today = context.now.astimezone(SHANGHAI).date()
    commitment = bool(row.basis.get("commitment"))
    way = holding(row.unit, today, commitment=commitment)
    if way.how == UNKNOWN:
        rule = Text("现在还不能确定复工方式：{why}", "The way is not known yet: {why}").with_(why=way.found.reason)
        raise Refusal(
            Reason.UNAVAILABLE,
            rule,
            remedy=Text(
                "指挥部登记风险等级或确定办法后即可提交。",
                "It can be submitted once the headquarters has settled this.",
            ),
            field="application",
        )
    if (way.key, way.how) != (row.way, row.how):
        set_way(context, row, way, commitment, today)
    missing = [i for i in row.items.order_by("n") if not i.is_given]
    if missing:
        names = Text("、".join(i.title["zh"] for i in missing), ", ".join(i.title["en"] for i in missing))
        rule = Text("还缺 {n} 项：{names}。", "{n} {n|is|are} missing: {names}.").with_(n=len(missing), names=names)
        raise Refusal(
            Reason.MISSING_VALUE,
            rule,
            remedy=Text("请补齐后提交。", "Give them, then submit."),
            field=f"item_{missing[0].key}",
            items=[i.key for i in missing],
        )
    row.submitted_at = context.now
    if way.how == AT_ONCE:
        permit = give(context, [row], None, [], "effective")[0]
        return {"application": str(row.pk), "how": AT_ONCE, "permit": permit.number}
    assert way.how == APPROVAL
    loop = _open_loop(context, row)
    row.save()
    return {"application": str(row.pk), "how": APPROVAL, "loop": loop}


def _open_loop(context: Context, row: Application) -> str:
    """The loop with its parties: the street on site, the departments in parallel, the headquarters office to decide."""
    street = _street(row.unit)
    office = office_unit()
    if office is None or office == street:
        raise Refusal(
            Reason.MISSING_VALUE, Text("没有设定作出决定的单位。", "No unit to decide is named."), field="application"
        )
    parts = sorted({u for i in row.items.all() for u in i.units} - {street, office})
    payload = {
        "kind": "resumption_application", **written(Text("{name}复工申请", "{name}: application to resume work").with_(name=row.unit.name[:200])),
        "unit": row.unit_id, "owner_unit": street, "verifier_unit": office,
        "co_units": [{"unit": u, "part": "并联审核"} for u in parts], "origin": "resumption", "origin_ref": str(row.pk),
    }  # fmt: skip
    opened = open_one(context, OpenIn.model_validate(payload))
    row.loop = Loop.objects.get(pk=opened["loop"])
    _keep_files(context, row.loop, list(row.items.all()), "submit")
    return str(row.loop.pk)


def _street(unit: Unit) -> int:
    """The street that checks an enterprise on site. Refused where there is none."""
    found = street_of(unit)
    if found is None:
        rule = Text("企业不属任何街道，没有单位现场核查。", "It lies in no street; nobody checks on site.")
        raise Refusal(
            Reason.MISSING_VALUE,
            rule,
            remedy=Text("请更正企业所在区域。", "Correct the enterprise's area."),
            field="application",
        )
    return int(found)


@verb("resumption.supply", APPLY, Text("提交补正材料", "Complete an application"))
def supply(context: Context, given: ApplicationIn) -> dict[str, Any]:
    """Everything that was asked for has been given: the clock goes on with the working days that were left."""
    row = application_in_reach(context.actor, APPLY, given.application, lock=True)
    asked = Supplement.objects.select_for_update().filter(application=row, answered_at=None).first()
    if asked is None or row.loop is None:
        raise Refusal(
            Reason.WRONG_STAGE, Text("没有待补正的材料。", "Nothing is waiting to be completed."), field="application"
        )
    left = [i for i in row.items.filter(key__in=asked.items) if i.given_at is None or i.given_at < asked.asked_at]
    if left:
        names = Text("、".join(i.title["zh"] for i in left), ", ".join(i.title["en"] for i in left))
        raise Refusal(
            Reason.MISSING_VALUE,
            Text("还没有补正：{names}。", "Not completed yet: {names}.").with_(names=names),
            field=f"item_{left[0].key}",
        )
    asked.answered_at = context.now
    asked.save(update_fields=["answered_at"])
    take(context, row.loop.pk, "supply")
    resume_clock(context, row, asked)
    return {"application": str(row.pk), "stage": "checking"}


@verb("resumption.withdraw", APPLY, Text("撤回复工申请", "Withdraw an application"))
def withdraw(context: Context, given: WithdrawIn) -> dict[str, Any]:
    """Withdraw; a draft is given up, a submitted one ends."""
    row = application_in_reach(context.actor, APPLY, given.application, lock=True)
    if row.ended:
        raise Refusal(Reason.WRONG_STAGE, Text("该申请已经结束。", "It has ended already."), field="application")
    if row.loop is not None:
        take(context, row.loop.pk, "withdraw", note=given.reason)
        return {"application": str(row.pk), "ended": "withdrawn"}
    row.ended, row.ended_at, row.reason = "withdrawn", context.now, given.reason
    row.save()
    context.event("resumption_withdrawn", subject=f"application:{row.pk}", note=given.reason)
    return {"application": str(row.pk), "ended": "withdrawn"}
