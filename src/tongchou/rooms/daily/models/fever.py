"""Who had a fever at the workplace."""

from django.db import models
from django.db.models import F, Q


class Fever(models.Model):
    """Somebody with a fever at a workplace: two readings, the loop with its quarter of an hour, the clinic, the diagnosis.

    person None: not named yet. first None: a daily report told of it without readings. second None while it is awaited. rule, pack, edition: what
    the pack's table workplace_fever said. until: the last day alone after it was ruled out.
    """

    class Diagnosis(models.TextChoices):
        EXCLUDED = "excluded"
        SUSPECTED = "suspected"
        CONFIRMED = "confirmed"

    id = models.UUIDField(primary_key=True)
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="fevers")
    person = models.ForeignKey("record.Person", null=True, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=120, blank=True, help_text="workshop or line")
    first = models.DecimalField(max_digits=3, decimal_places=1, null=True)
    first_at = models.DateTimeField()
    second = models.DecimalField(max_digits=3, decimal_places=1, null=True)
    second_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, blank=True)
    rule = models.CharField(max_length=60, blank=True)
    pack = models.CharField(max_length=60, blank=True)
    edition = models.CharField(max_length=60, blank=True)
    loop = models.OneToOneField("record.Loop", null=True, on_delete=models.PROTECT, related_name="+")
    diagnosis = models.CharField(max_length=9, choices=Diagnosis.choices, blank=True)
    diagnosed_on = models.DateField(null=True)
    until = models.DateField(null=True)
    account = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(second=None, second_at=None) | Q(second__isnull=False, second_at__gt=F("first_at")),
                name="fever_readings_in_order",
            ),
            models.CheckConstraint(condition=Q(first=None) | Q(first__gte=30, first__lte=45), name="fever_first"),
            models.CheckConstraint(condition=Q(second=None) | Q(second__gte=30, second__lte=45), name="fever_second"),
        ]
        indexes = [models.Index(fields=["unit", "first_at"], name="fever_unit")]
