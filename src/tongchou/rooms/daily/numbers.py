"""The room's numbers, the pack's figures of a day, and days and hours as the district counts them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.parameters import Parameter, parameters
from tongchou.packs.plans.decide import Decision, decide
from tongchou.record.plans import pack_in_force, parameter_in_force

PACK = "resumption-2020"


def daily_rules() -> dict[str, Parameter]:
    """Every parameter of the room, by name."""
    return parameters("tongchou.rooms.daily", "daily.yaml")


def local_day(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()


def due_at(day: date) -> datetime:
    """By when a day has to be reported."""
    return datetime.combine(day, time(daily_rules()["report_by_hour"].value), SHANGHAI)


def street_at(day: date) -> datetime:
    """From when the street is asked to look at who is still silent."""
    return due_at(day) + timedelta(hours=daily_rules()["street_after_hours"].value)


def mask_stock(
    masks: int | None, at_work: int, shift_hours: int | None, day: date
) -> tuple[Decimal | None, bool | None]:
    """For how many days the masks last by the pack's formula, and whether that is enough; None where it cannot be said."""
    given = {"masks": masks, "staff": at_work, "shift_hours": shift_hours}
    found = decide(
        pack_in_force(PACK, day), "mask_stock", {k: v for k, v in given.items() if v is not None}, day, explain=False
    )
    days = found.facts.get("days")
    if not isinstance(days, int | float):
        return None, None
    return Decimal(str(round(float(days), 1))), found.outcome == "enough"


def number_of(name: str, day: date) -> float:
    """A parameter of the pack as it stands on a day. KeyError where it has no value then."""
    entry = parameter_in_force(PACK, name, day)
    if entry is None or not isinstance(entry.value, int | float):
        raise KeyError(f"{name} on {day}")
    return float(entry.value)


def judge_fever(day: date, area: str, **facts: object) -> Decision:
    """What the pack's table workplace_fever says of these facts; those that are None are unknown."""
    known = {k: v for k, v in facts.items() if v is not None}
    return decide(pack_in_force(PACK, day), "workplace_fever", known, day, None, area[:6], explain=False)
