"""Grades of areas, on record with two times: from when to when a grade holds, and from when to when this was what the record said."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from tongchou.record.models.units import DateRange


class TimeRange(Func):
    """tstzrange(from, to, '[)')."""

    function = "tstzrange"
    output_field = DateTimeRangeField()


class AreaGrade(models.Model):
    """An area's grade from a day until (not including) another. A row never changes but for known_to: a correction is a further row.

    The database refuses two grades of one area on one day, at whatever moment the record is asked.
    proposal: by which it came; pack, edition, rule: by what.
    """

    area = models.ForeignKey("record.Area", on_delete=models.PROTECT, related_name="grades")
    grade = models.CharField(max_length=20)
    pack = models.CharField(max_length=60)
    edition = models.CharField(max_length=60)
    rule = models.CharField(max_length=60)
    from_date = models.DateField()
    to_date = models.DateField(null=True)
    known_from = models.DateTimeField()
    known_to = models.DateTimeField(null=True)
    proposal = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(to_date=None) | Q(to_date__gt=F("from_date")), name="grade_dates_in_order"),
            models.CheckConstraint(condition=Q(known_to=None) | Q(known_to__gte=F("known_from")), name="grade_times_in_order"),
            ExclusionConstraint(
                name="grade_one_at_a_time",
                expressions=[
                    ("area", RangeOperators.EQUAL),
                    (DateRange("from_date", "to_date", Value("[)")), RangeOperators.OVERLAPS),
                    (TimeRange("known_from", "known_to", Value("[)")), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [models.Index(fields=["from_date"], condition=Q(known_to=None), name="grade_known")]
