"""Files that may belong to one person: suggested with a score and the reasons, never merged by themselves."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import connection

from tongchou.kernel.names import pinyin_of
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.people.identity import Identity, open_identity
from tongchou.record.people.reach import like_paths

NUMBERED = ("resident_id", "residence_permit", "permanent_residence")
LEAST = 40


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two files, masked."""

    id: uuid.UUID
    name: str
    document: str
    phone: str
    birth_year: int | None
    sex: str
    area: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two files that may be one person. score: 0 to 100; `reasons` say what speaks for it and what against."""

    older: Side
    newer: Side
    score: int
    reasons: tuple[Text, ...]


# Groups within the actor's area: same document; same phone and same name by sound (tokens[2]); same sound and birth year
# (tokens[1]) in one area where not all have a document of their own. From each group the oldest file is paired with the others.
_CANDIDATES = """
with mine as (
  select p.id, p.document_hash, p.phone_hash, p.tokens[1] as near, p.tokens[2] as same, p.area_id, p.birth_year
  from record_person p join record_area a on a.id = p.area_id
  where p.merged_into_id is null and p.erased_at is null and a.path like any(%(paths)s::text[])
), found as (
  (select 1 as rule, array_agg(id order by id) as ids from mine where document_hash is not null
   group by document_hash having count(*) > 1 limit %(limit)s)
  union all
  (select 2, array_agg(id order by id) from mine where phone_hash is not null
   group by phone_hash, same having count(*) > 1 limit %(limit)s)
  union all
  (select 3, array_agg(id order by id) from mine where birth_year is not null
   group by area_id, near having count(*) > 1 and count(document_hash) < count(*) limit %(limit)s)
), pairs as (
  select min(rule) as rule, ids[1] as one, other from found, unnest(ids[2:11]) as other group by ids[1], other
)
select p.id, p.sealed, p.birth_year, p.sex, p.household_id, p.area_id, a.name,
       q.id, q.sealed, q.birth_year, q.sex, q.household_id, q.area_id, b.name
from pairs x
join record_person p on p.id = x.one join record_area a on a.id = p.area_id
join record_person q on q.id = x.other join record_area b on b.id = q.area_id
order by x.rule, x.one, x.other limit %(limit)s
"""


def suggestions(actor: Actor, limit: int = 100, under: str = "") -> list[Suggestion]:
    """Possible duplicates within the actor's person.merge area, the likeliest first. The caller records the reading.

    under: the path of an area to which the search is confined; a whole district of a million takes seconds, a street does not.
    """
    actor.require("person.merge")
    paths = like_paths(actor, "person.merge")
    if under:
        paths = [under + "%"] if actor.sees_path("person.merge", under) else []
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, {"paths": paths, "limit": limit * 3})
        rows = cursor.fetchall()
    out = [s for row in rows if (s := _judge(row[:7], row[7:])) is not None]
    out.sort(key=lambda s: (-s.score, s.older.id, s.newer.id))
    return out[:limit]


def _judge(one: tuple[Any, ...], other: tuple[Any, ...]) -> Suggestion | None:
    left, right = open_identity(one[1], one[0]), open_identity(other[1], other[0])
    score, reasons = weigh(left, right, same_home=one[4] is not None and one[4] == other[4], same_area=one[5] == other[5])
    if "u" not in (one[3], other[3]) and one[3] != other[3]:
        score -= 30
        reasons.append(Text("性别不同", "different sex"))
    if score < LEAST:
        return None
    return Suggestion(_side(one, left), _side(other, right), min(score, 100), tuple(reasons))


def weigh(left: Identity, right: Identity, *, same_home: bool, same_area: bool) -> tuple[int, list[Text]]:
    """Return the score of two identities and why. Two different resident numbers speak strongly against."""
    score = 0
    reasons: list[Text] = []

    def count(points: int, zh: str, en: str) -> None:
        nonlocal score
        score += points
        reasons.append(Text(zh, en))

    if left.document and left.document == right.document and left.document_kind == right.document_kind:
        count(80, "证件相同", "same document")
    elif left.document_kind in NUMBERED and left.document_kind == right.document_kind:
        count(-60, "身份证号码不同", "different identity numbers")
    if left.name == right.name:
        count(30, "姓名相同", "same name")
    else:
        count(20, "姓名读音相近", "names of like sound") if _sound(left) == _sound(right) else count(-10, "姓名不同", "different names")
    if left.phone and left.phone == right.phone:
        count(35, "电话相同", "same phone")
    if left.birth_date and right.birth_date:
        if left.birth_date == right.birth_date:
            count(25, "出生日期相同", "same birth date")
        elif left.birth_date.year == right.birth_date.year:
            count(10, "出生年份相同", "same year of birth")
        else:
            count(-20, "出生年份不同", "different years of birth")
    if same_home:
        count(15, "同一户", "same household")
    elif same_area:
        count(5, "同一区域", "same area")
    return score, reasons


def _sound(one: Identity) -> str:
    return pinyin_of(one.name).replace(" ", "")


def _side(row: tuple[Any, ...], identity: Identity) -> Side:
    shown = identity.masked()
    return Side(row[0], shown.name, shown.document, shown.phone, row[2], row[3], row[6])
