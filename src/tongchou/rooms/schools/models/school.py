"""Schools with their classes, opening, turns, destinations and teaching at home."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value


class TsTzRange(Func):
    function = "tstzrange"
    output_field = DateTimeRangeField()


class School(models.Model):
    """The file of a unit of kind `school`. grades are -3..-1 for kindergarten, 1..12 for school years, 13 and above for higher education."""

    class Level(models.TextChoices):
        KINDERGARTEN = "kindergarten"
        PRIMARY = "primary"
        MIDDLE = "middle"
        NINE_YEAR = "nine_year"
        HIGH = "high"
        SECONDARY = "secondary"
        VOCATIONAL = "vocational"
        SPECIAL = "special"
        HIGHER = "higher"

    unit = models.OneToOneField("record.Unit", primary_key=True, on_delete=models.PROTECT, related_name="school")
    level = models.CharField(max_length=12, choices=Level.choices)
    gates = ArrayField(models.CharField(max_length=30), default=list)
    boarding = models.BooleanField(default=False)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()


class SchoolClass(models.Model):
    """One class with its numbers. A class that has ended keeps its row and its checks."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="classes")
    grade = models.SmallIntegerField()
    name = models.CharField(max_length=30)
    pupils = models.IntegerField()
    staff = models.IntegerField()
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "grade", "name"], condition=Q(ended_on=None), name="school_class_name_once"
            ),
            models.CheckConstraint(
                condition=Q(pupils__gte=0, pupils__lte=2000, staff__gte=0, staff__lte=200), name="class_counts_in_range"
            ),
        ]


class Opening(models.Model):
    """One application to open. decision: what the plan said when it was decided, with pack, digest, edition and facts."""

    class State(models.TextChoices):
        COLLECTING = "collecting"
        OPEN = "open"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"

    id = models.UUIDField(primary_key=True)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="openings")
    state = models.CharField(max_length=10, choices=State.choices, default=State.COLLECTING)
    opens_on = models.DateField()
    checklist = models.CharField(max_length=64, help_text="digest of the checklist with which it was begun")
    items = ArrayField(models.CharField(max_length=40), help_text="keys of the checklist's items at that time")
    applied_by = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    applied_at = models.DateTimeField()
    decided_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.JSONField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    withdrawn_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    loop = models.OneToOneField("record.Loop", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school"], condition=Q(state__in=["collecting", "open"]), name="school_opening_one_live"
            ),
            models.CheckConstraint(
                condition=Q(state="collecting") | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="opening_is_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="open") | Q(decision__isnull=False), name="opening_pins_its_plan"
            ),
        ]


class Proof(models.Model):
    """The evidence for one condition or checklist item. Somebody else reviews it; handed in again, it is reviewed again."""

    opening = models.ForeignKey(Opening, on_delete=models.CASCADE, related_name="proofs")
    key = models.CharField(max_length=40)
    text = models.TextField()
    file = models.ForeignKey("record.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    met = models.BooleanField(null=True, help_text="NULL: not reviewed yet")
    reviewed_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["opening", "key"], name="school_proof_once"),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("submitted_by")), name="proof_reviewed_by_another"
            ),
            models.CheckConstraint(
                condition=Q(met=None, reviewed_by=None) | Q(met__isnull=False, reviewed_by__isnull=False),
                name="proof_verdict_has_reviewer",
            ),
        ]


class TurnPlan(models.Model):
    """A return or a leave in turns (错峰返校、错峰放假). A new plan of the same kind supersedes the one before."""

    class Kind(models.TextChoices):
        RETURN = "return"
        LEAVE = "leave"

    id = models.UUIDField(primary_key=True)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="plans")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    most = models.IntegerField(help_text="pupils per window that the plan was held to")
    made_by = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "kind"], condition=Q(superseded_at=None), name="school_turns_one_plan"
            )
        ]


class Turn(models.Model):
    """One window at one gate with the classes that use it."""

    plan = models.ForeignKey(TurnPlan, on_delete=models.CASCADE, related_name="turns")
    gate = models.CharField(max_length=30)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    classes = ArrayField(models.BigIntegerField())
    pupils = models.IntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="turn_times_in_order"),
            ExclusionConstraint(
                name="school_turn_gate_overlap",
                expressions=[
                    ("plan", RangeOperators.EQUAL), ("gate", RangeOperators.EQUAL), (TsTzRange("starts_at", "ends_at", Value("[)")), RangeOperators.OVERLAPS),
                ],
            ),
        ]  # fmt: skip


class Travel(models.Model):
    """Where the pupils of a class go when a holiday begins (离校去向): all of them, by destination, counted."""

    school_class = models.ForeignKey(SchoolClass, on_delete=models.CASCADE, related_name="travels")
    leaves_on = models.DateField()
    staying = models.IntegerField()
    unknown = models.IntegerField()
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school_class", "leaves_on"], name="school_travel_once"),
            models.CheckConstraint(condition=Q(staying__gte=0, unknown__gte=0), name="travel_not_negative"),
        ]


class Destination(models.Model):
    """A destination of a travel report. area: where its code is on record, so that its grade can be looked up."""

    travel = models.ForeignKey(Travel, on_delete=models.CASCADE, related_name="destinations")
    area = models.ForeignKey("record.Area", null=True, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=80)
    pupils = models.IntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pupils__gt=0), name="destination_has_pupils")]


class OnlineDay(models.Model):
    """Teaching at home of one grade on one day. Zero lessons is said, not left out."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="online_days")
    grade = models.SmallIntegerField()
    on = models.DateField()
    lessons = models.IntegerField()
    reached = models.IntegerField()
    not_reached = models.IntegerField()
    why = models.CharField(max_length=500, blank=True)
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "grade", "on"], name="school_online_once"),
            models.CheckConstraint(
                condition=Q(lessons__gte=0, reached__gte=0, not_reached__gte=0), name="online_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(not_reached=0, lessons__gt=0) | ~Q(why=""), name="online_gap_has_reason"
            ),
        ]
