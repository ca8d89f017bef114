"""Applications within an actor's reach: one's own unit's, or those of units in one's area; for a department those that it reviews."""

from __future__ import annotations

import uuid

from tongchou.kernel.errors import Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import CoUnit, Unit, WorkPermit
from tongchou.record.territory.reach import missing, reaches_unit
from tongchou.rooms.resumption.models import Application

VIEW, APPLY, CHECK, REVIEW = "permit.view", "permit.apply", "permit.check", "permit.review"
DECIDE, SUSPEND, RULES = "permit.decide", "permit.suspend", "permit.rules"


def no_such(key: object) -> Refusal:
    return missing(Text("没有找到这份复工申请。", "There is no such application."), "application", str(key))


def application_in_reach(actor: Actor, permission: str, key: uuid.UUID, *, lock: bool = False) -> Application:
    """An application that the actor reaches; otherwise it is not found."""
    rows = Application.objects.select_related("unit__area", "loop")
    if lock:
        rows = rows.select_for_update(of=("self",))
    row = rows.filter(pk=key).first()
    if row is None or not (actor.system or _reached(actor, permission, row)):
        raise no_such(key)
    return row


def _reached(actor: Actor, permission: str, row: Application) -> bool:
    actor.require(permission)
    if reaches_unit(actor, permission, row.unit):
        return True
    if row.loop is None:
        return False
    units = set(actor.unit_ids(permission))
    # a department whose turn it is, of the district in which the enterprise lies
    party = Unit.objects.filter(pk__in=units & {row.loop.owner_unit_id, row.loop.verifier_unit_id}).values_list("area__path", flat=True)
    return any(row.unit.area.path.startswith(path) for path in party) or CoUnit.objects.filter(loop=row.loop, unit_id__in=units).exists()


def permit_seen(actor: Actor, key: uuid.UUID, permission: str = VIEW) -> WorkPermit:
    """A permit that the actor reaches; otherwise it is not found."""
    row = WorkPermit.objects.select_related("unit__area").filter(pk=key).first()
    if row is None or not reaches_unit(actor, permission, row.unit):
        raise missing(Text("没有找到这份许可。", "There is no such permit."), "permit", str(key))
    return row
