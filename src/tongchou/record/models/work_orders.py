"""Numbered orders and notices to an enterprise about its work: stop, correct, under review."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class WorkOrder(models.Model):
    """One order or notice. organ: the unit that issues it; its numbers of a year have no gap and none twice. points: what has to be done.

    A stop holds until it is lifted, with a reason and by somebody; while it holds nothing may be applied for or given. permit: the one that it is about, if any.
    """

    class Kind(models.TextChoices):
        STOP = "stop"
        CORRECT = "correct"
        REVIEW = "review"

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=7, choices=Kind.choices)
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="work_orders")
    organ = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    seq = models.PositiveIntegerField()
    loop = models.ForeignKey("record.Loop", null=True, on_delete=models.PROTECT, related_name="+")
    permit = models.ForeignKey("record.WorkPermit", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    points = ArrayField(models.CharField(max_length=300), default=list)
    by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lift_reason = models.TextField(blank=True)
    lifted_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organ", "year", "seq"], name="work_order_number_once"),
            models.UniqueConstraint(fields=["unit"], condition=Q(kind="stop", lifted_at=None), name="work_order_one_stop"),
            models.CheckConstraint(condition=Q(lifted_at=None) | (Q(kind="stop") & ~Q(lift_reason="")), name="work_order_lift_has_reason"),
        ]
        indexes = [models.Index(fields=["unit", "-issued_at"], name="work_order_unit")]
