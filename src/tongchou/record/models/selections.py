"""Loops that somebody has selected on the work list, and what came of dealing with them all at once."""

from django.db import models
from django.db.models import Q


class LoopSelection(models.Model):
    """Loops as one person selected them, and what was asked for them: nothing yet (draft), or one thing for each.

    query: the filters by which they were found, empty where each was ticked. cut: more fitted than may be selected at once. payload: what every
    loop's act gets besides its loop. The act of a loop has an id that follows from this id and the loop's: carrying it out again does it once.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey("record.Account", on_delete=models.PROTECT, related_name="+", db_index=False)
    query = models.JSONField(default=dict)
    cut = models.BooleanField(default=False)
    total = models.IntegerField()
    verb = models.CharField(max_length=40, blank=True)
    title = models.JSONField(default=dict, help_text="what was asked for, in words: {zh, en}")
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=7, choices=State.choices, default=State.DRAFT)
    tries = models.IntegerField(default=0)
    made_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="selection_asked", condition=Q(state="draft", asked_at=None, verb="") | (~Q(state="draft") & Q(asked_at__isnull=False) & ~Q(verb=""))
            ),
            models.CheckConstraint(condition=Q(state="done", finished_at__isnull=False) | (~Q(state="done") & Q(finished_at=None)), name="selection_finished"),
        ]
        indexes = [
            models.Index(fields=["account", "-made_at"], name="selection_own"),
            models.Index(fields=["asked_at"], name="selection_open", condition=Q(state__in=["waiting", "running"])),
        ]


class SelectedLoop(models.Model):
    """One loop of a selection, in its place. Dealt with: either done_at, or why not: {reason, rule, remedy}."""

    selection = models.ForeignKey(LoopSelection, on_delete=models.CASCADE, related_name="loops", db_index=False)
    place = models.IntegerField()
    loop = models.UUIDField()
    done_at = models.DateTimeField(null=True)
    refusal = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["selection", "place"], name="selected_place"),
            models.UniqueConstraint(fields=["selection", "loop"], name="selected_once"),
            models.CheckConstraint(condition=Q(done_at=None) | Q(refusal__isnull=True), name="selected_done_or_refused"),
        ]
