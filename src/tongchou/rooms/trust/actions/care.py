"""Emergency care always passes: let through first, written down in one tap, looked at afterwards."""

from __future__ import annotations

import uuid
from typing import Any, Literal

from pydantic import Field

from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions.open_loops import OpenIn, open_one
from tongchou.record.loops.titles import written
from tongchou.record.loops.write import office_unit
from tongchou.record.models import Unit
from tongchou.record.people.reach import person_in_reach
from tongchou.rooms.trust.models import CarePass, Restriction
from tongchou.rooms.trust.words import NEEDS

ORIGIN = "care_pass"


def reviewer(*units: int | None) -> int | None:
    """Who reviews what units did: the headquarters office; what the office itself had a hand in, the discipline unit or a supervision group."""
    office = office_unit()
    if office not in units:
        return office
    others = Unit.objects.filter(kind__in=("discipline", "supervision_group"), active_to=None).order_by("kind", "pk")
    return others.values_list("pk", flat=True).first()


class CareIn(Payload):
    """code: of a notice, as scanned at the gate. person: where the file is at hand. Neither is needed: nobody waits for papers."""

    need: Literal["emergency", "labour", "dialysis", "chemo", "child", "other"]
    place: str = Field("", max_length=80)
    code: str = Field("", max_length=20)
    person: uuid.UUID | None = None


@verb("care.pass", "care.pass", Text("就医放行", "Let through for care"))
def care_pass(context: Context, given: CareIn) -> dict[str, Any]:
    """Let somebody through. No order, code or list can refuse it; a loop has it reviewed within 24 hours."""
    grant = context.grants[0]
    person = None
    if given.person is not None:
        person = person_in_reach(context.actor, "person.view", given.person).pk
    elif given.code:
        person = Restriction.objects.filter(code=given.code.strip().upper().replace("-", "")).values_list("person_id", flat=True).first()
    key = new_id()
    title = Text("就医放行复核：{need}", "Pass for care: {need}").with_(need=NEEDS[given.need])
    item = {
        "kind": "care_review", **written(title), "detail": given.place, "person": person, "area": None if person else grant.area_id,
        "owner_unit": grant.unit_id, "verifier_unit": reviewer(grant.unit_id), "origin": ORIGIN, "origin_ref": str(key), "urgent": True,
    }  # fmt: skip
    loop = uuid.UUID(open_one(context, OpenIn.model_validate(item))["loop"])
    assert context.actor.account_id is not None
    CarePass.objects.create(
        id=key, person_id=person, need=given.need, place=given.place, area_id=grant.area_id, unit_id=grant.unit_id, by_id=context.actor.account_id,
        at=context.now, loop=loop,
    )  # fmt: skip
    context.grant = grant
    context.event("care_pass", loop_id=loop, subject=f"person:{person}" if person else "", data={"need": given.need})
    return {"pass": str(key), "loop": str(loop)}
