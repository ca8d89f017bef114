"""People. Identity is sealed; what can be searched is keyed; facts are typed, dated and sourced."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q


class Household(models.Model):
    """People who live together at one address (the address is in each person's sealed identity)."""

    area = models.ForeignKey("record.Area", on_delete=models.PROTECT)
    label = models.CharField(max_length=40, blank=True, help_text="a door number or a local register number")


class Person(models.Model):
    """A person. `sealed` holds identity as JSON: name, document_kind, document, phone, address, birth_date.

    `tokens`: keyed 64-bit hashes of what the person can be found by. `birth_year` and `sex` stay in the clear because plans
    and statistics are computed over them; neither names anybody.
    """

    class Sex(models.TextChoices):
        MALE = "m"
        FEMALE = "f"
        UNKNOWN = "u"

    id = models.UUIDField(primary_key=True)
    sealed = models.BinaryField()
    document_hash = models.BinaryField(max_length=32, null=True)
    phone_hash = models.BinaryField(max_length=32, null=True)
    tokens = ArrayField(models.BigIntegerField(), default=list)
    birth_year = models.SmallIntegerField(null=True)
    sex = models.CharField(max_length=1, choices=Sex.choices, default=Sex.UNKNOWN)
    area = models.ForeignKey("record.Area", on_delete=models.PROTECT, related_name="people")
    household = models.ForeignKey(Household, null=True, on_delete=models.SET_NULL)
    workplace = models.ForeignKey("record.Unit", null=True, on_delete=models.SET_NULL, related_name="people")
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged_from")
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            GinIndex(fields=["tokens"], name="person_tokens"),
            models.Index(fields=["document_hash"], name="person_document"),
            models.Index(fields=["phone_hash"], name="person_phone"),
        ]


class PersonMerge(models.Model):
    """A merge of two records of one person: made by a person, undone without loss.

    `moved` lists what was moved to the kept record (table -> ids), so that undoing moves exactly that back.
    """

    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    folded = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    moved = models.JSONField(default=dict)
    reason = models.TextField()
    act = models.UUIDField()
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_act = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["folded"], condition=Q(undone_at=None), name="person_folded_once"),
            models.CheckConstraint(condition=~Q(kept=F("folded")), name="merge_two_people"),
        ]


class Fact(models.Model):
    """Something known about a person: typed, dated, sourced. Unknown is said, never left to be guessed.

    `known`: known | unknown | not_asked | not_reported | not_found. A negative test is a known value, not an absence.
    """

    class Known(models.TextChoices):
        KNOWN = "known"
        UNKNOWN = "unknown"
        NOT_ASKED = "not_asked"
        NOT_REPORTED = "not_reported"
        NOT_FOUND = "not_found"

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="facts")
    type = models.CharField(max_length=40)
    known = models.CharField(max_length=12, choices=Known.choices, default=Known.KNOWN)
    on = models.DateField(null=True, help_text="the day, or the first day")
    until = models.DateField(null=True)
    at = models.DateTimeField(null=True, help_text="the minute, where it is known")
    value = models.JSONField(default=dict, help_text="coded values only, no free text about a person")
    sealed_note = models.BinaryField(null=True)
    area = models.ForeignKey("record.Area", null=True, on_delete=models.PROTECT)
    source = models.CharField(max_length=40)
    source_ref = models.CharField(max_length=120, blank=True)
    source_unit = models.ForeignKey("record.Unit", null=True, on_delete=models.PROTECT)
    act = models.UUIDField(db_index=True)
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "type", "on"]),
            models.Index(fields=["type", "on"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(on=None) | Q(until__gte=F("on")), name="fact_dates_in_order"
            )
        ]
