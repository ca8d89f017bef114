"""Case numbers by area and day, what was found out about places, and the grades proposed from them."""

from django.db import models
from django.db.models import F, Q


class CaseCount(models.Model):
    """What was reported of one area and day; zero is a report too. Only numbers, no persons. A correction closes the row and adds another.

    unknown_source, largest_cluster None: not reported. basis: by the day of onset or of the report.
    The numbers of an area are those of its whole subtree: a street's own row holds the cases that no community of it has.
    """

    class Basis(models.TextChoices):
        REPORT = "report"
        ONSET = "onset"

    area = models.ForeignKey("record.Area", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    basis = models.CharField(max_length=6, choices=Basis.choices)
    cases = models.IntegerField()
    unknown_source = models.IntegerField(null=True)
    largest_cluster = models.IntegerField(null=True)
    source = models.CharField(max_length=200)
    known_from = models.DateTimeField()
    known_to = models.DateTimeField(null=True)
    account = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    act = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "day", "basis"], condition=Q(known_to=None), name="count_once"),
            models.CheckConstraint(condition=Q(cases__gte=0), name="count_not_negative"),
            models.CheckConstraint(condition=Q(unknown_source=None) | Q(unknown_source__gte=0, unknown_source__lte=F("cases")), name="count_unknown_source"),
            models.CheckConstraint(condition=Q(largest_cluster=None) | Q(largest_cluster__gte=0), name="count_cluster"),
        ]
        indexes = [models.Index(fields=["day"], name="count_day")]


class Finding(models.Model):
    """One thing found out about an area on a day: what the place was to an infected person, a round of tests, the last close contact."""

    class Fact(models.TextChoices):
        PLACE = "place"
        ROUND_NEGATIVE = "round_negative"
        LAST_CONTACT_CLEAR = "last_contact_clear"
        CONTROLLED = "controlled"

    area = models.ForeignKey("record.Area", on_delete=models.PROTECT, related_name="+")
    fact = models.CharField(max_length=20, choices=Fact.choices)
    value = models.CharField(max_length=20)
    day = models.DateField()
    source = models.CharField(max_length=200)
    known_from = models.DateTimeField()
    account = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["area", "fact", "day"], name="finding_area")]


class Proposal(models.Model):
    """A change of an area's grade as the rules give it: proposed by the program, put forward by one person, decided by another.

    as_of: the day from which the grade is to hold. evidence: the numbers, the rule with its document, the conditions as they were looked at.
    """

    class Decision(models.TextChoices):
        APPROVED = "approved"
        REFUSED = "refused"
        LAPSED = "lapsed"

    id = models.UUIDField(primary_key=True)
    area = models.ForeignKey("record.Area", on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField()
    from_grade = models.CharField(max_length=20, blank=True)
    to_grade = models.CharField(max_length=20)
    pack = models.CharField(max_length=60)
    edition = models.CharField(max_length=60)
    rule = models.CharField(max_length=60)
    evidence = models.JSONField()
    proposed_at = models.DateTimeField()
    submitted_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    document = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=500, blank=True)
    loop = models.OneToOneField("record.Loop", null=True, on_delete=models.PROTECT, related_name="+", help_text="in whose work list it waits")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area"], condition=Q(decided_at=None), name="proposal_one_open"),
            models.CheckConstraint(condition=Q(decision="") | ~Q(decided_by=F("submitted_by")) | Q(decided_by=None), name="proposal_two_people"),
            models.CheckConstraint(
                condition=~Q(decision="approved") | Q(submitted_by__isnull=False, decided_by__isnull=False), name="proposal_put_forward"
            ),
            models.CheckConstraint(condition=Q(decided_at=None, decision="") | Q(decided_at__isnull=False) & ~Q(decision=""), name="proposal_decided"),
        ]
        indexes = [models.Index(fields=["area", "-proposed_at"], name="proposal_area")]
