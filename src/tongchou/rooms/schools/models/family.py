"""Between families and a school: what the school tells them, and what they tell of their own child."""

from django.db import models
from django.db.models import F, Q

from tongchou.rooms.schools.models.pupils import Absentee
from tongchou.rooms.schools.models.school import School, SchoolClass


class FamilyNotice(models.Model):
    """What a school tells families: whom to call, and what has to be brought and done. Public to whoever is signed in."""

    school = models.OneToOneField(School, primary_key=True, on_delete=models.CASCADE, related_name="notice")
    phone = models.CharField(max_length=60)
    text = models.TextField()
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()


class FamilyWord(models.Model):
    """A family's word about one pupil: absent from a day on, or away in the holidays. It counts nobody: the class's own check and report do.

    who, sealed: as of an absent pupil, for the school alone. place: where to in the holidays, empty for staying. to_on None: until further word.
    """

    class Kind(models.TextChoices):
        ABSENCE = "absence"
        TRAVEL = "travel"

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+")
    school_class = models.ForeignKey(SchoolClass, on_delete=models.CASCADE, related_name="words")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    who = models.CharField(max_length=64)
    sealed = models.BinaryField()
    reason = models.CharField(max_length=8, choices=Absentee.Reason.choices, blank=True)
    where = models.CharField(max_length=8, choices=Absentee.Where.choices, blank=True)
    place = models.CharField(max_length=80, blank=True)
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    taken_by = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school_class", "kind", "who", "from_on", "account"], name="family_word_once", condition=Q(withdrawn_at=None)
            ),
            models.CheckConstraint(condition=Q(to_on=None) | Q(to_on__gte=F("from_on")), name="family_word_days_in_order"),
            models.CheckConstraint(condition=~Q(kind="absence") | ~Q(reason=""), name="family_absence_has_reason"),
        ]
        indexes = [models.Index(fields=["school", "from_on"], name="family_word_school"), models.Index(fields=["account", "at"], name="family_word_account")]
