"""Where a need or an offer lies: its own point, else the middle of its area's boundary, else its community and street."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tongchou.record.models import Area
from tongchou.rooms.matching.models import Entry
from tongchou.web.boundaries import BoundaryError, shapes


class Places:
    """Looks places up for many entries; one statement."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        wanted = {int(p) for e in entries for p in e.area.path.split(".") if p}
        rows = Area.objects.filter(pk__in=wanted).values_list("pk", "code", "level")
        self.areas = {pk: (code, level) for pk, code, level in rows}
        try:
            self.shapes = shapes()
        except BoundaryError:
            self.shapes = {}
        self.middles: dict[str, tuple[float, float] | None] = {}

    def point(self, e: Entry) -> tuple[float, float] | None:
        """Latitude and longitude in degrees; None where not known. Of a street or more no middle is taken: it would feign a place."""
        if e.latitude is not None and e.longitude is not None:
            return e.latitude, e.longitude
        code, level = self.areas.get(e.area_id, ("", ""))
        if level not in ("community", "grid"):
            return None
        if code not in self.middles:
            self.middles[code] = _middle(self.shapes[code]) if code in self.shapes else None
        return self.middles[code]

    def near(self, e: Entry, level: str) -> str:
        """Code of the entry's community or street; "" where it lies in none."""
        found = (self.areas.get(int(p), ("", "")) for p in e.area.path.split(".") if p)
        return next((code for code, of in found if of == level), "")


def _middle(shape: dict[str, Any]) -> tuple[float, float]:
    polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
    points = [p for polygon in polygons for p in polygon[0]]
    lon, lat = [p[0] for p in points], [p[1] for p in points]
    return (min(lat) + max(lat)) / 2, (min(lon) + max(lon)) / 2
