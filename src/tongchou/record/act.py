"""act(): the one door for every change.

Whatever the door (page, API, command, import, job), a change is one transaction with one authorization, one `act` row, its events and its
place in the ledger; effects run after commit. A refusal changes nothing and is itself stored.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone
from psycopg import errors as pg
from pydantic import BaseModel, ConfigDict, ValidationError

from tongchou.kernel.errors import Reason, Refusal, out_of_range
from tongchou.kernel.storable import may_hold_unstorable, unstorable
from tongchou.kernel.text import Text
from tongchou.record.access import Actor, Grant
from tongchou.record.actrows import store_refusal, write_act
from tongchou.record.eventrows import AHEAD, COPY_FROM, EventRow, EventRows, event_rows
from tongchou.record.keyring import keyring
from tongchou.record.misfits import as_refusal


class Payload(BaseModel):
    """Base of what a verb takes. Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


@dataclass(frozen=True, slots=True)
class Verb:
    name: str
    permission: str
    payload: type[Payload]
    run: Callable[[Context, Any], dict[str, Any]]
    title: Text
    system_only: bool = False
    recurs: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an act did. `repeated`: the client id had been carried out before; nothing was done again."""

    id: uuid.UUID
    result: dict[str, Any]
    repeated: bool = False
    dry_run: bool = False


@dataclass(slots=True)
class Context:
    """What a verb's function works with. It changes rows through the ORM or SQL inside act()'s transaction."""

    act_id: uuid.UUID
    actor: Actor
    now: datetime
    grants: tuple[Grant, ...]
    dry_run: bool = False
    purpose: str = ""
    events: list[EventRow] = field(default_factory=list)
    effects: list[Callable[[], None]] = field(default_factory=list)
    readers: list[uuid.UUID] = field(default_factory=list)
    grant: Grant | None = None
    ahead: Future[EventRows] | None = None

    def event(self, what: str, **fields: Any) -> None:
        """Record one thing that happened; fields as in EventRow."""
        self.events.append(EventRow(what, **fields))

    def work_ahead(self) -> None:
        """Work out the rows of the events so far on another thread, for a bulk verb to call before the statement that changes the rows:
        the thread computes while the database is busy with that. Events may still be added; those already there may not change."""
        if self.ahead is None and len(self.events) >= COPY_FROM:
            self.ahead = AHEAD.submit(event_rows, self.act_id, self.now, self.events, 0, len(self.events))

    def effect(self, run: Callable[[], None]) -> None:
        """Run after commit (never on a dry run)."""
        self.effects.append(run)

    def read(self, people: Iterable[uuid.UUID]) -> None:
        """Record that the act showed these people's data to the actor."""
        self.readers.extend(people)


class _DryRun(Exception):
    def __init__(self, result: dict[str, Any]) -> None:
        self.result = result


_VERBS: dict[str, Verb] = {}
P = TypeVar("P", bound=Payload)


def verb(
    name: str, permission: str, title: Text, *, system_only: bool = False, recurs: bool = False
) -> Callable[[Callable[[Context, P], dict[str, Any]]], Callable[[Context, P], dict[str, Any]]]:
    """Register a function as a verb. Its second argument's annotation is the payload model.

    recurs: the program's own round, which comes again by itself and records an event of whatever it changes. One that finds nothing to do
    leaves no act: thousands a day would bury what people did.
    """

    def register(run: Callable[[Context, P], dict[str, Any]]) -> Callable[[Context, P], dict[str, Any]]:
        import typing

        hints = typing.get_type_hints(run)
        model = next(t for k, t in hints.items() if k != "return" and isinstance(t, type) and issubclass(t, Payload))
        if name in _VERBS:
            raise RuntimeError(f"verb {name} is registered twice")
        if recurs and not system_only:
            raise RuntimeError(f"verb {name}: only the program's own rounds recur")
        _VERBS[name] = Verb(name, permission, model, run, title, system_only, recurs)
        return run

    return register


def verbs() -> dict[str, Verb]:
    """Every registered verb by name."""
    return dict(_VERBS)


_load: ContextVar[bool] = ContextVar("load", default=False)


@contextmanager
def one_load(part: bool = True) -> Iterator[None]:
    """Acts within are parts of one load, in a transaction around them all, that is all or nothing: a refusal undoes the whole and is not
    stored, so that no act needs a savepoint; effects that are equal run once. part=False: an act that may be refused by itself."""
    before = _load.set(part)
    try:
        yield
    finally:
        _load.reset(before)


def act(
    name: str,
    actor: Actor,
    client_id: uuid.UUID,
    payload: dict[str, Any],
    *,
    dry_run: bool = False,
    now: datetime | None = None,
    purpose: str = "",
) -> Outcome:
    """Carry out a verb once.

    client_id: chosen by the client; repeating it with the same payload returns the first result.
    now: only jobs and generated demo data give it.
    Raises Refusal; the refusal has then been stored and nothing else has changed.
    """
    spec = _VERBS[name]
    try:
        mac = keyring().lookup_hash("payload", _fingerprint(name, actor, payload))
    except Refusal as refusal:
        if not dry_run:
            store_refusal(name, actor, client_id, refusal, {})
        raise
    try:
        stored = None if _load.get() else _stored(client_id, mac)  # a load makes its ids anew
        if stored is not None:
            return stored
        return _carry_out(spec, actor, client_id, payload, mac, dry_run, now or timezone.now(), purpose)
    except _DryRun as done:
        return Outcome(client_id, done.result, dry_run=True)
    except Refusal as refusal:
        if dry_run or _load.get():
            raise
        repeated = _race(client_id, mac, refusal)
        if repeated is not None:
            return repeated
        store_refusal(name, actor, client_id, refusal, payload)
        raise


