"""How many employees an enterprise's masks carry for the days that the plan asks for: by the last count on record, else by the days that it stated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor

from tongchou.kernel.text import Text
from tongchou.packs.plans.decide import decide
from tongchou.record.plans import pack_in_force, parameter_in_force
from tongchou.record.questions.stocks import MaskStock, mask_stocks
from tongchou.record.regime import PACK
from tongchou.rooms.resumption.models import Application, Item

STATED, WANTED = "mask_stock_days", ("roster", "health_form")


@dataclass(frozen=True, slots=True)
class Cover:
    """wanted: employees that the application is for; carries: employees for whom the masks last. None: not known. source: where the stock stands."""

    wanted: int | None
    carries: int | None
    days: int
    source: Text

    @property
    def is_short(self) -> bool:
        """More employees are asked for than the masks carry; what is not known is not short."""
        return self.wanted is not None and self.carries is not None and self.wanted > self.carries

    @property
    def words(self) -> Text:
        """What it comes to, for who decides and who asked."""
        if self.carries is None:
            return Text("口罩存量没有登记，不能核定可保障人数。", "No stock of masks is on record: how many employees it carries is not known.")
        said = Text("口罩存量（{s}）可保障 {n} 名员工 {d} 天", "The masks ({s}) last {d} {d|day|days} for {n} {n|employee|employees}")
        said = said.with_(s=self.source, n=self.carries, d=self.days)
        if self.wanted is None:
            return Text("{a}；申请人数未填报。", "{a}; the number asked for is not given.").with_(a=said)
        return Text("{a}；申请返岗 {w} 人。", "{a}; asked for: {w}.").with_(a=said, w=self.wanted)


def covers(rows: Sequence[Application], on: date) -> dict[str, Cover]:
    """By application, for those of whom the plan asks for masks; the others are absent."""
    entry = parameter_in_force(PACK, "mask_days_needed", on)
    given: dict[str, dict[str, float | None]] = {}
    for item in Item.objects.filter(application__in=rows, key__in=(STATED, *WANTED)):
        given.setdefault(str(item.application_id), {})[item.key] = item.number
    asked = [r for r in rows if STATED in given.get(str(r.pk), {})]
    if entry is None or not isinstance(entry.value, int | float) or not asked:
        return {}
    days, stocks = int(entry.value), mask_stocks([r.unit_id for r in asked], on)
    return {str(r.pk): _cover(given[str(r.pk)], stocks.get(r.unit_id), days, on) for r in asked}


def _cover(given: dict[str, float | None], stock: MaskStock | None, days: int, on: date) -> Cover:
    number = next((n for k in WANTED if (n := given.get(k)) is not None), None)
    wanted, stated = None if number is None else int(number), given.get(STATED)
    if stock is not None:
        return Cover(wanted, carried(stock, days, on), days, stock.source)
    if stated is None or wanted is None:
        return Cover(wanted, None, days, Text("", ""))
    source = Text("企业申报可用 {n} 天", "the enterprise says {n} {n|day|days}").with_(n=f"{stated:g}")
    return Cover(wanted, floor(stated * wanted / days + 1e-9), days, source)


def carried(stock: MaskStock, days: int, on: date) -> int:
    """The most employees for whom the pack's table still says that the masks are enough.

    One mask each four hours of a shift; the table itself is asked about the number found, so that a plan of another formula is followed.
    """
    most = stock.masks // (ceil(stock.shift_hours / 4) * days)
    pack = pack_in_force(PACK, on)
    while most > 0:
        facts = {"masks": stock.masks, "staff": most, "shift_hours": stock.shift_hours}
        if decide(pack, "mask_stock", facts, on, explain=False).outcome == "enough":
            return most
        most = most * 9 // 10 if most > 10 else most - 1
    return 0


def carried_by(masks: int, unit: int, on: date) -> tuple[int, int] | None:
    """(employees whom so many masks carry, days that the plan asks for), by the shift of the unit's last count, else of eight hours; None where the plan
    asks for none."""
    entry = parameter_in_force(PACK, "mask_days_needed", on)
    if entry is None or not isinstance(entry.value, int | float):
        return None
    held = mask_stocks([unit], on).get(unit)
    days = int(entry.value)
    return carried(MaskStock(masks, held.shift_hours if held else 8, on, Text("", "")), days, on), days
