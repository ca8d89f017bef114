"""An act and a refusal as rows: what act() writes in the transaction of the change itself, or instead of it."""

from __future__ import annotations

import os
import uuid
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone
from psycopg.types.json import Jsonb

from tongchou.kernel import chain
from tongchou.kernel.errors import Refusal
from tongchou.record.access import Actor
from tongchou.record.eventrows import copy_events, event_rows, insert_of

if TYPE_CHECKING:
    from tongchou.record.act import Context, Verb

_INSERT_ACT = """
insert into record_act (id, at, verb, account_id, role, unit_id, via, purpose, payload_mac, result, events, salt, digest)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s);
insert into record_ledgerqueue (act_id) values (%s);
"""


def write_act(spec: Verb, context: Context, mac: bytes, result: dict[str, Any]) -> None:
    """Write the act, its events and its place in the queue, in the transaction of the change itself."""
    grant = context.grant or (context.grants[0] if context.grants else None)
    salt = os.urandom(16)
    parts = [context.ahead.result()] if context.ahead else []
    parts.append(event_rows(context.act_id, context.now, context.events, parts[0].upto if parts else 0, len(context.events)))
    commitments = [c for part in parts for c in part.commitments]
    head: dict[str, Any] = {
        "id": context.act_id,
        "at": context.now,
        "verb": spec.name,
        "account": context.actor.account_id,
        "role": grant.role if grant else "",
        "unit": grant.unit_id if grant else None,
        "via": context.actor.via,
        "purpose": context.purpose,
        "payload": mac,
        "events": len(commitments),
    }
    digest = chain.act_digest(salt, head, commitments)
    events, values = insert_of([row for part in parts for row in part.rows])
    with connection.cursor() as cursor:
        cursor.execute(  # one message: most acts write few rows, and each way to the server and back costs more than a row does
            _INSERT_ACT + events,
            [
                context.act_id, context.now, spec.name, head["account"], head["role"], head["unit"], head["via"], context.purpose,
                mac, Jsonb(result), len(commitments), salt, digest, context.act_id, *values,  # type: ignore[list-item]
            ],
        )  # fmt: skip
        for part in parts:
            copy_events(cursor, part)
        if context.readers:
            cursor.execute(
                "insert into record_readsubject (act_id, person_id, at) select %s, unnest(%s::uuid[]), %s",
                [context.act_id, list(dict.fromkeys(context.readers)), context.now],
            )


_INSERT_REFUSAL = """
insert into record_storedrefusal (client_id, at, verb, account_id, via, reason, field, subject, targets)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def store_refusal(name: str, actor: Actor, client_id: uuid.UUID, refusal: Refusal, payload: dict[str, Any]) -> None:
    """Keep the refusal. Values are not kept: they may be personal."""
    subject = next((f"{k}:{payload[k]}" for k in ("loop", "person", "custody", "unit", "area") if payload.get(k)), "")
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT_REFUSAL,
            [client_id, timezone.now(), name, actor.account_id, actor.via, refusal.reason.value, refusal.field or "", subject[:60], []],
        )  # fmt: skip