def done_before(name: str, actor: Actor, client_id: uuid.UUID) -> Outcome | None:
    """What this actor's act of this id gave; None when there is none. For a door that adds something of its own to each
    request (a password's hash), so that a repetition does not look the same."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select result from record_act where id = %s and verb = %s and account_id is not distinct from %s",
            [client_id, name, actor.account_id],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    return Outcome(client_id, row[0] if isinstance(row[0], dict) else json.loads(row[0]), repeated=True)


def _race(client_id: uuid.UUID, mac: bytes, refusal: Refusal) -> Outcome | None:
    """A twin of this request may have been carried out while this one was waiting: then its result stands."""
    return None if refusal.reason is Reason.CLIENT_ID_REUSED else _stored(client_id, mac)


def _fingerprint(name: str, actor: Actor, payload: dict[str, Any]) -> str:
    body = json.dumps(payload, sort_keys=True, ensure_ascii=False, default=str)
    if may_hold_unstorable(body):
        _refuse_unstorable(payload)
    return f"{name}\n{actor.account_id}\n{body}"


def _refuse_unstorable(payload: dict[str, Any]) -> None:
    at = unstorable(payload)
    if at is not None:
        rule = Text("文字中含有无法保存的字符（空字符或残缺的代用字符）。", "The text holds a character that cannot be stored (NUL or half a surrogate pair).")
        remedy = Text("请删去该字符；多半是复制粘贴或转码时带入的。", "Remove it; it mostly comes from copying or from a wrong encoding.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field=at or None)


def _stored(client_id: uuid.UUID, mac: bytes) -> Outcome | None:
    with connection.cursor() as cursor:
        cursor.execute("select payload_mac, result from record_act where id = %s", [client_id])
        row = cursor.fetchone()
    if row is None:
        return None
    if bytes(row[0]) != mac:
        raise Refusal(
            Reason.CLIENT_ID_REUSED,
            Text("这张表已经提交过一次，这次的内容与上次不同（客户端编号已用过）。", "This form was sent before, with other content: its client id is used."),
            remedy=Text("要另办一件，请核对后再次提交；要改刚才那件，请打开它修改。", "To do another, send it again under a new id; to change the first, open that."),
            field="client_id",
            value=str(client_id),
        )
    result = row[1] if isinstance(row[1], dict) else json.loads(row[1])
    return Outcome(client_id, result, repeated=True)


def validate(model: type[P], payload: dict[str, Any]) -> P:
    """Read a payload into its model; raises a Refusal that names the first field at fault."""
    try:
        return model.model_validate(payload)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise as_refusal(first) from None


def _carry_out(
    spec: Verb,
    actor: Actor,
    client_id: uuid.UUID,
    payload: dict[str, Any],
    mac: bytes,
    dry_run: bool,
    now: datetime,
    purpose: str,
) -> Outcome:
    if spec.system_only and not actor.system:
        raise Refusal(Reason.NOT_ALLOWED, Text("只能由系统执行。", "Only the program itself does this."))
    grants = actor.require(spec.permission)
    data = validate(spec.payload, payload)
    context = Context(client_id, actor, now, grants, dry_run, purpose)
    try:
        with transaction.atomic(savepoint=dry_run or not _load.get()):
            result = spec.run(context, data)
            if dry_run:
                raise _DryRun(result)
            if context.events or context.readers or not spec.recurs:
                write_act(spec, context, mac, result)
            for effect in context.effects:
                if not (_load.get() and any(effect == waiting[1] for waiting in connection.run_on_commit)):
                    transaction.on_commit(effect)
    except (IntegrityError, pg.IntegrityError) as error:  # COPY raises the driver's own
        raise _constraint_refusal(error) from error
    except (DataError, OverflowError) as error:  # a day of the year 9999 and a number beyond the column
        raise out_of_range() from error
    return Outcome(client_id, result)


_CONSTRAINTS: dict[str, tuple[Reason, Text, Text]] = {}


def explain_constraint(name: str, reason: Reason, rule: Text, remedy: Text) -> None:
    """Say what a database constraint means to people; the database stays the judge."""
    _CONSTRAINTS[name] = (reason, rule, remedy)


def _constraint_refusal(error: Exception) -> Refusal:
    cause = error if isinstance(error, pg.IntegrityError) else error.__cause__
    name = cause.diag.constraint_name if isinstance(cause, pg.IntegrityError) else None
    reason, rule, remedy = _CONSTRAINTS.get(
        name or "",
        (
            Reason.CONFLICT,
            Text("与已有记录冲突。", "This conflicts with what is on record."),
            Text("请刷新后重试。", "Reload and try again."),
        ),
    )
    return Refusal(reason, rule, remedy=remedy, constraint=name or "")
