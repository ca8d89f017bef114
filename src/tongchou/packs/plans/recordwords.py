"""What a table may take from the record: whom on record it speaks of, and which of its inputs the record knows. A closed list of words.

A pack says `people: WORD` for a table and `from_record: WORD` for an input (or `{take: WORD, as: {choice: choice}}` where the record's choices are
others than the table's). The room of plans says how each word is read; what the record does not know stays unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

UNSTATED = "unstated"
"""Among a table's `pathogens`: tests that name none."""
NOBODY_BY_ITSELF = "anybody"
"""For tables about a person whom only an officer can name: filled for one person, never for everybody."""


@dataclass(frozen=True, slots=True)
class RecordWord:
    """One thing that the record may know of a person. people: of whom; empty: of everybody but staff. choices: for a choice."""

    type: str
    people: frozenset[str] = frozenset()
    choices: tuple[str, ...] = ()


CONTACTS = frozenset({"close_contact", "secondary_contact", "exposed"})
TRAVELLERS = frozenset({"traveller", "domestic_traveller", "arrival_abroad"})
CASES = frozenset({"infected", "discharged"})
STAFF = frozenset({"staff"})
PEOPLE = (*sorted(CONTACTS), *sorted(TRAVELLERS), *sorted(CASES), "ill", "key_post", "staff", NOBODY_BY_ITSELF)
"""Whom a table may speak of. close_contact, secondary_contact: so determined, and not ruled out since. exposed: with an exposure on record.
traveller: with an arrival or travel, domestic_traveller: from inside the country, arrival_abroad: from outside. infected: with a positive test.
discharged: let out of hospital after one. ill: with symptoms. key_post: at work in a post of a kind. staff: with a staff file at an enterprise."""
_ALL = frozenset(PEOPLE) - STAFF
_TESTS = ("negative", "positive", "pending")
_SETTINGS = ("household", "work", "school", "transport", "venue", "healthcare", "imported", "insects", "other")
_POSTS = ("ordinary", "front_line", "port", "healthcare", "transport", "school", "care")
WORDS: dict[str, RecordWord] = {
    "last_exposure": RecordWord("date", CONTACTS), "first_exposure": RecordWord("date", CONTACTS),
    "exposure_setting": RecordWord("choice", CONTACTS, _SETTINGS),
    "linked_contact": RecordWord("text", frozenset({"close_contact", "secondary_contact"})),
    "linked_tests": RecordWord("choice", frozenset({"close_contact", "secondary_contact"}), ("first_two_negative", "positive", "pending")),
    "left_area": RecordWord("date", TRAVELLERS), "arrived": RecordWord("date", TRAVELLERS),
    "area_risk": RecordWord("choice", TRAVELLERS, ("low", "medium", "high")), "other_province": RecordWord("boolean", TRAVELLERS),
    "first_positive": RecordWord("date", CASES), "discharged": RecordWord("date", CASES), "released": RecordWord("date", CASES),
    "post": RecordWord("choice", frozenset({"key_post"}), _POSTS),
    "placed_on": RecordWord("date"),
    "symptoms": RecordWord("boolean", frozenset(PEOPLE)), "cough": RecordWord("boolean"), "sore_throat": RecordWord("boolean"),
    "onset": RecordWord("date"), "last_symptoms": RecordWord("date"), "temperature": RecordWord("number"), "readings_today": RecordWord("number"),
    "test_result": RecordWord("choice", choices=_TESTS), "latest_test": RecordWord("choice", choices=_TESTS),
    "final_test": RecordWord("choice", CONTACTS | {"arrival_abroad"}, _TESTS), "own_tests": RecordWord("choice", CONTACTS, ("all_negative", "positive", "pending")),
    "last_test": RecordWord("date"), "negative_tests": RecordWord("number"), "ct": RecordWord("number"), "ct_before": RecordWord("number"),
    "doses": RecordWord("number"),
    "last_risk": RecordWord("date", STAFF), "observed_from": RecordWord("date", STAFF), "cleared": RecordWord("boolean", STAFF),
    "in_hard_hit_area": RecordWord("boolean", STAFF), "post_urgent": RecordWord("boolean", STAFF), "from_low_risk": RecordWord("boolean", STAFF),
    "temperature_normal": RecordWord("boolean", STAFF), "left_province": RecordWord("boolean", STAFF),
}  # fmt: skip


def words_for(people: str) -> list[str]:
    """The words that may be taken of such people."""
    return [name for name, word in WORDS.items() if people in (word.people or _ALL)]
