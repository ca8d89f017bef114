"""The one door: what runs after commit, and acts that are parts of a load which is all or nothing."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from tests.cast import Cast
from tongchou.kernel.errors import Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record import act as act_module
from tongchou.record.access import SYSTEM
from tongchou.record.act import act, one_load, verb
from tongchou.record.actions import loops as steps
from tongchou.record.models import Act, Event, LedgerQueue, Loop, StoredRefusal

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Say:
    """An effect; two of the same word are equal."""

    heard: tuple[list[str], ...]
    word: str

    def __hash__(self) -> int:
        return hash(self.word)

    def __call__(self) -> None:
        self.heard[0].append(self.word)


def test_equal_effects_of_a_load_run_once(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    heard: list[str] = []
    monkeypatch.setattr(steps, "_AFTER", {("task", "sign"): [lambda context, loops: context.effect(Say((heard,), "look"))]})
    tasks = [cast.task() for _ in range(3)]
    with django_capture_on_commit_callbacks(execute=True), one_load():
        for loop in tasks:
            cast.act("street", "loop.advance", loop=loop, step="sign")
    assert heard == ["look"]
    with django_capture_on_commit_callbacks(execute=True):
        cast.act("street", "loop.advance", loop=cast.task(), step="sign")
    assert heard == ["look", "look"]


def test_an_act_its_events_and_its_place_in_the_queue_are_written_together(cast: Cast) -> None:
    signed = cast.act("street", "loop.advance", loop=cast.task(), step="sign")
    assert Act.objects.get(pk=signed.id).events == Event.objects.filter(act_id=signed.id).count() == 1
    assert LedgerQueue.objects.filter(act_id=signed.id).exists()


@pytest.mark.parametrize("recurs", [True, False])
def test_a_round_of_the_program_that_finds_nothing_to_do_leaves_no_act(cast: Cast, monkeypatch: pytest.MonkeyPatch, recurs: bool) -> None:
    """Several rounds a minute would bury what people did: without the guard there would be an act of each."""
    cast.task()
    spec = act_module._VERBS["loop.escalate"]
    monkeypatch.setitem(act_module._VERBS, "loop.escalate", dataclasses.replace(spec, recurs=recurs))
    rounds = lambda: Act.objects.filter(verb="loop.escalate").count()  # noqa: E731
    act("loop.escalate", SYSTEM, new_id(), {})
    assert rounds() == (0 if recurs else 1)
    late = timezone.now() + timedelta(days=30)
    raised = act("loop.escalate", SYSTEM, new_id(), {}, now=late).result["raised"]
    assert raised == 1
    assert rounds() == (1 if recurs else 2), "what it did is on record"


def test_only_the_programs_own_rounds_recur() -> None:
    with pytest.raises(RuntimeError, match="rounds recur"):
        verb("nobody.recurs", "loop.act", Text("无", "none"), recurs=True)(steps.add_note)


def test_a_load_is_undone_by_its_first_refusal(cast: Cast) -> None:
    before = (Loop.objects.count(), StoredRefusal.objects.count())

    def load() -> None:
        with transaction.atomic(), one_load():
            cast.task()
            cast.act("street", "loop.advance", loop=cast.task(), step="no_such_step")

    with pytest.raises(Refusal) as caught:
        load()
    assert caught.value.field == "step"
    assert (Loop.objects.count(), StoredRefusal.objects.count()) == before


def test_what_may_be_refused_by_itself_undoes_only_its_own_act(cast: Cast) -> None:
    before = (Loop.objects.count(), StoredRefusal.objects.count())
    with transaction.atomic(), one_load():
        loop = cast.task()
        with one_load(False), pytest.raises(Refusal):
            cast.act("street", "loop.advance", loop=loop, step="no_such_step")
    assert (Loop.objects.count(), StoredRefusal.objects.count()) == (before[0] + 1, before[1] + 1)


def test_a_dry_run_within_a_load_changes_nothing_and_breaks_nothing(cast: Cast) -> None:
    before = Loop.objects.count()
    with transaction.atomic(), one_load():
        loop = cast.task()
        assert act("loop.advance", cast.as_("street"), new_id(), {"loop": str(loop), "step": "sign"}, dry_run=True).dry_run
    assert Loop.objects.count() == before + 1
