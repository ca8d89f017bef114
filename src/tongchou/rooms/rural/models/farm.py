"""Farm inputs: what there is, who needs how much by which day, who has it, what is on the way; and the area that is sown.

Quantities are in the input's own unit, areas in mu (亩).
"""

from django.db import models
from django.db.models import F, Q


class Charge(models.Model):
    """The unit that is in charge: of farming (gaps go to it), of relief."""

    class Topic(models.TextChoices):
        FARM = "farm"
        RELIEF = "relief"

    topic = models.CharField(max_length=8, primary_key=True, choices=Topic.choices)
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")


class Input(models.Model):
    """A kind of input. crop: a key of catalogue.yaml, for seed."""

    class Kind(models.TextChoices):
        SEED = "seed"
        FERTILISER = "fertiliser"
        PESTICIDE = "pesticide"
        FILM = "film"
        DIESEL = "diesel"
        MACHINE = "machine"

    key = models.CharField(max_length=30, primary_key=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(max_length=60, unique=True)
    name_en = models.CharField(max_length=60, blank=True)
    unit = models.CharField(max_length=12)
    unit_en = models.CharField(max_length=12, blank=True)
    crop = models.CharField(max_length=20, blank=True)
    active = models.BooleanField(default=True)


class Season(models.Model):
    """A farming season, such as spring ploughing 2020."""

    name = models.CharField(max_length=60, unique=True)
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="season_in_order")]


class Need(models.Model):
    """What a village needs of an input, and the farming day by which (农时). loop: the loop that a threatening gap has opened."""

    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="needs")
    area = models.ForeignKey("record.Area", on_delete=models.PROTECT, related_name="+")
    input = models.ForeignKey(Input, on_delete=models.PROTECT, related_name="+")
    quantity = models.DecimalField(max_digits=12, decimal_places=2)
    needed_on = models.DateField()
    loop = models.ForeignKey("record.Loop", null=True, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["season", "area", "input"], name="need_once"),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="need_not_negative"),
        ]


class Stock(models.Model):
    """What a dealer has of an input at the end of a day. Nought is said; a day without a row was not reported. price: yuan per unit."""

    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    input = models.ForeignKey(Input, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    quantity = models.DecimalField(max_digits=12, decimal_places=2)
    price = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "input", "on"], name="stock_once_a_day"),
            models.CheckConstraint(
                condition=Q(quantity__gte=0) & (Q(price=None) | Q(price__gte=0)), name="stock_not_negative"
            ),
        ]


class Delivery(models.Model):
    """From a dealer to a village: ordered, sent by the one side, received by the other; what is lacking or over is explained."""

    class State(models.TextChoices):
        PLANNED = "planned"
        SENT = "sent"
        RECEIVED = "received"
        CANCELLED = "cancelled"

    id = models.UUIDField(primary_key=True)
    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="deliveries")
    dealer = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey("record.Area", on_delete=models.PROTECT, related_name="+")
    input = models.ForeignKey(Input, on_delete=models.PROTECT, related_name="+")
    ordered = models.DecimalField(max_digits=12, decimal_places=2)
    expect_on = models.DateField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.PLANNED)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    sent = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    received = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    received_at = models.DateTimeField(null=True)
    received_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(
        max_length=300, blank=True, help_text="why what came is not what was sent, or why it was cancelled"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ordered__gt=0) & (Q(sent=None) | Q(sent__gt=0)) & (Q(received=None) | Q(received__gte=0)),
                name="delivery_positive",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent__isnull=False, sent_by__isnull=False),
                name="delivery_sent_by_dealer",
            ),
            models.CheckConstraint(
                condition=~Q(state="received")
                | (
                    Q(sent__isnull=False, received__isnull=False, received_by__isnull=False)
                    & ~Q(received_by=F("sent_by"))
                ),
                name="delivery_two_sides",
            ),
            models.CheckConstraint(
                condition=~Q(state="received") | Q(received=F("sent")) | ~Q(reason=""),
                name="delivery_difference_explained",
            ),
        ]
        indexes = [
            models.Index(fields=["season", "area", "input"], name="delivery_to"),
            models.Index(fields=["dealer", "input", "state"], name="delivery_from"),
        ]


class SownPlan(models.Model):
    """What a village plans to sow of a crop in a season, in mu."""

    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="plans")
    area = models.ForeignKey("record.Area", on_delete=models.PROTECT, related_name="+")
    crop = models.CharField(max_length=20)
    mu = models.DecimalField(max_digits=10, decimal_places=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["season", "area", "crop"], name="sown_plan_once"),
            models.CheckConstraint(condition=Q(mu__gte=0), name="sown_plan_not_negative"),
        ]


class Sown(models.Model):
    """What a village has sown of a crop by the end of a week, in mu, all weeks together. Nought is said. week: its Monday."""

    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="sown")
    area = models.ForeignKey("record.Area", on_delete=models.PROTECT, related_name="+")
    crop = models.CharField(max_length=20)
    week = models.DateField()
    mu = models.DecimalField(max_digits=10, decimal_places=1)
    note = models.CharField(max_length=300, blank=True)
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["season", "area", "crop", "week"], name="sown_once_a_week"),
            models.CheckConstraint(condition=Q(mu__gte=0), name="sown_not_negative"),
            models.CheckConstraint(condition=Q(week__iso_week_day=1), name="sown_week_is_a_monday"),
        ]
