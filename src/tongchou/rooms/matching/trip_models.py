"""Organised return trips: trips, their vehicles with seats, and who travels."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

TRAVELS = ("asked", "booked", "boarded")
"""States in which somebody is on the way or wants to be."""


class Trip(models.Model):
    """A trip from one origin to the district, point to point (点对点). Its seats are its vehicles'."""

    class State(models.TextChoices):
        OPEN = "open"
        DEPARTED = "departed"
        ENDED = "ended"
        CANCELLED = "cancelled"

    id = models.UUIDField(primary_key=True)
    origin = models.CharField(max_length=80, help_text="where it starts, in words")
    origin_key = models.CharField(max_length=80, help_text="letters and digits of it")
    origin_area = models.ForeignKey("record.Area", null=True, on_delete=models.PROTECT, related_name="+", help_text="where its grade is looked up")
    area = models.ForeignKey("record.Area", on_delete=models.PROTECT, related_name="+", help_text="where it goes")
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+", help_text="who runs it and holds the passengers on the way")
    departs_at = models.DateTimeField()
    arrives_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    note = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    account = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    departed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(arrives_at__gt=F("departs_at")), name="trip_times_in_order")]
        indexes = [models.Index(fields=["origin_key", "departs_at"], name="trip_origin")]


class Vehicle(models.Model):
    """seats: all; usable: what the load limit leaves; taken: booked or boarded. The database refuses to sell more.

    sealed: driver, phone and escort.
    """

    trip = models.ForeignKey(Trip, on_delete=models.PROTECT, related_name="vehicles")
    plate = models.CharField(max_length=20)
    operator = models.CharField(max_length=80)
    seats = models.IntegerField()
    usable = models.IntegerField()
    taken = models.IntegerField(default=0)
    sealed = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["trip", "plate"], name="vehicle_once"),
            models.CheckConstraint(condition=Q(seats__gt=0, usable__gte=0, usable__lte=F("seats")), name="vehicle_seats"),
            models.CheckConstraint(condition=Q(taken__gte=0, taken__lte=F("usable")), name="vehicle_not_oversold"),
        ]


class Passenger(models.Model):
    """A sign-up and what became of it. flags: what an officer looked at before the seat was given; codes, nothing personal."""

    class State(models.TextChoices):
        ASKED = "asked"
        BOOKED = "booked"
        BOARDED = "boarded"
        REFUSED = "refused"
        TURNED_AWAY = "turned_away"
        ABSENT = "absent"
        WITHDRAWN = "withdrawn"
        ARRIVED = "arrived"

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey("record.Person", on_delete=models.PROTECT, related_name="+")
    origin = models.CharField(max_length=80)
    origin_key = models.CharField(max_length=80)
    first = models.DateField(help_text="the earliest day of travel")
    last = models.DateField()
    to_unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+", help_text="who takes the passenger over on arrival")
    trip = models.ForeignKey(Trip, null=True, on_delete=models.PROTECT, related_name="passengers")
    vehicle = models.ForeignKey(Vehicle, null=True, on_delete=models.PROTECT, related_name="passengers")
    seat = models.IntegerField(null=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.ASKED)
    flags = ArrayField(models.CharField(max_length=20), default=list)
    cleared_note = models.CharField(max_length=200, blank=True, help_text="why an officer lets a flag stand")
    own = models.BooleanField(default=False, help_text="signed up by the worker")
    account = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    tenths = models.IntegerField(null=True, help_text="temperature before boarding in 0.1 °C")
    symptoms = models.BooleanField(null=True)
    code = models.CharField(max_length=8, blank=True)
    checked_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    custody = models.ForeignKey("record.Custody", null=True, on_delete=models.PROTECT, related_name="+")
    handover = models.ForeignKey("record.Handover", null=True, on_delete=models.PROTECT, related_name="+")
    loop = models.ForeignKey("record.Loop", null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    end_note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(state__in=TRAVELS), name="passenger_once"),
            models.UniqueConstraint(fields=["vehicle", "seat"], condition=Q(state__in=["booked", "boarded", "arrived"]), name="passenger_own_seat"),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="passenger_days_in_order"),
            models.CheckConstraint(
                condition=~Q(state__in=["booked", "boarded", "arrived"]) | Q(trip__isnull=False, vehicle__isnull=False, seat__gte=1),
                name="passenger_seated",
            ),
            models.CheckConstraint(condition=~Q(state="boarded") | Q(tenths__isnull=False, symptoms=False), name="passenger_checked"),
        ]
        indexes = [
            models.Index(fields=["origin_key", "first"], condition=Q(state="asked"), name="passenger_waiting"),
            models.Index(fields=["to_unit", "-signed_at"], name="passenger_unit"),
        ]
