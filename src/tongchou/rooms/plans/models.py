"""Editions of plan packs on record, local sign-offs, and decisions that pin the pack by which they were made."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class PackVersion(models.Model):
    """A plan pack as it was at one time: its files, by path. Drafted by one person, approved by another, in force from a day on.

    A shipped pack needs no approval: it came with the program, which was. digest is that of tongchou.packs.plans.packfile.
    files never change once it was approved, shipped or withdrawn (a trigger refuses it), so that every decision can be made again.
    """

    class Origin(models.TextChoices):
        SHIPPED = "shipped"
        LOCAL = "local"

    id = models.UUIDField(primary_key=True)
    pack = models.CharField(max_length=60, db_index=True)
    version = models.IntegerField()
    title = models.JSONField(default=dict, help_text="{zh, en}")
    origin = models.CharField(max_length=8, choices=Origin.choices)
    base = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="drafts")
    files = models.JSONField(default=dict, help_text="path -> text")
    digest = models.CharField(max_length=64)
    sound = models.BooleanField(default=False, help_text="all checks and worked cases passed")
    why = models.CharField(max_length=400, blank=True)
    revision = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    drafted_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    shadow = models.JSONField(default=dict, help_text="the last shadow run: counts, moment, digest")
    approved_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    from_day = models.DateField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    withdraw_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pack", "digest"], condition=Q(origin="shipped"), name="pack_shipped_once"),
            models.CheckConstraint(condition=Q(approved_by=None) | ~Q(approved_by=F("drafted_by")), name="pack_two_people"),
            models.CheckConstraint(
                condition=Q(origin="shipped", approved_by=None, from_day=None)
                | Q(origin="local", approved_at=None, approved_by=None, from_day=None)
                | Q(origin="local", approved_at__isnull=False, approved_by__isnull=False, from_day__isnull=False, sound=True),
                name="pack_approved_whole",
            ),
            models.CheckConstraint(condition=Q(origin="shipped") | Q(drafted_by__isnull=False), name="pack_drafted_by_somebody"),
        ]


class SignOff(models.Model):
    """A district answers for a value that no source in print confirms: who, by which paper, when. It holds for exactly this value."""

    id = models.UUIDField(primary_key=True)
    pack = models.CharField(max_length=60)
    what = models.CharField(max_length=12, help_text="edition, rule, parameter")
    name = models.CharField(max_length=80)
    value = models.JSONField(default=None, null=True)
    document = models.CharField(max_length=200, help_text="title and number of the local paper")
    dated = models.DateField()
    by = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(document=""), name="sign_off_has_document"),
            models.UniqueConstraint(fields=["pack", "what", "name", "value"], condition=Q(withdrawn_at=None), name="sign_off_once"),
        ]


class Explanation(models.Model):
    """What equal decisions have in common: measures, reasons, what is unconfirmed. Kept once, under the digest of its content."""

    digest = models.CharField(primary_key=True, max_length=64)
    content: Any = models.JSONField()


class Decision(models.Model):
    """What a plan said for a person on a day. Never changed: a trigger refuses it.

    facts: the table's inputs as they were known, coded values only. source: `record` where all of them came from the record, `stated`
    where somebody typed one. signed: the sign-offs that it leans on. binding: whether it may restrict (everything confirmed or signed for).
    """

    class Source(models.TextChoices):
        RECORD = "record"
        STATED = "stated"

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey("record.Person", null=True, on_delete=models.PROTECT, related_name="decisions")
    pack_version = models.ForeignKey(PackVersion, on_delete=models.PROTECT, related_name="decisions")
    digest = models.CharField(max_length=64)
    table = models.CharField(max_length=60)
    edition = models.CharField(max_length=60)
    as_of = models.DateField()
    known_on = models.DateField()
    area_code = models.CharField(max_length=12, blank=True)
    facts = models.JSONField(default=dict)
    source = models.CharField(max_length=6, choices=Source.choices)
    outcome = models.CharField(max_length=60)
    rule = models.CharField(max_length=80, blank=True)
    until = models.DateField(null=True)
    binding = models.BooleanField()
    signed = ArrayField(models.UUIDField(), default=list)
    explanation = models.ForeignKey(Explanation, on_delete=models.PROTECT, related_name="+")
    batch = models.UUIDField(null=True)
    act = models.UUIDField()
    by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("record.Unit", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["person", "-at"], name="decision_person"),
            models.Index(fields=["batch"], name="decision_batch", condition=Q(batch__isnull=False)),
            models.Index(fields=["digest", "table", "as_of"], name="decision_replay"),
        ]
