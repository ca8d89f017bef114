"""Whom on record a table speaks of: for each word of a pack's `people` the SQL that finds them, as a chain of CTEs that ends in `k`.

`k` has a row for each person: person_id, area_id, ids (the facts that put the person before the table), since (from which day on symptoms and tests
count), and columns of its own. `{some}` narrows it to given people.
"""

from __future__ import annotations

from dataclasses import dataclass

_KNOWN = "f.known = 'known' and f.withdrawn_at is null"
_INSIDE = """join record_person p on p.id = c.person_id join record_area a on a.id = p.area_id
  where p.merged_into_id is null and p.erased_at is null and a.path like any(%(paths)s::text[])"""
TESTED = """f.type = 'test' and f.value->>'method' in ('pcr', 'antigen')
  and (%(pathogens)s::text[] is null or coalesce(f.value->>'target', 'unstated') = any(%(pathogens)s::text[]))"""
_POSITIVE = f"{TESTED} and f.value->>'result' = 'positive'"


@dataclass(frozen=True, slots=True)
class Cohort:
    """sql: CTEs, the last one named k. columns: words that k itself answers, with the column's name. ill_before: how many days before `since`
    symptoms count already."""

    sql: str
    columns: dict[str, str]
    ill_before: int = 0


_EXPOSED = """, x as (
  select distinct on (f.person_id) f.person_id, f.id, f.value->>'setting' as setting, least(coalesce(f.until, f."on"), %(as_of)s::date) as last,
         min(f."on") over (partition by f.person_id) as first
  from record_fact f join h using (person_id)
  where f.type = 'exposure' and {known} and f."on" between %(since)s and %(as_of)s {near}
  order by f.person_id, coalesce(f.until, f."on") desc, f.recorded_at desc
)"""
_EXPOSURE = {"last_exposure": "k.last", "first_exposure": "k.first", "exposure_setting": "k.setting"}


def _contact(grade: str, near: str) -> Cohort:
    exposed = _EXPOSED.replace("{near}", f"and (f.value->>'closeness' is null or f.value->>'closeness' in ({near}))")
    sql = f"""c as (
  select distinct on (f.person_id) f.person_id, f.id, f."on", f.value->>'grade' as grade, f.value->>'index' as linked from record_fact f
  where f.type = 'contact' and {_KNOWN} and f."on" between %(since)s and %(as_of)s {{some}} order by f.person_id, f."on" desc, f.recorded_at desc
), h as (select c.*, p.area_id from c {_INSIDE} and c.grade = '{grade}'){exposed.replace("{known}", _KNOWN)}, k as (
  select h.person_id, h.area_id, array_remove(array[h.id, x.id], null) as ids, coalesce(x.last, h."on") as since, x.last, x.first, x.setting, h.linked
  from h left join x using (person_id)
)"""
    return Cohort(sql, _EXPOSURE | {"linked_contact": "k.linked"})


def _travel(only: str) -> Cohort:
    sql = f"""c as (
  select distinct on (f.person_id) f.person_id, f.id, f.type, f."on", least(coalesce(f.until, f."on"), %(as_of)s::date) as gone, f.value->>'risk' as risk,
         coalesce(f.value->>'from_place', f.value->>'place') as place from record_fact f
  where f.type in ('arrival', 'travel') and {_KNOWN} and f."on" between %(since)s and %(as_of)s {{some}}
  order by f.person_id, f."on" desc, f.recorded_at desc
), k as (select c.person_id, p.area_id, array[c.id] as ids, c."on" as since, c.type, c."on", c.gone, c.risk, c.place from c {_INSIDE}{only})"""
    own = "case when k.place ~ '^[0-9]{2}' and %(home)s <> '' then left(k.place, 2) <> left(%(home)s, 2) end"
    return Cohort(sql, {"left_area": "k.gone", "arrived": "case when k.type = 'arrival' then k.\"on\" end", "other_province": own})


