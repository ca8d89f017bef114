#!/usr/bin/env python3
"""An independent verifier of the ledger. It shares no code with the program: only this file, Python's standard library and `psql`.

    verifier/verify.py POSTGRESQL_URL [--head SEQ:HASH | --head FILE]...

Written from docs/developer/ledger-format.md. Exits with 0 when the record is whole, 1 when it is not. --head: heads that a witness kept,
as numbers or as the files that were exported; a file's signature is checked with `openssl` (3.0 or newer).
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile


def rows(url, query):
    """Yield the rows of a query as dictionaries, through psql and JSON."""
    command = ["psql", url, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", f"select row_to_json(q) from ({query}) q"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        for line in process.stdout:
            yield json.loads(line)
    if process.returncode:
        sys.exit(f"psql failed with status {process.returncode}")


def canon(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def commit(salt, content):
    return sha(b"tongchou.commitment.1\0", bytes([len(salt)]), salt, content)


MOMENT = "to_char({} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
ENTRIES = f"select seq, act_id, {MOMENT.format('at')} as at, encode(act_digest,'hex') as digest, encode(prev,'hex') as prev, encode(hash,'hex') as hash from record_ledgerentry order by seq"  # noqa: E501
ACTS = f"select id, {MOMENT.format('at')} as at, verb, account_id as account, role, unit_id as unit, via, purpose, encode(payload_mac,'hex') as payload, events, encode(salt,'hex') as salt from record_act order by id"  # noqa: E501
EVENTS = f"select act_id, n, {MOMENT.format('at')} as at, loop_id, subject, what, from_stage, to_stage, note, data, encode(salt,'hex') as salt, encode(commitment,'hex') as commitment from record_event order by act_id, n"  # noqa: E501


def events_by_act(url, faults):
    """Collect every act's commitments in order, checking each against its content."""
    found = {}
    for e in rows(url, EVENTS):
        held = found.setdefault(e["act_id"], [])
        if e["n"] != len(held):
            faults.append(f"events of act {e['act_id']} are not numbered without a gap")
        if e["salt"] is not None:
            content = [e[k] for k in ("act_id", "n", "at", "loop_id", "subject", "what", "from_stage", "to_stage", "note", "data")]
            if commit(bytes.fromhex(e["salt"]), canon(content)).hex() != e["commitment"]:
                faults.append(f"event {e['n']} of act {e['act_id']} was altered")
        held.append(bytes.fromhex(e["commitment"]))
    return found


def act_digests(url, events, faults):
    digests = {}
    for a in rows(url, ACTS):
        mine = events.get(a["id"], [])
        if len(mine) != a["events"]:
            faults.append(f"act {a['id']} has {len(mine)} events, not {a['events']}")
        over = sha(b"tongchou.digest.1\0", *mine, len(mine).to_bytes(8, "big")).hex()
        head = {k: a[k] for k in ("id", "at", "verb", "account", "role", "unit", "via", "purpose", "payload", "events")}
        digests[a["id"]] = commit(bytes.fromhex(a["salt"]), canon({"events": over, "head": head})).hex()
    return digests


def kept_head(given, faults):
    """(sequence number, hash) of a head: SEQ:HASH, or a file whose signature is checked."""
    if not os.path.exists(given):
        return tuple(given.split(":"))
    with open(given, encoding="utf-8") as file:
        head = json.load(file)
    signed = canon({k: head[k] for k in ("format", "district", "seq", "hash", "at", "key")})
    with tempfile.TemporaryDirectory() as folder:
        parts = {"key": head["public_key"].encode(), "sig": bytes.fromhex(head["signature"]), "text": signed}
        for name, content in parts.items():
            with open(os.path.join(folder, name), "wb") as file:
                file.write(content)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key", "-rawin", "-in", "text", "-sigfile", "sig"]
        if subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode:
            faults.append(f"the signature of head {head['seq']} is wrong")
    return str(head["seq"]), head["hash"]


def main(url, *options):
    faults = []
    kept = dict(kept_head(o, faults) for o in options if o != "--head")
    digests = act_digests(url, events_by_act(url, faults), faults)
    prev, seq, chained = bytes(32), 0, set()
    for e in rows(url, ENTRIES):
        seq += 1
        if e["seq"] != seq:
            faults.append(f"entry {seq} is missing")
            seq = e["seq"]
        if e["prev"] != prev.hex():
            faults.append(f"entry {seq} does not follow the one before it")
        if digests.get(e["act_id"]) != e["digest"]:
            faults.append(f"the act of entry {seq} is missing or was altered")
        body = canon({"act": e["act_id"], "at": e["at"], "digest": e["digest"]})
        prev = sha(b"tongchou.entry.1\0", bytes.fromhex(e["prev"]), seq.to_bytes(8, "big"), body)
        if prev.hex() != e["hash"]:
            faults.append(f"entry {seq} was altered")
        if kept.pop(str(seq), e["hash"]) != e["hash"]:
            faults.append(f"entry {seq} is not the head that the witness kept")
        chained.add(e["act_id"])
    faults += [f"the head {number} that the witness kept is not in the chain" for number in kept]
    waiting = {r["act_id"] for r in rows(url, "select act_id from record_ledgerqueue")}
    faults += [f"act {a} is neither chained nor waiting" for a in digests.keys() - chained - waiting]
    for fault in faults:
        print("FAULT", fault)
    print(f"entries {seq}, acts {len(digests)}, head {seq}:{prev.hex()}")
    print("NOT SOUND" if faults else "sound")
    return bool(faults)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
