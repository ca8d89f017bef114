"""Visits to enterprises, who takes up which topic, and cases that many enterprises' difficulties were put into."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Visit(models.Model):
    """A visit as it was made. It is not changed afterwards; `seen` is what the visitor found."""

    class Way(models.TextChoices):
        ON_SITE = "on_site"
        PHONE = "phone"
        VIDEO = "video"

    id = models.UUIDField(primary_key=True)
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="visits")
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    visitor_unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    way = models.CharField(max_length=8, choices=Way.choices)
    seen = models.TextField()
    brought = models.TextField(blank=True, help_text="policies, goods or services brought along")
    photos = ArrayField(models.UUIDField(), default=list)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(at__lte=F("recorded_at")), name="visit_not_ahead")]
        indexes = [models.Index(fields=["unit", "-at"], name="visit_unit_time"), models.Index(fields=["-at"], name="visit_time")]


class TopicUnit(models.Model):
    """The unit that takes up difficulties of a topic; where there is none, the enterprise's street does."""

    topic = models.CharField(max_length=20, primary_key=True)
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")


class CaseMember(models.Model):
    """A difficulty that is handled within a case of the district. A difficulty is in one case at most."""

    case = models.ForeignKey("record.Loop", on_delete=models.PROTECT, related_name="+")
    difficulty = models.OneToOneField("record.Loop", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(case=F("difficulty")), name="case_not_its_own_member")]
