"""The verb by which pupils in hospital and deaths are stated: what the plan's table asks for beside the checks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Sum
from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, verb
from tongchou.rooms.schools.actions.checks import then_evaluate
from tongchou.rooms.schools.actions.files import today
from tongchou.rooms.schools.models import Severe
from tongchou.rooms.schools.reach import INVESTIGATE, MANAGE, VIEW, school_in_reach
from tongchou.rooms.schools.rules import diseases

BACK = 13
"""Days back that may be stated or corrected: twice the longest window of the packs."""


class SevereIn(Payload):
    """New on that day. None: not known; one of them is given at least."""

    school: int
    disease: str = Field(max_length=20)
    on: date
    hospitalised: int | None = Field(None, ge=0, le=10_000)
    deaths: int | None = Field(None, ge=0, le=10_000)


def states_severe(actor: Actor) -> str:
    """The permission with which somebody states it: the health department, or the school. Refuses who has neither."""
    for permission in (INVESTIGATE, MANAGE):
        if actor.permits(permission):
            return permission
    rule = Text("由学校（校医）或卫健部门登记。", "The school or the health department states it.")
    raise Refusal(Reason.NOT_ALLOWED, rule, field="school")


@verb("school.severe", VIEW, Text("登记住院和死亡", "State pupils in hospital and deaths"))
def state_severe(context: Context, given: SevereIn) -> dict[str, Any]:
    """State one day's. What is stated again for the same day takes its place, and what stood there stays in the event. The marks are looked at at once."""
    row = school_in_reach(context.actor, states_severe(context.actor), given.school, lock=True)
    disease = diseases().get(given.disease)
    if disease is None or not disease.severe:
        rule = Text("方案对该病种没有住院、死亡标准。", "The plan has no mark of pupils in hospital or deaths for it.")
        raise Refusal(Reason.INVALID_VALUE, rule, field="disease", value=given.disease)
    if not today(context) - timedelta(days=BACK) <= given.on <= today(context):
        rule = Text("日期应在过去 {n} 天之内，不晚于今天。", "A day within the last {n}, not after today.").with_(n=BACK)
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, field="on", value=given.on.isoformat())
    if given.hospitalised is None and given.deaths is None:
        rule = Text("住院和死亡人数至少填一项；没有的填 0，不知道的不填。", "Give one of the two at least: 0 for none, nothing for not known.")
        raise Refusal(Reason.MISSING_VALUE, rule, field="hospitalised")
    pupils = row.classes.filter(ended_on=None).aggregate(n=Sum("pupils"))["n"] or 0
    for name, n in (("hospitalised", given.hospitalised), ("deaths", given.deaths)):
        if n is not None and n > pupils:
            rule = Text("多于在校学生数（{p} 人）。", "More than the school has pupils ({p}).").with_(p=pupils)
            raise Refusal(Reason.INVALID_VALUE, rule, field=name, value=n)
    assert context.actor.account_id is not None
    held = Severe.objects.filter(school=row, disease=given.disease, on=given.on).first()
    before = None if held is None else [held.hospitalised, held.deaths]
    values = {"hospitalised": given.hospitalised, "deaths": given.deaths, "account_id": context.actor.account_id, "recorded_at": context.now}
    Severe.objects.update_or_create(school=row, disease=given.disease, on=given.on, defaults=values)
    data = {"disease": given.disease, "on": given.on.isoformat(), "hospitalised": given.hospitalised, "deaths": given.deaths, "before": before}
    context.event("school_severe", subject=f"unit:{row.pk}", data=data)
    then_evaluate(context, row.pk)
    return {"school": row.pk, "on": given.on.isoformat()}
