"""What the generated tests of loops and custody share: one transaction for each history, and the promises that hold for every act."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.cast import PEOPLE, Cast
from tests.record.loop_model import Reasons, Who
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM, Actor, roles
from tongchou.record.act import act, verbs
from tongchou.record.ledger import seal_all, verify
from tongchou.record.models import Act, Event

HISTORIES = int(os.environ.get("TONGCHOU_HISTORIES", "0"))
"""How many histories the generated tests go through; 0: the few that every run has time for."""

TABLES = ("loop", "counit", "evidence", "custody", "holding", "handover", "handoveritem", "act", "event")
_SNAPSHOT = " union all ".join(
    f"select '{t}', count(*), coalesce(sum(hashtextextended(r::text, 0)), 0)::text from record_{t} r" for t in TABLES
)


SABOTAGE = {"phases": (Phase.generate,), "report_multiple_bugs": False}
"""A sabotaged machine only has to fail; nobody needs its shortest failure."""


def profile(few: int, steps: int, **more: Any) -> settings:
    """few: histories in an ordinary run."""
    if not HISTORIES:  # minutes of shrinking are for whoever looks into a failure
        more = SABOTAGE | more
    return settings(
        max_examples=HISTORIES or few, stateful_step_count=steps, deadline=None, print_blob=False, derandomize=not HISTORIES,
        suppress_health_check=list(HealthCheck), database=None, **more,
    )  # fmt: skip


class Failed(AssertionError):
    """A promise was broken."""


def demand(holds: object, *what: object) -> None:
    if not holds:
        raise Failed(*what)


def causes(error: BaseException) -> list[BaseException]:
    """The error and all that it holds: hypothesis groups several failures of one run."""
    return [error, *(e for part in getattr(error, "exceptions", ()) for e in causes(part))]


class Machine(RuleBasedStateMachine):
    """A history on the real database. Its clock only goes forward; what it wrote is rolled back at its end."""

    def __init__(self, cast: Cast) -> None:
        super().__init__()
        self.cast = cast
        self.actors: dict[str, Actor] = {name: cast.as_(name) for name in PEOPLE} | {"program": SYSTEM}
        self.who = {name: _who(name, actor) for name, actor in self.actors.items()}
        self.now: datetime = timezone.now()
        self.done: list[tuple[str, uuid.UUID, str, dict[str, Any], dict[str, Any]]] = []
        self.counts = {"done": 0, "refused": 0}
        self.history = transaction.atomic()
        self.history.__enter__()
        self.before = self.snapshot()

    def snapshot(self) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(_SNAPSHOT)
            return list(cursor.fetchall())

    def do(
        self, name: str, verb: str, payload: dict[str, Any], reasons: Reasons, then: Callable[[dict[str, Any]], None] | None = None
    ) -> bool:
        """Act. It must be refused exactly when there are reasons, for one of them, and then nothing may have changed."""
        if verbs()[verb].permission not in self.who[name].permissions and not self.who[name].system:
            reasons = {Reason.NOT_ALLOWED}
        client = new_id()
        try:
            outcome = act(verb, self.actors[name], client, payload, now=self.now)
        except Refusal as refusal:
            self.counts["refused"] += 1
            demand(refusal.reason in reasons, name, verb, payload, "refused for", refusal.reason, str(refusal.rule), "not for", reasons)
            demand(self.snapshot() == self.before, "a refused act changed something", verb)
            return False
        demand(not reasons, name, verb, payload, "was carried out in spite of", reasons)
        if then is not None:
            then(outcome.result)
        if Act.objects.filter(pk=client).exists():
            self.counts["done"] += 1
            self.done.append((name, client, verb, payload, outcome.result))
        else:
            demand(verbs()[verb].recurs and not Event.objects.filter(act_id=client).exists(), verb, "was carried out and left no act")
        self.before = self.snapshot()
        with connection.cursor() as cursor:
            cursor.execute("set constraints all immediate; set constraints all deferred")  # what waits for a commit, now
        return True

    @rule(minutes=st.sampled_from([1, 30, 200, 1500, 5000]))
    def time_goes_by(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(data=st.data())
    def somebody_repeats_a_request(self, data: st.DataObject) -> None:
        if not self.done:
            return
        name, client, verb, payload, result = data.draw(st.sampled_from(self.done))
        try:
            again = act(verb, self.actors[name], client, payload, now=self.now)
        except Refusal as refusal:
            raise Failed("a repeated request was refused", verb, refusal.reason) from refusal
        demand(again.repeated and again.result == result, "a repeated request had another result", verb)
        try:
            act(verb, self.actors[name], client, payload | {"note": "另一内容"}, now=self.now)
        except Refusal as refusal:
            demand(refusal.reason is Reason.CLIENT_ID_REUSED, "a used client id was refused for", refusal.reason)
        else:
            raise Failed("one client id stood for two acts")
        demand(self.snapshot() == self.before, "a repeated request changed something", verb)

    @invariant()
    def no_act_is_without_its_place_in_the_ledger(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("select (select count(*) from record_act), (select count(*) from record_ledgerqueue)")
            acts, waiting = cursor.fetchone()
        demand(acts == waiting, "acts and places in the ledger differ", acts, waiting)

    def teardown(self) -> None:
        try:
            if self.done:
                seal_all()
                report = verify()
                demand(report.sound and report.acts == self.counts["done"], "the ledger does not verify", report)
        finally:
            transaction.set_rollback(True)
            self.history.__exit__(None, None, None)


def _who(name: str, actor: Actor) -> Who:
    if actor.system:
        return Who(name, None, None, "", "", "", frozenset())
    (grant,) = actor.grants
    role = roles()[grant.role]
    return Who(name, actor.account_id, grant.unit_id, grant.role, role.scope, grant.path, frozenset(role.permissions))
