"""What an enterprise does in normal times, what is aimed at, and partners outside the district."""

from django.db import models
from django.db.models import Q


class Baseline(models.Model):
    """Normal times of an enterprise from a day on: staff, and output of a day in 10,000 yuan. What is not known is None."""

    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    from_date = models.DateField()
    staff = models.PositiveIntegerField(null=True)
    output = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    source = models.CharField(max_length=200, help_text="such as: mean of the fourth quarter")
    account = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "from_date"], name="baseline_once"),
            models.CheckConstraint(condition=Q(output=None) | Q(output__gt=0), name="baseline_output"),
            models.CheckConstraint(condition=Q(staff=None) | Q(staff__gt=0), name="baseline_staff"),
        ]


class Target(models.Model):
    """What an area, or a section of industry in it, aims at by the end of a month: returned staff and output of normal times, per cent."""

    area = models.ForeignKey("record.Area", on_delete=models.PROTECT, related_name="+")
    section = models.CharField(max_length=1, blank=True, default="", help_text="letter of GB/T 4754; empty for all enterprises of the area")
    month = models.DateField(help_text="its first day")
    returned = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    output = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    account = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "section", "month"], name="target_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="target_first_of_month"),
        ]


class Partner(models.Model):
    """Whether a partner outside the district is back at work, as last asked. back None: asked, not known."""

    link = models.OneToOneField("record.SupplyLink", primary_key=True, on_delete=models.PROTECT, related_name="+")
    back = models.BooleanField(null=True)
    asked_on = models.DateField()
    note = models.CharField(max_length=300, blank=True)
    account = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
