"""Checks of classes and what comes out of them: silence, clusters, measures."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from tongchou.rooms.schools.models.school import School, SchoolClass


class Check(models.Model):
    """A morning or noon check of one class: everybody is accounted for. symptoms none is said by a check without signs."""

    class Session(models.TextChoices):
        MORNING = "morning"
        NOON = "noon"

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+")
    school_class = models.ForeignKey(SchoolClass, on_delete=models.CASCADE, related_name="checks")
    on = models.DateField()
    session = models.CharField(max_length=7, choices=Session.choices)
    pupils = models.IntegerField()
    ill = models.IntegerField()
    other = models.IntegerField()
    unknown = models.IntegerField()
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    corrected = models.SmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school_class", "on", "session"], name="school_check_once"),
            models.CheckConstraint(
                condition=Q(ill__gte=0, other__gte=0, unknown__gte=0)
                & Q(pupils__gte=F("ill") + F("other") + F("unknown")),
                name="check_adds_up",
            ),
        ]
        indexes = [models.Index(fields=["school", "on"], name="school_check_school_day")]


class Sign(models.Model):
    """Pupils with one sign at a check: how many in all, and how many of them since the check before. School and day are repeated for speed."""

    check_taken = models.ForeignKey(Check, on_delete=models.CASCADE, related_name="signs")
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+")
    school_class = models.ForeignKey(SchoolClass, on_delete=models.CASCADE, related_name="+")
    on = models.DateField()
    sign = models.CharField(max_length=20)
    pupils = models.IntegerField()
    fresh = models.IntegerField(help_text="new since the check before: what thresholds count")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["check_taken", "sign"], name="school_sign_once"),
            models.CheckConstraint(
                condition=Q(pupils__gt=0, fresh__gte=0, fresh__lte=F("pupils")), name="sign_fresh_within"
            ),
        ]
        indexes = [
            models.Index(
                fields=["on", "school"],
                name="school_sign_day",
                condition=Q(fresh__gt=0),
                include=["school_class", "sign", "fresh"],
            )
        ]


class Silence(models.Model):
    """Classes of a school from which a check did not come in time: one loop for each school, day and session."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="silences")
    on = models.DateField()
    session = models.CharField(max_length=7, choices=Check.Session.choices)
    classes = ArrayField(models.BigIntegerField())
    loop = models.ForeignKey("record.Loop", on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "on", "session"], name="school_silence_once")]


class Cluster(models.Model):
    """A threshold that was reached at a school. decision: what the plan said, with its facts; loops: one for each outcome that was reached."""

    id = models.UUIDField(primary_key=True)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="clusters")
    disease = models.CharField(max_length=20)
    outcome = models.CharField(max_length=20)
    rule = models.CharField(max_length=40)
    decision = models.JSONField()
    as_of = models.DateField()
    raised_at = models.DateTimeField()
    ended_on = models.DateField(null=True)
    ended_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    end_reason = models.CharField(max_length=500, blank=True)
    loops = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "disease"], condition=Q(ended_on=None), name="school_cluster_one_live"
            )
        ]
        indexes = [models.Index(fields=["school", "disease", "ended_on"], name="school_cluster_ended")]


class Measure(models.Model):
    """Something that could be done about a cluster: proposed by the program or by somebody, ordered or declined by people."""

    class State(models.TextChoices):
        PROPOSED = "proposed"
        ORDERED = "ordered"
        DECLINED = "declined"
        LIFTED = "lifted"

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="measures")
    kind = models.CharField(max_length=20)
    school_class = models.ForeignKey(SchoolClass, null=True, on_delete=models.CASCADE, related_name="measures")
    basis = models.JSONField(help_text="{zh, en, source, unconfirmed}")
    state = models.CharField(max_length=8, choices=State.choices, default=State.PROPOSED)
    proposed_at = models.DateTimeField()
    from_day = models.DateField(null=True)
    to_day = models.DateField(null=True, help_text="last day")
    decided_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "kind", "school_class"],
                condition=Q(state__in=["proposed", "ordered"]),
                nulls_distinct=False,
                name="school_measure_once",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed") | Q(decided_by__isnull=False), name="measure_decided_by_somebody"
            ),
            models.CheckConstraint(
                condition=~Q(state="ordered")
                | Q(from_day__isnull=False, to_day__isnull=False, to_day__gte=F("from_day")),
                name="measure_ordered_has_days",
            ),
        ]
