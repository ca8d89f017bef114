"""Bulk exports of personal data: one file for one approved request, sealed, and erased when its time is over."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class PersonalExport(models.Model):
    """A file of people that was made for an approved request (loop kind export_request). The id is its number (watermark)."""

    id = models.UUIDField(primary_key=True)
    loop = models.OneToOneField("record.Loop", on_delete=models.PROTECT, related_name="export")
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT)
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT)
    columns = ArrayField(models.CharField(max_length=30))
    rows = models.IntegerField()
    format = models.CharField(max_length=4, choices=[("xlsx", "xlsx"), ("csv", "csv")])
    sha256 = models.BinaryField(max_length=32)
    sealed = models.BinaryField(null=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    downloads = models.IntegerField(default=0)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="export_expires"),
            models.CheckConstraint(condition=Q(sealed=None, erased_at__isnull=False) | Q(sealed__isnull=False, erased_at=None), name="export_erased"),
        ]
