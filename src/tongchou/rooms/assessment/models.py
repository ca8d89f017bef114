"""Official documents that the headquarters drafts, signs and issues; and who has signed for them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Bulletin(models.Model):
    """A document: draft until somebody else than who drafted it signs it; from then on it never changes (a trigger refuses it).

    body: blocks as documents.model has them, {"is": "heading" | "paragraph" | "table", ...}. source: the question whose
    figures the draft was composed from, with its moment. number (发文字号): one for each organ, year and seq.
    """

    class Form(models.TextChoices):
        DOCUMENT = "document"
        BULLETIN = "bulletin"
        LETTER = "letter"
        BRIEF = "brief"
        MINUTES = "minutes"

    class Urgency(models.TextChoices):
        MOST_URGENT = "特急"
        URGENT = "加急"

    id = models.UUIDField(primary_key=True)
    form = models.CharField(max_length=10, choices=Form.choices)
    title = models.CharField(max_length=200)
    issuer = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="bulletins")
    to_units = ArrayField(models.BigIntegerField(), default=list)
    copies = ArrayField(models.CharField(max_length=80), default=list)
    body = models.JSONField(default=list)
    source = models.JSONField(default=dict)
    note = models.CharField(max_length=200, blank=True)
    present = ArrayField(models.CharField(max_length=120), default=list, help_text="出席, of minutes")
    attachments = ArrayField(models.CharField(max_length=120), default=list, help_text="附件说明, by title")
    urgency = models.CharField(max_length=2, choices=Urgency.choices, blank=True)
    signer = models.CharField(max_length=40, blank=True, help_text="签发人, written on what goes up; nobody else then signs it")
    version = models.IntegerField(default=1)
    drafted_by = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    signed_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True)
    organ = models.CharField(max_length=20, blank=True)
    year = models.SmallIntegerField(null=True)
    seq = models.IntegerField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    withdraw_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organ", "year", "seq"], condition=Q(form__in=["document", "bulletin", "letter"]), name="bulletin_number_once"),
            models.UniqueConstraint(fields=["organ", "year", "seq", "form"], name="bulletin_issue_once"),
            models.CheckConstraint(condition=Q(signed_by=None) | ~Q(signed_by=F("drafted_by")), name="bulletin_two_people"),
            models.CheckConstraint(
                condition=Q(signed_at=None, signed_by=None, seq=None) | Q(signed_at__isnull=False, signed_by__isnull=False, seq__isnull=False, year__isnull=False),
                name="bulletin_signed_has_number",
            ),
            models.CheckConstraint(condition=Q(seq=None) | Q(seq__gte=1), name="bulletin_seq_positive"),
        ]
        indexes = [models.Index(fields=["-drafted_at"], name="bulletin_time")]


class Receipt(models.Model):
    """A unit has signed for a document."""

    bulletin = models.ForeignKey(Bulletin, on_delete=models.CASCADE, related_name="receipts")
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bulletin", "unit"], name="bulletin_receipt_once")]


class ScoreEdition(models.Model):
    """Another way to score units from a day on: proposed by one, adopted by another. weights: measure -> points of a hundred, in order."""

    since = models.DateField()
    least = models.SmallIntegerField()
    weights = models.JSONField()
    reason = models.CharField(max_length=300)
    proposed_by = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    adopted = models.BooleanField(null=True)
    decided_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["since"], condition=Q(adopted=True), name="score_edition_once"),
            models.CheckConstraint(condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")), name="score_edition_two_people"),
            models.CheckConstraint(condition=Q(adopted=None, decided_by=None) | Q(adopted__isnull=False, decided_by__isnull=False), name="score_edition_decided"),
        ]
