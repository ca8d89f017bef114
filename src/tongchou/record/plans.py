"""The plan pack in force on a day. The room of plans says which edition that is; without its word it is the pack that came with the program."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from tongchou.packs.plans.model import Pack
from tongchou.packs.plans.packfile import shipped_pack
from tongchou.packs.plans.resolve import Standing, stand
from tongchou.record.models import District

Source = Callable[[str, date], "Pack | None"]
_sources: list[Source] = []


def say_which_pack(source: Source) -> None:
    """Name the function that says which edition of a pack is in force on a day; None from it leaves the word to the next."""
    _sources.append(source)


def pack_in_force(name: str, on: date) -> Pack:
    """The pack in force. Raises Refusal for a name that no pack has."""
    return next((p for source in _sources if (p := source(name, on)) is not None), None) or shipped_pack(name)


def standing_in_force(name: str, table: str, on: date) -> Standing:
    """A table of the pack in force as it stands on a day in this district. Raises Refusal."""
    return stand(pack_in_force(name, on), table, on, None, district_code())


def district_code() -> str:
    """The district's administrative code of six digits, for local rules; "" where its root bears none."""
    here = District.objects.select_related("root").filter(pk=1).first()
    code = here.root.code[:6] if here and here.root else ""
    return code if code.isascii() and code.isdigit() and len(code) == 6 else ""
