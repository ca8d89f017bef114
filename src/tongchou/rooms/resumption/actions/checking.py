"""Verbs of those who check: the street on site, departments in parallel, the conclusion, and the one request to complete the papers."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.actions import loops as steps
from tongchou.record.loops import evidence as pieces
from tongchou.record.models import CoUnit, Loop, Unit
from tongchou.rooms.resumption.clock import workdays_left
from tongchou.rooms.resumption.models import Application, Item, Supplement, Verdict
from tongchou.rooms.resumption.reach import CHECK, REVIEW, application_in_reach
from tongchou.rooms.resumption.stepping import take

explain_constraint(
    "resumption_asked_once", Reason.CONFLICT, Text("补正只能告知一次。", "Papers are asked for once."),
    Text("确有新情况的，请写明新的事实。", "If something new has come up, name the new fact."),
)  # fmt: skip
explain_constraint(
    "resumption_verdict_other_person", Reason.SAME_PERSON, Text("提交材料的人不能审核自己提交的材料。", "Who gave an item does not check it."),
    Text("请由其他同志审核。", "Another person must check it."),
)  # fmt: skip


class FoundIn(Payload):
    """One item as it was found. reason: needed where it is not in order. revision: of the item as it was seen."""

    key: str = Field(max_length=40)
    ok: bool
    reason: str = Field("", max_length=1_000)
    photos: list[uuid.UUID] = Field(default_factory=list, max_length=9)
    revision: int | None = None


class CheckIn(Payload):
    application: uuid.UUID
    items: list[FoundIn] = Field(min_length=1, max_length=80)


class ConcludeIn(Payload):
    application: uuid.UUID
    conclusion: str = Field(min_length=2, max_length=2_000)


class AskIn(Payload):
    """Everything that is missing, at once. new_fact: what has come up since, for a second request."""

    application: uuid.UUID
    items: list[str] = Field(min_length=1, max_length=80)
    what: str = Field(min_length=4, max_length=2_000)
    new_fact: str = Field("", max_length=500)


@verb("resumption.check", CHECK, Text("现场核查", "Check on site"))
def check(context: Context, given: CheckIn) -> dict[str, Any]:
    """What the street found on site, item by item. It may be sent in parts, and again."""
    row = _open(context, CHECK, given.application, ("checking",))
    assert row.loop is not None
    return _found(
        context, row, given.items, row.loop.owner_unit_id, {i.key for i in row.items.all() if i.site}, on_site=True
    )


@verb("resumption.review", REVIEW, Text("审核材料", "Review papers"))
def review(context: Context, given: CheckIn) -> dict[str, Any]:
    """What a department found of its items, beside the others; the unit that decides looks at what nobody else does."""
    row = _open(context, REVIEW, given.application, ("checking", "deciding"))
    assert row.loop is not None
    items = list(row.items.all())
    for unit in context.actor.unit_ids(REVIEW):
        mine = {i.key for i in items if unit in i.units}
        if unit == row.loop.verifier_unit_id:
            mine |= {i.key for i in items if i.form != "record" and not i.site and not i.units}
        if mine:
            done = _found(context, row, given.items, unit, mine, on_site=False)
            _part(context, row, unit)
            return done
    rule = Text("没有由本单位审核的项目。", "No item is reviewed by your unit.")
    raise Refusal(Reason.NOT_OWNER, rule, field="application")


def _open(context: Context, permission: str, key: uuid.UUID, stages: tuple[str, ...]) -> Application:
    row = application_in_reach(context.actor, permission, key, lock=True)
    if row.loop is None or row.ended or row.loop.stage not in stages:
        rule = Text("该申请现在不能审核。", "It cannot be checked now.")
        raise Refusal(
            Reason.WRONG_STAGE,
            rule,
            remedy=Text("请刷新，看它到了哪一步。", "Reload and see where it stands."),
            field="application",
        )
    return row


def _found(
    context: Context, row: Application, found: Iterable[FoundIn], unit: int, allowed: set[str], *, on_site: bool
) -> dict[str, Any]:
    items = {i.key: i for i in row.items.all()}
    account = context.actor.account_id
    assert account is not None
    rows = []
    for line in found:
        item = items.get(line.key)
        if item is None or line.key not in allowed:
            rule = Text("“{key}”不由本单位审核。", "“{key}” is not for your unit to check.").with_(key=line.key)
            raise Refusal(Reason.INVALID_VALUE, rule, field="items", value=line.key)
        _check_line(context, item, line)
        rows.append(Verdict(
            id=new_id(), item=item, revision=item.revision, unit_id=unit, by_id=account, given_by_id=item.given_by_id, on_site=on_site, ok=line.ok,
            reason=line.reason, photos=line.photos, at=context.now,
        ))  # fmt: skip
    Verdict.objects.filter(item__in=[v.item_id for v in rows], unit_id=unit, current=True).update(current=False)
    Verdict.objects.bulk_create(rows)
    assert row.loop is not None
    photos = [
        pieces.EvidenceIn.model_validate({"key": v.item.key, "type": "photo", "file": str(f)})
        for v in rows
        for f in v.photos
    ]
    pieces.keep(context, [row.loop.pk], "check", photos)
    count_found(row)
    data = {"items": {v.item.key: v.ok for v in rows}, "unit": unit, "on_site": on_site}
    context.event("resumption_checked", loop_id=row.loop.pk, subject=f"application:{row.pk}", data=data)
    return {"application": str(row.pk), "items": len(rows), "ok": sum(v.ok for v in rows)}


def _check_line(context: Context, item: Item, line: FoundIn) -> None:
    title = Text.from_dict(item.title)
    if not line.ok and not line.reason:
        rule = Text("“{what}”不合格的，须写明原因。", "Say why “{what}” is not in order.").with_(what=title)
        raise Refusal(Reason.MISSING_VALUE, rule, field=f"reason_{item.key}")
    if line.revision is not None and line.revision != item.revision:
        rule = Text("“{what}”已被更新。", "“{what}” was changed meanwhile.").with_(what=title)
        raise Refusal(
            Reason.CONFLICT, rule, remedy=Text("请刷新后再看。", "Reload and look again."), field=f"reason_{item.key}"
        )
    pieces.check_files(
        context.actor,
        [pieces.EvidenceIn.model_validate({"key": item.key, "type": "photo", "file": str(f)}) for f in line.photos],
    )


def standing(row: Application) -> dict[str, list[Verdict]]:
    """By item: the verdicts that hold, each of an item as it is now."""
    out: dict[str, list[Verdict]] = {}
    for v in (
        Verdict.objects.filter(item__application=row, current=True).select_related("item", "unit", "by").order_by("at")
    ):
        if v.revision == v.item.revision:
            out.setdefault(v.item.key, []).append(v)
    return out


def looked_at_by(item: Item, loop: Loop) -> set[int]:
    """The units that have to look at an item: the street on site, its departments, else the unit that decides."""
    if item.form == "record":
        return set()
    units = set(item.units) | ({loop.owner_unit_id} if item.site else set())
    return units or {loop.verifier_unit_id or 0}


def open_items(row: Application) -> list[tuple[Item, set[int], list[Verdict]]]:
    """(item, units that have not looked at it yet, verdicts that say no) for the items that are not in order by everybody's word."""
    assert row.loop is not None
    held, out = standing(row), []
    for item in row.items.order_by("n"):
        verdicts = held.get(item.key, [])
        waiting = looked_at_by(item, row.loop) - {v.unit_id for v in verdicts}
        bad = [v for v in verdicts if not v.ok]
        if waiting or bad:
            out.append((item, waiting, bad))
    return out


