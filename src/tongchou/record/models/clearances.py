"""Clearance of everybody: who or what asked for it, and how far each pass is."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class ClearanceRun(models.Model):
    """One pass over all staff files, in steps of many. after: the unit up to which it has come; total, done, changed: staff files.

    acts: the acts of its steps, by which the history of a file (StaffOutcome.act) finds its pass.
    """

    id = models.UUIDField(primary_key=True)
    started_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    as_of = models.DateField()
    pack = models.CharField(max_length=60)
    edition = models.CharField(max_length=60)
    after = models.BigIntegerField(default=0)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    outcomes = models.JSONField(default=dict)
    acts = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(finished_at__gte=F("started_at")), name="clearance_times_in_order"
            ),
            models.UniqueConstraint(models.Value(1), condition=Q(finished_at=None), name="clearance_one_at_a_time"),
        ]
        indexes = [models.Index(fields=["-started_at"], name="clearance_latest")]


class ClearanceRequest(models.Model):
    """That a change wants everybody decided again. Written in the change's own transaction; the next pass that begins takes all that are there.

    cause: pack, grade, facts, orders, day, person. subject: what changed, as in events.
    """

    id = models.BigAutoField(primary_key=True)
    cause = models.CharField(max_length=10)
    subject = models.CharField(max_length=120, blank=True)
    act = models.UUIDField(unique=True)
    at = models.DateTimeField()
    run = models.ForeignKey(ClearanceRun, null=True, on_delete=models.PROTECT, related_name="requests")

    class Meta:
        indexes = [models.Index(fields=["id"], name="clearance_waiting", condition=Q(run=None))]
