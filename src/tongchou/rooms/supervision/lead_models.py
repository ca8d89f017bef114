"""Accountability leads, whose content is sealed, and praise."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Lead(models.Model):
    """A lead (问责线索). What it says is sealed and read by the discipline inspection unit only; the loop beside it carries the clock.

    sealed: canonical JSON of the evidence as it stood at raised_at, digest: its SHA-256. answer, finding, appeal and review texts are sealed too.
    """

    class Kind(models.TextChoices):
        LATE = "late"
        NEGLECT = "neglect"
        FALSE_REPORT = "false_report"
        CONCEALMENT = "concealment"
        OTHER = "other"

    class Outcome(models.TextChoices):
        NO_FAULT = "no_fault"
        TALK = "talk"
        CRITICISM = "criticism"
        TRANSFERRED = "transferred"

    id = models.UUIDField(primary_key=True)
    year = models.SmallIntegerField()
    seq = models.IntegerField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    handler = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+", help_text="the discipline inspection unit")
    source = models.ForeignKey("record.Loop", null=True, on_delete=models.PROTECT, related_name="+")
    loop = models.OneToOneField("record.Loop", on_delete=models.PROTECT, related_name="+")
    raised_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    sealed = models.BinaryField()
    digest = models.CharField(max_length=64)
    answer = models.BinaryField(null=True)
    answered_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    reason = models.BinaryField(null=True)
    proposed_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    appeal = models.BinaryField(null=True)
    appealed_at = models.DateTimeField(null=True)
    review = models.BinaryField(null=True)
    first_outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    reviewed_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source"], condition=Q(closed_at=None, source__isnull=False), name="lead_one_open"),
            models.UniqueConstraint(fields=["handler", "year", "seq"], name="lead_number_once"),
            models.CheckConstraint(condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")), name="lead_two_people"),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | (~Q(reviewed_by=F("proposed_by")) & ~Q(reviewed_by=F("decided_by"))), name="lead_third_person"
            ),
            models.CheckConstraint(condition=~Q(unit=F("handler")), name="lead_not_about_itself"),
            models.CheckConstraint(condition=Q(decided_at=None) | ~Q(outcome=""), name="lead_decided_has_outcome"),
        ]
        indexes = [models.Index(fields=["handler", "-raised_at"], name="lead_handler"), models.Index(fields=["unit"], name="lead_unit")]


class LeadSubstitute(models.Model):
    """Who takes leads about a discipline inspection unit, where none stands above it here. basis: on what the choice rests."""

    unit = models.OneToOneField("record.Unit", on_delete=models.PROTECT, related_name="+")
    substitute = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    basis = models.CharField(max_length=300)
    named_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(unit=F("substitute")), name="lead_substitute_is_another")]


class LeadFile(models.Model):
    """A file that the unit concerned gave with its answer or appeal."""

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="files")
    file = models.ForeignKey("record.StoredFile", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lead", "file"], name="lead_file_once")]


class Praise(models.Model):
    """A nomination that rests on loops of the record; published when its loop ends as done."""

    loop = models.OneToOneField("record.Loop", primary_key=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    deeds = models.TextField()
    record = ArrayField(models.UUIDField(), help_text="loops that the unit closed")
    by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
