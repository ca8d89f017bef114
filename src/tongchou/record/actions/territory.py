"""Verbs of the territory: import an edition; add, rename, move and end single areas."""

from __future__ import annotations

import base64
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from pydantic import Base64Bytes, Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.models import Area
from tongchou.record.territory.edition import import_edition
from tongchou.record.territory.levels import check_name, check_parent, read_code
from tongchou.record.territory.plan import Change, Plan, Standing
from tongchou.record.territory.reach import area_in_reach, reaches_path
from tongchou.record.territory.shapes import Given
from tongchou.record.territory.store import lock_territory, store

LARGEST = 64 * 1024 * 1024

explain_constraint(
    "area_code_in_force",
    Reason.DUPLICATE,
    Text("该代码已用于另一个现行区域。", "Another area in force already has this code."),
    Text("请核对代码，或先撤销原区域。", "Check the code, or end the other area first."),
)
explain_constraint(
    "area_cycle",
    Reason.CYCLE,
    Text("区域不能归属于自身或其下级。", "An area cannot lie below itself."),
    Text("请另选上级。", "Choose another parent."),
)
explain_constraint(
    "area_dates_in_order",
    Reason.IMPOSSIBLE_DATE,
    Text("撤销日期早于设立日期。", "The area would end before it began."),
    Text("请核对日期。", "Check the dates."),
)


class ImportIn(Payload):
    """content: the file's bytes in base64. in_force: the day from which the list holds."""

    content: Base64Bytes = Field(max_length=LARGEST)
    filename: str = Field(min_length=1, max_length=200)
    edition: str = Field(min_length=1, max_length=60)
    in_force: date
    source: str = Field("", max_length=500)


class AddIn(Payload):
    code: str = Field(min_length=1, max_length=40)
    name: str = Field(max_length=200)
    parent: int
    kind: str = Field("", max_length=20)
    valid_from: date | None = None


class RenameIn(Payload):
    area: int
    name: str = Field(max_length=200)
    on: date | None = None


class MoveIn(Payload):
    area: int
    parent: int
    on: date | None = None


class EndIn(Payload):
    area: int
    on: date | None = None


def import_payload(data: bytes, filename: str, edition: str, in_force: date, source: str = "") -> dict[str, Any]:
    """The payload of territory.import for a file's bytes."""
    content = base64.b64encode(data).decode()
    return {"content": content, "filename": filename, "edition": edition, "in_force": in_force.isoformat(), "source": source}


@verb("territory.import", "territory.edit", Text("导入区划", "Import the territory"))
def import_territory(context: Context, given: ImportIn) -> dict[str, Any]:
    """Compare a list of areas with what is in force and store the difference as an edition."""
    _not_future(given.in_force, context.now, "in_force")

    def record(change: Change) -> None:
        if change.old is not None:
            data = {"code": change.new.code if change.new else None, "old_code": change.old.code}
            context.event("area_" + "_".join(change.kinds), subject=f"area:{change.old.id}", data=data)

    result = import_edition(
        context.actor, given.content, given.filename, given.edition, given.in_force, given.source, context.now, record
    )
    if result["edition"] is not None:
        counts = {k: v for k, v in result.items() if isinstance(v, int)}
        context.event("territory_imported", subject=f"edition:{result['edition']}", data=counts)
    return result


@verb("area.add", "territory.edit", Text("新增区域", "Add an area"))
def add(context: Context, given: AddIn) -> dict[str, Any]:
    """Add an area below another. Its level comes from its code; a letter in front marks an area without a civil code."""
    lock_territory()
    division = read_code(given.code)
    parent = _in_force(area_in_reach(context.actor, "territory.edit", given.parent, "parent"), "parent")
    check_parent(division.level.value, parent.level)
    if division.parent != parent.code:
        rule = Text("按代码应在 {by_code} 之下，选择的上级是 {parent}。", "By its code it lies below {by_code}; the parent given is {parent}.")
        remedy = Text("请核对代码或上级。", "Check the code or the parent.")
        raise Refusal(
            Reason.INVALID_VALUE,
            rule.with_(by_code=division.parent, parent=parent.code),
            remedy=remedy,
            field="code",
            value=division.code,
        )
    on = given.valid_from or _today(context)
    _not_future(on, context.now, "valid_from")
    kind = given.kind or division.kind
    one = Given(division.code, check_name(given.name), division.level.value, parent.code, kind, division.civil, 0)
    plan = Plan([Change(("new",), None, one)], {parent.code: parent.pk})
    store(plan, [_standing(parent)], None, on)
    area = Area.objects.get(code=division.code, valid_to=None)
    context.event("area_added", subject=f"area:{area.pk}", data={"code": area.code})
    return {"area": area.pk}


