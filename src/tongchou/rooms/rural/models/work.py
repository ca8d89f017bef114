"""Members of watched households who can work: what they wish for, the job that was found, and lost again."""

from django.db import models
from django.db.models import F, Q


class Wish(models.Model):
    """Whether somebody can work, and what they wish for. Not asked is a value of its own."""

    class Able(models.TextChoices):
        FULL = "full"
        PARTLY = "partly"
        NOT = "not"
        NOT_ASKED = "not_asked"

    person = models.OneToOneField("record.Person", on_delete=models.PROTECT, related_name="+")
    able = models.CharField(max_length=9, choices=Able.choices)
    wish = models.CharField(max_length=10)
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()


class Job(models.Model):
    """A job that was found. employer: where the employer is on record. place: a division code. organised: a departure that the district arranged."""

    person = models.ForeignKey("record.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    employer = models.ForeignKey("record.Unit", null=True, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=12, blank=True)
    from_on = models.DateField()
    organised = models.BooleanField(default=False)
    departed_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    end_reason = models.CharField(max_length=12, blank=True)
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(ended_on=None), name="job_one_at_a_time"),
            models.CheckConstraint(condition=Q(ended_on=None) | Q(ended_on__gte=F("from_on")), name="job_in_order"),
            models.CheckConstraint(
                condition=Q(organised=False) | Q(departed_on__isnull=False), name="job_organised_has_departure"
            ),
        ]
        indexes = [models.Index(fields=["ended_on"], name="job_ended")]
