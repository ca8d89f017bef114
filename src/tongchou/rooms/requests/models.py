"""Data requests (数据需求): what is asked of whom, how often, until when and why; what units answered stays on record as facts about them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Field(models.Model):
    """One entry of the data catalogue: something that units are asked for, whoever asks. title_key: the title as it is compared.

    fresh_days: for how many days an answer counts as known, the day of the answer included. minutes: what answering takes.
    """

    class Kind(models.TextChoices):
        INTEGER = "integer"
        NUMBER = "number"
        TEXT = "text"
        CHOICE = "choice"
        DATE = "date"
        BOOLEAN = "boolean"

    title = models.CharField(max_length=80)
    title_en = models.CharField(max_length=120, blank=True)
    title_key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    measure = models.CharField(max_length=20, blank=True)
    choices = ArrayField(models.CharField(max_length=60), default=list)
    minutes = models.SmallIntegerField(default=2)
    fresh_days = models.SmallIntegerField(default=30)
    added_by = models.ForeignKey("record.Unit", null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gte=1, minutes__lte=240), name="field_minutes"),
            models.CheckConstraint(condition=Q(fresh_days__gte=1, fresh_days__lte=366), name="field_fresh_days"),
        ]


class DataRequest(models.Model):
    """Somebody asks units for data. Beyond the asker's own unit it starts when another person of the headquarters has approved it;
    it ends by itself on `until`."""

    class Every(models.TextChoices):
        ONCE = "once"
        DAY = "day"
        WEEK = "week"
        MONTH = "month"

    class State(models.TextChoices):
        ASKED = "asked"
        RUNNING = "running"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"
        ENDED = "ended"

    id = models.UUIDField(primary_key=True)
    title = models.CharField(max_length=120)
    purpose = models.CharField(max_length=500)
    basis = models.CharField(max_length=200)
    asker = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="data_requests")
    asked_by = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    to_units = ArrayField(models.BigIntegerField())
    every = models.CharField(max_length=6, choices=Every.choices)
    starts_on = models.DateField()
    until = models.DateField()
    due_hours = models.SmallIntegerField()
    nil_allowed = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices)
    decided_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    loop = models.OneToOneField("record.Loop", null=True, on_delete=models.PROTECT, related_name="+", help_text="the decision owed by the headquarters")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("starts_on")), name="data_request_dates_in_order"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(state="withdrawn") | ~Q(decided_by=F("asked_by")),
                name="data_request_two_people",
            ),
            models.CheckConstraint(condition=Q(due_hours__gte=1, due_hours__lte=744), name="data_request_due"),
        ]
        indexes = [
            models.Index(fields=["-asked_at"], name="data_request_time"),
            models.Index(fields=["until"], name="data_request_running", condition=Q(state="running")),
        ]


class Wanted(models.Model):
    """A field of a request, in its place."""

    request = models.ForeignKey(DataRequest, on_delete=models.CASCADE, related_name="wanted")
    field = models.ForeignKey(Field, on_delete=models.PROTECT, related_name="+")
    place = models.SmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "field"], name="wanted_once")]


class Round(models.Model):
    """One period of a request (期): issued once, whatever happens to the job."""

    request = models.ForeignKey(DataRequest, on_delete=models.CASCADE, related_name="rounds")
    period = models.DateField()
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "period"], name="round_once")]
        indexes = [models.Index(fields=["opened_at"], name="round_opened")]


class Answer(models.Model):
    """What one unit owes to one round. asked: the fields that it has to fill in; known: those that were on record, saved it.

    facts: what the answer consists of, old and new. nil: 零报告, said explicitly. took_seconds: measured on the page.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        GIVEN = "given"
        KNOWN = "known"

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="answers")
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices)
    asked = ArrayField(models.BigIntegerField(), default=list)
    known = ArrayField(models.BigIntegerField(), default=list)
    facts = ArrayField(models.BigIntegerField(), default=list)
    nil = models.BooleanField(default=False)
    minutes = models.SmallIntegerField(default=0)
    saved_minutes = models.SmallIntegerField(default=0)
    took_seconds = models.IntegerField(null=True)
    loop = models.ForeignKey("record.Loop", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(null=True)
    account = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "unit"], name="answer_once"),
            models.CheckConstraint(condition=Q(state="waiting") | Q(at__isnull=False), name="answer_given_has_time"),
        ]
        indexes = [models.Index(fields=["unit"], name="answer_waiting", condition=Q(state="waiting"))]


class UnitFact(models.Model):
    """What a unit said about itself on a day, once, for every request that asks for it. known=False: it said that it does not know."""

    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    field = models.ForeignKey(Field, on_delete=models.PROTECT, related_name="facts")
    known = models.BooleanField(default=True)
    value = models.JSONField(null=True)
    on = models.DateField()
    at = models.DateTimeField()
    account = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(known=True, value__isnull=False) | Q(known=False, value=None),
                name="unit_fact_known_has_value",
            )
        ]
        indexes = [
            models.Index(fields=["unit", "field", "-at"], name="unit_fact_latest"),
            models.Index(fields=["field", "unit", "-at"], name="unit_fact_field"),
        ]
