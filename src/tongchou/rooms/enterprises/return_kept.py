"""How all staff within one reach stand, kept between two openings of the page of returns: for a district counting takes most of a second of the processor.

Kept for a reach, not for a person: who answers for the same areas and units sees the same numbers, and nobody sees others'. Counted by the clock for who
opened the page within some hours, when a pass of clearance has ended, and by whoever opens it first or asks for it. The page says of which moment it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache

from tongchou.kernel.clock import SHANGHAI
from tongchou.record.access import Actor, load_actor
from tongchou.record.staffing import COUNTS
from tongchou.rooms.enterprises.questions import Expected, Silent, expected, silent, sums
from tongchou.rooms.enterprises.turned import TurnedUnit, turned_within

KEPT_FOR = timedelta(minutes=10)
"""The clock counts more often than that; where it stands still, the page counts itself."""
ASKED_WITHIN = timedelta(hours=8)
MOST_KEPT_FRESH = 40
_ASKED = "return:asked"


@dataclass(frozen=True, slots=True)
class Returns:
    """at: the moment of the count. totals: outcome -> (files, of these at work)."""

    at: datetime
    totals: dict[str, tuple[int, int]]
    days: list[Expected]
    silent: list[Silent]
    turned: list[TurnedUnit]


def returns_of(actor: Actor, now: datetime) -> Returns:
    """As last counted, at most KEPT_FOR ago."""
    actor.require(COUNTS)
    key = _key(actor, now)
    held = cache.get_many([key, _ASKED])
    asked: dict[str, tuple[int, datetime]] = held.get(_ASKED) or {}
    name = _reach(actor)
    if actor.account_id is not None and (name not in asked or now - asked[name][1] > ASKED_WITHIN / 8):
        latest = sorted({**asked, name: (actor.account_id, now)}.items(), key=lambda x: x[1][1])[-MOST_KEPT_FRESH:]
        cache.set(_ASKED, dict(latest), ASKED_WITHIN.total_seconds())
    found: Returns | None = held.get(key)
    return found if found is not None and found.at <= now else count(actor, now)


def count(actor: Actor, now: datetime) -> Returns:
    """Count at this moment, and keep it."""
    today = now.astimezone(SHANGHAI).date()
    made = Returns(now, sums(actor, today), expected(actor, today), silent(actor), turned_within(actor, today))
    cache.set(_key(actor, now), made, KEPT_FOR.total_seconds())
    return made


def count_again(now: datetime) -> int:
    """Count for every reach for which the page was opened within the last hours; returns how many."""
    asked: dict[str, tuple[int, datetime]] = cache.get(_ASKED) or {}
    done = 0
    for name, (account, at) in asked.items():
        actor = load_actor(account, "", now.astimezone(SHANGHAI).date(), via="job")
        if now - at <= ASKED_WITHIN and actor.permits(COUNTS) and _reach(actor) == name:  # whose posts are others by now has another reach
            count(actor, now)
            done += 1
    return done


def _reach(actor: Actor) -> str:
    return "-".join(sorted(actor.area_paths(COUNTS))) + "/" + "-".join(str(u) for u in sorted(actor.unit_ids(COUNTS)))


def _key(actor: Actor, now: datetime) -> str:
    return f"return:{now.astimezone(SHANGHAI).date()}:{_reach(actor)}"
