"""Signing in and out at the gate: by one's own phone with the code that is shown there, or by the enterprise for who has no phone."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.db.models import F
from pydantic import AwareDatetime, Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.models import Staff, Unit
from tongchou.record.territory.reach import missing
from tongchou.rooms.daily.alarms import HELD_BACK, look
from tongchou.rooms.daily.gate import check_code, gate_of, slice_of
from tongchou.rooms.daily.models import Alarm, Attendance, Badge, Gate
from tongchou.rooms.daily.numbers import local_day
from tongchou.rooms.daily.reach import KEEP, KINDS, enterprise_in_reach

OWN = "status.own"
_TWICE = Text("刚才已经签过。", "It was signed a moment ago.")
explain_constraint(
    "attendance_once_a_code", Reason.DUPLICATE, _TWICE, Text("不用再签。", "There is no need to sign again.")
)
explain_constraint("attendance_once", Reason.DUPLICATE, _TWICE, Text("不用再签。", "There is no need to sign again."))


class GateIn(Payload):
    """changing: a new code every few minutes, for a screen. renew: codes shown before no longer hold."""

    unit: int
    changing: bool = False
    renew: bool = False


class SignIn(Payload):
    """code: as shown at the gate. temperature in °C, left out where none was taken."""

    unit: int
    code: str = Field(min_length=4, max_length=20)
    direction: Literal["in", "out"]
    temperature: Decimal | None = Field(None, ge=30, le=45, decimal_places=1)


class SignForIn(Payload):
    """staff: a file of the enterprise. at: when; now when left out, at most a day back."""

    unit: int
    staff: int
    direction: Literal["in", "out"]
    at: AwareDatetime | None = None
    temperature: Decimal | None = Field(None, ge=30, le=45, decimal_places=1)
    section: str = Field("", max_length=60)


class LookIn(Payload):
    """people: those whose attendance was shown by name, of one enterprise."""

    unit: int
    people: list[UUID] = Field(min_length=1, max_length=2_000)


@verb("attendance.gate", KEEP, Text("设定签到码", "Set the sign-in code"))
def set_gate(context: Context, given: GateIn) -> dict[str, Any]:
    """How the code is made, and whether those shown before still hold."""
    unit = enterprise_in_reach(context.actor, KEEP, given.unit)
    Gate.objects.get_or_create(unit=unit)
    changed: dict[str, Any] = {"changing": given.changing} | ({"turn": F("turn") + 1} if given.renew else {})
    Gate.objects.filter(unit=unit).update(**changed)
    context.event(
        "attendance_gate", subject=f"unit:{unit.pk}", data={"changing": given.changing, "renewed": given.renew}
    )
    return {"unit": unit.pk}


@verb("attendance.sign", OWN, Text("扫码签到", "Sign in at work"))
def sign(context: Context, given: SignIn) -> dict[str, Any]:
    """Sign oneself in or out. Whoever may not be there is recorded all the same, told so, and the enterprise is alarmed."""
    person: Any = context.actor.person_id
    unit = Unit.objects.filter(pk=given.unit, kind__in=KINDS, active_to=None).first()
    if unit is None:
        raise missing(Text("没有找到该企业。", "There is no such enterprise."), "unit", given.unit)
    if person is None:
        rule = Text("您的账号尚未关联本人档案。", "Your account is not linked to your file yet.")
        raise Refusal(
            Reason.CONFLICT,
            rule,
            remedy=Text("请联系社区关联，或由门岗代登。", "Ask your community, or have the gate sign for you."),
            field="unit",
        )
    check_code(gate_of(unit.pk), given.code, context.now)
    return _pass(
        context, unit.pk, person, given.direction, context.now, given.temperature, "phone", slice_of(context.now)
    )


@verb("attendance.sign_for", KEEP, Text("代登考勤", "Sign somebody in"))
def sign_for(context: Context, given: SignForIn) -> dict[str, Any]:
    """The enterprise signs for a member of staff who has no phone."""
    unit = enterprise_in_reach(context.actor, KEEP, given.unit)
    staff = Staff.objects.filter(pk=given.staff, unit=unit, to_date=None).first()
    if staff is None:
        raise missing(Text("没有找到这份员工档案。", "There is no such staff file."), "staff", given.staff)
    at = given.at or context.now
    if not context.now - timedelta(days=1) <= at <= context.now + timedelta(minutes=1):
        rule = Text("须在过去一天之内。", "This must lie within the last day.")
        raise Refusal(
            Reason.IMPOSSIBLE_DATE,
            rule,
            remedy=Text("更早的请从考勤机导入。", "Import earlier ones from the machine."),
            field="at",
            value=at.isoformat(),
        )
    if given.section:
        Badge.objects.update_or_create(unit=unit, person_id=staff.person_id, defaults={"section": given.section})
    return _pass(context, unit.pk, staff.person_id, given.direction, at, given.temperature, "staff", None)


def _pass(
    context: Context,
    unit: int,
    person: Any,
    direction: str,
    at: datetime,
    temperature: Decimal | None,
    way: str,
    code: int | None,
) -> dict[str, Any]:
    badge = Badge.objects.filter(unit=unit, person=person).first()
    Attendance.objects.create(
        unit_id=unit, person_id=person, day=local_day(at), at=at, direction=direction, way=way, temperature=temperature, code=code,
        section=badge.section if badge else "", shift=badge.shift if badge else "", act=context.act_id,
    )  # fmt: skip
    context.event("attendance", subject=f"unit:{unit}", data={"direction": direction, "way": way})
    look(context, unit, [local_day(at)])
    raised = set(Alarm.objects.filter(unit=unit, day=local_day(at), person=person).values_list("kind", flat=True))
    outcome = Staff.objects.filter(unit=unit, person=person, to_date=None).values_list("outcome", flat=True).first()
    stop = direction == "in" and (outcome in HELD_BACK or "fever" in raised)
    return {"at": at.isoformat(), "stop": stop, "on_file": outcome is not None}


@verb("attendance.look", KEEP, Text("查看考勤名单", "Look at who was at work"))
def looked(context: Context, given: LookIn) -> dict[str, Any]:
    """Record that the attendance of these people was shown by name. Shows none itself."""
    unit = enterprise_in_reach(context.actor, KEEP, given.unit)
    wanted = set(given.people)
    known = set(Attendance.objects.filter(unit=unit, person__in=wanted).values_list("person", flat=True))
    known |= set(Staff.objects.filter(unit=unit, person__in=wanted).values_list("person", flat=True))
    known |= set(Alarm.objects.filter(unit=unit, person__in=wanted).values_list("person", flat=True))
    if wanted - known:
        raise missing(Text("没有找到该人员。", "There is no such person."), "people", str(min(wanted - known)))
    context.read(sorted(wanted))
    context.event("personal_read", data={"how": "attendance", "people": len(wanted)})
    return {"people": len(wanted)}
