"""Both hands on the first page of who answers for an area: a few figures of control and of the economy, what is late between them, each with its list.

Rooms register figures and a course of days. All of it is worked out together and kept between two askings; a job keeps fresh what was asked for lately, so
that nobody waits for it, and the page says of which moment the numbers are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text
from tongchou.record.access import Actor, load_actor
from tongchou.record.questions.figures import AreaFigures, KindFigures, by_area, by_kind, top_area

HANDS = {"control": Text("疫情防控", "Outbreak control"), "economy": Text("复工复产和服务企业", "Resumption and service")}
SEES = "figures.view"
LEVELS = ("district", "street")
KEPT_FOR = timedelta(minutes=10)
ASKED_WITHIN = timedelta(hours=8)
MOST_KEPT_FRESH = 40


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that opens its list. late: how many of it are late, with their list; note: one line below it."""

    label: Text
    value: Any
    url: str
    note: Text | None = None
    late: int = 0
    late_url: str = ""
    act: bool = False
    definition: Any = None


@dataclass(frozen=True, slots=True)
class Course:
    """Days and what was counted on each, a line for each name; None where nothing was reported. url: the page that it is from."""

    key: str
    title: Text
    days: list[date]
    lines: list[tuple[Text, list[Any]]]
    url: str


@dataclass(frozen=True, slots=True)
class Board:
    """Of the moment `at`. areas and kinds: where what is late lies, and of which kind it is."""

    at: datetime
    top: int
    areas: list[AreaFigures]
    kinds: list[KindFigures]
    figures: dict[str, list[Figure]] = field(default_factory=dict)
    courses: dict[str, Course] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom and of when a board is worked out. kinds: the open loops of the area `top`, by kind."""

    actor: Actor
    now: datetime
    top: int
    kinds: list[KindFigures]

    @property
    def today(self) -> date:
        return self.now.astimezone(SHANGHAI).date()

    def of_kind(self, label: Text, kind: str) -> Figure:
        """The open loops of a kind and the late among them, as the work list has them."""
        found = next((k for k in self.kinds if k.kind == kind), KindFigures(kind, 0, 0))
        return Figure(label, found.open, list_url(self.top, kind=kind), late=found.late, late_url=list_url(self.top, kind=kind, late="1"))


def list_url(area: int, **more: str) -> str:
    """The work list of an area and all below it."""
    return f"{reverse('work')}?{urlencode({'view': 'area', 'area': area} | more)}"


def part_url(area: int, top: int, **more: str) -> str:
    """The list behind one row of a table of areas: an area with all below it; for `top` itself what lies in none of those below."""
    return list_url(area, **more | ({"here": "1"} if area == top else {}))


Make = Callable[[Asked], list[Figure]]
MakeCourse = Callable[[Asked], Course | None]
_FIGURES: list[tuple[str, str, int, Make]] = []
_COURSES: list[tuple[str, str, MakeCourse]] = []


def hand_figures(hand: str, permission: str, place: int) -> Callable[[Make], Make]:
    """A room offers figures of one hand, from the question of the page to which they lead; worked out only for who has that page's permission."""

    def register(make: Make) -> Make:
        _FIGURES.append((hand, permission, place, make))
        return make

    return register


def hand_course(hand: str, permission: str) -> Callable[[MakeCourse], MakeCourse]:
    """A room offers the course of the last days of one hand."""

    def register(make: MakeCourse) -> MakeCourse:
        _COURSES.append((hand, permission, make))
        return make

    return register


def has_board(actor: Actor) -> bool:
    """Who answers for a district or a street."""
    return bool(actor.area_paths(SEES)) and top_area(actor).level in LEVELS


def board_of(actor: Actor, now: datetime) -> Board:
    """The board as it was worked out last, at most KEPT_FOR ago."""
    key = _key(actor)
    held = cache.get_many([key, _ASKED])
    asked: dict[str, tuple[int, datetime]] = held.get(_ASKED) or {}
    if actor.account_id is not None and (key not in asked or now - asked[key][1] > ASKED_WITHIN / 8):
        latest = sorted({**asked, key: (actor.account_id, now)}.items(), key=lambda x: x[1][1])[-MOST_KEPT_FRESH:]
        cache.set(_ASKED, dict(latest), ASKED_WITHIN.total_seconds())
    found: Board | None = held.get(key)
    return found if found is not None and found.at <= now else _work_out(actor, now)


def keep_fresh(now: datetime) -> int:
    """Work out again what was asked for within the last hours; returns how many boards."""
    asked: dict[str, tuple[int, datetime]] = cache.get(_ASKED) or {}
    done = 0
    for key, (account, at) in asked.items():
        actor = load_actor(account, "", timezone.localdate(now), via="job")
        if now - at <= ASKED_WITHIN and _key(actor) == key and has_board(actor):  # whose posts are others by now has another board
            _work_out(actor, now)
            done += 1
    return done


_ASKED = "hands:asked"


def _key(actor: Actor) -> str:
    """Boards are the same for the same posts."""
    return "hands:" + ",".join(sorted(f"{g.role}-{g.unit_id}" for g in actor.grants))


def _work_out(actor: Actor, now: datetime) -> Board:
    top = top_area(actor)
    board = Board(now, top.pk, by_area(actor, top, now), by_kind(actor, top, now))
    asked = Asked(actor, now, top.pk, board.kinds)
    for hand, permission, _, make in sorted(_FIGURES, key=lambda f: f[2]):
        if actor.permits(permission):
            board.figures.setdefault(hand, []).extend(make(asked))
    for hand, permission, course in _COURSES:
        if actor.permits(permission) and (made := course(asked)):
            board.courses[hand] = made
    cache.set(_key(actor), board, KEPT_FOR.total_seconds())
    return board
