"""Verbs: telling those who are entitled and have not asked, and what they say."""

from __future__ import annotations

from typing import Any, Literal

from django.db import connection
from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, verb
from tongchou.rooms.policies.catalogue import ELIGIBLE
from tongchou.rooms.policies.models import DEAD, Application, Contact, Match
from tongchou.rooms.policies.reach import ANSWER, TELL, enterprise_in_reach, seen

MOST = 20_000


class TellIn(Payload):
    """units: enterprises that are entitled and have not applied; those who were told before are told again."""

    policy: str = Field(max_length=60)
    units: list[int] = Field(min_length=1, max_length=MOST)
    way: Literal["notice", "phone", "visit"] = "notice"


class ContactIn(Payload):
    """What an enterprise said, or that it could not be reached. reason: needed where it declines."""

    unit: int
    policy: str = Field(max_length=60)
    answer: Contact.Answer
    reason: str = Field("", max_length=300)
    way: Literal["notice", "phone", "visit", "own"] = "phone"


_ENTITLED = """
select m.unit_id from policies_match m join record_unit u on u.id = m.unit_id join record_area a on a.id = u.area_id
where m.policy = %(policy)s and m.unit_id = any(%(units)s::bigint[]) and {seen}
"""
_OPEN = """
select m.unit_id from policies_match m where m.policy = %(policy)s and m.outcome = 'eligible' and m.unit_id = any(%(units)s::bigint[])
  and not exists (select from policies_application p where p.unit_id = m.unit_id and p.policy = m.policy and p.state not in ('refused', 'withdrawn'))
"""
_TELL = """
insert into policies_contact as c (unit_id, policy, way, told_at, told_by_id, answer, reason, times)
select g, %(policy)s, %(way)s, %(now)s, %(account)s, '', '', 1 from unnest(%(units)s::bigint[]) as g order by g
on conflict (unit_id, policy) do update set way = excluded.way, told_at = excluded.told_at, told_by_id = excluded.told_by_id, times = c.times + 1
"""


@verb("policies.tell", TELL, Text("告知可享政策", "Tell who is entitled"))
def tell(context: Context, given: TellIn) -> dict[str, Any]:
    """Tell many enterprises at once; all of them must be in reach, entitled and without an application."""
    values: dict[str, Any] = {"policy": given.policy, "units": sorted(set(given.units))}
    condition = seen(context.actor, TELL, values, "m.policy")
    with connection.cursor() as cursor:
        cursor.execute(_ENTITLED.format(seen=condition), values)
        reached = {row[0] for row in cursor.fetchall()}
        lost = [u for u in values["units"] if u not in reached]
        if lost:
            rule = Text("有 {n} 家企业没有找到。", "{n} of the enterprises {n|is|are} not found.").with_(n=len(lost))
            raise Refusal(
                Reason.NOT_FOUND,
                rule,
                remedy=Text("请从清单中选择。", "Choose from the list."),
                field="units",
                value=lost[0],
            )
        cursor.execute(_OPEN, values)
        ready = {row[0] for row in cursor.fetchall()}
        not_so = [u for u in values["units"] if u not in ready]
        if not_so:
            rule = Text(
                "有 {n} 家企业已申请或不再符合条件。", "{n} of the enterprises {n|has applied or no longer qualifies|have applied or no longer qualify}."
            ).with_(n=len(not_so))
            raise Refusal(
                Reason.CONFLICT, rule, remedy=Text("请刷新清单。", "Reload the list."), field="units", value=not_so[0]
            )
        cursor.execute(_TELL, values | {"way": given.way, "now": context.now, "account": context.actor.account_id})
    for unit in values["units"]:
        context.event("policy_told", subject=f"unit:{unit}", data={"policy": given.policy, "way": given.way})
    return {"told": len(values["units"])}


@verb("policies.contact", ANSWER, Text("登记企业意愿", "Record what an enterprise says"))
def contact(context: Context, given: ContactIn) -> dict[str, Any]:
    """Record an answer, or that nobody could be reached; whoever declines says why."""
    unit = enterprise_in_reach(context.actor, ANSWER, given.unit, given.policy)
    if given.answer == Contact.Answer.NONE:
        raise Refusal(Reason.MISSING_VALUE, Text("请选择结果。", "Say what came of it."), field="answer")
    if given.answer == Contact.Answer.DECLINED and not given.reason:
        rule = Text("不申请的须写明原因。", "Declining needs its reason.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请填写原因。", "Give the reason."), field="reason")
    if not Match.objects.filter(unit=unit, policy=given.policy, outcome=ELIGIBLE).exists():
        rule = Text("该企业目前不符合这项政策的条件。", "The enterprise does not qualify for this policy at present.")
        raise Refusal(Reason.CONFLICT, rule, field="policy", value=given.policy)
    if Application.objects.filter(unit=unit, policy=given.policy).exclude(state__in=DEAD).exists():
        raise Refusal(
            Reason.CONFLICT,
            Text("该企业已申请这项政策。", "The enterprise has applied already."),
            field="policy",
            value=given.policy,
        )
    said = {"answer": given.answer, "reason": given.reason, "answered_at": context.now, "way": given.way}
    made = {"told_at": context.now, "told_by_id": context.actor.account_id}
    Contact.objects.update_or_create(unit=unit, policy=given.policy, defaults=said, create_defaults=said | made)
    context.event("policy_contact", subject=f"unit:{unit.pk}", data={"policy": given.policy, "answer": given.answer})
    return {"unit": unit.pk, "answer": given.answer}
