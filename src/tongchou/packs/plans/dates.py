"""The days on which a table changes, what stands on each of them, and the worked cases that have to lie close to them on both sides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.model import Case, Overlay, Pack, Table
from tongchou.packs.plans.resolve import Standing, stand, used_parameters
from tongchou.packs.plans.values import Place

NEAR = 14
"""A case shows a change of plan where it lies within so many days of it, and before the next change."""


def changes(pack: Pack, table: Table) -> dict[date, Place]:
    """The days on which the table may say something new: its editions and its parameters' values, with where they are written."""
    days: dict[date, Place] = {}
    for name in used_parameters(table):
        for entry in pack.parameters[name].entries:
            days.setdefault(max(entry.from_, entry.known_from), entry.place)
    for rule in table.rules:
        for day in (rule.from_, rule.until):
            if day is not None:
                days.setdefault(day, rule.place)
    before: set[str] | None = None
    for edition in pack.editions:
        rules = {r.key for r in table.rules if not r.editions or edition.key in r.editions}
        if rules != before:
            days.setdefault(edition.from_, edition.place)
        before = rules
    first = pack.editions[0].from_ if pack.editions else date.max
    return dict(sorted((max(day, first), place) for day, place in days.items()))


def local_changes(pack: Pack, table: Table) -> list[Overlay]:
    """The overlays that change something of the table."""
    used = used_parameters(table)
    return [o for o in pack.overlays.values() if table.key in o.rules or used & set(o.parameters)]


def standings(pack: Pack, table: Table) -> Iterator[Standing]:
    """The table on every day on which it changes; in the areas of every overlay from its first day to its last, on every change between."""
    days = list(changes(pack, table))
    for day in days:
        yield stand(pack, table.key, day, date.max)
    local = local_changes(pack, table)
    seen: set[tuple[date, tuple[str, ...]]] = set()
    for overlay in local:
        turns = {*days, *(o.from_ for o in local), *(o.until for o in local if o.until is not None)}
        inside = sorted(d for d in turns if overlay.from_ <= d and (overlay.until is None or d < overlay.until))
        for area in overlay.areas:
            for day in inside:
                found = stand(pack, table.key, day, date.max, area)
                if (day, found.overlays) not in seen:
                    seen.add((day, found.overlays))
                    yield found


def check_dates(pack: Pack, table: Table) -> Iterator[Refusal]:
    """Every date of a table without a worked case close to it, before (where the table stood before) and after."""
    cases = [c for c in pack.cases if c.table == table.key]
    local = local_changes(pack, table)
    national = [c.as_of for c in cases if not any(_holds(o, c) for o in local)]
    yield from _national(table, list(changes(pack, table).items()), national)
    first = pack.editions[0].from_ if pack.editions else date.max
    for overlay in local:
        yield from _local(table, overlay, cases, first)


def _holds(overlay: Overlay, case: Case) -> bool:
    """Whether a case is decided by a local change, so that it says nothing of the plan itself."""
    inside = overlay.from_ <= case.as_of and (overlay.until is None or case.as_of < overlay.until)
    return bool(case.area) and inside and overlay.covers(case.area) > 0


def _national(table: Table, days: list[tuple[date, Place]], cases: list[date]) -> Iterator[Refusal]:
    ends = [*(day for day, _ in days), date.max]
    for n, ((day, place), after) in enumerate(zip(days, ends[1:], strict=True)):
        if not _between(cases, day, min(after, _later(day)) if n else after):  # before the first day there is nothing to tell it from
            rule = Text("{day} 起 {n} 天内（到下一次变动为止）没有案例。", "No worked case within {n} {n|day|days} from {day}, before the next change.")
            yield _missing(table, place, rule.with_(day=day, n=NEAR), day)
    for (before, _), (day, place) in pairwise(days):
        if not _between(cases, max(before, day - timedelta(days=NEAR)), day):
            rule = Text("{day} 变动之前 {n} 天内没有案例。", "No worked case within {n} {n|day|days} before the change of {day}.")
            yield _missing(table, place, rule.with_(day=day, n=NEAR), day)


def _local(table: Table, overlay: Overlay, cases: list[Case], first: date) -> Iterator[Refusal]:
    """Before and from the first day, and before and from the last: four cases of its area, or three where it stands from the beginning."""
    here = [c.as_of for c in cases if c.area and overlay.covers(c.area)]
    turns = [overlay.from_] if overlay.until is None else [overlay.from_, overlay.until]
    for n, day in enumerate(turns):
        other = turns[1 - n] if len(turns) > 1 else None
        after = min(_later(day), other) if other is not None and n == 0 else _later(day)
        before = max(day - timedelta(days=NEAR), other) if other is not None and n == 1 else day - timedelta(days=NEAR)
        if not _between(here, day, after) or not (_between(here, before, day) or day <= first):
            rule = Text(
                "地方规定在 {day} 前后 {n} 天内都须有当地的案例。",
                "A local change needs a case of its area within {n} {n|day|days} before {day} and one within {n} {n|day|days} from it on.",
            )
            yield _missing(table, overlay.place, rule.with_(day=day, n=NEAR), day)


def check_confirmed(pack: Pack) -> Iterator[Refusal]:
    """Editions that a source shows only later than they began: a case on both sides of that day tells what is unconfirmed."""
    told = [c.as_of for c in pack.cases if c.unconfirmed is not None]
    for edition in pack.editions:
        day = edition.confirmed_from
        if day is None or day <= edition.from_:
            continue
        if not _between(told, max(edition.from_, day - timedelta(days=NEAR)), day) or not _between(told, day, _later(day)):
            rule = Text(
                "confirmed_from {day} 前后 {n} 天内都须有写明 unconfirmed 的案例。",
                "Within {n} {n|day|days} before confirmed_from, {day}, and from it on there must be a case that says what is `unconfirmed`.",
            )
            remedy = Text("请各补充一个案例。", "Add one for each side.")
            place = edition.place
            yield Refusal(
                Reason.MISSING_VALUE, rule.with_(day=day, n=NEAR), remedy=remedy, field=f"editions.{edition.key}.confirmed_from", value=day.isoformat(),
                line=place.line, file=place.file,
            )  # fmt: skip


def _later(day: date) -> date:
    return date.max if day > date.max - timedelta(days=NEAR) else day + timedelta(days=NEAR)


def _between(cases: list[date], start: date, end: date) -> bool:
    return any(start <= day < end for day in cases)


def _missing(table: Table, place: Place, rule: Text, day: date) -> Refusal:
    remedy = Text("请为“{table}”补充一个案例。", "Add a worked case for “{table}”.").with_(table=table.key)
    return Refusal(Reason.MISSING_VALUE, rule, remedy=remedy, field=table.key, value=day.isoformat(), line=place.line, file=place.file)
