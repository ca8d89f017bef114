"""Loops: everything owed. The database keeps the promise that an open loop has an owner and a deadline."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q

from tongchou.kernel.text import Text
from tongchou.record.loops.titles import in_both


class KindEdition(models.Model):
    """One version of a loop kind, as its YAML text. Loops are pinned to the edition with which they were opened."""

    key = models.CharField(max_length=40)
    version = models.IntegerField()
    digest = models.CharField(max_length=64, unique=True)
    yaml = models.TextField()
    origin = models.CharField(max_length=10, help_text="shipped | local")
    added_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="kind_key_version")]


class Loop(models.Model):
    """Something owed. While it is open it has one owner unit and one next deadline.

    due_at:    when the whole loop is due, counted from hand-out (交办), not from acknowledgement (签收).
    deadline:  when the present stage is due.  check_at: when the escalation job must look again.
    """

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=40)
    edition = models.ForeignKey(KindEdition, on_delete=models.PROTECT, db_index=False)
    title = models.CharField(max_length=300)
    detail = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    subject_person = models.ForeignKey("record.Person", null=True, on_delete=models.PROTECT, related_name="loops", db_index=False)
    subject_unit = models.ForeignKey("record.Unit", null=True, on_delete=models.PROTECT, related_name="loops_about", db_index=False)
    subject_area = models.ForeignKey("record.Area", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    subject_item = models.CharField(max_length=120, blank=True)
    area = models.ForeignKey("record.Area", on_delete=models.PROTECT, related_name="loops", db_index=False)
    owner_unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="loops_owned", db_index=False)
    owner_account = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="loops_owned", db_index=False)
    opener_unit = models.ForeignKey("record.Unit", null=True, on_delete=models.PROTECT, related_name="loops_opened", db_index=False)
    opener_account = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    verifier_unit = models.ForeignKey("record.Unit", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    turn_unit = models.ForeignKey(
        "record.Unit", null=True, on_delete=models.PROTECT, related_name="loops_in_turn",
        help_text="the unit that owes the next move", db_index=False)
    stage = models.CharField(max_length=40)
    end_reason = models.CharField(max_length=20, blank=True, db_default="")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    deadline = models.DateTimeField(null=True)
    check_at = models.DateTimeField(null=True)
    level = models.CharField(max_length=16, default="none", db_default="none")
    top_level = models.CharField(max_length=16, default="none", db_default="none")
    returns = models.SmallIntegerField(default=0, db_default=0)
    reopened = models.SmallIntegerField(default=0, db_default=0)
    adjudicated = models.BooleanField(default=False, db_default=False)
    workers = ArrayField(models.BigIntegerField(), default=list, db_default=[], help_text="accounts that did the work")
    worker_units = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    closed_at = models.DateTimeField(null=True)
    follow_up_at = models.DateTimeField(null=True)
    follow_up_done = models.BooleanField(default=False, db_default=False)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children", db_index=False)
    origin = models.CharField(max_length=30, blank=True, help_text="page, import, meeting, escalation, ...")
    origin_ref = models.CharField(max_length=120, blank=True)
    urgent = models.BooleanField(default=False)
    asked = ArrayField(models.CharField(max_length=12), default=list, db_default=[], help_text="evidence asked for beyond the kind's: record/loops/asked.py")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="loop_open_has_deadline", condition=Q(closed_at__isnull=False) | Q(deadline__isnull=False)
            ),
            models.CheckConstraint(
                name="loop_end_has_reason",
                condition=Q(closed_at=None, end_reason="") | (Q(closed_at__isnull=False) & ~Q(end_reason="")),
            ),
            models.CheckConstraint(name="loop_open_has_turn", condition=Q(closed_at__isnull=False) | Q(turn_unit__isnull=False)),
            models.CheckConstraint(name="loop_not_own_parent", condition=Q(parent=None) | ~Q(parent=F("id"))),
        ]
        indexes = [
            models.Index(fields=["turn_unit", "deadline"], name="loop_turn", condition=Q(closed_at=None)),
            models.Index(fields=["owner_unit", "deadline"], name="loop_owner", condition=Q(closed_at=None)),
            models.Index(fields=["opener_unit", "deadline"], name="loop_opener", condition=Q(closed_at=None)),
            models.Index(fields=["verifier_unit"], name="loop_verifier", condition=Q(closed_at=None, verifier_unit__isnull=False)),
            models.Index(fields=["area", "deadline"], name="loop_area", condition=Q(closed_at=None), include=["level"]),
            models.Index(fields=["owner_account", "deadline"], name="loop_mine", condition=Q(closed_at=None, owner_account__isnull=False)),
            models.Index(fields=["subject_person"], name="loop_person", condition=Q(subject_person__isnull=False)),
            models.Index(fields=["subject_unit"], name="loop_about_unit", condition=Q(subject_unit__isnull=False)),
            models.Index(fields=["parent"], name="loop_parent", condition=Q(parent__isnull=False)),
            models.Index(fields=["closed_at"], name="loop_closed", condition=Q(closed_at__isnull=False)),
            models.Index(fields=["area", "closed_at"], name="loop_closed_area", condition=Q(closed_at__isnull=False), include=["due_at"]),
            models.Index(fields=["area", "opened_at"], name="loop_opened"),
            GinIndex(OpClass("title", "gin_trgm_ops"), name="loop_title"),
            models.Index(fields=["origin", "origin_ref"], name="loop_origin", condition=~Q(origin_ref="")),
            models.Index(fields=["deadline"], name="loop_deadline", condition=Q(closed_at=None)),
            models.Index(fields=["kind", "stage", "deadline"], name="loop_kind_stage", condition=Q(closed_at=None)),
            models.Index(fields=["level", "deadline"], name="loop_level", condition=Q(closed_at=None) & ~Q(level="none")),
            models.Index(fields=["check_at"], name="loop_check", condition=Q(closed_at=None, check_at__isnull=False)),
            models.Index(fields=["opener_unit", "follow_up_at"], name="loop_follow", condition=Q(follow_up_done=False, follow_up_at__isnull=False)),
        ]

    @property
    def heading(self) -> Text:
        """The title as a page shows it; `title` is the official one."""
        return in_both(self.data, "title", self.title)

    @property
    def told(self) -> Text:
        """The detail as a page shows it."""
        return in_both(self.data, "detail", self.detail)


class CoUnit(models.Model):
    """A co-operating unit's own part of a loop."""

    loop = models.ForeignKey(Loop, on_delete=models.CASCADE, related_name="co_units")
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT)
    part = models.CharField(max_length=200, blank=True)
    done_at = models.DateTimeField(null=True)
    done_note = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["loop", "unit"], name="co_unit_once")]


class StoredFile(models.Model):
    """A file, sealed. Its content is read through `record.files`, which logs the reading."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=80)
    size = models.BigIntegerField()
    sha256 = models.BinaryField(max_length=32)
    sealed = models.BinaryField(null=True)
    uploaded_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT)
    uploaded_at = models.DateTimeField()


class Evidence(models.Model):
    """What shows that something was done: text, file, photo, number, signature, or a link to a record."""

    loop = models.ForeignKey(Loop, on_delete=models.CASCADE, related_name="evidence")
    act = models.UUIDField()
    step = models.CharField(max_length=40)
    key = models.CharField(max_length=40)
    type = models.CharField(max_length=12)
    text = models.TextField(blank=True)
    number = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT)
    link = models.CharField(max_length=120, blank=True)
    by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT)
    at = models.DateTimeField()


class LoopLink(models.Model):
    """A relation between loops that is not parent and child: follows, duplicates, answers."""

    source = models.ForeignKey(Loop, on_delete=models.CASCADE, related_name="links_out")
    target = models.ForeignKey(Loop, on_delete=models.CASCADE, related_name="links_in")
    relation = models.CharField(max_length=20)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "target", "relation"], name="loop_link_once")]
