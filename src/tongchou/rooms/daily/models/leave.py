"""Who is on leave from an enterprise, by day."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Q

from tongchou.record.models.units import DateRange


class Leave(models.Model):
    """A member of staff on leave on the days from_date to until, both included. ended_at: withdrawn, as if it had not been recorded."""

    class Kind(models.TextChoices):
        SICK = "sick"
        PERSONAL = "personal"
        OTHER = "other"

    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("record.Person", on_delete=models.CASCADE, related_name="+")
    from_date = models.DateField()
    until = models.DateField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    account = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    act = models.UUIDField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("from_date")), name="leave_dates_in_order"),
            ExclusionConstraint(
                name="leave_no_overlap",
                expressions=[("unit", "="), ("person", "="), (DateRange("from_date", "until", models.Value("[]")), "&&")],
                condition=Q(ended_at=None),
            ),
        ]
        indexes = [models.Index(fields=["until", "from_date"], name="leave_days", condition=Q(ended_at=None))]
