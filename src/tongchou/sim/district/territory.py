"""The invented territory, and the grids and buildings of any territory: names and codes, each place below its parent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tongchou.sim.district.families import Ints, largest_remainder

ROOT = "990101"
STREETS = ("清源", "望河", "柳湾", "石桥", "东岭", "平安", "和顺", "锦绣", "青枫", "云台", "长堤", "新港", "花溪", "北坪")
TOWNS_FROM = 12
"""From this place on the streets are towns, and their communities villages."""
_COMMUNITIES = ("阳光", "翠竹", "丰乐", "春晖", "文昌", "团结", "幸福", "安康", "兴业", "梧桐", "朝阳", "书院")
_COMMUNITIES_TOO = ("金桂", "银杏", "明珠", "康乐", "新华", "友谊", "东风", "桃园", "紫荆", "百合", "望江", "临湖", "福泽", "祥和", "长虹", "四季")
_ROADS = ("清源", "文昌", "建设", "人民", "解放", "青年", "滨河", "工业", "学府", "民主", "和平", "中山", "迎宾", "新华", "长乐", "花园")
_DIGITS = "零一二三四五六七八九"
PEOPLE_PER_COMMUNITY, HOUSEHOLDS_PER_GRID, HOUSEHOLDS_PER_BUILDING = 6000, 400, 36


@dataclass(frozen=True, slots=True)
class Place:
    """One area. key: how the plan refers to it; parent: the key of what it lies in. address: how its addresses begin."""

    key: str
    code: str
    name: str
    level: str
    parent: str
    kind: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Below:
    """Grids and buildings of all communities: the places, and for each household its building's number in `buildings`
    and its own number within the building."""

    places: list[Place]
    buildings: list[Place]
    building: Ints
    door: Ints


def invented(people: int) -> list[Place]:
    """Province, city, district, 14 streets and towns, and as many communities as so many people fill."""
    each = max(3, -(-people // (len(STREETS) * PEOPLE_PER_COMMUNITY)))
    if each > 199:
        raise ValueError("an invented district holds at most 16 million people")
    places = [
        Place("province", "99", "云屏省", "province", ""),
        Place("city", "9901", "临川湾市", "city", "province"),
        Place("district", ROOT, "清源区", "district", "city"),
    ]
    number = 0
    for s, street in enumerate(STREETS):
        town = s >= TOWNS_FROM
        code = f"{ROOT}{s + 1 + 99 * town:03}"
        places.append(Place(f"street:{s}", code, street + ("镇" if town else "街道"), "street", "district", "town" if town else "street"))
        for c in range(each):
            name = _community(s, c) + ("村" if town else "社区")
            below = f"{code}{(201 if town else 1) + c:03}"
            places.append(Place(f"community:{number}", below, name, "community", f"street:{s}", "village" if town else "community"))
            number += 1
    return places


def _community(street: int, n: int) -> str:
    if n < 3:
        return _COMMUNITIES[(street * 3 + n) % len(_COMMUNITIES)]
    name = _COMMUNITIES_TOO[(n - 3 + street) % len(_COMMUNITIES_TOO)]
    again = (n - 3) // len(_COMMUNITIES_TOO)
    return name if not again else name + "第" + _number(again + 1)


def _number(n: int) -> str:
    """A Chinese numeral of 1 to 99."""
    tens, ones = divmod(n, 10)
    return ("" if tens < 2 else _DIGITS[tens]) + ("十" if tens else "") + (_DIGITS[ones] if ones else "")


def divide(rng: np.random.Generator, above: list[Place], households: int) -> Below:
    """Spread households over the communities, in grids of some hundred and buildings of some dozen."""
    streets = {p.key: p for p in above if p.level == "street"}
    district = next(p.name for p in above if p.level == "district")
    communities = [p for p in above if p.level == "community"]
    counts = largest_remainder(rng.gamma(6.0, size=len(communities)), households)
    out = Below([], [], np.empty(households, dtype=np.int64), np.empty(households, dtype=np.int64))
    done = 0
    for community, count in zip(communities, counts, strict=True):
        street = streets.get(community.parent)
        start = f"{district}{street.name if street else ''}{community.name}"
        done = _grids(rng, out, community, int(count), start, done)
    return out


def _grids(rng: np.random.Generator, out: Below, community: Place, households: int, start: str, done: int) -> int:
    village = community.kind.startswith("village")
    number = community.key.partition(":")[2]
    grids = min(999, max(2, round(households / HOUSEHOLDS_PER_GRID)))
    for g, count in enumerate(largest_remainder(rng.gamma(20.0, size=grids), households)):
        name = f"{community.name}第{_number(g + 1) if g < 99 else g + 1}网格"
        grid = Place(f"grid:{number}.{g}", f"{community.code}-{g + 1:03}", name, "grid", community.key)
        out.places.append(grid)
        road = f"{_ROADS[int(rng.integers(len(_ROADS)))]}路{int(rng.integers(1, 200))}号"
        buildings = max(1, round(int(count) / HOUSEHOLDS_PER_BUILDING))
        for b, inside in enumerate(largest_remainder(rng.gamma(20.0, size=buildings), int(count))):
            own = f"第{_number(b + 1) if b < 99 else b + 1}组" if village else f"{b + 1}号楼"
            address = f"{start}第{g + 1}网格{own}" if village else f"{start}{road}{own}"
            out.building[done : done + inside] = len(out.buildings)
            out.door[done : done + inside] = np.arange(inside)
            done += int(inside)
            out.buildings.append(Place(f"{grid.key}.{b}", f"{grid.code}-{b + 1}", name + own, "building", grid.key, community.kind, address))
    return done


def door(number: int, village: bool) -> tuple[str, str]:
    """A household's label and how its address ends: unit, floor and room in a house of flats, a house number in a village."""
    if village:
        return f"{number + 1}号", f"{number + 1}号"
    unit, rest = number // 12 + 1, number % 12
    room = f"{rest // 2 + 1}{rest % 2 + 1:02}"
    return f"{unit}-{room}", f"{unit}单元{room}室"
