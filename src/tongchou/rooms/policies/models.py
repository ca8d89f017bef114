"""What enterprises have said, what the policies say of them, who was told, and applications until the money has arrived."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

DEAD = ("refused", "withdrawn")


class Fact(models.Model):
    """A fact that is not in the register, asked once and used for every policy. unit None: it holds for the whole district.

    fact: an input of a table, or a base of policies.yaml. A new answer ends the old one; nothing is overwritten.
    """

    id = models.UUIDField(primary_key=True)
    unit = models.ForeignKey("record.Unit", null=True, on_delete=models.PROTECT, related_name="policy_facts")
    fact = models.CharField(max_length=60)
    value: Any = models.JSONField()
    source = models.CharField(max_length=200, help_text="who said it, or the paper")
    on = models.DateField()
    account = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "fact"], name="policy_fact_once", condition=Q(ended_at=None), nulls_distinct=False
            ),
            models.CheckConstraint(condition=~Q(source=""), name="policy_fact_has_source"),
        ]
        indexes = [models.Index(fields=["recorded_at"], name="policy_fact_time")]


class Terms(models.Model):
    """What the district has set for a policy in place of policies.yaml: who decides on it, papers, how the amount is worked out."""

    policy = models.CharField(max_length=60, primary_key=True)
    unit = models.ForeignKey("record.Unit", null=True, on_delete=models.PROTECT, related_name="+")
    benefit = models.CharField(max_length=10)
    base = models.CharField(max_length=40, blank=True)
    formula = models.CharField(max_length=200, blank=True)
    excludes = models.CharField(
        max_length=30, blank=True, help_text="of policies with the same word an enterprise has one"
    )
    repeats = models.CharField(max_length=6, blank=True)
    papers = ArrayField(models.CharField(max_length=120), default=list)
    changed_at = models.DateTimeField()


class Match(models.Model):
    """What a policy says of an enterprise. Written only when it changes; that it was looked at on a day is in Run.

    failed: keys of the rules by which it does not qualify. needs: facts to be asked first. estimate: yuan. since: the day of this outcome.
    """

    unit = models.ForeignKey("record.Unit", on_delete=models.CASCADE, related_name="+")
    policy = models.CharField(max_length=60)
    outcome = models.CharField(max_length=60)
    rule = models.CharField(max_length=80, blank=True)
    failed = ArrayField(models.CharField(max_length=80), default=list)
    needs = ArrayField(models.CharField(max_length=60), default=list)
    estimate = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    pack = models.CharField(max_length=64, help_text="digest of the edition of the pack")
    edition = models.CharField(max_length=60)
    since = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "policy"], name="policy_match_once")]
        indexes = [
            models.Index(fields=["policy", "unit"], name="policy_match_entitled", condition=Q(outcome="eligible"))
        ]


class Run(models.Model):
    """One pass over all enterprises. mark: what it went by; a pass with the same mark would change nothing. done counts policies."""

    id = models.UUIDField(primary_key=True)
    as_of = models.DateField()
    mark = models.CharField(max_length=200)
    pack = models.CharField(max_length=64)
    policies = ArrayField(models.CharField(max_length=60))
    done = models.IntegerField(default=0)
    enterprises = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    why = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["finished_at"], name="policy_one_run", condition=Q(finished_at=None), nulls_distinct=False
            )
        ]
        indexes = [models.Index(fields=["-started_at"], name="policy_run_time")]


class Contact(models.Model):
    """An entitled enterprise that was told of a policy, and what it said. Refusing needs its reason."""

    class Answer(models.TextChoices):
        NONE = ""
        NO_ANSWER = "no_answer"
        WILL_APPLY = "will_apply"
        DECLINED = "declined"

    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    policy = models.CharField(max_length=60)
    way = models.CharField(max_length=8, help_text="notice, phone, visit, own")
    told_at = models.DateTimeField()
    told_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=10, blank=True, choices=Answer.choices)
    reason = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField(null=True)
    times = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "policy"], name="policy_contact_once"),
            models.CheckConstraint(condition=~Q(answer="declined") | ~Q(reason=""), name="policy_declined_has_reason"),
        ]


class Application(models.Model):
    """An application for a policy; the loop holds its clock and its papers. Amounts in yuan.

    facts: what it was decided by when it was made. criterion: the rule of the table by which it was refused, or "papers"; clause: where it stands.
    """

    class State(models.TextChoices):
        SUBMITTED = "submitted"
        SUPPLEMENT = "supplement"
        APPROVED = "approved"
        PAID = "paid"
        RECEIVED = "received"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"

    loop = models.OneToOneField("record.Loop", primary_key=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="policy_applications")
    policy = models.CharField(max_length=60)
    period = models.CharField(max_length=70, help_text="edition, with the month where the policy repeats")
    excludes = models.CharField(max_length=30, blank=True)
    state = models.CharField(max_length=10, choices=State.choices)
    pack = models.CharField(max_length=64)
    rule = models.CharField(max_length=80)
    facts: Any = models.JSONField()
    gives: Any = models.JSONField()
    base = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    worked_out = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    note = models.CharField(max_length=1_000, blank=True)
    applied_at = models.DateTimeField()
    supplement = models.CharField(max_length=1_000, blank=True, help_text="what was missing; asked once")
    supplement_at = models.DateTimeField(null=True)
    criterion = models.CharField(max_length=80, blank=True)
    clause = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=1_000, blank=True)
    decided_at = models.DateTimeField(null=True)
    approved = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    paid = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    paid_on = models.DateField(null=True)
    arrived_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "policy", "period"], name="policy_applied_once", condition=~Q(state__in=DEAD)
            ),
            models.UniqueConstraint(
                fields=["unit", "excludes", "period"],
                name="policy_no_double_benefit",
                condition=~Q(state__in=DEAD) & ~Q(excludes=""),
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | (~Q(criterion="") & ~Q(reason="")), name="policy_refusal_has_criterion"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "paid", "received"])
                | Q(approved__isnull=False, decided_at__isnull=False),
                name="policy_approved_amount",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["paid", "received"])
                | Q(paid__isnull=False, paid_on__isnull=False, paid__lte=F("approved")),
                name="policy_paid_within_approved",
            ),
            models.CheckConstraint(
                condition=~Q(state="received") | Q(arrived_on__isnull=False), name="policy_arrival_dated"
            ),
        ]
        indexes = [models.Index(fields=["policy", "state"], name="policy_application_state")]
