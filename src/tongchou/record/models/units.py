"""Units, the posts in them, who holds a post from when to when, and who is responsible for what."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When


class DateRange(Func):
    """daterange(from, to, '[)'): a day on which one ends and the next begins is no overlap."""

    function = "daterange"
    output_field = DateRangeField()


class Unit(models.Model):
    """An organisation: of the headquarters, of the territory, or one that is served and supervised."""

    class Kind(models.TextChoices):
        HEADQUARTERS = "headquarters"
        HQ_OFFICE = "hq_office"
        HQ_DEPARTMENT = "hq_department"
        SPECIAL_TEAM = "special_team"
        SUPERVISION_GROUP = "supervision_group"
        DEPARTMENT = "department"
        DISCIPLINE = "discipline"
        STREET = "street"
        COMMUNITY = "community"
        CHECKPOINT = "checkpoint"
        SITE = "site"
        CLINIC = "clinic"
        LAB = "lab"
        SAMPLING = "sampling"
        STORE = "store"
        TRANSPORT = "transport"
        ENTERPRISE = "enterprise"
        SCHOOL = "school"
        VOLUNTEER_TEAM = "volunteer_team"
        ADMINISTRATION = "administration"

    name = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160, blank=True)
    name_key = models.CharField(max_length=320, blank=True, db_index=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    code = models.CharField(max_length=40, null=True, blank=True, unique=True, help_text="USCC or a local code")
    area = models.ForeignKey("record.Area", on_delete=models.PROTECT, related_name="units")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    active_from = models.DateField()
    active_to = models.DateField(null=True, blank=True)
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "area"])]

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """A place in a unit that gives its holder a role."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts")
    title = models.CharField(max_length=80)
    title_en = models.CharField(max_length=80, blank=True)
    role = models.CharField(max_length=30)
    single = models.BooleanField(default=False, help_text="True: one holder at a time")
    ended_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.title


class PostHolding(models.Model):
    """An account holds a post from a day until (not including) another. The database refuses overlaps."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="holdings")
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="holdings")
    single = models.BooleanField(default=False)
    from_date = models.DateField()
    to_date = models.DateField(null=True, blank=True)
    on_duty = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(to_date=None) | Q(to_date__gte=F("from_date")), name="holding_dates_in_order"
            ),
            ExclusionConstraint(
                name="holding_same_account_overlap",
                expressions=[
                    ("post", RangeOperators.EQUAL),
                    ("account", RangeOperators.EQUAL),
                    (DateRange("from_date", "to_date", Value("[)")), RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="holding_single_post_overlap",
                expressions=[
                    ("post", RangeOperators.EQUAL),
                    (DateRange("from_date", "to_date", Value("[)")), RangeOperators.OVERLAPS),
                ],
                condition=Q(single=True),
            ),
        ]


DUTIES = ("业务主管", "安全监管")
"""Notes that name a duty of its own within a kind: 管行业, 管业务 and 管生产经营必须管安全 are three departments' duties for one enterprise."""
DUTY = Case(When(note__in=DUTIES, then="note"), default=Value(""))


class Responsibility(models.Model):
    """Four-party responsibility 属地/行业/单位/个人 and 包联 leaders: who answers for an area, a unit or a person. One post at a time for each
    subject, kind and duty: where two answer, nobody does. The database refuses overlaps. note: free, or one of DUTIES."""

    class Kind(models.TextChoices):
        TERRITORIAL = "territorial"
        SECTOR = "sector"
        ENTITY = "entity"
        PERSONAL = "personal"
        PAIRED = "paired"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    area = models.ForeignKey("record.Area", null=True, blank=True, on_delete=models.PROTECT)
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="responsibilities")
    person = models.ForeignKey("record.Person", null=True, blank=True, on_delete=models.PROTECT)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="responsibilities")
    note = models.CharField(max_length=200, blank=True)
    from_date = models.DateField()
    to_date = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="responsibility_one_subject",
                condition=(
                    Q(area__isnull=False, unit=None, person=None)
                    | Q(area=None, unit__isnull=False, person=None)
                    | Q(area=None, unit=None, person__isnull=False)
                ),
            ),
            models.CheckConstraint(
                condition=Q(to_date=None) | Q(to_date__gte=F("from_date")), name="responsibility_dates_in_order"
            ),
            *(
                ExclusionConstraint(
                    name=f"responsibility_one_for_{subject}",
                    expressions=[
                        (subject, RangeOperators.EQUAL),
                        ("kind", RangeOperators.EQUAL),
                        (DUTY, RangeOperators.EQUAL),
                        (DateRange("from_date", "to_date", Value("[)")), RangeOperators.OVERLAPS),
                    ],
                )
                for subject in ("area", "unit", "person")  # two of them are null, and a null equals nothing
            ),
        ]
