"""The code at an enterprise's gate: made from the district's key, the day or some minutes, and how often it was renewed. Nothing of it is stored."""

from __future__ import annotations

from base64 import b32encode
from datetime import datetime

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.keyring import keyring
from tongchou.rooms.daily.models import Gate
from tongchou.rooms.daily.numbers import daily_rules, local_day

LENGTH = 8
_DOMAIN = "daily.gate"


def gate_of(unit: int) -> Gate:
    """The enterprise's setting, or the one that holds where nothing was set."""
    return Gate.objects.filter(unit=unit).first() or Gate(unit_id=unit)


def slice_of(at: datetime) -> int:
    """The number of the time slice in which somebody signs."""
    return int(at.timestamp()) // (60 * daily_rules()["code_minutes"].value)


def code_of(gate: Gate, at: datetime) -> str:
    """The code to show at a time: eight letters and digits."""
    return _code(gate, str(slice_of(at)) if gate.changing else str(local_day(at)))


def check_code(gate: Gate, typed: str, at: datetime) -> None:
    """Refuse a code that does not hold now: today's, or where it changes, the present one and the one before."""
    valid = {code_of(gate, at)} | ({_code(gate, str(slice_of(at) - 1))} if gate.changing else set())
    if typed.strip().upper() not in valid:
        rule = Text("签到码不对，或已过期。", "The code is wrong, or no longer valid.")
        remedy = Text(
            "请扫门口当前的码；昨天的码和照片不能用。",
            "Scan the code that is at the gate now; yesterday's, or a photograph of it, does not hold.",
        )
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="code")


def _code(gate: Gate, part: str) -> str:
    kind = "minutes" if gate.changing else "day"
    return b32encode(keyring().lookup_hash(_DOMAIN, f"{gate.unit_id}:{gate.turn}:{kind}:{part}")).decode()[:LENGTH]
