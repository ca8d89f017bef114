"""Projects with their parts (preliminary steps and milestones), progress by day, and visits. Money is in 10,000 yuan (万元)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Project(models.Model):
    """A project and the state it is in. `lead_unit` answers for it; `owner_unit` builds it, where that is a unit on record."""

    class Kind(models.TextChoices):
        INDUSTRY = "industry"
        INFRASTRUCTURE = "infrastructure"
        LIVELIHOOD = "livelihood"
        AGRICULTURE = "agriculture"
        OTHER = "other"

    class State(models.TextChoices):
        PREPARING = "preparing"
        STARTED = "started"
        SUSPENDED = "suspended"
        COMPLETED = "completed"
        DROPPED = "dropped"

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    area = models.ForeignKey("record.Area", on_delete=models.PROTECT, related_name="+")
    lead_unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="projects_led")
    owner_unit = models.ForeignKey("record.Unit", null=True, on_delete=models.PROTECT, related_name="projects_built")
    leader_post = models.ForeignKey("record.Post", null=True, on_delete=models.PROTECT, related_name="+", help_text="paired leader (包联)")
    invest = models.DecimalField(max_digits=14, decimal_places=2)
    invest_year = models.DecimalField(max_digits=14, decimal_places=2, null=True, help_text="planned for the present year")
    content = models.TextField(blank=True)
    start_planned = models.DateField(null=True)
    finish_planned = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREPARING)
    state_since = models.DateField()
    state_reason = models.CharField(max_length=500, blank=True)
    version = models.IntegerField(default=1)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(start_planned=None) | Q(finish_planned=None) | Q(finish_planned__gte=F("start_planned")), name="project_dates_in_order"),
            models.CheckConstraint(condition=Q(invest__gte=0), name="project_invest_not_negative"),
            models.UniqueConstraint(fields=["lead_unit", "name"], condition=~Q(state="dropped"), name="project_name_once"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["area", "state"], name="project_area_state"), models.Index(fields=["owner_unit"], name="project_owner")]


class Part(models.Model):
    """A preliminary step or a milestone. required: it must be done before the project may start."""

    class Kind(models.TextChoices):
        PERMIT = "permit"
        LAND = "land"
        CLEARANCE = "clearance"
        UTILITIES = "utilities"
        FUNDS = "funds"
        MILESTONE = "milestone"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="parts")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    title = models.CharField(max_length=120)
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    planned_from = models.DateField()
    planned_to = models.DateField()
    first_planned_to = models.DateField(help_text="as planned at first: rescheduling does not hide a delay")
    required = models.BooleanField(default=False)
    done_on = models.DateField(null=True)
    done_note = models.CharField(max_length=500, blank=True)
    cancelled_at = models.DateTimeField(null=True)
    late_for = models.DateField(null=True, help_text="the planned end for which its unit was called to account: once for each")
    late_loop = models.OneToOneField("record.Loop", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(planned_to__gte=F("planned_from")), name="part_dates_in_order"),
            models.UniqueConstraint(fields=["project", "title"], condition=Q(cancelled_at=None), name="part_title_once"),
        ]
        indexes = [models.Index(fields=["planned_to"], name="part_due", condition=Q(done_on=None, cancelled_at=None))]


class Progress(models.Model):
    """What was reported for a day: percent of the whole, money spent so far (万元), people at work."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="progress")
    on = models.DateField()
    percent = models.DecimalField(max_digits=5, decimal_places=2)
    invested = models.DecimalField(max_digits=14, decimal_places=2)
    workers = models.IntegerField(null=True)
    note = models.CharField(max_length=1000, blank=True)
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "on"], name="progress_once_a_day"),
            models.CheckConstraint(condition=Q(percent__gte=0, percent__lte=100, invested__gte=0), name="progress_in_range"),
        ]


class SiteVisit(models.Model):
    """A leader's visit to a project, as it was made."""

    id = models.UUIDField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="visits")
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    seen = models.TextField()
    photos = ArrayField(models.UUIDField(), default=list)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(at__lte=F("recorded_at")), name="site_visit_not_ahead")]
        indexes = [models.Index(fields=["project", "-at"], name="site_visit_project")]
