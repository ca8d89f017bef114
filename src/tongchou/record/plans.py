"""The plan pack in force on a day. The room of plans says which edition that is; without its word it is the pack that came with the program."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from tongchou.packs.plans.decide import Decision
from tongchou.packs.plans.model import Pack
from tongchou.packs.plans.packfile import shipped_pack
from tongchou.packs.plans.report import enforceable
from tongchou.packs.plans.resolve import Standing, entry_on, stand
from tongchou.packs.plans.values import Entry
from tongchou.record.models import District

_in_force: list[Callable[[str, date], Pack | None]] = []
_signed_for: list[Callable[[Decision], bool]] = []


def answer_for_packs(in_force: Callable[[str, date], Pack | None], signed_for: Callable[[Decision], bool]) -> None:
    """The register of packs answers. in_force: the edition of a pack on record for a day, None: none is; signed_for: whether the district has
    signed for everything unconfirmed that a decision rests on."""
    _in_force[:], _signed_for[:] = [in_force], [signed_for]


def pack_in_force(name: str, on: date) -> Pack:
    """The district's own edition where one is in force on the day, else the newest that was shipped. Raises Refusal for a name that no pack has."""
    return next((pack for ask in _in_force if (pack := ask(name, on)) is not None), None) or shipped_pack(name)


def parameter_in_force(name: str, parameter: str, on: date) -> Entry | None:
    """A parameter of the pack in force as it stands on a day; None where the pack has none, or no value yet. Raises Refusal for an unknown pack."""
    held = pack_in_force(name, on).parameters.get(parameter)
    return entry_on(held.entries, on, on) if held else None


def may_restrict(decision: Decision) -> bool:
    """Whether a decision may restrict somebody: all that it rests on is confirmed by a source, or signed for by the district."""
    return enforceable(decision) or any(ask(decision) for ask in _signed_for)


def standing_in_force(name: str, table: str, on: date) -> Standing:
    """A table of the pack in force as it stands on a day in this district. Raises Refusal."""
    return stand(pack_in_force(name, on), table, on, None, district_code())


def district_code() -> str:
    """The district's administrative code of six digits, for local rules; "" where its root bears none."""
    here = District.objects.select_related("root").filter(pk=1).first()
    code = here.root.code[:6] if here and here.root else ""
    return code if code.isascii() and code.isdigit() and len(code) == 6 else ""
