"""Duty (值班): shifts, who is on them, the log to the minute; standing tasks (常态任务); special teams (专班).

The database refuses two shifts of a unit and two places of a person at a time, two issues of one period, two secondments of one person to a team.
"""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value


class TimeRange(Func):
    """tstzrange(from, to, '[)'): one shift may begin at the moment at which another ends."""

    function = "tstzrange"
    output_field = DateTimeRangeField()


class Shift(models.Model):
    """A unit's watch from a moment to a moment. Handing over takes two: who leaves, and somebody of the shift that follows."""

    id = models.UUIDField(primary_key=True)
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="shifts")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)
    handover_note = models.TextField(blank=True)
    handed_over_at = models.DateTimeField(null=True)
    handed_over_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    taken_over_at = models.DateTimeField(null=True)
    taken_over_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    cancelled_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="shift_times_in_order"),
            models.CheckConstraint(
                condition=Q(taken_over_at=None) | Q(handed_over_at__isnull=False), name="shift_taken_after_handed"
            ),
            models.CheckConstraint(
                condition=Q(taken_over_by=None) | ~Q(taken_over_by=F("handed_over_by")), name="shift_two_people"
            ),
            ExclusionConstraint(
                name="shift_unit_overlap",
                expressions=[
                    ("unit", RangeOperators.EQUAL),
                    (TimeRange("starts_at", "ends_at", Value("[)")), RangeOperators.OVERLAPS),
                ],
                condition=Q(cancelled_at=None),
            ),
        ]
        indexes = [models.Index(fields=["unit", "starts_at"], name="shift_unit_time")]


class Place(models.Model):
    """Somebody's place on a shift: leader on duty (带班领导) or staff (值班人员). Times are the shift's, so that the database can compare."""

    class Part(models.TextChoices):
        LEADER = "leader"
        STAFF = "staff"

    shift = models.ForeignKey(Shift, on_delete=models.CASCADE, related_name="places")
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="duties")
    part = models.CharField(max_length=6, choices=Part.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    arrived_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)
    drop_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__gte=F("arrived_at")), name="place_left_after_arrived"
            ),
            ExclusionConstraint(
                name="place_account_overlap",
                expressions=[
                    ("account", RangeOperators.EQUAL),
                    (TimeRange("starts_at", "ends_at", Value("[)")), RangeOperators.OVERLAPS),
                ],
                condition=Q(dropped_at=None),
            ),
        ]
        indexes = [models.Index(fields=["shift"], name="place_shift")]


class LogEntry(models.Model):
    """One line of the duty log. Nothing is changed afterwards: a correction is a line of its own that names the one it corrects."""

    class Kind(models.TextChoices):
        CALL = "call"
        INCIDENT = "incident"
        ORDER = "order"
        INSPECTION = "inspection"
        OTHER = "other"

    id = models.UUIDField(primary_key=True)
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    shift = models.ForeignKey(Shift, null=True, on_delete=models.PROTECT, related_name="log")
    at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.TextField()
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="corrections")
    loop = models.ForeignKey("record.Loop", null=True, on_delete=models.SET_NULL, related_name="+")
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["unit", "at"], name="duty_log_unit_time")]


class StandingTask(models.Model):
    """A task that comes again: by day, week or month, or whenever an event calls for it. keeper: whoever answers for it; tasks are opened for it."""

    class Every(models.TextChoices):
        DAY = "day"
        WEEK = "week"
        MONTH = "month"
        EVENT = "event"

    class State(models.TextChoices):
        RUNNING = "running"
        PAUSED = "paused"
        ENDED = "ended"

    id = models.UUIDField(primary_key=True)
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    keeper = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    detail = models.TextField(blank=True)
    evidence = models.CharField(max_length=300, blank=True)
    asked = ArrayField(models.CharField(max_length=10), default=list)
    kinds = ArrayField(models.CharField(max_length=20), default=list)
    units = ArrayField(models.BigIntegerField(), default=list)
    every = models.CharField(max_length=6, choices=Every.choices)
    starts_on = models.DateField()
    until = models.DateField(null=True)
    issue_hour = models.SmallIntegerField(default=8)
    due_hours = models.SmallIntegerField()
    urgent = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State.choices, default="running")
    reason = models.CharField(max_length=200, blank=True)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(issue_hour__gte=0, issue_hour__lte=23) & Q(due_hours__gte=1, due_hours__lte=2160), name="standing_hours"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("starts_on")), name="standing_dates_in_order"),
        ]
        indexes = [models.Index(fields=["unit"], name="standing_unit")]


class StandingIssue(models.Model):
    """One issue of a standing task. n: 0 for the regular one of its period, 1, 2, ... for events of that day."""

    standing = models.ForeignKey(StandingTask, on_delete=models.PROTECT, related_name="issues")
    period = models.DateField()
    n = models.SmallIntegerField(default=0)
    at = models.DateTimeField()
    loop = models.ForeignKey("record.Loop", null=True, on_delete=models.PROTECT, related_name="+")
    told = models.IntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["standing", "period", "n"], name="standing_issue_once")]


class Team(models.Model):
    """A special team (专班): a unit of its own, whose people are lent by other units for a time."""

    unit = models.OneToOneField("record.Unit", on_delete=models.PROTECT, related_name="team")
    purpose = models.CharField(max_length=300)
    until = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    dissolved_at = models.DateTimeField(null=True)
    handed_to = models.ForeignKey("record.Unit", null=True, on_delete=models.PROTECT, related_name="+")
    result = models.TextField(blank=True)


class Secondment(models.Model):
    """Somebody lent to a team by a unit, from a day until (not including) another; the post in the team is held for as long."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="members")
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    home = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    lead = models.BooleanField(default=False)
    holding = models.OneToOneField("record.PostHolding", on_delete=models.PROTECT, related_name="+")
    from_date = models.DateField()
    to_date = models.DateField()
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "account"], condition=Q(ended_at=None), name="secondment_once"),
            models.UniqueConstraint(fields=["team"], condition=Q(ended_at=None, lead=True), name="team_one_lead"),
        ]
