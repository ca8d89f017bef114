"""What the checks of classes cannot show: pupils taken to hospital, and deaths."""

from django.db import models
from django.db.models import Q

from tongchou.rooms.schools.models.school import School


class Severe(models.Model):
    """New pupils in hospital and new deaths of one disease at a school on a day, as stated. Null is not known, never none; what is stated again takes its place."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="severe")
    disease = models.CharField(max_length=20)
    on = models.DateField()
    hospitalised = models.PositiveSmallIntegerField(null=True)
    deaths = models.PositiveSmallIntegerField(null=True)
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "disease", "on"], name="school_severe_once"),
            models.CheckConstraint(condition=Q(hospitalised__isnull=False) | Q(deaths__isnull=False), name="severe_says_something"),
        ]
        indexes = [models.Index(fields=["on"], name="school_severe_day")]
