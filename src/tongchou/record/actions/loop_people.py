"""The people of a loop: whom it is about, and who of the lead unit handles it."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.kinds import Party
from tongchou.record.access import roles
from tongchou.record.act import Context, Payload, verb
from tongchou.record.actions.loops import locked, open_or_refuse, party_or_refuse
from tongchou.record.loops import engine, state
from tongchou.record.loops.references import parse
from tongchou.record.models import Account, Evidence, Loop, Person, PostHolding


class ReadIn(Payload):
    loop: uuid.UUID


@verb("loop.read", "loop.view", Text("查阅事项中的人员", "Read whom a loop is about"))
def read(context: Context, given: ReadIn) -> dict[str, Any]:
    """Record that somebody is shown whom a loop is about, or whom its evidence refers to. Gives nothing personal itself."""
    found = state.load([given.loop])
    if not found or not state.visible(context.actor, found[0]):
        raise engine.not_found()
    people = people_of(found[0])
    context.read(people)
    if people:
        # without loop_id: a reading is no step, and would fill the timeline
        context.event("person_read", subject=f"loop:{given.loop}", data={"what": "loop", "people": [str(p) for p in people]})
    return {"people": len(people), "what": "loop"}


def people_of(found: state.LoopState) -> list[uuid.UUID]:
    """Whom a loop is about and whom its evidence refers to, as far as they are on record."""
    links = Evidence.objects.filter(loop_id=found.id, type="link", link__startswith="person:").values_list("link", flat=True)
    named = {parsed[1] for link in links if (parsed := parse(link)) is not None}
    about = set() if found.subject_person is None else {str(found.subject_person)}
    return sorted(Person.objects.filter(pk__in=named | about).values_list("pk", flat=True))


class PersonIn(Payload):
    loop: uuid.UUID
    account: int | None


@verb("loop.name_person", "loop.act", Text("确定经办人", "Name who handles it"))
def name_person(context: Context, given: PersonIn) -> dict[str, Any]:
    """The lead unit names its first responsible person (or nobody)."""
    found = locked(context, given.loop)
    open_or_refuse(found)
    party_or_refuse(context, found, (Party.OWNER, Party.OPENER), Text("确定经办人", "name who handles it"))
    if context.grant is not None and roles()[context.grant.role].served and context.grant.unit_id != found.owner_unit:
        rule = Text("经办人由牵头单位确定。", "The lead unit names who handles it, not those whom it serves.")
        raise Refusal(Reason.NOT_OWNER, rule, field="account")
    today = timezone.localdate(context.now)
    if given.account is not None:
        in_unit = PostHolding.objects.filter(
            account_id=given.account, post__unit_id=found.owner_unit, from_date__lte=today, account__is_active=True
        ).exclude(to_date__lte=today)
        if not in_unit.exists():
            rule = Text("经办人须在牵头单位任职。", "The person must hold a post in the lead unit.")
            remedy = Text("请选择本单位人员。", "Choose somebody of the unit.")
            raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="account", value=given.account)
    Loop.objects.filter(pk=found.id).update(owner_account_id=given.account)
    name = Account.objects.filter(pk=given.account or 0).values_list("display_name", flat=True).first() or ""
    context.event("name_person", loop_id=found.id, data={"account": given.account, "name": name})
    return {"loop": str(found.id)}