@verb("area.rename", "territory.edit", Text("区域更名", "Rename an area"))
def rename(context: Context, given: RenameIn) -> dict[str, Any]:
    """Give an area another name. It stays the same area; the old name is kept as ended."""
    name = check_name(given.name)
    area = _for_change(context, given.area)
    if name == area.name:
        return {"area": area.pk}
    _alter(context, area, area.parent, ("renamed",), name, given.on)
    return {"area": area.pk}


@verb("area.move", "territory.edit", Text("区域划转", "Move an area"))
def move(context: Context, given: MoveIn) -> dict[str, Any]:
    """Put an area, with all that lies below it, under another parent. The code stays."""
    area = _for_change(context, given.area)
    if area.parent is None or not reaches_path(context.actor, "territory.edit", area.parent.path):
        rule = Text("这是您辖区的顶层，不能划转。", "This is the top of your area and cannot be moved.")
        raise Refusal(Reason.NOT_ALLOWED, rule, field="area", value=area.code)
    parent = area_in_reach(context.actor, "territory.edit", given.parent, "parent")
    if parent.path.startswith(area.path):
        rule = Text("{parent} 就在 {area} 之内。", "{parent} lies within {area}.").with_(parent=parent.name, area=area.name)
        remedy = Text("请另选上级。", "Choose another parent.")
        raise Refusal(Reason.CYCLE, rule, remedy=remedy, field="parent", value=parent.code)
    _in_force(parent, "parent")
    check_parent(area.level, parent.level)
    if parent.pk != area.parent_id:
        _alter(context, area, parent, ("moved",), area.name, given.on)
    return {"area": area.pk}


@verb("area.end", "territory.edit", Text("撤销区域", "End an area"))
def end(context: Context, given: EndIn) -> dict[str, Any]:
    """End an area. Its row, people, units and loops stay and are listed as needing reassignment (`stranded`)."""
    area = _for_change(context, given.area)
    children = Area.objects.filter(parent=area, valid_to=None).count()
    if children:
        rule = Text("其下还有 {n} 个现行区域。", "{n} {n|area|areas} in force still {n|lies|lie} below it.").with_(n=children)
        remedy = Text("请先划转或撤销下级。", "Move or end them first.")
        raise Refusal(Reason.CHILDREN_OPEN, rule, remedy=remedy, field="area", value=area.code)
    if area.district_set.exists():
        rule = Text("这是本系统所辖的区。", "This is the district that the system serves.")
        raise Refusal(Reason.NOT_ALLOWED, rule, field="area", value=area.code)
    on = given.on or _today(context)
    _not_future(on, context.now, "on")
    store(Plan([Change(("ended",), _standing(area), None)]), [], None, on)
    context.event("area_ended", subject=f"area:{area.pk}", data={"code": area.code})
    return {"area": area.pk}


def _for_change(context: Context, key: int) -> Area:
    lock_territory()
    return _in_force(area_in_reach(context.actor, "territory.edit", key, lock=True), "area")


def _alter(context: Context, area: Area, parent: Area | None, kinds: tuple[str, ...], name: str, on: date | None) -> None:
    day = on or _today(context)
    _not_future(day, context.now, "on")
    above = parent.code if parent else None
    one = Given(area.code, name, area.level, above, area.kind, area.civil, 0)
    matched = {above: parent.pk} if parent and above else {}
    store(Plan([Change(kinds, _standing(area), one)], matched), [], None, day)
    context.event("area_" + kinds[0], subject=f"area:{area.pk}", data={"code": area.code})


def _standing(area: Area) -> Standing:
    return Standing(area.pk, area.code, area.name, area.level, area.parent_id, area.kind, area.civil, area.path)


def _in_force(area: Area, field: str) -> Area:
    if area.valid_to is not None:
        rule = Text("{name} 已于 {on} 撤销。", "{name} ended on {on}.").with_(name=area.name, on=area.valid_to)
        raise Refusal(
            Reason.CONFLICT, rule, remedy=Text("请选择现行区域。", "Choose an area in force."), field=field, value=area.code
        )
    return area


def _today(context: Context) -> date:
    return timezone.localdate(context.now)


def _not_future(day: date, now: datetime, field: str) -> None:
    if day > timezone.localdate(now):
        rule = Text("日期在今天之后。", "The date lies after today.")
        remedy = Text("请在生效当日或之后办理；可先试算。", "Do it on that day or later; a dry run is possible now.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=remedy, field=field, value=str(day))
