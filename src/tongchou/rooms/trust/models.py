"""Restrictions, and what keeps them honest. None of them can exist without rule, evidence, legal basis and an end: the database refuses it."""

from typing import Any

from django.db import models
from django.db.models import F, Q

LIVE = ("pending", "active")


class OrderBatch(models.Model):
    """Orders issued together from one table. More than SMALL of them bind nobody before another organisation has confirmed them."""

    id = models.UUIDField(primary_key=True)
    title = models.CharField(max_length=120)
    pack = models.CharField(max_length=60)
    table = models.CharField(max_length=60)
    people = models.IntegerField(help_text="how many were decided")
    orders = models.IntegerField(help_text="how many of them are restricted")
    area = models.ForeignKey("record.Area", on_delete=models.PROTECT, related_name="+")
    issued_by = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    issuer = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Restriction(models.Model):
    """An order that limits a person's freedom: isolation, health monitoring, movement.

    decision: the rule. evidence: what it rests on, each `fact:<id>` or a sentence. legal_basis: law and paper. ends_on: its last day, never
    after rule_ends_on, the last day that the rule gives. org: the organisation (a headquarters and its offices are one). It restricts while
    state is active and ends_on is not past, and at no other time, whatever the jobs do. code: by which a printed notice is verified.
    """

    class Kind(models.TextChoices):
        ISOLATION = "isolation"
        MONITORING = "monitoring"
        MOVEMENT = "movement"

    class State(models.TextChoices):
        PENDING = "pending"
        ACTIVE = "active"
        REFUSED = "refused"
        RENEWED = "renewed"
        LIFTED = "lifted"
        LAPSED = "lapsed"

    id = models.UUIDField(primary_key=True)
    code = models.CharField(max_length=16, unique=True)
    person = models.ForeignKey("record.Person", on_delete=models.PROTECT, related_name="restrictions")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    mode = models.CharField(max_length=60)
    pack = models.CharField(max_length=60)
    table = models.CharField(max_length=60)
    rule = models.CharField(max_length=80)
    decision = models.ForeignKey("plans.Decision", on_delete=models.PROTECT, related_name="restrictions")
    evidence: Any = models.JSONField()
    legal_basis = models.CharField(max_length=400)
    starts_on = models.DateField()
    ends_on = models.DateField()
    rule_ends_on = models.DateField()
    state = models.CharField(max_length=8, choices=State.choices)
    by_hand = models.BooleanField(help_text="rests on facts that somebody typed")
    two_needed = models.BooleanField(help_text="needs two people of two organisations")
    batch = models.ForeignKey(OrderBatch, null=True, on_delete=models.PROTECT, related_name="members")
    renews = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="renewed_by")
    issuer = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    issuer_org = models.BigIntegerField()
    issued_by = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    confirmed_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_unit = models.ForeignKey("record.Unit", null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_org = models.BigIntegerField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    end_reason = models.CharField(max_length=20, blank=True)
    end_note = models.CharField(max_length=400, blank=True)
    reversal = models.ForeignKey("trust.Reversal", null=True, on_delete=models.PROTECT, related_name="members")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(evidence__0__isnull=False), name="order_has_evidence"),
            models.CheckConstraint(condition=Q(legal_basis__regex=r"\S{4,}"), name="order_has_legal_basis"),
            models.CheckConstraint(condition=~Q(rule=""), name="order_has_rule"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="order_dates_in_order"),
            models.CheckConstraint(condition=Q(ends_on__lte=F("rule_ends_on")), name="order_within_rule"),
            models.CheckConstraint(condition=Q(confirmed_unit=None) | ~Q(confirmed_unit=F("issuer")), name="order_two_units"),
            models.CheckConstraint(
                name="order_two_organisations",
                condition=Q(two_needed=False)
                | Q(confirmed_at=None, state__in=["pending", "refused", "lapsed", "lifted"])
                | (
                    Q(confirmed_at__isnull=False, confirmed_by__isnull=False, confirmed_org__isnull=False)
                    & ~Q(confirmed_by=F("issued_by"))
                    & ~Q(confirmed_org=F("issuer_org"))
                ),
            ),
            models.CheckConstraint(
                condition=Q(two_needed=True) | (Q(by_hand=False) & ~Q(state="pending")), name="order_by_hand_needs_two"
            ),
            models.CheckConstraint(
                name="order_end_has_reason",
                condition=Q(state__in=LIVE, ended_at=None, end_reason="")
                | (~Q(state__in=LIVE) & Q(ended_at__isnull=False) & ~Q(end_reason="")),
            ),
            models.UniqueConstraint(fields=["person", "table"], condition=Q(state__in=LIVE), name="order_one_live"),
        ]
        indexes = [
            models.Index(fields=["ends_on"], name="order_ends", condition=Q(state__in=LIVE)),
            models.Index(fields=["-issued_at"], name="order_time"),
            models.Index(fields=["person", "-issued_at"], name="order_person"),
            models.Index(fields=["batch"], name="order_batch", condition=Q(batch__isnull=False)),
            models.Index(fields=["issuer_org", "issued_at"], name="order_unseen", condition=Q(batch__isnull=False, two_needed=False)),
        ]


