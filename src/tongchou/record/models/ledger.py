"""Who did, saw and refused what. Rows here are never changed or deleted: triggers refuse it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Act(models.Model):
    """One change (or one reading of personal data). The id is the client's, so that repeating it changes nothing.

    `payload_mac` is a keyed hash of the payload: it tells a repeat from a reused id without keeping the payload.
    `digest` commits to the row and to every event of the act: see docs/developer/ledger-format.md.
    """

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    verb = models.CharField(max_length=60)
    account = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, db_index=False)
    role = models.CharField(max_length=30, blank=True)
    unit = models.ForeignKey("record.Unit", null=True, on_delete=models.PROTECT, db_index=False)
    via = models.CharField(max_length=10)
    purpose = models.CharField(max_length=200, blank=True)
    payload_mac = models.BinaryField(max_length=32)
    result = models.JSONField(default=dict)
    events = models.IntegerField(default=0)
    salt = models.BinaryField(max_length=16)
    digest = models.BinaryField(max_length=32)

    class Meta:
        indexes = [models.Index(fields=["account", "at"]), models.Index(fields=["verb", "at"])]


class Event(models.Model):
    """One thing that an act did to one loop, person or other record. `commit` = SHA-256(salt, canonical content)."""

    id = models.BigAutoField(primary_key=True)
    act = models.ForeignKey(Act, on_delete=models.PROTECT, related_name="event_rows", db_constraint=False, db_index=False)
    n = models.IntegerField()
    at = models.DateTimeField()
    loop_id = models.UUIDField(null=True)
    subject = models.CharField(max_length=60, blank=True, help_text="table:id of another record")
    what = models.CharField(max_length=40)
    from_stage = models.CharField(max_length=40, blank=True)
    to_stage = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    salt = models.BinaryField(max_length=16, null=True)
    commitment = models.BinaryField(max_length=32)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["loop_id", "id"], name="event_loop", condition=models.Q(loop_id__isnull=False)),
            models.Index(fields=["subject", "id"], name="event_subject", condition=~models.Q(subject="")),
            models.Index(fields=["act", "n"], name="event_act"),
        ]


class LedgerQueue(models.Model):
    """Acts that wait to be chained. A row comes with the act's own transaction and goes when the act is chained."""

    act_id = models.UUIDField(primary_key=True)


class LedgerEntry(models.Model):
    """One link of the chain: hash = H(prev, seq, body), body naming the act and its digest."""

    seq = models.BigIntegerField(primary_key=True)
    act_id = models.UUIDField(unique=True)
    at = models.DateTimeField()
    act_digest = models.BinaryField(max_length=32)
    prev = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)


class HeadExport(models.Model):
    """A signed head that was handed to an outside witness."""

    seq = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)
    at = models.DateTimeField()
    signature = models.BinaryField()
    key_id = models.CharField(max_length=64)


class ReadSubject(models.Model):
    """Whose data an act of reading showed: what a person is told when asking “who looked at me”."""

    id = models.BigAutoField(primary_key=True)
    act_id = models.UUIDField()
    person_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person_id", "at"]), models.Index(fields=["act_id"])]


class StoredRefusal(models.Model):
    """An act that was refused: who tried what, and why it was refused."""

    id = models.BigAutoField(primary_key=True)
    client_id = models.UUIDField(null=True)
    at = models.DateTimeField(db_index=True)
    verb = models.CharField(max_length=60)
    account = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT)
    via = models.CharField(max_length=10)
    reason = models.CharField(max_length=40)
    field = models.CharField(max_length=120, blank=True)
    subject = models.CharField(max_length=60, blank=True)
    targets = ArrayField(models.UUIDField(), default=list)
