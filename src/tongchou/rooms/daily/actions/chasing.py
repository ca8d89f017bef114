"""Who has not reported: reminded at the hour, handed to the street later, excused where it is closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.db import connection
from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.actions.loops import AdvanceIn, advance
from tongchou.record.actions.open_loops import OpenManyIn, open_many
from tongchou.record.loops.titles import written
from tongchou.record.models import Loop
from tongchou.rooms.daily.actions.reports import MISSING, ORIGIN
from tongchou.rooms.daily.models import Excuse, Silence
from tongchou.rooms.daily.numbers import daily_rules, due_at, local_day, street_at
from tongchou.rooms.daily.reach import MANAGE, STREET_OF, enterprise_in_reach

explain_constraint(
    "excuse_one_live",
    Reason.DUPLICATE,
    Text("该企业已登记免报。", "This enterprise is excused already."),
    Text("如需改期，请先结束原来的免报。", "End that first to change its dates."),
)

OBLIGED = """
select u.id from record_unit u
where u.kind = 'enterprise' and u.active_to is null
  and not exists (select from daily_excuse x where x.unit_id = u.id and x.ended_at is null and x.from_date <= %(day)s and (x.until is null or x.until >= %(day)s))
  and (exists (select from record_workpermit p where p.unit_id = u.id and p.state in ('in_force', 'review') and p.from_date <= %(day)s)
       or exists (select from daily_report r where r.unit_id = u.id and r.replaced_at is null and r.day >= %(since)s and r.day < %(day)s)
       or exists (select from daily_attendance t where t.unit_id = u.id and t.day >= %(since)s and t.day <= %(day)s))
"""
"""Who owes a report of a day: who holds a permit, or, as where none is needed, has reported or had people at its gate lately; not who is excused."""
_SILENT = f"""
insert into daily_silence (unit_id, day, reminded_at)
select o.id, %(day)s, %(now)s from ({OBLIGED}) o
where not exists (select from daily_report r where r.unit_id = o.id and r.day = %(day)s and r.replaced_at is null)
on conflict (unit_id, day) do nothing returning unit_id
"""
_STILL = f"""
select w.id, w.unit_id, u.name, st.id, d.unit_id from daily_silence w
join record_unit u on u.id = w.unit_id and u.active_to is null
join record_area a on a.id = u.area_id
{STREET_OF}
join lateral (select t.id from record_unit t where t.kind = 'street' and t.area_id = s.id and t.active_to is null order by t.id limit 1) st on true
left join lateral (
  select p.unit_id from record_responsibility q join record_post p on p.id = q.post_id and p.ended_on is null
  where q.kind = 'sector' and q.unit_id = w.unit_id and q.from_date <= w.day and (q.to_date is null or q.to_date > w.day) order by q.id limit 1) d on true
where w.day = %(day)s and w.loop_id is null
  and not exists (select from daily_report r where r.unit_id = w.unit_id and r.day = w.day and r.replaced_at is null)
  and not exists (select from daily_excuse x where x.unit_id = w.unit_id and x.ended_at is null and x.from_date <= w.day and (x.until is null or x.until >= w.day))
  and not exists (select from record_loop l where l.kind = 'daily_missing' and l.subject_unit_id = w.unit_id and l.closed_at is null)
order by w.id for update of w skip locked
"""


class ChaseIn(Payload):
    """day: whose reports are looked for; None: today, or before the hour yesterday."""

    day: date | None = None


class ExcuseIn(Payload):
    """until None: until further notice."""

    unit: int
    from_date: date
    until: date | None = None
    reason: str = Field(min_length=2, max_length=300)


class EndExcuseIn(Payload):
    unit: int


@verb("daily.chase", "loop.bulk", Text("催报日报", "Chase daily reports"), system_only=True, recurs=True)
def chase(context: Context, given: ChaseIn) -> dict[str, Any]:
    """At the hour remind who is silent, once; so many hours later ask the street to look. Run it as often as you like."""
    day = given.day or local_day(context.now)
    if given.day is None and context.now < due_at(day):
        day -= timedelta(days=1)
    if context.now < due_at(day):
        return {"day": str(day), "reminded": 0, "handed_on": 0}
    values = {"day": day, "now": context.now, "since": day - timedelta(days=daily_rules()["obliged_days"].value)}
    with connection.cursor() as cursor:
        cursor.execute(_SILENT, values)
        reminded = [row[0] for row in cursor.fetchall()]
        still: list[tuple[int, int, str, int, int | None]] = []
        if context.now >= street_at(day):
            cursor.execute(_STILL, values)
            still = cursor.fetchall()
    if reminded:
        context.event("daily_reminded", data={"day": str(day), "units": len(reminded)})
    if still:
        items = [
            {
                "kind": MISSING,
                **written(Text("日报未报：{name}（{zh}）", "No daily report: {name} ({en})").with_(name=name, zh=f"{day:%m月%d日}", en=day.isoformat())),
                "unit": unit,
                "owner_unit": street,
                "verifier_unit": department,
                "origin": ORIGIN,
                "origin_ref": str(key),
            }
            for key, unit, name, street, department in still
        ]
        made = open_many(replace(context, actor=SYSTEM, grants=()), OpenManyIn.model_validate({"items": items}))[
            "loops"
        ]
        for (key, *_), loop in zip(still, made, strict=True):
            Silence.objects.filter(pk=key).update(loop_id=loop)
    return {"day": str(day), "reminded": len(reminded), "handed_on": len(still)}


@verb("daily.excuse", MANAGE, Text("登记免报", "Excuse from reporting"))
def excuse(context: Context, given: ExcuseIn) -> dict[str, Any]:
    """An enterprise that is closed need not report: said by the street with the reason; its open loop about silence ends."""
    unit = enterprise_in_reach(context.actor, MANAGE, given.unit)
    if given.until is not None and given.until < given.from_date:
        rule = Text("结束日期不能早于开始日期。", "The last day is not before the first.")
        raise Refusal(
            Reason.IMPOSSIBLE_DATE,
            rule,
            remedy=Text("请更正日期。", "Correct the dates."),
            field="until",
            value=str(given.until),
        )
    Excuse.objects.filter(unit=unit, ended_at=None, until__lt=local_day(context.now)).update(ended_at=context.now)
    Excuse.objects.create(
        unit=unit,
        from_date=given.from_date,
        until=given.until,
        reason=given.reason,
        account_id=context.actor.account_id,
        at=context.now,
    )
    context.event(
        "daily_excused",
        subject=f"unit:{unit.pk}",
        note=given.reason,
        data={"from": str(given.from_date), "until": str(given.until or "")},
    )
    for loop in Loop.objects.filter(kind=MISSING, closed_at=None, subject_unit=unit).values_list("pk", flat=True):
        advance(
            replace(context, actor=SYSTEM, grants=()),
            AdvanceIn.model_validate({"loop": loop, "step": "excuse", "note": given.reason}),
        )
    return {"unit": unit.pk}


@verb("daily.end_excuse", MANAGE, Text("恢复日报", "End an excuse"))
def end_excuse(context: Context, given: EndExcuseIn) -> dict[str, Any]:
    """From now on the enterprise reports again."""
    unit = enterprise_in_reach(context.actor, MANAGE, given.unit)
    if not Excuse.objects.filter(unit=unit, ended_at=None).update(ended_at=context.now):
        rule = Text("该企业没有登记免报。", "This enterprise is not excused.")
        raise Refusal(Reason.WRONG_STAGE, rule, field="unit", value=unit.pk)
    context.event("daily_excuse_ended", subject=f"unit:{unit.pk}")
    return {"unit": unit.pk}
