"""What is aimed at by the end of a month, and how far whom is from it.

A street is measured by its own target, else by the one of the district above it; a section of industry by the one set for it, else by the
general one; everybody else by the general one of the area that is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from tongchou.record.access import Actor
from tongchou.record.models import Area
from tongchou.rooms.daily.models import Target
from tongchou.rooms.daily.reach import VIEW


@dataclass(frozen=True, slots=True)
class Aim:
    """Per cent, None where nothing is aimed at. own: whether it was set for just this, not for more than it."""

    returned: Decimal | None = None
    output: Decimal | None = None
    own: bool = False


@dataclass(frozen=True, slots=True)
class Aims:
    """The targets of one month by area and section. top: the areas from the one that is looked at up to the district."""

    held: dict[tuple[int, str], Target]
    top: tuple[int, ...]

    def of(self, areas: tuple[int, ...] = (), section: str = "") -> Aim:
        """areas: from the narrowest up; none given: the one that is looked at. Each of the two figures is taken from the nearest that names it."""
        places = areas or self.top
        found = [t for key in ([section, ""] if section else [""]) for place in places if (t := self.held.get((place, key))) is not None]
        returned = next((t.returned for t in found if t.returned is not None), None)
        output = next((t.output for t in found if t.output is not None), None)
        own = bool(found) and bool(places) and (found[0].area_id, found[0].section) == (places[0], section)
        return Aim(returned, output, own)


def aims(actor: Actor, day: date) -> Aims:
    """The targets of a day's month that count for what the actor sees: set for areas in reach, or for an area above them."""
    paths = actor.area_paths(VIEW)
    top = min(paths, key=lambda p: (p.count("."), p), default="")
    rows = Target.objects.filter(month=day.replace(day=1)).select_related("area")
    counts = [t for t in rows if actor.sees_path(VIEW, t.area.path) or any(p.startswith(t.area.path) for p in paths)]
    return Aims({(t.area_id, t.section): t for t in counts}, upwards(top))


def upwards(path: str) -> tuple[int, ...]:
    """The ids of a path, from the narrowest area up."""
    return tuple(reversed([int(p) for p in path.split(".") if p]))


def aim_of(by: str, key: str | None, aimed: Aims, paths: dict[int, str]) -> Aim:
    """What a group is measured by. by: "street", "industry" or "size"; paths: of the streets."""
    if by == "street" and key:
        return aimed.of(upwards(paths.get(int(key), "")))
    return aimed.of(section=key or "") if by == "industry" else aimed.of()


def targets_seen(actor: Actor, day: date) -> list[Target]:
    """Targets from the month before a day on, in reach or of an area above it, by area, month and section."""
    since, paths = (day.replace(day=1) - timedelta(days=1)).replace(day=1), actor.area_paths(VIEW)
    rows = Target.objects.filter(month__gte=since).select_related("area", "account").order_by("area__path", "month", "section")
    return [t for t in rows if actor.sees_path(VIEW, t.area.path) or any(p.startswith(t.area.path) for p in paths)]


def month_end(day: date) -> date:
    """The last day of a day's month."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def paths_of(keys: list[int]) -> dict[int, str]:
    """The paths of areas by id."""
    return dict(Area.objects.filter(pk__in=keys).values_list("pk", "path"))


def gap(value: float | None, aimed: Decimal | None) -> float | None:
    """Points by which a share lies above (or, negative, below) what is aimed at; None where either is not known."""
    return None if value is None or aimed is None else round(value - float(aimed), 1)
