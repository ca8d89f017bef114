"""What an enterprise wants changed in its own entry of the register."""

from django.db import models
from django.db.models import Q


class EntryChange(models.Model):
    """A change that an enterprise asks for; the loop says what becomes of it. values, before: by the names of `enterprise.change`."""

    id = models.UUIDField(primary_key=True)
    unit = models.ForeignKey("record.Unit", on_delete=models.CASCADE, related_name="+")
    loop = models.OneToOneField("record.Loop", on_delete=models.PROTECT, related_name="+")
    values = models.JSONField()
    before = models.JSONField(help_text="the same as they stood on record when this was asked for")
    sealed_contact = models.BinaryField(null=True, help_text="the contact asked for, sealed as on record")
    reason = models.CharField(max_length=500)
    asked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit"], condition=Q(settled_at=None), name="entry_change_one_at_a_time")]
