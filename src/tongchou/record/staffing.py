"""Staff files: who reaches them, the sealed itinerary, and what a file may say."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from tongchou.kernel.clock import not_far
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Payload
from tongchou.record.keyring import keyring
from tongchou.record.models import Staff
from tongchou.record.territory.levels import read_code
from tongchou.record.territory.reach import missing, reaches_unit

VIEW, EDIT, COUNTS, CLEAR = "staff.view", "staff.edit", "staff.counts", "staff.clear"
EARLIEST = date(2019, 12, 1)
OUTCOMES: dict[str, Text] = {
    "start": Text("可以返岗", "May start"), "observe": Text("隔离观察", "Isolate first"), "postpone": Text("暂缓返岗", "Wait"),
    "clinic": Text("就医", "See a doctor"), "undetermined": Text("待核实", "To be asked"), "no_rule": Text("无规定", "No rule"),
    "": Text("未判定", "Not decided"),
}  # fmt: skip
PAST = ("last_risk", "observed_from", "returned_on")


class FileIn(Payload):
    """What has to be known before somebody may return to work. Left out or null: not known, never no.

    origin: division code of where the person comes from. cleared: tests have ruled an infection out. itinerary: how it came, sealed.
    """

    title: str = Field("", max_length=80)
    post_urgent: bool | None = None
    origin: str = Field("", max_length=20)
    planned_return: date | None = None
    returned_on: date | None = None
    in_hard_hit: bool | None = None
    last_risk: date | None = None
    observed_from: date | None = None
    cleared: bool | None = None
    symptoms: bool | None = None
    temperature_normal: bool | None = None
    itinerary: str = Field("", max_length=1_000)


def put(row: Staff, given: FileIn, asked: set[str], today: date) -> None:
    """Put checked facts into a row that has its id and unit. Raises Refusal naming the first field at fault."""
    for name in asked & (set(FileIn.model_fields) - {"origin", "itinerary"}):
        setattr(row, name, check_day(name, getattr(given, name), today))
    if "origin" in asked:
        row.origin = read_code(given.origin, "origin").code[:12] if given.origin else ""
    if "itinerary" in asked:
        row.sealed_itinerary = seal_itinerary(given.itinerary, row.person_id, row.unit_id) if given.itinerary else None


def check_day(name: str, value: Any, today: date) -> Any:
    """Refuse a day that cannot be; anything else passes as it is."""
    if not isinstance(value, date):
        return value
    remedy = Text("请核对日期。", "Check the date.")
    if value < EARLIEST:
        rule = Text("早于 {day}，与本次疫情无关。", "Before {day}, which is before the outbreak.").with_(day=EARLIEST)
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=remedy, field=name, value=str(value))
    if name in PAST and value > today:
        rule = Text("晚于今天；还没有发生的请留空。", "After today; leave it empty until it has happened.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=remedy, field=name, value=str(value))
    return not_far(value, today, name)


def seal_itinerary(text: str, person: Any, unit: int) -> bytes:
    return keyring().seal(text.encode(), f"staff:{person}:{unit}".encode())


def open_itinerary(row: Staff) -> str:
    """The itinerary in the enterprise's words; "" for none. The caller logs the reading."""
    if row.sealed_itinerary is None:
        return ""
    return keyring().open(bytes(row.sealed_itinerary), f"staff:{row.person_id}:{row.unit_id}".encode()).decode()


def staff_in_reach(actor: Actor, permission: str, key: int, field: str = "staff", *, lock: bool = False) -> Staff:
    """A staff file of an enterprise that the actor reaches; else it is not found."""
    rows = Staff.objects.select_for_update(of=("self",)) if lock else Staff.objects
    row = rows.select_related("unit__area").filter(pk=key, person__erased_at=None).first()
    if row is None or not (actor.system or actor.permits(permission)) or not reaches_unit(actor, permission, row.unit):
        raise missing(Text("没有找到这份员工档案。", "There is no such staff file."), field, key)
    return row