def count_found(row: Application) -> None:
    """Keep with the application, for the queue, how many items are in order and how many were found wanting."""
    left = open_items(row) if row.loop is not None else []
    row.items_ok = row.items_of - len(left) if row.loop is not None else 0
    row.items_bad = sum(bool(bad) for _, _, bad in left)
    row.save(update_fields=["items_ok", "items_bad"])


def _part(context: Context, row: Application, unit: int) -> None:
    """A department's part is done when it has looked at all its items."""
    assert row.loop is not None
    if any(unit in waiting for _, waiting, _ in open_items(row)):
        return
    if CoUnit.objects.filter(loop=row.loop, unit_id=unit, done_at=None).exists():
        mine = tuple(g for g in context.actor.require("loop.act") if g.unit_id == unit)
        steps.part_done(
            replace(context, grants=mine, events=context.events), steps.PartIn(loop=row.loop.pk, note="逐项审核完毕")
        )


@verb("resumption.conclude", CHECK, Text("现场核查结论", "Conclude the check on site"))
def conclude(context: Context, given: ConcludeIn) -> dict[str, Any]:
    """The street's word, once every item on site was looked at."""
    row = _open(context, CHECK, given.application, ("checking",))
    assert row.loop is not None
    street = row.loop.owner_unit_id
    left = [i for i, waiting, _ in open_items(row) if street in waiting]
    if left:
        names = Text("、".join(i.title["zh"] for i in left), ", ".join(i.title["en"] for i in left))
        rule = Text("现场还没有看：{names}。", "Not looked at yet: {names}.").with_(names=names)
        raise Refusal(
            Reason.EVIDENCE_MISSING,
            rule,
            remedy=Text("逐项核查后再作结论。", "Look at each, then conclude."),
            field="conclusion",
        )
    take(context, row.loop.pk, "site_done", conclusion=given.conclusion)
    return {"application": str(row.pk), "stage": "deciding"}


