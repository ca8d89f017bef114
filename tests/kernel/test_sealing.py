import hmac
import json
import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import ECB, GCM
from cryptography.hazmat.primitives.hashes import SM3, Hash
from hypothesis import given
from hypothesis import strategies as st

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.keyfile import KeyFile
from tongchou.kernel.sealing import Keyring, SealBroken

PROFILES = ["aes", "sm"]
RINGS = {profile: Keyring(KeyFile.new(profile)) for profile in PROFILES}
FIXED = KeyFile._from(
    {
        "format": "tongchou-keys-1",
        "current": "00000001",
        "hash": {"profile": "aes", "root": "11" * 32},
        "keys": [{"id": "00000001", "profile": "aes", "secret": "22" * 32}],
    }
)


def test_sm3_vector_of_gb_t_32905() -> None:
    hasher = Hash(SM3())
    hasher.update(b"abc")
    assert hasher.finalize().hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_sm4_vector_of_gb_t_32907() -> None:
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    cipher = Cipher(SM4(key), ECB()).encryptor()
    assert (cipher.update(key) + cipher.finalize()).hex() == "681edf34d206965e86b3e94f536e4246"


def test_sm4_gcm_vector_of_rfc_8998() -> None:
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    cipher = Cipher(SM4(key), GCM(bytes.fromhex("00001234567800000000abcd"))).encryptor()
    cipher.authenticate_additional_data(bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2"))
    plain = bytes.fromhex(
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccddddddddddddddddeeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa"
    )
    body = cipher.update(plain) + cipher.finalize()
    assert body.hex().startswith("17f399f08c67d5ee19d0dc9969c4bb7d")
    assert cipher.tag.hex() == "83de3541e4c2b58177e065a9bf7b62ec"


@pytest.mark.parametrize("profile", PROFILES)
@given(plain=st.binary(max_size=300), aad=st.binary(max_size=40))
def test_round_trip(profile: str, plain: bytes, aad: bytes) -> None:
    ring = RINGS[profile]
    sealed = ring.seal(plain, aad)
    assert ring.open(sealed, aad) == plain
    assert ring.open(memoryview(sealed), aad) == plain  # type: ignore[arg-type]
    assert len(sealed) == 1 + 1 + 4 + 12 + len(plain) + 16
    assert sealed != ring.seal(plain, aad)


@pytest.mark.parametrize("profile", PROFILES)
def test_every_altered_bit_and_every_cut_is_noticed(profile: str) -> None:
    ring = RINGS[profile]
    sealed = ring.seal("张三".encode(), b"person-1")
    for place in range(len(sealed) * 8):
        altered = bytearray(sealed)
        altered[place // 8] ^= 1 << (place % 8)
        with pytest.raises(SealBroken) as caught:
            ring.open(bytes(altered), b"person-1")
        assert caught.value.reason is Reason.BROKEN_RECORD
    for size in range(len(sealed)):
        with pytest.raises(SealBroken):
            ring.open(sealed[:size], b"person-1")
    with pytest.raises(SealBroken):
        ring.open(sealed, b"person-2")


@pytest.mark.parametrize("profile", PROFILES)
def test_hashes_depend_on_domain_and_value(profile: str) -> None:
    ring = RINGS[profile]
    assert ring.lookup_hash("document", "1") == ring.lookup_hash("document", b"1")
    assert len({ring.lookup_hash(d, v) for d, v in [("ab", "c"), ("a", "bc"), ("abc", ""), ("ab", "d")]}) == 4
    assert len(ring.lookup_hash("a", "b")) == 32
    tokens = ring.tokens("name", [str(n) for n in range(200)])
    assert tokens == [ring.token("name", str(n)) for n in range(200)]
    assert len(set(tokens)) == 200
    assert all(-(2**63) <= t < 2**63 for t in tokens)
    assert min(tokens) < 0 < max(tokens)
    assert ring.token("name", "x") != int.from_bytes(ring.lookup_hash("name", "x")[:8], "big", signed=True)


def test_hashes_never_change_between_versions_of_the_program() -> None:
    """Stored look-ups depend on these values (made by hand from RFC 5869 and 2104): a change loses every person."""
    ring = Keyring(FIXED)
    assert (
        ring.lookup_hash("document", "11010519491231002X").hex()
        == "50d8e3b1516bf47be2475948f4526046be6510db8f56fe32f933bcb90ce9c486"
    )
    assert ring.token("name", "张三") == -369936537643958813


def test_a_seal_made_by_hand_from_the_written_layout_opens() -> None:
    prk = hmac.digest(bytes(32), bytes.fromhex("22" * 32), "sha256")
    key = hmac.digest(prk, b"tongchou.seal.1\x01", "sha256")
    header = bytes.fromhex("0101" + "00000001")
    nonce = bytes(12)
    sealed = header + nonce + AESGCM(key).encrypt(nonce, b"plain", header + b"aad")
    assert Keyring(FIXED).open(sealed, b"aad") == b"plain"


def test_create_read_rotate(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    first = Keyring.create(path, "aes")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["keys.json"]
    with pytest.raises(FileExistsError):
        Keyring.create(path, "aes")
    assert [p.name for p in tmp_path.iterdir()] == ["keys.json"]
    sealed = first.seal(b"x", b"")
    second = Keyring.rotate(path, "sm")
    again = Keyring.read(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert second.current != first.current
    assert (again.current, again.profile) == (second.current, "sm")
    assert again.open(sealed, b"") == b"x"
    assert not again.is_current(sealed)
    assert again.is_current(again.seal(b"x", b""))
    assert again.lookup_hash("d", "v") == first.lookup_hash("d", "v")
    assert again.token("d", "v") == first.token("d", "v")
    assert again.derive("p") == first.derive("p")
    with pytest.raises(SealBroken, match="not in the key file"):
        first.open(second.seal(b"x", b""), b"")


def test_unusable_key_files(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    with pytest.raises(Refusal) as caught:
        Keyring.read(path)
    assert caught.value.reason is Reason.UNAVAILABLE
    Keyring.create(path, "aes")
    body = json.loads(path.read_text())
    for change in ({"format": "x"}, {"current": "ffffffff"}, {"keys": []}, {"hash": {"profile": "aes", "root": "11"}}):
        path.write_text(json.dumps(body | change))
        with pytest.raises(Refusal):
            Keyring.read(path)
    path.write_text(json.dumps(body))
    Keyring.read(path)
    os.chmod(path, 0o644)
    with pytest.raises(Refusal, match="open to other users"):
        Keyring.read(path)
    with pytest.raises(Refusal):
        Keyring.create(tmp_path / "other.json", "des")


def test_no_secret_in_a_repr() -> None:
    assert "22" * 32 not in f"{FIXED!r}{FIXED.keys!r}{Keyring(FIXED)!r}"
