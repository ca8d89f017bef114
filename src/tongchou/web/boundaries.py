"""The district's own boundaries: a GeoJSON file (TONGCHOU_BOUNDARIES, else boundaries.geojson in the home folder), matched to areas by code.

A FeatureCollection of Polygons or MultiPolygons in degrees (longitude, latitude), each with a property `code`. Where a part of an area has no shape,
pages show all parts as schematic tiles; no outside map is ever asked.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

LARGEST = 32 * 2**20
"""Bytes."""


class BoundaryError(ValueError):
    """What is wrong with the file, and in which feature."""


def shapes() -> dict[str, dict[str, Any]]:
    """Code of an area -> its geometry; nothing where there is no file. Raises BoundaryError. Read anew when the file changes."""
    path = Path(settings.BOUNDARIES)
    try:
        found = path.stat()
    except OSError:
        return {}
    return _read(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=1)
def _read(path: Path, changed: int, size: int) -> dict[str, dict[str, Any]]:
    if size > LARGEST:
        raise BoundaryError(f"{path}: {size:,} bytes; at most {LARGEST:,} are taken: simplify the shapes")
    return check(path.read_bytes(), path.name)


def check(data: bytes, name: str) -> dict[str, dict[str, Any]]:
    """Read a file's content. Raises BoundaryError."""
    try:
        given = json.loads(data.decode("utf-8-sig"))
    except ValueError as error:
        raise BoundaryError(f"{name} is not JSON in UTF-8: {error}") from None
    if (
        not isinstance(given, dict)
        or given.get("type") != "FeatureCollection"
        or not isinstance(given.get("features"), list)
    ):
        raise BoundaryError(f"{name} is no GeoJSON FeatureCollection")
    out: dict[str, dict[str, Any]] = {}
    for number, feature in enumerate(given["features"], 1):
        where = f"{name}, feature {number}"
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        code = str((feature.get("properties") or {}).get("code") or "") if isinstance(feature, dict) else ""
        if not code:
            raise BoundaryError(f"{where} has no property `code`")
        if code in out:
            raise BoundaryError(f"{where}: code {code} comes twice")
        if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
            raise BoundaryError(f"{where} ({code}) is neither a Polygon nor a MultiPolygon")
        polygons = geometry.get("coordinates") if geometry["type"] == "MultiPolygon" else [geometry.get("coordinates")]
        if not _sound(polygons):
            raise BoundaryError(
                f"{where} ({code}): rings need four or more points of longitude (-180 to 180) and latitude (-90 to 90), the last as the first"
            )
        out[code] = {"type": geometry["type"], "coordinates": geometry["coordinates"]}
    return out


def _sound(polygons: Any) -> bool:
    return (
        isinstance(polygons, list)
        and bool(polygons)
        and all(
            isinstance(p, list)
            and p
            and all(isinstance(r, list) and len(r) >= 4 and all(map(_point, r)) and r[0] == r[-1] for r in p)
            for p in polygons
        )
    )


def _point(at: Any) -> bool:
    if (
        not isinstance(at, list)
        or len(at) < 2
        or not all(isinstance(n, int | float) and not isinstance(n, bool) for n in at)
    ):
        return False
    return all(math.isfinite(n) for n in at[:2]) and abs(at[0]) <= 180 and abs(at[1]) <= 90


def map_of(key: str, title: Any, places: Iterable[dict[str, Any]], codes: dict[str, str]) -> dict[str, Any] | None:
    """The context of components/map.html for places ({key, label, value, tone}); None unless each has a shape. codes: key -> code."""
    try:
        known = shapes()
    except BoundaryError:
        return None  # `tongchou doctor` says what is wrong
    features = []
    for place in places:
        geometry = known.get(codes.get(place["key"], ""))
        if geometry is None:
            return None
        told = {"key": place["key"], "name": str(place["label"]), "value": place["value"], "tone": place["tone"]}
        features.append({"type": "Feature", "geometry": geometry, "properties": told})
    return (
        {"key": key, "title": title, "geojson": {"type": "FeatureCollection", "features": features}}
        if features
        else None
    )
