"""Territory: the tree of areas, in dated editions."""

from django.db import models
from django.db.models import F, Q


class Edition(models.Model):
    """One published or local list of areas, such as the statistical divisions of 2021."""

    name = models.CharField(max_length=60, unique=True)
    in_force = models.DateField()
    source = models.TextField(blank=True)
    rows_in = models.IntegerField(default=0)
    imported_at = models.DateTimeField()


class Area(models.Model):
    """One node of the tree. A code is unique among areas that are in force; an area that ends keeps its row.

    `path` lists the ids from the root to this area, each closed by a dot ("1.7.23."), so that a subtree is a prefix.
    """

    class Level(models.TextChoices):
        PROVINCE = "province"
        CITY = "city"
        DISTRICT = "district"
        STREET = "street"
        COMMUNITY = "community"
        GRID = "grid"
        BUILDING = "building"

    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    level = models.CharField(max_length=12, choices=Level.choices)
    kind = models.CharField(max_length=20, blank=True, help_text="street/town/township, community/village, zone")
    civil = models.BooleanField(default=True, help_text="False: no civil division code, e.g. a development zone")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    path = models.TextField(db_collation="C", default="", db_index=True)
    name_key = models.CharField(max_length=240, blank=True, help_text="pinyin, for sorting and search")
    edition = models.ForeignKey(Edition, null=True, on_delete=models.PROTECT)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=Q(valid_to=None), name="area_code_in_force"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="area_dates_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AreaChange(models.Model):
    """What became of an area between two editions: renamed, recoded, moved, merged, split, ended."""

    old = models.ForeignKey(Area, null=True, on_delete=models.PROTECT, related_name="changes_after")
    new = models.ForeignKey(Area, null=True, on_delete=models.PROTECT, related_name="changes_before")
    kind = models.CharField(max_length=12)
    on = models.DateField()
    edition = models.ForeignKey(Edition, null=True, on_delete=models.PROTECT)
