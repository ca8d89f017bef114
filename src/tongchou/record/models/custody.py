"""Custody: persons and goods in double entry.

A `Custody` is one stay of a person or thing in the account: taken in once, let out once with a reason. While it is open it has exactly
one open `Holding`; the partial unique index refuses a second, and a deferred trigger refuses none at commit.
"""

from django.db import models
from django.db.models import F, Q


class Custody(models.Model):
    """purpose: what for (isolation, transfer, sample, stock ...). item: table:id or a barcode."""

    id = models.UUIDField(primary_key=True)
    purpose = models.CharField(max_length=30)
    person = models.ForeignKey("record.Person", null=True, on_delete=models.PROTECT, related_name="custodies")
    item = models.CharField(max_length=80, blank=True)
    area = models.ForeignKey("record.Area", on_delete=models.PROTECT)
    taken_in_at = models.DateTimeField()
    let_out_at = models.DateTimeField(null=True)
    out_reason = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "person"], condition=Q(let_out_at=None, person__isnull=False), name="custody_person_once"
            ),
            models.UniqueConstraint(
                fields=["purpose", "item"], condition=Q(let_out_at=None) & ~Q(item=""), name="custody_item_once"
            ),
            models.CheckConstraint(
                name="custody_person_or_item", condition=Q(person__isnull=False, item="") | (Q(person=None) & ~Q(item=""))
            ),
            models.CheckConstraint(
                name="custody_out_has_reason",
                condition=Q(let_out_at=None, out_reason="") | (Q(let_out_at__isnull=False) & ~Q(out_reason="")),
            ),
        ]


class Holding(models.Model):
    """Who holds it, from when to when. `holder_kind` unlocated has no unit: nobody holds it, and that shouts."""

    custody = models.ForeignKey(Custody, on_delete=models.PROTECT, related_name="holdings")
    holder_kind = models.CharField(max_length=12, help_text="site, vehicle, household, lab, store, unit, unlocated")
    unit = models.ForeignKey("record.Unit", null=True, on_delete=models.PROTECT, related_name="holdings")
    place = models.CharField(max_length=80, blank=True, help_text="room, seat, shelf, plate number, household id")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    act = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["custody"], condition=Q(until=None), name="holding_single_holder"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="holding_times_in_order"),
            models.CheckConstraint(
                name="holding_unit_unless_unlocated",
                condition=Q(holder_kind="unlocated", unit=None) | (~Q(holder_kind="unlocated") & Q(unit__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["unit"], name="holding_open_unit", condition=Q(until=None))]


class Handover(models.Model):
    """An offer of one side that the other side accepts or refuses. Until it is accepted the giver holds."""

    id = models.UUIDField(primary_key=True)
    from_unit = models.ForeignKey("record.Unit", null=True, on_delete=models.PROTECT, related_name="handovers_given")
    to_unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="handovers_taken")
    to_kind = models.CharField(max_length=12)
    place = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=10, default="offered", help_text="offered, accepted, refused, withdrawn")
    offered_at = models.DateTimeField()
    offered_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["to_unit", "due_at"], name="handover_open", condition=Q(state="offered"))]


class HandoverItem(models.Model):
    """One person or thing in a hand-over. At most one open offer for each custody."""

    handover = models.ForeignKey(Handover, on_delete=models.CASCADE, related_name="items")
    custody = models.ForeignKey(Custody, on_delete=models.PROTECT, related_name="handover_items")
    open = models.BooleanField(default=True)
    outcome = models.CharField(max_length=10, blank=True, help_text="accepted, refused, missing")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["custody"], condition=Q(open=True), name="handover_one_open_offer")
        ]
