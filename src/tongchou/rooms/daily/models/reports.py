"""What an enterprise reports of a day, who was silent, and who need not report."""

from django.db import models
from django.db.models import F, Q


class Report(models.Model):
    """One day of one enterprise. A correction is a row of its own and keeps the earlier one, which then has replaced_at.

    Counts are of people; None was not reported. abnormal: above the plan's temperature. staff: on the books; returned: of them, back in the
    district. masks in pieces; mask_days: for how many days they last by the pack's formula. output: of the day, backlog: orders in hand,
    both in 10,000 yuan. attended: people by attendance when it was sent, None without attendance; differs: why at_work is another number. late: after the
    hour. unchanged: sent with one tap, the figures are those of the report before, nothing abnormal.
    """

    class Via(models.TextChoices):
        OWN = "own"
        TABLE = "table"

    id = models.UUIDField(primary_key=True)
    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="daily_reports")
    day = models.DateField()
    closed = models.BooleanField(default=False, help_text="did not work that day")
    at_work = models.PositiveIntegerField()
    on_leave = models.PositiveIntegerField(null=True)
    abnormal = models.PositiveIntegerField()
    incidents = models.PositiveIntegerField()
    incident_note = models.CharField(max_length=2000, blank=True)
    staff = models.PositiveIntegerField(null=True)
    returned = models.PositiveIntegerField(null=True)
    masks = models.PositiveIntegerField(null=True)
    shift_hours = models.PositiveSmallIntegerField(null=True)
    mask_days = models.DecimalField(max_digits=9, decimal_places=1, null=True)
    output = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    backlog = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    attended = models.PositiveIntegerField(null=True)
    differs = models.CharField(max_length=200, blank=True)
    unchanged = models.BooleanField(default=False)
    late = models.BooleanField()
    via = models.CharField(max_length=5, choices=Via.choices)
    account = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    replaced_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=300, blank=True, help_text="of a correction")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "day"], name="report_one_a_day", condition=Q(replaced_at=None)),
            models.CheckConstraint(
                condition=Q(staff=None) | Q(at_work__lte=F("staff")), name="report_at_work_of_staff"
            ),
            models.CheckConstraint(
                condition=Q(staff=None) | Q(returned=None) | Q(returned__lte=F("staff")),
                name="report_returned_of_staff",
            ),
            models.CheckConstraint(condition=Q(closed=False) | Q(at_work=0), name="report_closed_nobody_at_work"),
            models.CheckConstraint(condition=Q(incidents=0) | ~Q(incident_note=""), name="report_incident_told"),
        ]
        indexes = [models.Index(fields=["day", "unit"], name="report_day", condition=Q(replaced_at=None))]


class Happening(models.Model):
    """An incident that a report told of: one row, and one loop, for each enterprise, day and kind, however often the day is reported or corrected.

    what: a choice of the loop kind `site_incident`; n: how many of it; report: the one that told of it last; gone: a correction no longer tells of it.
    """

    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    what = models.CharField(max_length=20)
    n = models.PositiveIntegerField()
    note = models.CharField(max_length=2000)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="happenings")
    loop = models.ForeignKey("record.Loop", null=True, on_delete=models.PROTECT, related_name="+")
    gone = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "day", "what"], name="happening_once"),
            models.CheckConstraint(condition=Q(n__gte=1) & ~Q(note=""), name="happening_told"),
        ]


class Excuse(models.Model):
    """An enterprise that need not report on some days: closed, moved away. until None: until further notice."""

    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="report_excuses")
    from_date = models.DateField()
    until = models.DateField(null=True)
    reason = models.CharField(max_length=300)
    account = models.ForeignKey("record.Account", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("from_date")), name="excuse_dates_in_order"
            ),
            models.UniqueConstraint(fields=["unit"], name="excuse_one_live", condition=Q(ended_at=None)),
        ]


class Silence(models.Model):
    """That an enterprise had not reported a day by its hour: when it was reminded, and the street's loop."""

    unit = models.ForeignKey("record.Unit", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    reminded_at = models.DateTimeField()
    loop = models.ForeignKey("record.Loop", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "day"], name="silence_once")]