@verb("resumption.ask", "loop.act", Text("一次性告知补正", "Ask once for what is missing"))
def ask(context: Context, given: AskIn) -> dict[str, Any]:
    """Ask the enterprise for everything that is missing, once. The clock stops until it has answered."""
    row = application_in_reach(context.actor, "loop.act", given.application, lock=True)
    if row.loop is None or row.ended:
        raise Refusal(Reason.WRONG_STAGE, Text("该申请不在办理中。", "It is not in hand."), field="application")
    items = {i.key: i for i in row.items.all()}
    wrong = next((k for k in given.items if k not in items or items[k].form == "record"), None)
    if wrong is not None:
        rule = Text(
            "“{key}”不在材料清单之内，不得要求提供。", "“{key}” is not on the closed list; it may not be demanded."
        ).with_(key=wrong)
        raise Refusal(Reason.INVALID_VALUE, rule, field="items", value=wrong)
    forgotten = [i for i, _, bad in open_items(row) if bad and i.key not in given.items]
    if forgotten:
        names = Text("、".join(i.title["zh"] for i in forgotten), ", ".join(i.title["en"] for i in forgotten))
        rule = Text(
            "补正须一次告知，还有不合格的：{names}。", "Everything is asked for at once; also not in order: {names}."
        ).with_(names=names)
        raise Refusal(Reason.MISSING_VALUE, rule, field="items")
    if not given.new_fact and Supplement.objects.filter(application=row, new_fact="").exists():
        rule = Text("补正已经告知过一次。", "Papers were asked for once already.")
        raise Refusal(
            Reason.CONFLICT,
            rule,
            remedy=Text(
                "确有新情况的，请写明新的事实；否则按现有材料决定。", "Name the new fact, or decide on what there is."
            ),
            field="new_fact",
        )
    if given.new_fact and not Supplement.objects.filter(application=row, new_fact="").exists():
        given = given.model_copy(update={"new_fact": ""})
    left = workdays_left(context.now, row.loop.due_at)
    assert context.actor.account_id is not None
    unit = next(
        (u for u in context.actor.unit_ids("loop.act") if u in (row.loop.owner_unit_id, row.loop.verifier_unit_id)),
        row.loop.owner_unit_id,
    )
    Supplement.objects.create(
        application=row, items=list(dict.fromkeys(given.items)), what=given.what, new_fact=given.new_fact, unit=Unit.objects.get(pk=unit),
        by_id=context.actor.account_id, asked_at=context.now, workdays_left=left,
    )  # fmt: skip
    take(context, row.loop.pk, "ask", note=given.what)
    concerned = {u for k in given.items for u in items[k].units}
    CoUnit.objects.filter(loop=row.loop, unit_id__in=concerned).update(done_at=None, done_note="")
    return {"application": str(row.pk), "items": len(given.items), "workdays_left": left}