_ABROAD = "(c.place ~ '^[A-Z]' or coalesce(c.risk, '') = 'abroad')"
ILL_BEFORE = 14
"""Days before the first positive test in which symptoms belong to the same illness: who falls ill is tested afterwards."""
_INFECTED = f"""c as (
  select distinct on (f.person_id) f.person_id, f.id, f."on" from record_fact f
  where {_POSITIVE} and {_KNOWN} and f."on" between %(since)s and %(as_of)s {{some}} order by f.person_id, f."on", f.recorded_at
), y as (
  select f.person_id, max(f.until) as discharged from record_fact f join c using (person_id)
  where f.type = 'stay' and f.value->>'kind' = 'hospital' and {_KNOWN} and f.until between c."on" and %(as_of)s group by 1
), z as (
  select u.person_id, max((u.let_out_at at time zone 'Asia/Shanghai')::date) as released from record_custody u join c using (person_id)
  where u.purpose = 'isolation' and u.let_out_at is not null group by 1
), k as (
  select c.person_id, p.area_id, array[c.id] as ids, c."on" as since, y.discharged, case when z.released between c."on" and %(as_of)s then z.released end as released
  from c left join y using (person_id) left join z using (person_id) {_INSIDE}
)"""
_DISCHARGED = f"""c as (
  select distinct on (f.person_id) f.person_id, f.id, f."on", f.until from record_fact f
  where f.type = 'stay' and f.value->>'kind' = 'hospital' and {_KNOWN} and f.until between %(since)s and %(as_of)s {{some}}
  order by f.person_id, f.until desc, f.recorded_at desc
), t as (
  select f.person_id, min(f."on") as first, (array_agg(f.id order by f."on"))[1] as id from record_fact f join c using (person_id)
  where {_POSITIVE} and {_KNOWN} and f."on" between c."on" - 60 and c.until group by 1
), k as (
  select c.person_id, p.area_id, array[c.id, t.id] as ids, c.until as since, c.until as discharged, t.first, null::date as released
  from c join t using (person_id) {_INSIDE}
)"""
_POST = f"""c as (
  select distinct on (f.person_id) f.person_id, f.id, f.value->>'post' as post, f.value->>'status' as status from record_fact f
  where f.type = 'work' and {_KNOWN} and coalesce(f."on", %(as_of)s) <= %(as_of)s and coalesce(f.until, %(as_of)s) >= %(as_of)s {{some}}
  order by f.person_id, f."on" desc nulls last, f.recorded_at desc
), k as (
  select c.person_id, p.area_id, array[c.id] as ids, %(since)s::date as since, c.post from c {_INSIDE} and c.post is not null and c.status = 'on_post'
)"""
_ILL = f"""c as (
  select f.person_id, array_agg(f.id order by f."on" desc) as ids, min(f."on") as since from record_fact f
  where f.type = 'symptom' and f.value->>'symptom' <> 'none' and {_KNOWN} and f."on" between %(since)s and %(as_of)s {{some}} group by 1
), k as (select c.person_id, p.area_id, c.ids, c.since from c {_INSIDE})"""
_ANYBODY = f"""c as (select f.id as person_id from record_person f where f.id = any(%(people)s::uuid[])), k as (
  select c.person_id, p.area_id, array[]::uuid[] as ids, %(as_of)s::date - 13 as since from c {_INSIDE}
)"""
_EXPOSED_ONLY = f"""h as (
  select distinct f.person_id from record_fact f where f.type = 'exposure' and {_KNOWN} and f."on" between %(since)s and %(as_of)s {{some}}
){_EXPOSED.replace("{near}", "").replace("{known}", _KNOWN)}, k as (
  select c.person_id, p.area_id, array[c.id] as ids, c.last as since, c.last, c.first, c.setting from x c {_INSIDE}
)"""
COHORTS: dict[str, Cohort] = {
    "close_contact": _contact("close", "'close'"), "secondary_contact": _contact("secondary", "'close', 'general'"),
    "exposed": Cohort(_EXPOSED_ONLY, _EXPOSURE),
    "traveller": _travel(""), "domestic_traveller": _travel(f" and not {_ABROAD}"), "arrival_abroad": _travel(f" and {_ABROAD}"),
    "infected": Cohort(_INFECTED, {"first_positive": "k.since", "discharged": "k.discharged", "released": "k.released"}, ill_before=ILL_BEFORE),
    "discharged": Cohort(_DISCHARGED, {"first_positive": "k.first", "discharged": "k.discharged", "released": "k.released"}),
    "key_post": Cohort(_POST, {"post": "k.post"}), "ill": Cohort(_ILL, {}), "anybody": Cohort(_ANYBODY, {}),
}  # fmt: skip
"""By the words of recordwords.PEOPLE; staff are read by record.clearance."""
