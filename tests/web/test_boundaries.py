"""The district's own boundaries: read or refused by name; shown as a map with its list, and as tiles where a shape is missing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from tests.cast import Cast
from tests.web.test_pages import signed_in
from tongchou.cli.doctor import _boundaries
from tongchou.web.boundaries import BoundaryError, check, shapes


def feature(code: str, west: float = 114.0, **more: Any) -> dict[str, Any]:
    ring = [[west, 33.0], [west + 1, 33.0], [west + 1, 34.0], [west, 34.0], [west, 33.0]]
    return {
        "type": "Feature",
        "properties": {"code": code},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    } | more


def collection(*features: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def ring_of(*points: Any) -> dict[str, Any]:
    return {"geometry": {"type": "Polygon", "coordinates": [list(points)]}}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xff\xfe{", "not JSON"),
        (b"[]", "no GeoJSON"),
        (b'{"type": "FeatureCollection"}', "no GeoJSON"),
        (collection("x"), "feature 1 has no property `code`"),
        (collection(feature("1"), feature("")), "feature 2 has no property `code`"),
        (collection(feature("1"), feature("1")), "code 1 comes twice"),
        (collection(feature("1", geometry={"type": "Point", "coordinates": [1, 2]})), "neither a Polygon"),
        (collection(feature("1", **ring_of([0, 0], [1, 1], [0, 0]))), "four or more points"),
        (collection(feature("1", **ring_of([0, 0], [1, 1], [1, 0], [0, 2]))), "the last as the first"),
        (collection(feature("1", **ring_of([0, 0], [1, 91], [1, 0], [0, 0]))), "latitude"),
        (collection(feature("1", **ring_of([0, 0], ["a", 1], [1, 0], [0, 0]))), "latitude"),
        (
            b'{"type":"FeatureCollection","features":[{"properties":{"code":"1"},"geometry":{"type":"Polygon","coordinates":[]}}]}',
            "rings",
        ),
    ],
)
def test_what_is_wrong_is_named(data: bytes, said: str) -> None:
    with pytest.raises(BoundaryError, match="shapes") as caught:
        check(data, "shapes.json")
    assert said in str(caught.value)


def test_a_multipolygon_is_taken() -> None:
    many = feature("1")
    many["geometry"] = {"type": "MultiPolygon", "coordinates": [many["geometry"]["coordinates"]]}
    assert set(check(collection(many, feature("2")), "s")) == {"1", "2"}


@pytest.fixture
def own(settings: Any, tmp_path: Path) -> Path:
    settings.BOUNDARIES = str(tmp_path / "boundaries.geojson")
    return tmp_path / "boundaries.geojson"


def page(cast: Cast, who: str, name: str) -> str:
    answer = signed_in(cast, who).get(reverse(name))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("name", ["territory", "figures"])
def test_a_map_where_every_part_has_a_shape_else_tiles(cast: Cast, own: Path, name: str) -> None:
    cast.task()
    parts = list(cast.areas["district"].children.order_by("code"))
    assert len(parts) >= 2
    assert "tc-tiles" in page(cast, "hq", name)
    own.write_bytes(collection(*(feature(a.code, 114 + n) for n, a in enumerate(parts))))
    shown = page(cast, "hq", name)
    assert "data-map" in shown
    assert "tc-tiles" not in shown
    for area in parts:  # the list beside the map says the same
        assert f'data-place="{area.pk}"' in shown.partition("tc-placelist")[2]
    own.write_bytes(collection(feature(parts[0].code)) + b" ")
    assert "tc-tiles" in page(cast, "hq", name)
    own.write_bytes(b"{")
    assert "tc-tiles" in page(cast, "hq", name)


def test_who_sees_no_figures_sees_parts(cast: Cast, own: Path) -> None:
    assert "下级数" in page(cast, "sysadmin", "territory")


def test_doctor_says_what_is_wrong(cast: Cast, own: Path) -> None:
    assert _boundaries()[0] is True
    own.write_bytes(collection(feature(cast.areas["east"].code), feature("nowhere")))
    assert _boundaries() == (None, "areas with a shape: 1; codes not in force: 1, such as nowhere")
    own.write_bytes(b"x")
    with pytest.raises(BoundaryError):
        shapes()