class Notice(models.Model):
    """What a person is told about an order: issued, confirmed, ended. Shown to the resident, printed for who has no account."""

    restriction = models.ForeignKey(Restriction, on_delete=models.CASCADE, related_name="notices")
    what = models.CharField(max_length=10, help_text="issued, refused, renewed, lifted, lapsed")
    text = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["restriction", "at"], name="notice_order")]


class Reversal(models.Model):
    """A wrong cohort lifted in one act: chosen and reasoned by one person, confirmed by another."""

    id = models.UUIDField(primary_key=True)
    chosen = models.JSONField(help_text="batch, table, rule, from, to, area")
    people = models.IntegerField(help_text="how many orders it would lift when it was proposed")
    reason = models.CharField(max_length=400)
    area = models.ForeignKey("record.Area", on_delete=models.PROTECT, related_name="+")
    proposed_by = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    agreed = models.BooleanField(null=True)
    lifted = models.IntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")), name="reversal_two_people"
            ),
            models.CheckConstraint(condition=Q(reason__regex=r"\S{4,}"), name="reversal_has_reason"),
            models.CheckConstraint(
                condition=Q(agreed=None, confirmed_by=None, confirmed_at=None)
                | Q(agreed__isnull=False, confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="reversal_answered_whole",
            ),
        ]


class BulkRun(models.Model):
    """A bulk act that somebody asked for and the job queue carries out as that person: a cohort tried or issued, a batch confirmed, a cohort reversed.

    The act's id follows from this id, so that carrying it out twice does it once; it is one transaction, so that nothing is ever half done.
    done, total: how far the present stage is, in people or orders. refusal: why nothing was done, {rule, remedy, field}.
    """

    class What(models.TextChoices):
        BATCH = "batch"
        CONFIRM = "confirm"
        REVERSE = "reverse"

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True)
    what = models.CharField(max_length=7, choices=What.choices)
    trial = models.BooleanField(help_text="a dry run: only the counts")
    title = models.CharField(max_length=120)
    payload = models.JSONField()
    area = models.ForeignKey("record.Area", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    stage = models.CharField(max_length=10, blank=True)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    tries = models.IntegerField(default=0)
    result = models.JSONField(default=dict)
    refusal = models.JSONField(default=dict)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running"], finished_at=None) | Q(state__in=["done", "failed"], finished_at__isnull=False),
                name="bulk_run_finished",
            )
        ]
        indexes = [
            models.Index(fields=["-asked_at"], name="bulk_run_time"),
            models.Index(fields=["asked_at"], name="bulk_run_open", condition=Q(state__in=["waiting", "running"])),
        ]


class CarePass(models.Model):
    """Somebody was let through for emergency care, whatever the order or the code said. Reviewed afterwards, never before.

    person is null where nobody asked who it was: the pass does not wait for that.
    """

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey("record.Person", null=True, on_delete=models.PROTECT, related_name="care_passes")
    need = models.CharField(max_length=12)
    place = models.CharField(max_length=80, blank=True)
    area = models.ForeignKey("record.Area", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    loop = models.UUIDField()

    class Meta:
        indexes = [models.Index(fields=["unit", "-at"], name="care_pass_unit")]


class OutsideList(models.Model):
    """A list of people that came from outside: what it asked for, and what the record says. It never sets anybody's status."""

    id = models.UUIDField(primary_key=True)
    source = models.CharField(max_length=120)
    claim = models.CharField(max_length=120, blank=True, help_text="the status that it wanted to set")
    people = models.IntegerField()
    on_record = models.IntegerField()
    with_ground = models.IntegerField(help_text="how many a plan's table would restrict by facts on record")
    blocked = models.BooleanField()
    by = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    told = models.ForeignKey("record.Unit", null=True, on_delete=models.PROTECT, related_name="+")
