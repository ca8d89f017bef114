"""The demo district's territory: invented, or imported from a list of real areas; then its grids and buildings."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

from django.db import connection

from tongchou.cli.demo_cast import SINCE, Demo
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.names import place_pinyin
from tongchou.kernel.tables import read_table
from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.actions.territory import import_payload
from tongchou.record.models import Area
from tongchou.sim.district.territory import Below, Place, invented

_OFFICES = ("居民委员会", "居委会", "村民委员会", "村委会")


def invent_places(demo: Demo, people: int) -> list[Place]:
    """Store the invented province, city, district, streets and communities."""
    above = invented(people)
    _store(demo, above)
    return above


def divide_places(demo: Demo, below: Below) -> None:
    """Store the grids and buildings."""
    _store(demo, [*below.places, *below.buildings])


def _store(demo: Demo, places: Sequence[Place]) -> None:
    """Store places, parents before children."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval(pg_get_serial_sequence('record_area', 'id')) from generate_series(1, %s)", [len(places)])
        keys = [row[0] for row in cursor.fetchall()]
    for key, place in zip(keys, places, strict=True):
        above = demo.areas.get(place.parent)
        demo.areas[place.key] = Area(
            id=key, code=place.code, name=place.name, level=place.level, kind=place.kind if place.level != "building" else "",
            civil=above.civil if above else True, parent=above, path=f"{above.path if above else ''}{key}.",
            name_key=place_pinyin(place.name), valid_from=SINCE,
        )  # fmt: skip
    Area.objects.bulk_create([demo.areas[p.key] for p in places], batch_size=5000)


def import_places(demo: Demo, path: Path, wanted: str, say: Callable[[str], None]) -> list[Place]:
    """Import a list of areas by the verb of the territory, and take one district of it as the demo's own."""
    data, code = _one_district(path, wanted, say)
    name = path.name if data is None else f"{path.stem}.csv"
    payload = import_payload(path.read_bytes() if data is None else data, name, path.stem[:60], SINCE, source=path.name)
    result = act("territory.import", SYSTEM, new_id(), payload).result
    say(f"territory: {result['new']:,} areas from {path.name}, {result['rejected']:,} rows refused")
    districts = Area.objects.filter(level="district", valid_to=None)
    root = districts.filter(code=code or wanted).first() if code or wanted else districts.order_by("code").first()
    if root is None:
        raise _no_district(wanted, path)
    return _take(demo, root, path)


def _one_district(path: Path, wanted: str, say: Callable[[str], None]) -> tuple[bytes | None, str]:
    """The rows of one district of a list that names the district in each row; (None, "") for a list of another shape."""
    table = read_table(path.read_bytes(), path.name)
    if "district_code" not in table.header:
        return None, ""
    place = table.header.index("district_code")
    codes = list(dict.fromkeys(cells[place] for _, cells in table.rows))
    code = wanted or (codes[0] if codes else "")
    if code not in codes:
        raise _no_district(wanted, path)
    if len(codes) > 1 and not wanted:
        say(f"the list holds the districts {', '.join(codes)}; taking {code} (choose another with --district)")
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(table.header)
    writer.writerows(cells for _, cells in table.rows if cells[place] == code)
    return out.getvalue().encode("utf-8-sig"), code


def _take(demo: Demo, root: Area, path: Path) -> list[Place]:
    """Give the district's areas the keys by which the demo names them."""
    within = Area.objects.filter(path__startswith=root.path, valid_to=None)
    streets = list(within.filter(level="street").order_by("code"))
    communities = list(within.filter(level="community").order_by("code"))
    if len(streets) < 2 or not communities:
        rule = Text("{name} 需有两个以上街道（镇）和社区（村）一级区划。", "{name} needs two streets or towns at least, and communities.")
        remedy = Text("请选用列到社区（村）一级的区划表。", "Use a list that goes down to the communities.")
        raise Refusal(Reason.MISSING_VALUE, rule.with_(name=root.name), remedy=remedy, field="territory", value=path.name)
    demo.areas["district"] = root
    key_of: dict[int, str] = {root.pk: "district"}
    for level, areas in (("street", streets), ("community", communities)):
        for n, area in enumerate(areas):
            key_of[area.pk] = f"{level}:{n}"
            demo.areas[f"{level}:{n}"] = area
    return [_place(key_of, area) for area in (root, *streets, *communities)]


def _place(key_of: dict[int, str], area: Area) -> Place:
    name = next((area.name.removesuffix(o) + ("村" if o[0] == "村" else "") for o in _OFFICES if area.name.endswith(o)), area.name)
    return Place(key_of[area.pk], area.code, name, area.level, key_of.get(area.parent_id or 0, ""), area.kind)


def _no_district(wanted: str, path: Path) -> Refusal:
    rule = Text("表中没有这个区（县）。", "The list holds no such district.")
    remedy = Text("请核对六位区划代码。", "Check the six digits of its code.")
    return Refusal(Reason.NOT_FOUND, rule, remedy=remedy, field="district", value=wanted or path.name)
