"""What custody ought to do, kept in memory: the oracle of test_stateful_custody.py. It shares no logic with the verbs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from tests.record.loop_model import Reasons, Who
from tongchou.kernel.errors import Reason

NOBODY = "unlocated"


@dataclass
class Stay:
    """One stay: who holds it now, everybody who ever held it, and how it ended."""

    purpose: str
    name: str
    holder: tuple[str, int | None]
    path: str
    holders: list[tuple[str, int | None]] = field(default_factory=list)
    out: str = ""
    offer: str = ""

    def move(self, kind: str, unit: int | None) -> None:
        self.holder = (kind, unit)
        self.holders.append(self.holder)


@dataclass
class Offer:
    giver: int | None
    taker: int
    kind: str
    items: list[str]
    outcome: dict[str, str] = field(default_factory=dict)
    state: str = "offered"


class CustodyModel:
    """stays and offers by id. units: active unit -> path of its area."""

    def __init__(self, units: dict[int, str]) -> None:
        self.units = units
        self.stays: dict[str, Stay] = {}
        self.offers: dict[str, Offer] = {}

    def reaches(self, who: Who, unit: int) -> bool:
        """Whether somebody may take things in on behalf of a unit."""
        if unit not in self.units:
            return False
        return who.system or who.unit == unit or (who.scope == "area" and self.units[unit].startswith(who.path))

    def _held_by(self, who: Who, ids: Iterable[str]) -> Reasons:
        out: Reasons = set()
        for id in ids:
            stay = self.stays.get(id)
            if stay is None or stay.out:
                out.add(Reason.NOT_IN_CUSTODY)
            elif stay.holder[1] is None or not (who.system or stay.holder[1] == who.unit):
                out.add(Reason.NOT_HOLDER)  # what nobody holds nobody can give or lose
        return out

    def _offered(self, ids: Iterable[str]) -> bool:
        return any(id in self.stays and self.stays[id].offer for id in ids)

    # taking in and letting out

    def refuses_take_in(self, who: Who, purpose: str, unit: int, names: list[str]) -> Reasons:
        out: Reasons = set() if self.reaches(who, unit) else {Reason.NOT_FOUND}
        inside = {s.name for s in self.stays.values() if s.purpose == purpose and not s.out}
        return out | ({Reason.TWO_HOLDERS} if len(set(names)) < len(names) or inside & set(names) else set())

    def take_in(self, ids: list[str], purpose: str, unit: int, kind: str, names: list[str]) -> None:
        for id, name in zip(ids, names, strict=True):
            self.stays[id] = Stay(purpose, name, (kind, unit), self.units[unit], [(kind, unit)])

    def refuses_let_out(self, who: Who, ids: Collection[str]) -> Reasons:
        lost = {i for i in ids if i in self.stays and self.stays[i].holder[0] == NOBODY and not self.stays[i].out}
        out = self._held_by(who, set(ids) - lost) | ({Reason.CONFLICT} if self._offered(ids) else set())
        for stay in (self.stays[i] for i in lost):
            last = next(unit for _, unit in reversed(stay.holders) if unit is not None)
            if not who.system and who.unit != last and not (who.scope == "area" and stay.path.startswith(who.path)):
                out.add(Reason.NOT_HOLDER)
        return out

    def let_out(self, ids: Iterable[str], reason: str) -> None:
        for id in ids:
            self.stays[id].out = reason

    # hand-overs

    def refuses_offer(self, who: Who, ids: Collection[str], to_unit: int) -> Reasons:
        out = self._held_by(who, ids)
        if to_unit not in self.units or len({self.stays[i].holder[1] for i in ids if i in self.stays}) > 1:
            out.add(Reason.INVALID_VALUE)
        if self._offered(ids):
            out.add(Reason.TWO_HOLDERS)
        return out

    def offer(self, id: str, ids: list[str], to_unit: int, kind: str) -> None:
        self.offers[id] = Offer(self.stays[ids[0]].holder[1], to_unit, kind, ids)
        for stay in ids:
            self.stays[stay].offer = id

    def refuses_answer(self, who: Who, id: str, verb: str, missing: Collection[str]) -> Reasons:
        offer = self.offers.get(id)
        if offer is None or not (who.system or who.unit in (offer.giver, offer.taker)):
            return {Reason.NOT_FOUND}
        out: Reasons = {Reason.WRONG_STAGE} if offer.state != "offered" else set()
        mine = offer.giver if verb == "withdraw" else offer.taker
        if not who.system and who.unit != mine:
            out.add(Reason.NOT_HOLDER)
        if verb == "accept" and set(missing) - set(offer.items):
            out.add(Reason.INVALID_VALUE)
        return out

    def answer(self, id: str, verb: str, missing: Collection[str]) -> None:
        offer = self.offers[id]
        offer.state = {"accept": "accepted", "refuse": "refused", "withdraw": "withdrawn"}[verb]
        for item in offer.items:
            stay = self.stays[item]
            stay.offer = ""
            offer.outcome[item] = "missing" if item in missing and verb == "accept" else offer.state
            if verb == "accept":
                stay.move(*((NOBODY, None) if item in missing else (offer.kind, offer.taker)))

    # lost and found

    def refuses_lose(self, who: Who, ids: Collection[str]) -> Reasons:
        return self._held_by(who, ids) | ({Reason.CONFLICT} if self._offered(ids) else set())

    def refuses_find(self, who: Who, ids: Collection[str], unit: int) -> Reasons:
        out: Reasons = set() if self.reaches(who, unit) else {Reason.NOT_FOUND}
        if any(i not in self.stays or self.stays[i].out for i in ids):
            out.add(Reason.NOT_IN_CUSTODY)
        if any(i in self.stays and self.stays[i].holder[0] != NOBODY for i in ids):
            out.add(Reason.NOT_HOLDER)
        return out | ({Reason.CONFLICT} if self._offered(ids) else set())

    def move(self, ids: Iterable[str], kind: str, unit: int | None) -> None:
        for id in ids:
            self.stays[id].move(kind, unit)

    # what must hold

    def balance(self, purpose: str) -> tuple[int, int, int, int]:
        """Taken in, held (by nobody included), let out, held by nobody."""
        stays = [s for s in self.stays.values() if s.purpose == purpose]
        inside = [s for s in stays if not s.out]
        return len(stays), len(inside), len(stays) - len(inside), sum(s.holder[0] == NOBODY for s in inside)

    def outs(self) -> Counter[str]:
        return Counter(s.out for s in self.stays.values() if s.out)
