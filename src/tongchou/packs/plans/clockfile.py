"""Report clocks out of their files."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta

from tongchou.kernel.clock import SHANGHAI, parse_datetime
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.clocks import WEEKDAYS, Clock, ClockCase, Limit, due, limit_on
from tongchou.packs.plans.dates import NEAR
from tongchou.packs.plans.model import Pack
from tongchou.packs.plans.reader import AREA, NO_DAY, PlanReader, bare
from tongchou.packs.yamllines import Node, nearest

CLOCK_KEYS = ("clock", "title", "starts", "by", "to", "after", "limits", "cases")
LIMIT_KEYS = ("from", "until", "areas", "minutes", "hours", "next_day_at", "weekdays", "at", "source", "status")
CLOCK_CASE_KEYS = ("case", "start", "area", "due")
NO_LIMIT = "none"
"""As the `due` of a case: no limit is in force then."""
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def read_clocks(root: Node, reader: PlanReader, documents: Collection[str]) -> list[Clock]:
    """The clocks of one file."""
    reader.problems.known_keys(root, ("clocks",))
    return [_clock(node, reader, documents) for node in reader.entries(root, "clocks", required=True)]


def _clock(node: Node, reader: PlanReader, documents: Collection[str]) -> Clock:
    reader.problems.known_keys(node, CLOCK_KEYS)
    limits = tuple(_limit(n, reader, documents) for n in reader.entries(node, "limits", required=True))
    seen: dict[tuple[object, ...], Limit] = {}
    for limit in limits:
        if seen.setdefault((limit.from_, limit.areas), limit) is not limit:
            rule = Text("同一日期、同一地区有两个时限。", "Two limits for the same day and area.")
            reader.problems.add(
                limit.place.line,
                rule,
                Text("请删除其中一个。", "Delete one of them."),
                path="limits",
                reason=Reason.OVERLAP,
            )
    cases = tuple(c for n in reader.entries(node, "cases", required=True) if (c := _case(n, reader)) is not None)
    return Clock(
        reader.key(node, "clock"), reader.text_pair(node, "title"), reader.text_pair(node, "starts"), reader.text_pair(node, "by"),
        reader.text_pair(node, "to"), reader.word(node, "after", required=False), limits, cases, reader.place(node),
    )  # fmt: skip


def _limit(node: Node, reader: PlanReader, documents: Collection[str]) -> Limit:
    reader.problems.known_keys(node, LIMIT_KEYS)
    kinds = [k for k in ("minutes", "hours", "next_day_at", "weekdays") if k in node.mapping]
    if len(kinds) != 1:
        rule = Text(
            "须写 minutes、hours、next_day_at、weekdays 之一，且只写其一。",
            "One of minutes, hours, next_day_at, weekdays, and only one.",
        )
        reader.problems.add(
            node,
            rule,
            Text("请补充或删除。", "Add one or delete one."),
            path=f"{node.path}.hours",
            reason=Reason.MISSING_VALUE,
        )
    minutes = reader.whole(node, "minutes", least=1, default=1) if "minutes" in node.mapping else None
    hours = reader.hours(node, "hours")
    days = reader.words(node, "weekdays", WEEKDAYS)
    at = _time(node, "next_day_at", reader) or _time(node, "at", reader)
    start, end = reader.day(node, "from", required=True) or NO_DAY, reader.day(node, "until")
    if end is not None and end <= start:
        rule = Text(
            "until 须晚于 from（until 当日起不再适用）。",
            "`until` must be later than `from`: from that day on it no longer holds.",
        )
        reader.problems.add(node.at("until"), rule, Text("请改日期。", "Change the date."), value=str(end))
    areas = reader.words(node, "areas")
    for item in node.at("areas").items if "areas" in node.mapping else ():
        reader.area_code(item)
    return Limit(
        start, end, areas, round(hours * 60) if hours is not None else minutes, at, tuple(WEEKDAYS.index(d) for d in days),
        reader.source(node, documents), reader.status(node), reader.place(node),
    )  # fmt: skip


def _time(node: Node, key: str, reader: PlanReader) -> time | None:
    found = reader.child(node, key, "scalar", required=False)
    if found is None:
        return None
    if isinstance(found.value, str) and _TIME.fullmatch(found.value):
        return time.fromisoformat(found.value)
    rule, remedy = (
        Text("须是时刻，并加引号。", "This must be a time of day, in quotes."),
        Text("例如 '12:00'。", "For example '12:00'."),
    )
    reader.problems.add(found, rule, remedy, value=bare(found))
    return None


def _case(node: Node, reader: PlanReader) -> ClockCase | None:
    reader.problems.known_keys(node, CLOCK_CASE_KEYS)
    start, none = _moment(node, "start", reader), node.at("due").value == NO_LIMIT if "due" in node.mapping else False
    end = None if none else _moment(node, "due", reader)
    area = reader.word(node, "area", required=False)
    if area and AREA.fullmatch(area) is None:
        reader.area_code(node.at("area"))
    key = reader.key(node, "case")
    return None if start is None or (end is None and not none) else ClockCase(key, start, area, end, reader.place(node))


def _moment(node: Node, key: str, reader: PlanReader) -> datetime | None:
    said = reader.word(node, key)
    try:
        return parse_datetime(said, key) if said else None
    except Refusal as refusal:
        reader.problems.add(
            node.at(key), refusal.rule, refusal.remedy or refusal.rule, value=said, reason=refusal.reason
        )
        return None


def check_clocks(pack: Pack) -> Iterator[Refusal]:
    """Chains that lead nowhere or in a circle, limits without a case, and cases that come out otherwise."""
    for clock in pack.clocks.values():
        yield from _chain(pack, clock)
        for limit in clock.limits:
            if not any(limit_on(clock, c.start.date(), c.area) is limit for c in clock.cases):
                rule = Text("{day} 起的时限没有案例。", "The limit from {day} on has no worked case.").with_(
                    day=limit.from_
                )
                remedy = Text("请补充一个案例。", "Add a worked case.")
                yield Refusal(
                    Reason.MISSING_VALUE,
                    rule,
                    remedy=remedy,
                    field=clock.key,
                    line=limit.place.line,
                    file=limit.place.file,
                )
        yield from _both_sides(clock)
        for case in clock.cases:
            yield from _run(pack, clock, case)


def _both_sides(clock: Clock) -> Iterator[Refusal]:
    """Every date on which a limit begins or ends, without a case close to it before (where the clock stood before) and from it on."""
    first = min(limit.from_ for limit in clock.limits)
    for areas in dict.fromkeys(limit.areas for limit in clock.limits):
        own = [limit for limit in clock.limits if limit.areas == areas]
        turns = sorted({d for limit in own for d in (limit.from_, limit.until) if d is not None})
        days = [c.start.astimezone(SHANGHAI).date() for c in clock.cases if _of(clock, areas, c)]
        for n, day in enumerate(turns):
            earlier = max(turns[n - 1] if n else date.min, day - timedelta(days=NEAR))
            later = min(turns[n + 1] if n + 1 < len(turns) else date.max, date.max if day == first else day + timedelta(days=NEAR))
            if not any(day <= d < later for d in days) or (day != first and not any(earlier <= d < day for d in days)):
                rule = Text(
                    "时限在 {day} 前后 {n} 天内都须有案例（没有时限的，due 写 none）。",
                    "The limit needs a case within {n} {n|day|days} before {day} and one from it on (`due: none` where there is no limit).",
                )
                place = next(limit.place for limit in own if day in (limit.from_, limit.until))
                remedy = Text("请补充案例。", "Add the case.")
                said = rule.with_(day=day, n=NEAR)
                yield Refusal(Reason.MISSING_VALUE, said, remedy=remedy, field=clock.key, value=day.isoformat(), line=place.line, file=place.file)


def _of(clock: Clock, areas: tuple[str, ...], case: ClockCase) -> bool:
    """Whether a case shows the limits of these areas; without areas: of everywhere else."""
    if areas:
        return any(limit.covers(case.area) > 0 for limit in clock.limits if limit.areas == areas)
    return not any(limit.covers(case.area) > 0 for limit in clock.limits if limit.areas)


def _chain(pack: Pack, clock: Clock) -> Iterator[Refusal]:
    seen, here = {clock.key}, clock.after
    while here:
        if here not in pack.clocks or here in seen:
            rule = Text("前一个时限不存在，或首尾相接。", "The clock before it does not exist, or they form a circle.")
            remedy = nearest(here, pack.clocks)
            yield Refusal(
                Reason.NOT_FOUND,
                rule,
                remedy=remedy,
                field="after",
                value=here,
                line=clock.place.line,
                file=clock.place.file,
            )
            return
        seen.add(here)
        here = pack.clocks[here].after


def _run(pack: Pack, clock: Clock, case: ClockCase) -> Iterator[Refusal]:
    try:
        found = due(pack, clock.key, case.start, case.area).due
        said = found.isoformat()
    except Refusal as refusal:
        found, said = None, refusal.sentence("en")
    if found != case.due:
        rule = Text("案例“{case}”不符：应为 {a}，实为 {b}。", "Case “{case}” differs: expected {a}, got {b}.")
        rule = rule.with_(case=case.key, a=case.due.isoformat() if case.due else NO_LIMIT, b=said)
        remedy = Text("请改正时限，或改正案例。", "Correct the limit, or the case.")
        yield Refusal(Reason.CONFLICT, rule, remedy=remedy, field="due", line=case.place.line, file=case.place.file)
