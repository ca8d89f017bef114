"""What each word of a pack's `from_record` is read by: a CTE over the people `k` of a cohort, and a column of it. Only the CTEs that are needed are run."""

from __future__ import annotations

from dataclasses import dataclass

from tongchou.record.clearance import HELD
from tongchou.rooms.plans.cohorts import TESTED, Cohort

_OF = "from record_fact f join k using (person_id) where f.known = 'known' and f.withdrawn_at is null"
_NEWEST = 'order by f."on" desc, f.recorded_at desc'
_SINCE = 'f."on" between k.since and %(as_of)s'
_ILL = "f.value->>'symptom' <> 'none'"
PARTS: dict[str, str] = {
    "sy": f"""select f.person_id, array_agg(f.id {_NEWEST}) as ids, bool_or({_ILL}) as symptoms, min(f."on") filter (where {_ILL}) as onset,
      max(f."on") filter (where {_ILL}) as last_symptoms, bool_or(f.value->>'symptom' = 'none') as none,
      bool_or(f.value->>'symptom' = 'cough') as cough, bool_or(f.value->>'symptom' = 'sore_throat') as sore
      {_OF} and f.type = 'symptom' and f."on" between k.since - {{ill_before}} and %(as_of)s group by 1""",
    "te": f"""select f.person_id, array_agg(f.id {_NEWEST}) as ids, bool_or(f.value->>'result' = 'positive') as positive,
      bool_or(f.value->>'result' = 'pending') as pending, bool_and(f.value->>'result' = 'negative') as negative,
      (array_agg(f.value->>'result' {_NEWEST}))[1] as latest, max(f."on") as day,
      coalesce(array_position(array_agg(f.value->>'result' <> 'negative' {_NEWEST}), true) - 1, count(*))::int as running,
      array_remove(array_agg((f.value->>'ct')::float8 {_NEWEST}), null) as ct
      {_OF} and {TESTED} and {_SINCE} group by 1""",
    "tp": f"""select f.person_id, array_agg(f.id {_NEWEST}) as ids, (array_agg((f.value->>'celsius')::float8 {_NEWEST}))[1] as celsius,
      count(*) filter (where f."on" = %(as_of)s)::int as today
      {_OF} and f.type = 'temperature' and f."on" between %(as_of)s::date - 1 and %(as_of)s group by 1""",
    "va": f"""select f.person_id, array_agg(f.id {_NEWEST}) as ids, max((f.value->>'dose')::int) as doses
      {_OF} and f.type = 'vaccination' and f."on" <= %(as_of)s group by 1""",
    "li": f"""select k.person_id, array_agg(f.id order by f."on") as ids, bool_or(f.value->>'result' = 'positive') as positive, count(*) as n,
      bool_and(f.value->>'result' = 'negative') filter (where f.nth <= 2) as two
      from k join lateral (
        select f.*, row_number() over (order by f."on", f.recorded_at) as nth from record_fact f
        where f.person_id = k.linked::uuid and {TESTED} and f.known = 'known' and f.withdrawn_at is null and f."on" <= %(as_of)s
          and f."on" >= (select max(c."on") from record_fact c where c.person_id = k.linked::uuid and c.type = 'contact' and c.withdrawn_at is null)
      ) f on true group by 1""",
}  # fmt: skip
"""CTE -> its SQL. Each has person_id and ids, the facts that it read, the newest first."""
_HELD = """select h.person_id, null::uuid[] as ids, min(h.since) as day from ({held}) h join k using (person_id)
  where h.since <= %(as_of)s group by 1"""


@dataclass(frozen=True, slots=True)
class Reading:
    """part: the CTE that answers ("" for the cohort itself). sql: the expression. raw: further columns that are worked out of afterwards."""

    part: str
    sql: str


_KNOWN_RESULT = "case when te.positive then 'positive' when te.latest in ('negative', 'pending') then te.latest end"
_LATEST = "case when te.latest in ('negative', 'positive', 'pending') then te.latest end"
READINGS: dict[str, Reading] = {
    "placed_on": Reading("pl", "pl.day"), "symptoms": Reading("sy", "sy.symptoms"), "onset": Reading("sy", "sy.onset"),
    "last_symptoms": Reading("sy", "sy.last_symptoms"),
    # somebody without any symptom does not cough; one with another symptom may, and nobody asked
    "cough": Reading("sy", "case when sy.cough then true when sy.none and not sy.symptoms then false end"),
    "sore_throat": Reading("sy", "case when sy.sore then true when sy.none and not sy.symptoms then false end"),
    "temperature": Reading("tp", "tp.celsius"), "readings_today": Reading("tp", "tp.today"),
    "test_result": Reading("te", _KNOWN_RESULT), "latest_test": Reading("te", _LATEST), "last_test": Reading("te", "te.day"),
    "negative_tests": Reading("te", "te.running"), "ct": Reading("te", "te.ct[1]"), "ct_before": Reading("te", "te.ct[2]"),
    "own_tests": Reading("te", "case when te.positive then 'positive' when te.negative then 'all_negative' when te.pending then 'pending' end"),
    "final_test": Reading("te", _KNOWN_RESULT),
    "linked_tests": Reading("li", "case when li.positive then 'positive' when li.n >= 2 and li.two then 'first_two_negative' when li.n > 0 then 'pending' end"),
    "doses": Reading("va", "va.doses"),
    "area_risk": Reading("", "case when k.risk in ('low', 'medium', 'high') then k.risk end"),
}  # fmt: skip
"""By the words of recordwords.WORDS that a cohort does not answer itself. area_risk: the fact's own word, where no grade is on record."""


def reading_of(cohort: Cohort, word: str) -> Reading:
    """How a word is read of a cohort."""
    own = cohort.columns.get(word)
    return Reading("", own) if own is not None else READINGS[word]


def part_sql(name: str, cohort: Cohort) -> str:
    """The SQL of a CTE. Rooms that hold people under orders add theirs to the custody of the record, so that this is asked late."""
    return _HELD.replace("{held}", " union all ".join(HELD)) if name == "pl" else PARTS[name].replace("{ill_before}", str(cohort.ill_before))
