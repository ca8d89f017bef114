"""What dealers have left, and how far it is from them to a village."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import connection

from tongchou.record.models import Area, Unit
from tongchou.rooms.rural.catalogue import rural_rules
from tongchou.rooms.rural.transport import Supply
from tongchou.web.boundaries import BoundaryError, shapes

AVAILABLE = """
select s.unit_id, s.input_id, s.on, s.price, greatest(s.quantity - coalesce(o.taken, 0), 0) as available
from (select distinct on (unit_id, input_id) unit_id, input_id, "on", quantity, price, recorded_at from rural_stock order by unit_id, input_id, "on" desc) s
left join lateral (
  select sum(case when d.state = 'planned' then d.ordered else d.sent end) as taken from rural_delivery d
  where d.dealer_id = s.unit_id and d.input_id = s.input_id
    and (d.state = 'planned' or (d.state in ('sent', 'received') and d.sent_at > s.recorded_at))) o on true
"""
"""A dealer's latest stock less what has been ordered of it, or sent since it was reported."""


def available(dealers: Sequence[int]) -> list[Supply]:
    """What these dealers have left of every input that they have reported."""
    with connection.cursor() as cursor:
        cursor.execute(f"{AVAILABLE} where s.unit_id = any(%s)", [list(dealers)])
        return [Supply(row[0], row[1], row[4]) for row in cursor.fetchall()]


def ways(dealers: Iterable[int], areas: Iterable[int]) -> Callable[[int, int], int]:
    """Minutes from a dealer to a village: by the straight way where both places have a boundary, else by how near they lie in the territory."""
    rules = {k: p.value for k, p in rural_rules().items()}
    homes = {u.pk: u.area for u in Unit.objects.select_related("area").filter(pk__in=list(dealers))}
    places = {a.pk: a for a in Area.objects.filter(pk__in=list(areas))}
    points = _points([*homes.values(), *places.values()])

    def minutes(dealer: int, area: int) -> int:
        home, place = homes[dealer], places[area]
        if home.pk in points and place.pk in points and home.pk != place.pk:
            return round(_metres(points[home.pk], points[place.pk]) / rules["metres_per_minute"])
        if home.path.startswith(place.path):
            return rules["minutes_same_village"]
        street = ".".join(place.path.split(".")[:-2]) + "."
        return rules["minutes_same_street"] if home.path.startswith(street) else rules["minutes_elsewhere"]

    return minutes


def _points(areas: Iterable[Area]) -> dict[int, tuple[float, float]]:
    """The middle of each area that has a shape, in degrees."""
    try:
        known = shapes()
    except BoundaryError:
        return {}
    return {a.pk: _middle(known[a.code]) for a in areas if a.code in known}


def _middle(geometry: dict[str, Any]) -> tuple[float, float]:
    polygon = geometry["coordinates"] if geometry["type"] == "Polygon" else geometry["coordinates"][0]
    ring = polygon[0]
    return sum(p[0] for p in ring) / len(ring), sum(p[1] for p in ring) / len(ring)


def _metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    across = (a[0] - b[0]) * math.cos(math.radians((a[1] + b[1]) / 2))
    return 111_320 * math.hypot(across, a[1] - b[1])
