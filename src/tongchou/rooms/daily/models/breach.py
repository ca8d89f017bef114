"""Signals against which reports are held, signs of work without a right to it, and draws of spot checks."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Signal(models.Model):
    """What was measured of an enterprise on a day from outside: electricity in kWh, water in m³, mobile phones counted."""

    class Kind(models.TextChoices):
        POWER = "power"
        WATER = "water"
        PHONES = "phones"

    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    kind = models.CharField(max_length=6, choices=Kind.choices)
    value = models.DecimalField(max_digits=14, decimal_places=2)
    act = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "kind", "day"], name="signal_once"),
            models.CheckConstraint(condition=Q(value__gte=0), name="signal_not_negative"),
        ]
        indexes = [models.Index(fields=["day"], name="signal_day")]


class Breach(models.Model):
    """A sign that an enterprise works without a right to it, or reports what is not so. Its course is the loop's.

    evidence: what was on record when it was told of, frozen. account: who told of it; the loop is opened by an act of the program, so that its
    timeline does not show that to the enterprise. loop None: not opened yet.
    """

    class Source(models.TextChoices):
        INSPECTION = "inspection"
        PUBLIC = "public"
        RECORD = "record"

    id = models.UUIDField(primary_key=True)
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="breaches")
    source = models.CharField(max_length=10, choices=Source.choices)
    text = models.TextField()
    evidence = models.JSONField(default=dict)
    loop = models.OneToOneField("record.Loop", null=True, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    handed_on_at = models.DateTimeField(null=True, help_text="ordered to stop, and told to discipline inspection")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit"], name="breach_one_open", condition=Q(ended_at=None))]


class SpotDraw(models.Model):
    """Enterprises to be checked on the spot: first those picked for a sign, then by lot, those with the smallest SHA-256 of seed and number out of the pool.

    Anybody can draw the lot again. reasons: unit -> [{zh, en}], as the signs stood when it was drawn.
    """

    id = models.UUIDField(primary_key=True)
    area = models.ForeignKey("record.Area", on_delete=models.PROTECT, related_name="+")
    pool = ArrayField(models.BigIntegerField())
    seed = models.CharField(max_length=64)
    wanted = models.PositiveSmallIntegerField()
    picked = ArrayField(models.BigIntegerField(), default=list)
    reasons = models.JSONField(default=dict)
    drawn = ArrayField(models.BigIntegerField(), help_text="picked, then by lot")
    account = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class SpotCheck(models.Model):
    """What somebody found on the spot, beside what was on record (facts, frozen). Not changed afterwards. breach: the matter that came of it."""

    class Result(models.TextChoices):
        AS_REPORTED = "as_reported"
        CLOSED = "closed"
        FALSE_FILE = "false_file"
        NO_RIGHT = "no_right"

    id = models.UUIDField(primary_key=True)
    draw = models.ForeignKey(SpotDraw, on_delete=models.PROTECT, related_name="checks")
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="spot_checks")
    result = models.CharField(max_length=11, choices=Result.choices)
    seen = models.TextField()
    people = models.PositiveIntegerField(null=True, help_text="counted on the spot; null: not counted")
    photos = ArrayField(models.UUIDField(), default=list)
    facts = models.JSONField(default=dict)
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    breach = models.ForeignKey(Breach, null=True, on_delete=models.PROTECT, related_name="spot_checks")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "unit"], name="spot_checked_once"),
            models.CheckConstraint(
                condition=Q(result__in=["as_reported", "closed"], breach=None) | Q(result__in=["false_file", "no_right"], breach__isnull=False),
                name="spot_breach",
            ),
            models.CheckConstraint(condition=Q(result__in=["as_reported", "closed"]) | ~Q(photos=[]), name="spot_has_a_photo"),
        ]
        indexes = [models.Index(fields=["unit", "-at"], name="spot_unit_time")]
