"""Enterprises: what is on record of each, who delivers to whom, who works there, and by what right it works."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Enterprise(models.Model):
    """What the register holds of a unit of kind enterprise beyond its name, code and area.

    industry: class of GB/T 4754-2017, section letter and two to four digits (C1811). Money in 10,000 yuan. Figures are of the last full year.
    size: by the standard of 2011 (large, medium, small, micro), computed from industry, staff, revenue and assets; "" where one is unknown.
    lists: the lists of essential or key enterprises that it stands on. None is unknown everywhere, never no.
    """

    class Size(models.TextChoices):
        LARGE = "large"
        MEDIUM = "medium"
        SMALL = "small"
        MICRO = "micro"

    unit = models.OneToOneField("record.Unit", primary_key=True, on_delete=models.CASCADE, related_name="enterprise")
    industry = models.CharField(max_length=5, blank=True)
    staff = models.PositiveIntegerField(null=True)
    revenue = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    assets = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    size = models.CharField(max_length=6, blank=True, choices=Size.choices)
    self_employed = models.BooleanField(null=True)
    above_scale = models.BooleanField(null=True, help_text="规模以上")
    park = models.ForeignKey("record.Area", null=True, on_delete=models.PROTECT, related_name="+")
    landlord = models.ForeignKey("record.Unit", null=True, on_delete=models.PROTECT, related_name="tenants")
    landlord_name = models.CharField(max_length=160, blank=True)
    lists = ArrayField(models.CharField(max_length=20), default=list)
    products = models.CharField(max_length=200, blank=True)
    sealed_contact = models.BinaryField(null=True, help_text="name and phone of the person to call")
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["industry"], name="enterprise_industry")]


class SupplyLink(models.Model):
    """supplier delivers to buyer. One of the two may lie outside of the district and is then known by its name alone.

    state: claimed by one side, confirmed by the other or by the administration, or denied. Only what is confirmed counts in the supply chain.
    claimed_by: the side that said it, None where the administration recorded it. critical: said by the buyer or the administration; critical_said: what
    whoever recorded it said of it.
    """

    class State(models.TextChoices):
        CLAIMED = "claimed"
        CONFIRMED = "confirmed"
        DENIED = "denied"

    supplier = models.ForeignKey("record.Unit", null=True, on_delete=models.PROTECT, related_name="delivers_to")
    buyer = models.ForeignKey("record.Unit", null=True, on_delete=models.PROTECT, related_name="supplied_by")
    outside = models.CharField(max_length=160, blank=True, help_text="name of the partner outside")
    outside_code = models.CharField(max_length=12, blank=True, help_text="division code of where it is")
    product = models.CharField(max_length=120)
    critical = models.BooleanField(default=False, help_text="the buyer stops without it")
    critical_said = models.BooleanField(default=False, help_text="as it was said when it was recorded")
    state = models.CharField(max_length=9, choices=State.choices, default=State.CONFIRMED)
    claimed_by = models.ForeignKey("record.Unit", null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True, help_text="why it was denied, or what was found")
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(supplier=F("buyer")), name="supply_two_units"),
            models.CheckConstraint(
                name="supply_one_outside",
                condition=Q(supplier__isnull=False, buyer__isnull=False, outside="")
                | (Q(supplier=None, buyer__isnull=False) & ~Q(outside=""))
                | (Q(supplier__isnull=False, buyer=None) & ~Q(outside="")),
            ),
            models.UniqueConstraint(
                fields=["supplier", "buyer", "outside", "product"],
                name="supply_once",
                nulls_distinct=False,
                condition=Q(ended_on=None),
            ),
            models.CheckConstraint(condition=~Q(state="claimed") | Q(claimed_by__isnull=False), name="supply_claim_has_side"),
            models.CheckConstraint(condition=~Q(state="denied") | (Q(ended_on__isnull=False) & ~Q(answer="")), name="supply_denied_has_reason"),
            models.CheckConstraint(condition=Q(critical=False) | Q(buyer__isnull=False), name="supply_critical_has_buyer"),
        ]

    @property
    def partner_id(self) -> int | None:
        """The side that has to confirm a claim; None where it lies outside, or where nobody claims it."""
        if self.claimed_by_id is None:
            return None
        return self.supplier_id if self.claimed_by_id == self.buyer_id else self.buyer_id


class Staff(models.Model):
    """One person's work at one unit, and what has to be known before the person may return to it (一人一档).

    Dates and yes/no are None where nobody has said. outcome, rule, until, decided_on: what the plan's employee table says of these
    facts under pack, edition; outcome "" is not decided yet. asks: the facts that have to be asked for first, the table's names with spaces between.
    The person's identity is in the register of people. No index holds a result, and pages are half empty: a clearance of everybody then writes
    beside the old rows without touching an index.
    """

    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="staff_files")
    person = models.ForeignKey("record.Person", on_delete=models.PROTECT, related_name="staff_files")
    title = models.CharField(max_length=80, blank=True)
    post_urgent = models.BooleanField(null=True)
    origin = models.CharField(max_length=12, blank=True, help_text="division code of where the person comes from")
    planned_return = models.DateField(null=True)
    returned_on = models.DateField(null=True)
    in_hard_hit = models.BooleanField(null=True)
    last_risk = models.DateField(null=True)
    observed_from = models.DateField(null=True)
    cleared = models.BooleanField(null=True, help_text="tests have ruled out an infection")
    symptoms = models.BooleanField(null=True)
    temperature_normal = models.BooleanField(null=True)
    outcome = models.CharField(max_length=20, blank=True)
    rule = models.CharField(max_length=60, blank=True)
    until = models.DateField(null=True)
    asks = models.CharField(max_length=160, blank=True)
    sealed_itinerary = models.BinaryField(null=True, help_text="where the person was and how it came, in the enterprise's words")
    decided_on = models.DateField(null=True)
    pack = models.CharField(max_length=60, blank=True)
    edition = models.CharField(max_length=60, blank=True)
    from_date = models.DateField()
    to_date = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)
    act = models.UUIDField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "person"], name="staff_once", condition=Q(to_date=None)),
            models.CheckConstraint(
                condition=Q(to_date=None) | Q(to_date__gte=F("from_date")), name="staff_dates_in_order"
            ),
        ]


class StaffOutcome(models.Model):
    """What was decided about somebody's return, each time that it became another: the history of Staff.outcome. Rows are only added.

    They come out of the statement that changes the files, so that none can name a file that is not there; the database does not look again.
    """

    id = models.BigAutoField(primary_key=True)
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="outcomes", db_constraint=False)
    outcome = models.CharField(max_length=20)
    rule = models.CharField(max_length=60, blank=True)
    until = models.DateField(null=True)
    asks = models.CharField(max_length=160, blank=True)
    as_of = models.DateField()
    pack = models.CharField(max_length=60)
    edition = models.CharField(max_length=60)
    act = models.UUIDField()
    at = models.DateTimeField()


class WorkPermit(models.Model):
    """By what right a unit works: approval, filing, commitment, or free where the plan asks for nothing.

    bound: the facts that it was given for, as they stood; when they change it goes back to review. plate: blue, yellow, red. number: printed on
    the plate and in the public register. Suspending, expiry and a new permit are further states or rows; the events say why.
    """

    class State(models.TextChoices):
        IN_FORCE = "in_force"
        REVIEW = "review"
        SUSPENDED = "suspended"
        EXPIRED = "expired"
        WITHDRAWN = "withdrawn"

    id = models.UUIDField(primary_key=True)
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="work_permits")
    way = models.CharField(max_length=12, help_text="outcome of the pack's table regime")
    state = models.CharField(max_length=10, choices=State.choices)
    plate = models.CharField(max_length=6)
    number = models.CharField(max_length=40, unique=True)
    loop = models.ForeignKey("record.Loop", null=True, on_delete=models.PROTECT, related_name="+")
    from_date = models.DateField()
    until = models.DateField(null=True)
    conditions = ArrayField(models.CharField(max_length=300), default=list)
    bound = models.JSONField(default=dict)
    pack = models.CharField(max_length=60)
    edition = models.CharField(max_length=60)
    rule = models.CharField(max_length=60)
    reason = models.TextField(blank=True, help_text="of the present state")
    must_show = ArrayField(models.CharField(max_length=200), default=list, help_text="what has to be shown before work goes on")
    changes = models.JSONField(default=list, help_text="[{fact, was, now}]: what sent it back to review")
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], name="permit_one_live", condition=Q(state__in=["in_force", "review", "suspended"])
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("from_date")), name="permit_dates_in_order"
            ),
            models.CheckConstraint(
                condition=Q(state="in_force") | ~Q(reason=""), name="permit_state_has_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["until"], name="permit_until", condition=Q(state__in=["in_force", "review", "suspended"], until__isnull=False)),
            models.Index(fields=["unit", "-from_date"], name="permit_unit_time"),
        ]
