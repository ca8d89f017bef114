"""The map of grades shows the district's own boundaries, the same file as territory; outlines of the former table move into that file."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import Cast
from tests.web.test_boundaries import collection, feature

moving = import_module("tongchou.rooms.risk.migrations.0003_one_map")
move = moving.move


@pytest.fixture
def file(settings: Any, tmp_path: Path) -> Path:
    settings.BOUNDARIES = str(tmp_path / "boundaries.geojson")
    return tmp_path / "boundaries.geojson"


def scheme(page: str) -> bool:
    return "示意图：方格" in page


@pytest.mark.django_db
def test_the_map_is_a_scheme_until_every_street_has_an_outline(cast: Cast, file: Path) -> None:
    look = lambda: Client().get(reverse("grades")).content.decode()  # noqa: E731
    assert scheme(look())
    file.write_bytes(collection(feature(cast.areas["east"].code)))
    assert scheme(look())
    file.write_bytes(collection(feature(cast.areas["east"].code), feature(cast.areas["west"].code)))
    assert not scheme(look())


def rows(*codes: str) -> Any:
    """The former table, as a migration sees it."""
    outline = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    found = [SimpleNamespace(area=SimpleNamespace(code=c), geometry=outline, source="区测绘") for c in codes]
    query = SimpleNamespace(order_by=lambda *_: found)
    model = SimpleNamespace(objects=SimpleNamespace(select_related=lambda *_: query))
    return SimpleNamespace(get_model=lambda *_: model)


def test_outlines_move_into_the_file_and_what_is_there_stays(file: Path) -> None:
    move(rows(), None)
    assert not file.exists()
    move(rows("990101001", "990101002"), None)
    assert [f["properties"]["code"] for f in json.loads(file.read_text("utf-8"))["features"]] == ["990101001", "990101002"]
    file.write_bytes(collection(feature("990101001")))
    before = json.loads(file.read_text("utf-8"))["features"][0]
    move(rows("990101001", "990101003"), None)
    after = json.loads(file.read_text("utf-8"))["features"]
    assert after[0] == before
    assert [f["properties"]["code"] for f in after] == ["990101001", "990101003"]


def test_a_file_that_cannot_be_read_stops_the_move(file: Path) -> None:
    """The table goes after the move: an outline that the file did not take would go with it."""
    file.write_text("{", "utf-8")
    with pytest.raises(RuntimeError, match="cannot be read"):
        move(rows("990101001"), None)
    assert file.read_text("utf-8") == "{"


@pytest.mark.django_db
def test_the_way_back_fills_the_table_from_the_file(cast: Cast, file: Path) -> None:
    kept: list[Any] = []
    shape = type("Shape", (SimpleNamespace,), {"objects": SimpleNamespace(bulk_create=kept.extend)})
    tables = {"Shape": shape, "Area": type(cast.areas["east"])}
    moving.back(SimpleNamespace(get_model=lambda _, name: tables[name]), None)
    assert kept == []
    file.write_bytes(collection(feature(cast.areas["east"].code), feature("999999999")))
    moving.back(SimpleNamespace(get_model=lambda _, name: tables[name]), None)
    assert [(s.area.pk, s.geometry["type"]) for s in kept] == [(cast.areas["east"].pk, "Polygon")]
