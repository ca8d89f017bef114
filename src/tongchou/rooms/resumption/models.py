"""Applications to resume work: what was asked for, what was given, what each checker found, what was asked again, the queue and its batches."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class RuleEdition(models.Model):
    """What the district decides for itself: weights of the queue, ways left to it, who reviews what. In use from a day once a second person agrees."""

    class State(models.TextChoices):
        PROPOSED = "proposed"
        ADOPTED = "adopted"
        REJECTED = "rejected"

    from_date = models.DateField()
    rules = models.JSONField()
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=8, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")), name="resumption_rules_two_people"
            ),
            models.UniqueConstraint(
                fields=["from_date"], condition=Q(state="adopted"), name="resumption_rules_one_a_day"
            ),
        ]


class Batch(models.Model):
    """Applications that are decided and announced together. proposed by one person, approved by another."""

    class State(models.TextChoices):
        PROPOSED = "proposed"
        APPROVED = "approved"
        DROPPED = "dropped"

    id = models.UUIDField(primary_key=True)
    title = models.CharField(max_length=120)
    state = models.CharField(max_length=8, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="approved") | ~Q(decided_by=F("proposed_by")), name="resumption_batch_two_people"
            ),
        ]


class Application(models.Model):
    """One enterprise's application. A draft until it is submitted; then a loop of kind resumption_application, or, where the rule asks for
    no approval, nothing more than its permit.

    way: outcome of the pack's table `regime`; how: at_once or approval. ended: "" while it is open, else approved, effective, refused,
    withdrawn, followed. basis: {pack, edition, rule, overlays, level} by which the way holds.
    """

    id = models.UUIDField(primary_key=True)
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="resumption_applications")
    loop = models.OneToOneField(
        "record.Loop", null=True, on_delete=models.PROTECT, related_name="resumption_application"
    )
    way = models.CharField(max_length=20)
    how = models.CharField(max_length=8)
    basis = models.JSONField(default=dict)
    by = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    ended = models.CharField(max_length=10, blank=True, default="")
    ended_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    terms = models.JSONField(default=dict, help_text="{until, conditions} of the approval that is being given")
    items_of = models.PositiveSmallIntegerField(default=0, help_text="items that are looked at")
    items_ok = models.PositiveSmallIntegerField(default=0, help_text="of those, found in order by all who look at them")
    items_bad = models.PositiveSmallIntegerField(default=0, help_text="of those, found wanting by somebody; the rest nobody has judged yet")
    hold = models.CharField(max_length=300, blank=True, help_text="why it waits outside of the batches")
    lift = models.SmallIntegerField(default=0, help_text="points that a person added or took, with the reason")
    lift_reason = models.CharField(max_length=300, blank=True)
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="applications")
    place = models.PositiveIntegerField(null=True, help_text="in the batch")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit"], condition=Q(ended_at=None), name="resumption_one_open"),
            models.CheckConstraint(
                condition=Q(ended="", ended_at=None) | (~Q(ended="") & Q(ended_at__isnull=False)),
                name="resumption_end_has_time",
            ),
            models.CheckConstraint(condition=Q(lift=0) | ~Q(lift_reason=""), name="resumption_lift_has_reason"),
        ]
        indexes = [
            models.Index(fields=["ended_at"], name="resumption_ended"),
            models.Index(fields=["submitted_at"], name="resumption_open", condition=Q(ended_at=None)),
        ]


class Item(models.Model):
    """One line of the closed list. title, how: {zh, en}. form: record, text, file, photo, number, signature,
    tick (ticked as met, number 1, with what shows it).

    units: the units that review it besides the street; least: what a number has to reach. record: what stood on record when it was filled in.
    """

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="items")
    n = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=40)
    source = models.CharField(max_length=40, help_text="table or checklist that asks for it")
    title = models.JSONField()
    how = models.JSONField(default=dict)
    form = models.CharField(max_length=9)
    site = models.BooleanField(default=False)
    units = ArrayField(models.BigIntegerField(), default=list)
    unit = models.JSONField(default=dict, help_text="of a number")
    least = models.FloatField(null=True)
    text = models.TextField(blank=True)
    number = models.FloatField(null=True)
    files = ArrayField(models.UUIDField(), default=list)
    record = models.JSONField(default=dict)
    given_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "key"], name="resumption_item_once")]

    @property
    def is_given(self) -> bool:
        if self.form == "tick":
            return self.number == 1 and bool(self.files)
        return self.form == "record" or bool(self.text or self.files) or self.number is not None


class Verdict(models.Model):
    """What one unit's checker found about one item as it was given. It is not changed; a later one of the same unit takes its place."""

    id = models.UUIDField(primary_key=True)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="verdicts")
    revision = models.PositiveIntegerField()
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    given_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    on_site = models.BooleanField()
    ok = models.BooleanField()
    reason = models.CharField(max_length=1000, blank=True)
    photos = ArrayField(models.UUIDField(), default=list)
    at = models.DateTimeField()
    current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "unit"], condition=Q(current=True), name="resumption_verdict_current"
            ),
            models.CheckConstraint(
                condition=Q(given_by=None) | ~Q(by=F("given_by")), name="resumption_verdict_other_person"
            ),
            models.CheckConstraint(condition=Q(ok=True) | ~Q(reason=""), name="resumption_verdict_has_reason"),
        ]


class Supplement(models.Model):
    """What was asked for after the application had come in: once, unless a new fact is named. The clock stands still until it is answered."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="supplements")
    items = ArrayField(models.CharField(max_length=40))
    what = models.TextField()
    new_fact = models.CharField(max_length=500, blank=True)
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    workdays_left = models.PositiveSmallIntegerField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application"], condition=Q(new_fact=""), name="resumption_asked_once"),
            models.UniqueConstraint(
                fields=["application"], condition=Q(answered_at=None), name="resumption_one_asking"
            ),
        ]


class PermitRequest(models.Model):
    """A permit to be renewed, asked for or still to be asked for, to be restored, or its limit of staff to be adjusted.

    points: [{what, said, files}] by the permit's must_show. until: the last day that is asked for; staff, masks: how many are to work, with how many
    masks in stock; outcome: "" while it is open, else granted, refused, left (by the enterprise), over (the permit changed).
    """

    class What(models.TextChoices):
        RENEW = "renew"
        RESTORE = "restore"
        ADJUST = "adjust"

    id = models.UUIDField(primary_key=True)
    permit = models.ForeignKey("record.WorkPermit", on_delete=models.PROTECT, related_name="requests")
    what = models.CharField(max_length=7, choices=What.choices)
    loop = models.OneToOneField("record.Loop", on_delete=models.PROTECT, related_name="permit_request")
    ends_on = models.DateField(null=True, help_text="the permit's last day when this was opened")
    reason = models.TextField(blank=True)
    points = models.JSONField(default=list)
    until = models.DateField(null=True)
    staff = models.PositiveIntegerField(null=True)
    masks = models.PositiveIntegerField(null=True)
    by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=7, blank=True, default="")
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["permit", "what"], condition=Q(settled_at=None), name="permit_request_one_open"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", settled_at=None) | (~Q(outcome="") & Q(settled_at__isnull=False)),
                name="permit_request_end_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(what="adjust") | Q(asked_at=None) | Q(staff__isnull=False, masks__isnull=False), name="permit_adjust_has_numbers"
            ),
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(answered_by=F("by")), name="permit_request_two_people"
            ),
        ]
        indexes = [models.Index(fields=["permit", "-settled_at"], name="permit_request_permit")]
