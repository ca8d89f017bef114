"""Produce that needs buyers (滞销): what is for sale, who offers to buy, what was spoiled."""

from django.db import models
from django.db.models import Q


class Produce(models.Model):
    """A lot for sale. seller: an enterprise, or the village on behalf of its farmers; nobody's name or phone stands here.

    quantity in `measure`; price: yuan per measure, as the seller asks. keeps_until: the day until which it can be sold.
    """

    id = models.UUIDField(primary_key=True)
    seller = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    measure = models.CharField(max_length=12)
    quantity = models.DecimalField(max_digits=12, decimal_places=2)
    price = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    keeps_until = models.DateField()
    note = models.CharField(max_length=500, blank=True)
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0) & (Q(price=None) | Q(price__gte=0)), name="produce_positive"
            )
        ]
        indexes = [models.Index(fields=["keeps_until"], name="produce_keeps")]


class Offer(models.Model):
    """A buyer's offer. loop: once it is taken, the loop that the seller confirms."""

    id = models.UUIDField(primary_key=True)
    produce = models.ForeignKey(Produce, on_delete=models.PROTECT, related_name="offers")
    buyer = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    quantity = models.DecimalField(max_digits=12, decimal_places=2)
    price = models.DecimalField(max_digits=10, decimal_places=2)
    collect_on = models.DateField()
    loop = models.OneToOneField("record.Loop", null=True, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0, price__gte=0), name="offer_positive")]


class Spoiled(models.Model):
    """What of a lot was lost, and why."""

    class Why(models.TextChoices):
        NO_BUYER = "no_buyer"
        NO_TRANSPORT = "no_transport"
        NO_STORAGE = "no_storage"
        PRICE = "price"
        WEATHER = "weather"
        OTHER = "other"

    produce = models.ForeignKey(Produce, on_delete=models.PROTECT, related_name="spoiled")
    quantity = models.DecimalField(max_digits=12, decimal_places=2)
    why = models.CharField(max_length=12, choices=Why.choices)
    note = models.CharField(max_length=500, blank=True)
    on = models.DateField()
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="spoiled_positive")]
