"""The limit of staff that a permit was given with, by the masks: what may be asked for, and that nobody is let beyond what the masks carry."""

from __future__ import annotations

from datetime import date

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.models import WorkPermit
from tongchou.record.permit_facts import MOST_STAFF
from tongchou.rooms.resumption.masks import carried_by


def limit_of(permit: WorkPermit) -> int | None:
    """How many may work at most by the permit; None where it names no limit."""
    held = permit.bound.get(MOST_STAFF)
    return int(held) if held else None


def check_adjusted(permit: WorkPermit, staff: int | None, masks: int | None) -> None:
    """More than now, with the masks for them; refused by name."""
    most = limit_of(permit)
    if most is None:
        rule = Text("该许可没有限定返岗人数，不需要调整。", "The permit names no limit of staff; nothing has to be adjusted.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("无须申请。", "No need to ask."), field="what", value="adjust")
    if staff is None or masks is None:
        rule = Text("须填写申请的返岗人数和现有口罩数。", "Give how many are to work and how many masks there are.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请补充。", "Give both."), field="staff" if staff is None else "masks")
    if staff <= most:
        rule = Text("须多于现在核定的 {n} 人。", "It is more than the {n} of now.").with_(n=most)
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("减少人数不需要申请。", "Fewer need not be asked for."), field="staff", value=staff)


def check_carried(permit: WorkPermit, staff: int, masks: int, on: date) -> None:
    """Nobody is let beyond what the stated masks carry for the days that the plan asks for."""
    found = carried_by(masks, permit.unit_id, on)
    if found is None or staff <= found[0]:
        return
    rule = Text("{m} 只口罩只能保障 {n} 人 {d} 天。", "{m} {m|mask lasts|masks last} {d} {d|day|days} for {n} {n|person|people} only.")
    rule = rule.with_(m=masks, n=found[0], d=found[1])
    remedy = Text("请核定不超过 {n} 人，或不同意并说明。", "Let {n} work at most, or refuse and say why.").with_(n=found[0])
    raise Refusal(Reason.TOO_MANY, rule, remedy=remedy, field="staff", value=staff)
