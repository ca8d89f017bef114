"""Needs and offers, runs of the optimiser, what was issued of them; return trips are in `trip_models`."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from tongchou.rooms.matching.trip_models import Passenger, Trip, Vehicle

__all__ = ["Entry", "Match", "Passenger", "Run", "RunNeed", "RunPair", "Trip", "Vehicle"]


class Entry(models.Model):
    """A need or an offer. `committed` is what issued matches have taken of it; the database refuses more than there is.

    It has expired when its last day is over; that is computed, not stored.
    """

    class Side(models.TextChoices):
        NEED = "need"
        OFFER = "offer"

    id = models.UUIDField(primary_key=True)
    side = models.CharField(max_length=5, choices=Side.choices)
    item = models.CharField(max_length=40, help_text="key of the catalogue")
    quantity = models.BigIntegerField()
    committed = models.BigIntegerField(default=0)
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+", help_text="who asks or offers")
    area = models.ForeignKey("record.Area", on_delete=models.PROTECT, related_name="+", help_text="where it is needed or lies")
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    first = models.DateField()
    last = models.DateField()
    conditions = ArrayField(models.CharField(max_length=20), default=list)
    size = models.IntegerField(default=0)
    within_km = models.IntegerField(null=True)
    price = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    note = models.CharField(max_length=300, blank=True)
    essential = models.BooleanField(default=False, help_text="on the essential list; an officer says so")
    small = models.BooleanField(default=False)
    origin = models.CharField(max_length=8, default="own", help_text="own, officer, table")
    account = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    version = models.IntegerField(default=1)
    withdrawn_at = models.DateTimeField(null=True)
    withdraw_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="entry_quantity"),
            models.CheckConstraint(condition=Q(committed__gte=0, committed__lte=F("quantity")), name="entry_not_overcommitted"),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="entry_dates_in_order"),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="entry_place",
            ),
        ]
        indexes = [
            models.Index(fields=["side", "item", "last"], condition=Q(withdrawn_at=None), name="entry_pool"),
            models.Index(fields=["unit", "-made_at"], name="entry_unit"),
        ]


class Run(models.Model):
    """One run: what it was asked, what it proposes. Issued once; another run starts from it with pins, bars and other weights."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        READY = "ready"
        FAILED = "failed"
        ISSUED = "issued"
        DROPPED = "dropped"

    id = models.UUIDField(primary_key=True)
    area = models.ForeignKey("record.Area", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    based_on = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="later")
    kinds = ArrayField(models.CharField(max_length=10))
    as_of = models.DateField()
    weights = models.JSONField(help_text="every weight as used")
    changed = models.JSONField(default=dict, help_text="those that differ from the rules of the day")
    pinned = models.JSONField(default=list, help_text="[need, offer, quantity]")
    forbidden = models.JSONField(default=list, help_text="[need, offer]")
    reason = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    failure = models.CharField(max_length=300, blank=True)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    figures = models.JSONField(default=dict)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    issued_at = models.DateTimeField(null=True)
    issued_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["-asked_at"], name="run_time")]


class RunPair(models.Model):
    """A pair that a run proposes."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="pairs")
    need = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    offer = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    quantity = models.BigIntegerField()
    metres = models.IntegerField()
    pinned = models.BooleanField(default=False)
    need_version = models.IntegerField()
    offer_version = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "need", "offer"], name="run_pair_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="run_pair_quantity"),
        ]


class RunNeed(models.Model):
    """What a run says of a need: what it gets, its fair part, and why not more."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="needs")
    need = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    wanted = models.BigIntegerField()
    covered = models.BigIntegerField()
    fair = models.FloatField()
    points = models.IntegerField()
    reason = models.CharField(max_length=10, blank=True)
    candidates = models.IntegerField()
    rivals = models.JSONField(default=list, help_text="[need, quantity, points]")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "need"], name="run_need_once")]


class Match(models.Model):
    """An issued pair: a loop of the same id that both sides confirm. received: what really came, as the need's side says."""

    class State(models.TextChoices):
        OPEN = "open"
        DONE = "done"
        ENDED = "ended"

    loop = models.OneToOneField("record.Loop", primary_key=True, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="matches")
    need = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="matches_in")
    offer = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="matches_out")
    quantity = models.BigIntegerField()
    metres = models.IntegerField()
    received = models.BigIntegerField(null=True)
    state = models.CharField(max_length=5, choices=State.choices, default=State.OPEN)
    issued_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "need", "offer"], name="match_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="match_quantity"),
            models.CheckConstraint(condition=Q(received=None) | Q(received__gte=0, received__lte=F("quantity")), name="match_received"),
        ]
