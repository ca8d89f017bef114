"""Who sees which passengers, and the acts of showing their names."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, Literal

from django.db.models import Q, QuerySet
from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, act, verb
from tongchou.record.models import Person
from tongchou.record.people.identity import Identity, open_identity
from tongchou.record.people.purposes import stated
from tongchou.record.territory.reach import missing
from tongchou.rooms.matching.models import Passenger
from tongchou.rooms.matching.trips import BOARD, JOIN, MANAGE, SEE

PERSONAL = (JOIN, MANAGE, BOARD)


def passengers_of(actor: Actor) -> QuerySet[Passenger]:
    """Those whose destination the actor serves, and those on trips that the actor's unit runs."""
    rows = Passenger.objects.select_related("person", "to_unit__area", "trip", "vehicle")
    if actor.system:
        return rows
    where = Q(pk__in=[])
    for permission in PERSONAL:
        where |= Q(to_unit__in=actor.unit_ids(permission))
        for path in actor.area_paths(permission):
            where |= Q(to_unit__area__path__startswith=path)
    where |= Q(trip__unit__in=[g.unit_id for p in (MANAGE, BOARD) for g in actor.grants_for(p)])
    return rows.filter(where)


class ReadIn(Payload):
    """passengers: whose names are about to be shown. what: masked in a list, or whole on a manifest, which needs a purpose."""

    passengers: list[uuid.UUID] = Field(min_length=1, max_length=5_000)
    what: Literal["list", "manifest"] = "list"
    purpose: str = Field("", max_length=40)
    note: str = Field("", max_length=160)


@verb("trip.read", SEE, Text("查看乘客名单", "Read names of passengers"))
def read(context: Context, given: ReadIn) -> dict[str, Any]:
    """Record that names of passengers are shown. Gives nothing personal itself."""
    wanted = set(given.passengers)
    rows = dict(passengers_of(context.actor).filter(pk__in=wanted).values_list("pk", "person_id"))
    if wanted - rows.keys():
        raise missing(Text("没有找到该乘客。", "There is no such passenger."), "passengers", str(min(wanted - rows.keys())))
    if given.what == "manifest":
        if not (context.actor.permits(MANAGE) or context.actor.permits(BOARD)):
            rule = Text("乘客清单由组织单位和查验人员生成。", "The unit that runs the trip makes the manifest.")
            raise Refusal(Reason.NOT_ALLOWED, rule, field="what", value="manifest")
        context.purpose = stated(given.purpose, given.note)
    people = sorted(set(rows.values()))
    context.read(people)
    context.event("person_read", data={"what": f"trip_{given.what}", "people": [str(p) for p in people]})
    return {"people": len(people), "what": given.what}


def names_of(actor: Actor, rows: Iterable[Passenger], *, whole: bool = False, purpose: str = "", note: str = "") -> dict[uuid.UUID, Identity]:
    """Identities by passenger, masked unless `whole`; that they are shown is recorded first."""
    some = list(rows)
    if not some or not any(actor.permits(p) for p in PERSONAL):
        return {}
    given = {"passengers": [str(r.pk) for r in some], "what": "manifest" if whole else "list", "purpose": purpose, "note": note}
    act("trip.read", actor, new_id(), given)
    sealed = dict(Person.objects.filter(pk__in=[r.person_id for r in some], erased_at=None).values_list("pk", "sealed"))
    opened = {key: open_identity(blob, key) for key, blob in sealed.items()}
    return {r.pk: opened[r.person_id] if whole else opened[r.person_id].masked() for r in some if r.person_id in opened}
