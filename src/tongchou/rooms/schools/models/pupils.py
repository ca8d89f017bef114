"""Single pupils who are absent, and nobody else: sealed names or numbers, until they are back, and for some days more."""

from django.db import models
from django.db.models import F, Q

from tongchou.rooms.schools.models.checks import Check
from tongchou.rooms.schools.models.school import School, SchoolClass


class Absentee(models.Model):
    """One pupil of a class who is absent, from the check that first named it to the one that no longer does.

    who: keyed hash of the name or number within the class; sealed: the same, readable by who may. last_on: day of the last check or word. where: what was
    last heard. back_on None: still absent.
    """

    class Reason(models.TextChoices):
        FEVER = "fever"
        VOMITING = "vomiting"
        ILL = "ill"
        LEAVE = "leave"
        UNKNOWN = "unknown"

    class Where(models.TextChoices):
        UNHEARD = "unheard"
        HOME = "home"
        DOCTOR = "doctor"
        HOSPITAL = "hospital"

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+")
    school_class = models.ForeignKey(SchoolClass, on_delete=models.CASCADE, related_name="absentees")
    who = models.CharField(max_length=64)
    sealed = models.BinaryField()
    reason = models.CharField(max_length=8, choices=Reason.choices)
    where = models.CharField(max_length=8, choices=Where.choices, default=Where.UNHEARD)
    from_on = models.DateField()
    last_on = models.DateField()
    followed_on = models.DateField(null=True)
    back_on = models.DateField(null=True)
    first_check = models.ForeignKey(Check, null=True, on_delete=models.SET_NULL, related_name="+")
    back_check = models.ForeignKey(Check, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school_class", "who"], name="absentee_open_once", condition=Q(back_on=None)
            ),
            models.CheckConstraint(
                condition=Q(last_on__gte=F("from_on")) & (Q(back_on=None) | Q(back_on__gte=F("from_on"))),
                name="absentee_days_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "from_on"], name="absentee_open", condition=Q(back_on=None)),
            models.Index(fields=["back_on"], name="absentee_back"),
        ]


class PupilChase(models.Model):
    """Absent pupils of a class who were not asked after in time: one open loop for each class. pupils: how many when it was opened."""

    school_class = models.ForeignKey(SchoolClass, on_delete=models.CASCADE, related_name="+")
    pupils = models.PositiveIntegerField()
    loop = models.ForeignKey("record.Loop", on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school_class"], condition=Q(settled_at=None), name="pupil_chase_open_once")]
