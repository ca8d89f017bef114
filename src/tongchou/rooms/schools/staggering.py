"""Whether a plan of turns holds: no two windows of a gate at once, not too many in one, each class in exactly one. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text

NAMED = 4
"""Classes that a conflict names before it counts the rest."""


@dataclass(frozen=True, slots=True)
class Window:
    """One window at one gate with its classes. Times in any zone; ends_at is not part of it."""

    gate: str
    starts_at: datetime
    ends_at: datetime
    classes: tuple[int, ...]

    @property
    def shown(self) -> str:
        first, last = self.starts_at.astimezone(SHANGHAI), self.ends_at.astimezone(SHANGHAI)
        return f"{first:%Y-%m-%d %H:%M}–{last:%H:%M} {self.gate}"


@dataclass(frozen=True, slots=True)
class Conflict:
    """kind: order, overlap, too_many, twice, left_out. places: the windows' places in the plan."""

    kind: str
    places: tuple[int, ...]
    said: Text


def conflicts(
    windows: Sequence[Window],
    pupils: Mapping[int, int],
    names: Mapping[int, Text],
    most: int,
    gap: timedelta = timedelta(),
) -> list[Conflict]:
    """Everything that is wrong with a plan. pupils, names: of every class that has to come; most: pupils in one window; gap: time
    between two windows of one gate. Windows of exactly the same gate and times count together."""
    found = [
        Conflict("order", (n,), Text("{w}：结束不晚于开始", "{w}: it ends before it begins").with_(w=_shown(w, names)))
        for n, w in enumerate(windows)
        if w.ends_at <= w.starts_at
    ]
    return found + _overlaps(windows, names, gap) + _numbers(windows, pupils, names, most) + _classes(windows, pupils, names)


def _shown(w: Window, names: Mapping[int, Text]) -> Text:
    """A window with who comes in it: one time may stand for several grades, and who plans has to find the wrong one."""
    known = [names[c] for c in w.classes if c in names]
    if not known:
        return Text(w.shown, w.shown)
    more = Text("等 {n} 个班", " and others, {n} classes").with_(n=len(known)) if len(known) > NAMED else ""
    who = Text.listed(known[:NAMED])
    return Text("{w}（{who}{more}）", "{w} ({who}{more})").with_(w=w.shown, who=who, more=more)


def _overlaps(windows: Sequence[Window], names: Mapping[int, Text], gap: timedelta) -> list[Conflict]:
    out = []
    for (n, a), (m, b) in combinations(sorted(enumerate(windows), key=lambda p: (p[1].gate, p[1].starts_at)), 2):
        if a.gate == b.gate and a.starts_at < b.ends_at + gap and b.starts_at < a.ends_at + gap and not _same(a, b):
            said = Text("{a} 与 {b} 时间重叠", "{a} and {b} overlap").with_(a=_shown(a, names), b=_shown(b, names))
            out.append(Conflict("overlap", tuple(sorted((n, m))), said))
    return out


def _same(a: Window, b: Window) -> bool:
    return (a.gate, a.starts_at, a.ends_at) == (b.gate, b.starts_at, b.ends_at)


def merged(windows: Sequence[Window]) -> list[Window]:
    """One window for each gate and times, with all its classes, in order of time."""
    out: dict[tuple[str, datetime, datetime], list[int]] = {}
    for w in windows:
        out.setdefault((w.gate, w.starts_at, w.ends_at), []).extend(w.classes)
    return sorted((Window(*key, tuple(classes)) for key, classes in out.items()), key=lambda w: (w.starts_at, w.gate))


def _numbers(windows: Sequence[Window], pupils: Mapping[int, int], names: Mapping[int, Text], most: int) -> list[Conflict]:
    out = []
    for whole in merged(windows):
        there = sum(pupils.get(c, 0) for c in whole.classes)
        if there > most:
            said = Text("{w}：{n} 人，超过每时段 {most} 人", "{w}: {n} {n|pupil|pupils}, more than {most} in one window").with_(
                w=_shown(whole, names), n=there, most=most
            )
            out.append(Conflict("too_many", tuple(n for n, w in enumerate(windows) if _same(w, whole)), said))
    return out


def _classes(windows: Sequence[Window], pupils: Mapping[int, int], names: Mapping[int, Text]) -> list[Conflict]:
    out, seen = [], dict[int, int]()
    for n, w in enumerate(windows):
        for c in w.classes:
            first = seen.setdefault(c, n)
            if first != n or w.classes.count(c) > 1:
                out.append(
                    Conflict("twice", (first, n), Text("{c} 安排了两次", "{c} comes twice").with_(c=names.get(c, c)))
                )
    left = [c for c in pupils if c not in seen]
    out += [Conflict("left_out", (), Text("{c} 没有安排", "{c} is left out").with_(c=names[c])) for c in left]
    return out
