"""The ledger: chain the acts, verify the chain, export signed heads. Byte layout: docs/developer/ledger-format.md."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from tongchou.kernel import chain

_LOCK = 7_216_001  # advisory lock: one sealer at a time
BATCH = 2000


def seal(limit: int = BATCH) -> int:
    """Chain the acts that wait, oldest first; returns how many. Does nothing while another sealer is at work."""
    with transaction.atomic(), connection.cursor() as cursor:
        if not _alone(cursor):
            return 0
        cursor.execute(
            """select a.id, a.digest from record_ledgerqueue q join record_act a on a.id = q.act_id
               order by a.at, a.id limit %s""",
            [limit],
        )
        waiting = cursor.fetchall()
        if not waiting:
            return 0
        cursor.execute("select seq, hash from record_ledgerentry order by seq desc limit 1")
        seq, prev = cursor.fetchone() or (0, chain.GENESIS.hash)
        now = timezone.now()
        rows = []
        for act_id, digest in waiting:
            seq += 1
            link = _link(bytes(prev), seq, act_id, bytes(digest), now)
            rows.append((seq, act_id, now, bytes(digest), bytes(prev), link))
            prev = link
        with cursor.copy("copy record_ledgerentry (seq, act_id, at, act_digest, prev, hash) from stdin") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute("delete from record_ledgerqueue where act_id = any(%s)", [[r[1] for r in rows]])
        return len(rows)


def _alone(cursor: Any) -> bool:
    """Take the sealers' lock until the transaction ends; False while another has it."""
    cursor.execute("select pg_try_advisory_xact_lock(%s)", [_LOCK])
    return bool(cursor.fetchone()[0])


def _link(prev: bytes, seq: int, act_id: uuid.UUID, digest: bytes, at: datetime) -> bytes:
    return chain.entry_hash(prev, seq, chain.entry_body(act_id, at, digest))


def seal_all() -> int:
    """Chain everything that waits."""
    total = 0
    while done := seal():
        total += done
    return total


@dataclass(slots=True)
class Report:
    """What verification found. `faults` name the entry, act or event and what is wrong with it."""

    entries: int = 0
    acts: int = 0
    events: int = 0
    erased: int = 0
    waiting: int = 0
    head_seq: int = 0
    head_hash: str = ""
    faults: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.faults


def verify(since: int = 0) -> Report:
    """Recompute the chain, every act's digest and every event's commitment, and compare with what is stored.

    since: verify entries after this sequence number, taking the stored hash there as given (0: from the beginning).
    """
    report = Report()
    outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if outermost:
            cursor.execute("set transaction isolation level repeatable read, read only")  # one moment for all
        _verify_chain(cursor, since, report)
        _verify_exports(cursor, report)
        cursor.execute("select count(*) from record_ledgerqueue")
        report.waiting = cursor.fetchone()[0]
        cursor.execute(
            """select a.id from record_act a where not exists (select 1 from record_ledgerentry e where e.act_id = a.id)
               and not exists (select 1 from record_ledgerqueue q where q.act_id = a.id) limit 100"""
        )
        report.faults += [f"act {row[0]} is neither chained nor waiting" for row in cursor.fetchall()]
    return report


def _verify_chain(cursor: Any, since: int, report: Report) -> None:
    prev = chain.GENESIS.hash
    if since:
        cursor.execute("select hash from record_ledgerentry where seq = %s", [since])
        row = cursor.fetchone()
        if row is None:
            report.faults.append(f"entry {since} is missing")
            return
        prev = bytes(row[0])
    expected = since
    while True:
        cursor.execute(
            "select seq, act_id, at, act_digest, prev, hash from record_ledgerentry where seq > %s order by seq limit %s",
            [expected, BATCH],
        )
        entries = cursor.fetchall()
        if not entries:
            break
        acts = _acts(cursor, [e[1] for e in entries])
        for seq, act_id, at, digest, stored_prev, stored_hash in entries:
            expected += 1
            if seq != expected:
                report.faults.append(f"entry {expected} is missing (found {seq})")
                expected = seq
            if bytes(stored_prev) != prev:
                report.faults.append(f"entry {seq} does not follow the entry before it")
            link = _link(bytes(stored_prev), seq, act_id, bytes(digest), at)
            if link != bytes(stored_hash):
                report.faults.append(f"entry {seq} was altered")
            prev = bytes(stored_hash)
            _verify_act(acts.get(act_id), seq, act_id, bytes(digest), report)
            report.entries += 1
    report.head_seq, report.head_hash = expected, prev.hex()


def _verify_act(found: tuple[Any, list[Any]] | None, seq: int, act_id: uuid.UUID, digest: bytes, report: Report) -> None:
    if found is None:
        report.faults.append(f"act {act_id} of entry {seq} is missing")
        return
    act, events = found
    report.acts += 1
    commitments = []
    for event in events:
        report.events += 1
        commitments.append(bytes(event["commitment"]))
        if event["salt"] is None:
            report.erased += 1
            continue
        made = chain.event_commitment(
            bytes(event["salt"]), act_id, event["n"], event["at"], event["loop_id"], event["subject"], event["what"],
            event["from_stage"], event["to_stage"], event["note"], event["data"],
        )  # fmt: skip
        if made != commitments[-1]:
            report.faults.append(f"event {event['n']} of act {act_id} (entry {seq}) was altered")
    if act["events"] != len(events):
        report.faults.append(f"act {act_id} (entry {seq}) has {len(events)} events, not {act['events']}")
    head = {
        "id": act_id, "at": act["at"], "verb": act["verb"], "account": act["account_id"], "role": act["role"],
        "unit": act["unit_id"], "via": act["via"], "purpose": act["purpose"], "payload": bytes(act["payload_mac"]),
        "events": act["events"],
    }  # fmt: skip
    made = chain.act_digest(bytes(act["salt"]), head, commitments)
    if made != digest or made != bytes(act["digest"]):
        report.faults.append(f"act {act_id} (entry {seq}) was altered")


def _acts(cursor: Any, ids: list[uuid.UUID]) -> dict[uuid.UUID, tuple[Any, list[Any]]]:
    found: dict[uuid.UUID, tuple[Any, list[Any]]] = {}
    cursor.execute("select * from record_act where id = any(%s)", [ids])
    for row in _dicts(cursor):
        found[row["id"]] = (row, [])
    cursor.execute("select * from record_event where act_id = any(%s) order by act_id, n", [ids])
    for row in _dicts(cursor):
        if row["act_id"] in found:
            found[row["act_id"]][1].append(row)
    return found


def _dicts(cursor: Any) -> Iterator[dict[str, Any]]:
    import json

    names = [c.name for c in cursor.description]
    for values in cursor.fetchall():
        row = dict(zip(names, values, strict=True))
        for key in ("data", "result"):
            if isinstance(row.get(key), str):
                row[key] = json.loads(row[key])
        yield row


def _verify_exports(cursor: Any, report: Report) -> None:
    """Heads once handed to a witness must still be in the chain."""
    cursor.execute(
        """select h.seq from record_headexport h left join record_ledgerentry e on e.seq = h.seq
           where e.hash is distinct from h.hash"""
    )
    report.faults += [f"the exported head {row[0]} is no longer in the chain" for row in cursor.fetchall()]


def lag(now: datetime) -> float:
    """Seconds since the oldest act that is not chained yet; 0 when none waits."""
    with connection.cursor() as cursor:
        cursor.execute("select min(a.at) from record_ledgerqueue q join record_act a on a.id = q.act_id")
        oldest = cursor.fetchone()[0]
    return 0.0 if oldest is None else max(0.0, (now - oldest).total_seconds())
