"""Numbers by which rooms judge, remind and refuse, as the district's page of rules lists them: each with where it comes from and whether a source confirms it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tongchou.kernel.parameters import Parameter
from tongchou.kernel.text import Text
from tongchou.packs.plans.resolve import entry_on
from tongchou.record.loops.kinds import current_kinds
from tongchou.record.plans import pack_in_force

Trust = Literal["confirmed", "unconfirmed", "district"]
PROPOSED = Text("本系统建议，区里可以另定", "Proposed by the program; the district may rule otherwise")


@dataclass(frozen=True, slots=True)
class Bound:
    """One number or choice. trust: a source confirms it, none does, or the district has decided it itself."""

    title: Text
    value: Text | str
    trust: Trust
    source: Text


Source = Callable[[date], Iterable[Bound]]
_SOURCES: list[tuple[Text, Source]] = []


def bounds(section: Text) -> Callable[[Source], Source]:
    """A room lists its numbers of a day under a heading."""

    def add(one: Source) -> Source:
        _SOURCES.append((section, one))
        return one

    return add


def all_bounds(day: date) -> list[tuple[Text, Bound]]:
    """Everything that stands on a day, by heading, in the order in which rooms registered."""
    return [(section, bound) for section, source in _SOURCES for bound in source(day)]


def of_parameters(found: dict[str, Parameter]) -> list[Bound]:
    """The parameters of a room's file that have a title."""
    return [Bound(p.title, str(p.value), "confirmed" if p.status == "confirmed" else "unconfirmed", p.source) for p in found.values() if p.title is not None]


def of_pack(name: str, day: date) -> list[Bound]:
    """The parameters of a plan pack that have a value on a day, each with its paper and clause."""
    pack = pack_in_force(name, day)
    out = []
    for parameter in pack.parameters.values():
        entry = entry_on(parameter.entries, day, day)
        if entry is None:
            continue
        where = pack.documents[entry.source.document].title
        if entry.source.clause:
            where = Text("{d} {c}", "{d}, {c}").with_(d=where, c=entry.source.clause)
        value = f"{entry.value:g}" if isinstance(entry.value, int | float) else str(entry.value)
        out.append(Bound(parameter.title, value, "confirmed" if entry.status == "confirmed" else "unconfirmed", where))
    return out


def of_kinds(*keys: str) -> list[Bound]:
    """How long the stages of loop kinds may take. What the district put in force itself is its own decision."""
    known, out = current_kinds(), []
    for key in keys:
        if key not in known:
            continue
        _, kind = known[key]
        where = Text("事项类型“{t}”第 {v} 版", "Loop kind “{t}”, version {v}").with_(t=kind.title, v=kind.version)
        lines = [(kind.title, kind.limit), *((Text("{k}：{s}", "{k}: {s}").with_(k=kind.title, s=s.title), s.limit) for s in kind.stages.values())]
        out += [Bound(title, limit.text, "unconfirmed", where) for title, limit in lines if limit is not None]
    return out
