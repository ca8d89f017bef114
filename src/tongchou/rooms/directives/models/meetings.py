"""Meetings: a main venue and branches, who is expected where, who came, and the minutes."""

from django.db import models
from django.db.models import F, Q


class Meeting(models.Model):
    """A meeting that a unit convenes. closed_at: when attendance was settled; before that nobody is absent, only not seen yet."""

    class Kind(models.TextChoices):
        HEADQUARTERS = "headquarters"
        DISPATCH = "dispatch"
        CONSULTATION = "consultation"
        TOPIC = "topic"
        ON_SITE = "on_site"
        BRIEFING = "briefing"
        OTHER = "other"

    id = models.UUIDField(primary_key=True)
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    title = models.CharField(max_length=200)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    chair = models.CharField(max_length=80, blank=True)
    agenda = models.TextField(blank=True)
    minutes = models.TextField(blank=True)
    minutes_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    minutes_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="meeting_times_in_order"),
            models.CheckConstraint(condition=Q(cancelled_at=None) | ~Q(cancel_reason=""), name="meeting_cancelled_with_reason"),
        ]
        indexes = [models.Index(fields=["starts_at"], name="meeting_time"), models.Index(fields=["unit", "starts_at"], name="meeting_unit_time")]


class Venue(models.Model):
    """A place of the meeting. Exactly one is the main venue; at the others people follow by video."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="venues")
    name = models.CharField(max_length=120)
    main = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "name"], name="venue_once"),
            models.UniqueConstraint(fields=["meeting"], condition=Q(main=True), name="venue_one_main"),
        ]


class Attendance(models.Model):
    """A unit that is expected, at a venue, and what became of it. account: the person asked for, if one was named.

    answered_at: when the unit said that it has the notice. A leave has a reason; a substitute a name; who came has a time.
    """

    class State(models.TextChoices):
        EXPECTED = "expected"
        PRESENT = "present"
        LATE = "late"
        LEAVE = "leave"
        ABSENT = "absent"

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendance")
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="attendance")
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.EXPECTED)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(null=True)
    who = models.CharField(max_length=80, blank=True, help_text="who came")
    substitute = models.BooleanField(default=False)
    reason = models.CharField(max_length=200, blank=True)
    recorded_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "unit"], name="attendance_unit_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["present", "late"]) | (Q(at__isnull=False) & ~Q(who="")), name="attendance_came_with_name_and_time"
            ),
            models.CheckConstraint(condition=~Q(state="leave") | ~Q(reason=""), name="attendance_leave_with_reason"),
        ]
        indexes = [models.Index(fields=["unit", "meeting"], name="attendance_unit")]
