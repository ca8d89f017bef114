"""Households at risk of falling back into poverty (监测户). Only coded values: who they are stands in the record of people alone, sealed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Household(models.Model):
    """The file of a household that is watched. number: what it is called where no name is needed.

    The risk is removed when one has proposed it, another has verified it, and the household has agreed (回访); the database asks for all three.
    """

    class Category(models.TextChoices):
        UNSTABLE = "unstable"
        MARGINAL = "marginal"
        SUDDEN = "sudden"

    class State(models.TextChoices):
        OPEN = "open"
        PROPOSED = "proposed"
        REMOVED = "removed"

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=20, unique=True)
    household = models.ForeignKey("record.Household", on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey("record.Area", on_delete=models.PROTECT, related_name="+")
    category = models.CharField(max_length=8, choices=Category.choices)
    reasons = ArrayField(models.CharField(max_length=12))
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    opened_on = models.DateField()
    opened_by = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    proposed_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    agreed = models.BooleanField(null=True, help_text="what the household said at the follow-up visit; None: not asked")
    asked_on = models.DateField(null=True)
    verified_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    removed_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["household"], condition=~Q(state="removed"), name="relief_file_once"),
            models.CheckConstraint(
                condition=~Q(state="removed")
                | Q(
                    agreed__isnull=False,
                    agreed=True,
                    verified_by__isnull=False,
                    proposed_by__isnull=False,
                    removed_on__isnull=False,
                ),
                name="relief_removed_with_consent",
            ),
            models.CheckConstraint(
                condition=Q(verified_by=None) | ~Q(verified_by=F("proposed_by")), name="relief_two_people"
            ),
        ]
        indexes = [models.Index(fields=["area", "state"], name="relief_area_state")]


class Measure(models.Model):
    """What is done for a household. unit: who does it. amount: yuan, where it is money."""

    file = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="measures")
    kind = models.CharField(max_length=14)
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    from_on = models.DateField()
    amount = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    ended_on = models.DateField(null=True)
    worked = models.BooleanField(null=True, help_text="whether it helped; None: not yet known")
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ended_on=None) | Q(ended_on__gte=F("from_on")), name="measure_in_order")
        ]


class Problem(models.Model):
    """One of 两不愁三保障 and safe water that is not in order; closed by its loop."""

    class Item(models.TextChoices):
        FOOD = "food"
        CLOTHING = "clothing"
        SCHOOL = "school"
        MEDICAL = "medical"
        HOUSING = "housing"
        WATER = "water"

    file = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="problems")
    item = models.CharField(max_length=8, choices=Item.choices)
    found_on = models.DateField()
    loop = models.OneToOneField("record.Loop", on_delete=models.PROTECT, related_name="+")


class Income(models.Model):
    """A rise or fall of a household's income. month: its first day. band: how much a month, in yuan."""

    class Way(models.TextChoices):
        UP = "up"
        DOWN = "down"

    class Band(models.TextChoices):
        UNDER_500 = "under_500"
        UNDER_2000 = "under_2000"
        UNDER_5000 = "under_5000"
        FROM_5000 = "from_5000"
        UNKNOWN = "unknown"

    household = models.ForeignKey("record.Household", on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    way = models.CharField(max_length=4, choices=Way.choices)
    band = models.CharField(max_length=10, choices=Band.choices)
    reason = models.CharField(max_length=12)
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["household", "month", "way", "reason"], name="income_event_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="income_month_is_a_first"),
        ]
        indexes = [models.Index(fields=["month"], name="income_month", condition=Q(way="down"))]


class YearIncome(models.Model):
    """A household's net income per head in a year, in yuan."""

    household = models.ForeignKey("record.Household", on_delete=models.PROTECT, related_name="+")
    year = models.SmallIntegerField()
    per_head = models.DecimalField(max_digits=10, decimal_places=2)
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["household", "year"], name="year_income_once"),
            models.CheckConstraint(condition=Q(per_head__gte=0), name="year_income_not_negative"),
        ]


class WatchLine(models.Model):
    """The line below which a household is looked at, of an area and a year. Without a row there is none, and nothing is compared."""

    area = models.ForeignKey("record.Area", on_delete=models.PROTECT, related_name="+")
    year = models.SmallIntegerField()
    per_head = models.DecimalField(max_digits=10, decimal_places=2)
    basis = models.CharField(max_length=200, help_text="the document that sets it")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "year"], name="watch_line_once"),
            models.CheckConstraint(condition=Q(per_head__gt=0), name="watch_line_positive"),
        ]


class Dismissal(models.Model):
    """Somebody looked at a proposal and decided against a file; it is not proposed again before `until`, for the same signs."""

    household = models.ForeignKey("record.Household", on_delete=models.PROTECT, related_name="+")
    signs = ArrayField(models.CharField(max_length=40))
    reason = models.CharField(max_length=20)
    until = models.DateField()
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["household", "-at"], name="dismissal_household")]
