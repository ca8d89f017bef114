"""Who was at the workplace, by which code or badge, and what of it somebody has to see to."""

from django.db import models
from django.db.models import Q


class Attendance(models.Model):
    """A person through an enterprise's gate. way: from a gate machine, the person's own phone, or gate staff.

    code: number of the time slice in which it was signed with a code; None where none was used. temperature in °C. section, shift: as the gate machine
    or the enterprise names them, "" where nobody has said.
    """

    class Direction(models.TextChoices):
        IN = "in"
        OUT = "out"

    class Way(models.TextChoices):
        MACHINE = "machine"
        PHONE = "phone"
        STAFF = "staff"

    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("record.Person", on_delete=models.PROTECT, related_name="+")
    day = models.DateField(help_text="of the district's clock")
    at = models.DateTimeField()
    direction = models.CharField(max_length=3, choices=Direction.choices)
    way = models.CharField(max_length=7, choices=Way.choices)
    temperature = models.DecimalField(max_digits=3, decimal_places=1, null=True)
    section = models.CharField(max_length=60, blank=True)
    shift = models.CharField(max_length=20, blank=True)
    code = models.BigIntegerField(null=True)
    act = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "person", "at", "direction"], name="attendance_once"),
            models.UniqueConstraint(
                fields=["unit", "person", "direction", "code"],
                name="attendance_once_a_code",
                condition=Q(code__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(temperature=None) | Q(temperature__gte=30, temperature__lte=45),
                name="attendance_temperature",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "day"], name="attendance_unit_day"),
            models.Index(fields=["day"], name="attendance_day"),
        ]


class Badge(models.Model):
    """The work number of a member of staff, and where and when that one works. Learned from gate machines; number "" where it has none."""

    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("record.Person", on_delete=models.CASCADE, related_name="+")
    number = models.CharField(max_length=40, blank=True)
    section = models.CharField(max_length=60, blank=True)
    shift = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "person"], name="badge_one_each"),
            models.UniqueConstraint(fields=["unit", "number"], name="badge_number_once", condition=~Q(number="")),
        ]


class Gate(models.Model):
    """How an enterprise's sign-in code is made. turn: counts how often it was renewed, so that codes from before do not hold.

    changing: a new code every few minutes, for a screen; else one a day, for a printed sheet.
    """

    unit = models.OneToOneField("record.Unit", primary_key=True, on_delete=models.CASCADE, related_name="+")
    turn = models.PositiveIntegerField(default=1)
    changing = models.BooleanField(default=False)


class Alarm(models.Model):
    """What attendance shows that somebody has to see to, once for each enterprise, day and person. The course is that of the loop, one for an enterprise.

    who: the person's id in hex; of somebody on no file the keyed hash of what the gate machine has; "" for a headcount. sealed: what the machine has of
    somebody on no file. reading in °C. counted: people by attendance; reported: at work by the daily report; on_leave: on leave by
    what the enterprise has recorded.
    """

    class Kind(models.TextChoices):
        NOT_CLEARED = "not_cleared"
        STRANGER = "stranger"
        FEVER = "fever"
        HEADCOUNT = "headcount"

    class State(models.TextChoices):
        OPEN = "open"
        ANSWERED = "answered"
        ENDED = "ended"

    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    kind = models.CharField(max_length=11, choices=Kind.choices)
    who = models.CharField(max_length=64, blank=True)
    person = models.ForeignKey("record.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    sealed = models.BinaryField(null=True)
    section = models.CharField(max_length=60, blank=True)
    reading = models.DecimalField(max_digits=3, decimal_places=1, null=True)
    seen_at = models.DateTimeField(null=True)
    counted = models.PositiveIntegerField(null=True)
    reported = models.PositiveIntegerField(null=True)
    on_leave = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    how = models.CharField(max_length=12, blank=True)
    note = models.CharField(max_length=300, blank=True)
    account = models.ForeignKey(
        "record.Account", null=True, on_delete=models.PROTECT, related_name="+", help_text="who answered"
    )
    answered_at = models.DateTimeField(null=True)
    loop = models.ForeignKey("record.Loop", null=True, on_delete=models.PROTECT, related_name="+")
    fever = models.ForeignKey("daily.Fever", null=True, on_delete=models.SET_NULL, related_name="+")
    act = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "day", "kind", "who"], name="alarm_once"),
            models.CheckConstraint(condition=Q(state="open") | ~Q(how=""), name="alarm_answer_says_how"),
        ]
        indexes = [
            models.Index(fields=["day"], name="alarm_day"),
            models.Index(fields=["loop"], name="alarm_loop", condition=Q(loop__isnull=False)),
        ]
