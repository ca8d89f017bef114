"""Signed heads of the ledger for an outside witness: whoever keeps one can tell later that nothing before it was rewritten or cut off.

The signature is Ed25519 over the canonical JSON of the head; the key lies beside the sealing keys, outside the database.
"""

from __future__ import annotations

import hashlib
import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from django.conf import settings
from django.db import connection

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, act, verb
from tongchou.record.ledger import seal_all
from tongchou.record.models import District, HeadExport

FORMAT = "tongchou.head.1"
SIGNED = ("format", "district", "seq", "hash", "at", "key")


@lru_cache(maxsize=1)
def _key() -> Ed25519PrivateKey:
    """The installation's witness key, made on first use."""
    path: Path = settings.WITNESS_KEY_FILE
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        try:
            with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
                file.write(made)
        except FileExistsError:
            pass  # another process made it first
    found = load_pem_private_key(path.read_bytes(), None)
    assert isinstance(found, Ed25519PrivateKey)
    return found


def public_key() -> str:
    """The public key as PEM: the witness keeps it with the first head."""
    return _key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def key_id(public: str) -> str:
    """The first 16 hex digits of the SHA-256 of the public key's PEM."""
    return hashlib.sha256(public.encode()).hexdigest()[:16]


def _signed(head: dict[str, Any]) -> bytes:
    return json.dumps({k: head[k] for k in SIGNED}, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


class HeadIn(Payload):
    pass


@verb("ledger.export_head", "audit.verify", Text("导出链尾", "Export the ledger's head"))
def _export(context: Context, given: HeadIn) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("select seq, encode(hash, 'hex') from record_ledgerentry order by seq desc limit 1")
        row = cursor.fetchone()
    if row is None:
        raise Refusal(Reason.CONFLICT, Text("链条还是空的。", "The ledger is empty."), field="ledger")
    public = public_key()
    head: dict[str, Any] = {
        "format": FORMAT, "district": District.objects.filter(pk=1).values_list("name", flat=True).first() or "",
        "seq": row[0], "hash": row[1], "at": context.now.isoformat(), "key": key_id(public),
    }  # fmt: skip
    signature = _key().sign(_signed(head))
    HeadExport.objects.create(
        seq=row[0], hash=bytes.fromhex(row[1]), at=context.now, signature=signature, key_id=head["key"]
    )
    context.event("head_exported", subject=f"ledger:{row[0]}")
    return head | {"signature": signature.hex(), "public_key": public}


def export_head(actor: Actor) -> dict[str, Any]:
    """Chain what waits, then sign the head and keep that it was handed out. Returns the document for the witness."""
    seal_all()
    return act("ledger.export_head", actor, new_id(), {}).result


def read_head(text: str) -> dict[str, Any]:
    """Read a head's document; raises a Refusal that says what is wrong with it."""
    try:
        head = json.loads(text)
        complete = (
            isinstance(head, dict)
            and all(k in head for k in (*SIGNED, "signature", "public_key"))
            and head["format"] == FORMAT
        )
    except ValueError:
        complete = False
    if not complete:
        rule = Text("这不是链尾文件。", "This is no file of a ledger head.")
        raise Refusal(
            Reason.INVALID_VALUE,
            rule,
            remedy=Text("请使用导出的 JSON 文件。", "Use the JSON file that was exported."),
            field="head",
        )
    return dict(head)


def check_head(head: dict[str, Any]) -> list[str]:
    """What is wrong with a head that a witness kept, against the present chain; empty when it still stands."""
    faults = []
    try:
        key = load_pem_public_key(str(head["public_key"]).encode())
        assert isinstance(key, Ed25519PublicKey)
        key.verify(bytes.fromhex(head["signature"]), _signed(head))
    except (InvalidSignature, ValueError, AssertionError):
        faults.append(f"the signature of head {head['seq']} is wrong")
    if key_id(str(head["public_key"])) != head["key"]:
        faults.append(f"head {head['seq']} names another key than it carries")
    with connection.cursor() as cursor:
        cursor.execute("select encode(hash, 'hex') from record_ledgerentry where seq = %s", [head["seq"]])
        row = cursor.fetchone()
    if row is None:
        faults.append(f"the chain no longer reaches head {head['seq']}: it was cut off")
    elif row[0] != head["hash"]:
        faults.append(f"entry {head['seq']} is not the head that the witness kept: the chain was rewritten")
    return faults
