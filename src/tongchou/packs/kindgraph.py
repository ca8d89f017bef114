"""A loop kind as a graph: which stages lead where, and a drawing of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tongchou.kernel.text import Text
from tongchou.packs.kinds import LoopKind, Step

_FULL_WIDTH = str.maketrans(':;#<>"', "：；＃＜＞＂")
OVER_THE_LIMIT = Text("{step}（超过上限）", "{step} (over the limit)")


@dataclass(frozen=True, slots=True)
class Edge:
    """One way from a stage to another. over_limit: taken by a return step when the limit on returns is used up."""

    origin: str
    target: str
    step: Step
    over_limit: bool = False


def edges(kind: LoopKind) -> Iterator[Edge]:
    """Every way between stages, in the order of the file."""
    for step in kind.steps.values():
        for origin in step.from_stages:
            target = origin if step.to_stage == "=" else step.to_stage
            yield Edge(origin, target, step)
            if step.is_return and kind.adjudicate_stage and kind.adjudicate_stage != target:
                yield Edge(origin, kind.adjudicate_stage, step, over_limit=True)


def reachable(start: Iterable[str], ways: Iterable[tuple[str, str]]) -> set[str]:
    """The stages that can be reached from `start`, itself included, over ways (from, to)."""
    onward: dict[str, list[str]] = {}
    for origin, target in ways:
        onward.setdefault(origin, []).append(target)
    found, frontier = set(start), list(start)
    while frontier:
        fresh = [t for t in onward.get(frontier.pop(), ()) if t not in found]
        found.update(fresh)
        frontier += fresh
    return found


def graph(kind: LoopKind, language: str = "zh-hans") -> str:
    """The kind as a Mermaid state diagram. Stages carry the prefix s_: `end` or `state` alone are words of Mermaid."""
    lines = ["stateDiagram-v2", f"    [*] --> s_{kind.start}"]
    lines += [f"    s_{stage.key} : {_label(stage.title, language)}" for stage in kind.stages.values()]
    for edge in edges(kind):
        title = OVER_THE_LIMIT.with_(step=edge.step.title) if edge.over_limit else edge.step.title
        lines.append(f"    s_{edge.origin} --> s_{edge.target} : {_label(title, language)}")
    lines += [f"    s_{stage.key} --> [*]" for stage in kind.stages.values() if stage.end is not None]
    return "\n".join(lines) + "\n"


def _label(title: Text, language: str) -> str:
    """A title on one line, without the signs that Mermaid would take for its own."""
    plain = re.sub(r"\s+", " ", title.in_(language)).strip()
    return plain.translate(_FULL_WIDTH)
