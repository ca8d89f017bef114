"""A document that was taken in, as it was read; and each directive in it with what people decided about it."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q


class Document(models.Model):
    """One file or pasted text. The original is a sealed file of the record; what was read from it stands here.

    unit: whose document it is; who reaches that unit's area sees it. digest: SHA-256 of the bytes, in hex.
    places: runs [clean start, raw start, raw end, clean length] by which a clean character is found in the raw text.
    notes, proposals, left_out, counts, articles, warnings: as `tongchou.intake` gives them; a proposal also carries what was decided.
    exact, near, bands: the fingerprint of the text, by which the same document and near copies are noticed.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        READ = "read"
        FAILED = "failed"

    class Level(models.TextChoices):
        CENTRE = "centre"
        PROVINCE = "province"
        CITY = "city"
        DISTRICT = "district"
        STREET = "street"
        UNKNOWN = "unknown"

    id = models.UUIDField(primary_key=True)
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey("record.StoredFile", on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    batch = models.UUIDField(null=True)
    meeting = models.ForeignKey("directives.Meeting", null=True, on_delete=models.PROTECT, related_name="documents")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    failure = models.JSONField(default=dict)
    name = models.CharField(max_length=200)
    title = models.CharField(max_length=300, blank=True)
    number = models.CharField(max_length=80, blank=True)
    issuer = models.CharField(max_length=160, blank=True)
    level = models.CharField(max_length=8, choices=Level.choices, default=Level.UNKNOWN)
    issued_on = models.DateField(null=True)
    year_inferred = models.BooleanField(default=False)
    source = models.CharField(max_length=160, blank=True)
    occasion = models.CharField(max_length=200, blank=True)
    raw = models.TextField(blank=True)
    cleaned = models.TextField(blank=True)
    places = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    proposals = models.JSONField(default=list)
    left_out = models.JSONField(default=list)
    counts = models.JSONField(default=list)
    articles = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    exact = models.CharField(max_length=64, blank=True, db_index=True)
    near = ArrayField(models.BigIntegerField(), default=list)
    bands = ArrayField(models.BigIntegerField(), default=list)
    version = models.IntegerField(default=1)
    taken_in_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    taken_in_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    set_aside_at = models.DateTimeField(null=True)
    set_aside_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "digest"], condition=Q(set_aside_at=None), name="document_taken_in_once"),
            models.CheckConstraint(condition=Q(set_aside_at=None) | ~Q(set_aside_reason=""), name="document_set_aside_with_reason"),
        ]
        indexes = [
            models.Index(fields=["-taken_in_at"], name="document_time"),
            models.Index(fields=["batch"], name="document_batch", condition=Q(batch__isnull=False)),
            GinIndex(fields=["bands"], name="document_bands"),
        ]


class Directive(models.Model):
    """One directive. It is proposed by the reading or by a person, confirmed by a person, and then issued as a task; or dropped.

    start, end: its span in the document's clean text. each_kind: a word for many units (collective.EACH) of which every one gets its own task below the
    lead unit's; each_units: those of them that are meant, none for all.
    suggested: lead units with why, [{unit, name, how, zh, en, person: {account, name, zh, en}}]. evidence: kinds of proof that the task asks for.
    A change takes the confirmation back. The database refuses an issued directive that nobody confirmed.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed"
        CONFIRMED = "confirmed"
        DROPPED = "dropped"
        MERGED = "merged"
        ISSUED = "issued"

    id = models.UUIDField(primary_key=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="directives")
    start = models.IntegerField()
    end = models.IntegerField()
    text = models.TextField()
    title = models.CharField(max_length=200)
    ordinal = models.CharField(max_length=20, blank=True)
    basis = models.CharField(max_length=12, help_text="ordinal, obligation, imperative, added, split")
    speaker = models.CharField(max_length=120, blank=True)
    heading = models.CharField(max_length=400, blank=True)
    named = ArrayField(models.CharField(max_length=120), default=list, help_text="units as written")
    themes = ArrayField(models.CharField(max_length=24), default=list)
    quantities = ArrayField(models.CharField(max_length=80), default=list)
    lead_unit = models.ForeignKey("record.Unit", null=True, on_delete=models.PROTECT, related_name="+")
    each_kind = models.CharField(max_length=20, blank=True)
    each_units = ArrayField(models.BigIntegerField(), default=list)
    co_units = ArrayField(models.BigIntegerField(), default=list)
    person = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    suggested = models.JSONField(default=list)
    deadline_text = models.CharField(max_length=200, blank=True)
    due_at = models.DateTimeField(null=True)
    due_why = models.CharField(max_length=12, blank=True, help_text="written, inferred, event, set")
    evidence = ArrayField(models.CharField(max_length=12), default=list)
    evidence_why = models.JSONField(default=dict)
    urgent = models.BooleanField(default=False)
    state = models.CharField(max_length=9, choices=State.choices, default=State.PROPOSED)
    version = models.IntegerField(default=1)
    confirmed_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True, help_text="why it was dropped")
    into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    loop = models.OneToOneField("record.Loop", null=True, on_delete=models.PROTECT, related_name="directive")
    issued_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("start"), start__gte=0), name="directive_span_in_order"),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "issued"]) | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="directive_confirmed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state="issued", loop__isnull=False, issued_at__isnull=False) | (~Q(state="issued") & Q(loop=None)),
                name="directive_issued_has_loop",
            ),
            models.CheckConstraint(condition=~Q(state="dropped") | ~Q(reason=""), name="directive_dropped_with_reason"),
            models.CheckConstraint(condition=~Q(state="merged") | Q(into__isnull=False), name="directive_merged_into_one"),
        ]
        indexes = [
            models.Index(fields=["document", "start"], name="directive_place"),
            GinIndex(fields=["themes"], name="directive_themes"),
        ]
