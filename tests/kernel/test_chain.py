import hashlib
import json
import uuid
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongchou.kernel import chain

AT = datetime(2022, 7, 10, 9, 2, 3, 4, tzinfo=timezone(timedelta(hours=8)))
ACT = uuid.UUID("01234567-89ab-7def-8123-456789abcdef")
SALT = bytes(range(16))

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=20,
)


@given(values)
def test_canonical_is_json_and_has_one_form(value: object) -> None:
    written = chain.canonical(value)
    assert json.loads(written) == value
    assert chain.canonical(json.loads(written)) == written


def test_canonical_forms() -> None:
    value = {"b": [AT, ACT, b"\x0f", None, True, -1], "a": '张"\n\u007f', "Z": ()}
    assert (
        chain.canonical(value)
        == (
            '{"Z":[],"a":"张\\"\\n\u007f","b":["2022-07-10T01:02:03.000004Z","01234567-89ab-7def-8123-456789abcdef",'
            '"0f",null,true,-1]}'
        ).encode()
    )


@pytest.mark.parametrize("value", [1.0, {"a": [0.5]}, {1: 2}, datetime(2022, 7, 10), {"a": {3}}, "\ud800", [object()]])  # noqa: DTZ001
def test_canonical_refuses(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        chain.canonical(value)


def test_layout_by_hand() -> None:
    """The same hashes computed from the written format, without the module."""
    one = hashlib.sha256(b"tongchou.commitment.1\x00\x10" + SALT + b"content").digest()
    assert chain.commitment(SALT, b"content") == one
    digest = hashlib.sha256(b"tongchou.digest.1\x00" + one + one + (2).to_bytes(8, "big")).digest()
    assert chain.digest_of([one, one]) == digest
    body = b'{"act":"%s","at":"2022-07-10T01:02:03.000004Z","digest":"%s"}' % (str(ACT).encode(), digest.hex().encode())
    assert chain.entry_body(ACT, AT, digest) == body
    entry = hashlib.sha256(b"tongchou.entry.1\x00" + bytes(32) + (1).to_bytes(8, "big") + body).digest()
    head = chain.GENESIS.extend(body, AT)
    assert (head.seq, head.hash) == (1, entry)
    assert head.message() == (
        b'tongchou.head.1\x00{"at":"2022-07-10T01:02:03.000004Z","hash":"%s","seq":1}' % entry.hex().encode()
    )
    event = chain.event_commitment(SALT, ACT, 0, AT, None, "area:1", "opened", "", "s1", "备注", {"k": 1})
    content = f'["{ACT}",0,"2022-07-10T01:02:03.000004Z",null,"area:1","opened","","s1","备注",{{"k":1}}]'
    assert event == chain.commitment(SALT, content.encode())
    act = chain.act_digest(SALT, {"verb": "loop.open"}, [event])
    written = f'{{"events":"{chain.digest_of([event]).hex()}","head":{{"verb":"loop.open"}}}}'
    assert act == chain.commitment(SALT, written.encode())


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=8), st.data())
def test_any_altered_moved_or_dropped_entry_changes_the_head(bodies: list[bytes], data: st.DataObject) -> None:
    def run(entries: list[bytes]) -> bytes:
        head = chain.GENESIS
        for body in entries:
            head = head.extend(body, AT)
        return head.hash

    place = data.draw(st.integers(0, len(bodies) - 1))
    whole = run(bodies)
    assert run([*bodies[:place], bodies[place] + b"x", *bodies[place + 1 :]]) != whole
    assert run([*bodies[:place], *bodies[place + 1 :]]) != whole
    swapped = [*bodies[place:], *bodies[:place]]
    if swapped != bodies:
        assert run(swapped) != whole


def test_salt_hides_and_wrong_sizes_are_refused() -> None:
    assert chain.commitment(SALT, b"x") != chain.commitment(SALT[::-1], b"x")
    assert chain.commitment(SALT, b"\x00x") != chain.commitment(SALT + b"\x00", b"x")
    for call in (
        lambda: chain.commitment(b"short", b"x"),
        lambda: chain.digest_of([b"x"]),
        lambda: chain.entry_hash(b"", 1, b""),
        lambda: chain.entry_hash(bytes(32), 0, b""),
    ):
        with pytest.raises(ValueError):
            call()
    assert chain.Head(0, bytes(32), datetime(1970, 1, 1, tzinfo=UTC)) == chain.GENESIS


def test_the_worked_example_of_the_format_page() -> None:
    event = chain.event_commitment(SALT, ACT, 0, AT, None, "area:1", "opened", "", "s1", "备注", {"k": 1})
    act = chain.act_digest(SALT, {"verb": "loop.open"}, [event])
    entry = chain.GENESIS.extend(chain.entry_body(ACT, AT, act), AT)
    page = (Path(__file__).parents[2] / "docs/developer/ledger-format.md").read_text(encoding="utf-8")
    for name, value in (
        ("event", event),
        ("digest_of", chain.digest_of([event])),
        ("act", act),
        ("entry 1", entry.hash),
    ):
        assert f"    {name:<14} {value.hex()}\n" in page
