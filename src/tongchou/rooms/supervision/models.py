"""Rounds, visits, what was seen, and the findings that came of it; a district's own editions of checklists."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from tongchou.rooms.supervision.lead_models import Lead, LeadFile, LeadSubstitute, Praise

__all__ = ["Answer", "ChecklistEdition", "DailyRound", "Draw", "Lead", "LeadFile", "LeadSubstitute", "Praise", "Round", "Visit", "VisitFinding"]


class ChecklistEdition(models.Model):
    """One version of a checklist as its YAML text; visits are pinned to it. A local one is drafted by one, put in force by another."""

    class State(models.TextChoices):
        DRAFT = "draft"
        IN_FORCE = "in_force"
        DROPPED = "dropped"

    key = models.CharField(max_length=40)
    version = models.IntegerField()
    digest = models.CharField(max_length=64, unique=True)
    yaml = models.TextField()
    origin = models.CharField(max_length=10, help_text="shipped | local")
    state = models.CharField(max_length=10, choices=State.choices)
    drafted_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    enforced_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    enforced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(state="draft"), name="checklist_one_draft"),
            models.UniqueConstraint(fields=["key", "version"], condition=Q(state="in_force"), name="checklist_version_once"),
            models.CheckConstraint(condition=Q(enforced_by=None) | ~Q(enforced_by=F("drafted_by")), name="checklist_two_people"),
        ]


class DailyRound(models.Model):
    """A round that comes again every day (每日纪律检查): the clock opens each day's round for the same group, units and checklists.

    targets: [{"unit", "checklist", "account", "place"}], as they stood when the repetition was set. first, until: days, both included.
    """

    id = models.UUIDField(primary_key=True)
    group = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    title = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    targets = models.JSONField(default=list)
    first = models.DateField()
    until = models.DateField()
    set_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    stop_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(until__gte=F("first")), name="daily_round_dates_in_order")]


class Round(models.Model):
    """A group's round of visits. Of an unannounced one (and of discipline inspection) the visited learn when their visit begins."""

    class Kind(models.TextChoices):
        PLANNED = "planned"
        UNANNOUNCED = "unannounced"
        DISCIPLINE = "discipline"

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    title = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    group = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    opened_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    close_reason = models.CharField(max_length=200, blank=True)
    daily = models.ForeignKey(DailyRound, null=True, on_delete=models.PROTECT, related_name="rounds")
    day = models.DateField(null=True, help_text="the day for which the clock opened it")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="round_dates_in_order"),
            models.UniqueConstraint(fields=["daily", "day"], name="round_daily_once"),
        ]
        indexes = [models.Index(fields=["group", "-starts_on"], name="round_group")]


class Draw(models.Model):
    """A random draw of whom to visit, with all that is needed to do it again: pool, seed, number, result."""

    id = models.UUIDField(primary_key=True)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="draws")
    pool = ArrayField(models.BigIntegerField())
    rule = models.JSONField(default=dict)
    seed = models.CharField(max_length=64)
    wanted = models.IntegerField()
    drawn = ArrayField(models.BigIntegerField())
    by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Visit(models.Model):
    """One visit to one unit. moved_to: the visit of another round that it became.

    begun_at, finished_at: on the device; received_at: when the last of it reached the server.
    """

    class State(models.TextChoices):
        PLANNED = "planned"
        BEGUN = "begun"
        FINISHED = "finished"
        CANCELLED = "cancelled"
        MOVED = "moved"

    id = models.UUIDField(primary_key=True)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="visits")
    edition = models.ForeignKey(ChecklistEdition, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=120, blank=True)
    planned_on = models.DateField()
    account = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    draw = models.ForeignKey(Draw, null=True, on_delete=models.PROTECT, related_name="visits")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    begun_at = models.DateTimeField(null=True)
    begun_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True)
    finished_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)
    cancel_reason = models.CharField(max_length=200, blank=True, help_text="why it was cancelled or handed over")
    moved_to = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="moved_from")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "unit", "edition"], condition=~Q(state__in=["cancelled", "moved"]), name="visit_unit_once"),
            models.CheckConstraint(condition=Q(state__in=["planned", "cancelled", "moved"]) | Q(begun_at__isnull=False), name="visit_begun_has_time"),
            models.CheckConstraint(condition=~Q(state="finished") | Q(finished_at__gte=F("begun_at")), name="visit_times_in_order"),
            models.CheckConstraint(
                condition=(~Q(state="moved") & Q(moved_to=None)) | (Q(state="moved", moved_to__isnull=False) & ~Q(cancel_reason="")), name="visit_moved_whereto"
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "-finished_at"], name="visit_unit"),
            models.Index(fields=["round", "planned_on"], name="visit_round"),
        ]


class Answer(models.Model):
    """What was seen of one item. revision counts changes, so that two devices cannot overwrite each other unseen."""

    class Verdict(models.TextChoices):
        OK = "ok"
        FAULT = "fault"
        NA = "na"

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="answers")
    item = models.CharField(max_length=40)
    verdict = models.CharField(max_length=5, choices=Verdict.choices)
    note = models.TextField(blank=True)
    number = models.IntegerField(null=True)
    sampled = models.IntegerField(null=True)
    failing = models.IntegerField(null=True)
    photos = ArrayField(models.UUIDField(), default=list)
    at = models.DateTimeField()
    by = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    revision = models.IntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "item"], name="answer_item_once")]


class VisitFinding(models.Model):
    """The loop that a fault became, and the one before it at the same unit on the same item. times: the how-manieth it is."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="findings")
    item = models.CharField(max_length=40)
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    checklist = models.CharField(max_length=40)
    loop = models.OneToOneField("record.Loop", on_delete=models.PROTECT, related_name="+")
    previous = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    times = models.IntegerField(default=1)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "item"], name="visit_finding_once")]
        indexes = [models.Index(fields=["unit", "checklist", "item", "-at"], name="visit_finding_before")]
