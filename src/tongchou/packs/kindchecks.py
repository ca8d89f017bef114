"""What a loop kind must keep as a whole: nothing can get stuck, nobody can close what nobody has verified."""

from __future__ import annotations

from collections.abc import Iterable

from tongchou.kernel.errors import Reason
from tongchou.kernel.text import Text
from tongchou.packs.kinds import Level, LoopKind, Party, Stage, Step
from tongchou.packs.yamllines import Node, Problems

_ORDER = list(Level)


def check_kind(kind: LoopKind, root: Node, problems: Problems) -> None:
    """Add every problem of the kind as a graph."""
    stages, steps = root.mapping["stages"], root.mapping["steps"]
    if kind.start not in kind.stages:
        rule = Text("起始阶段不存在。", "The start is no stage of this kind.")
        problems.add(root.mapping["start"], rule, value=kind.start)
        return
    for stage in kind.stages.values():
        _check_stage(stage, kind, stages.mapping[stage.key], problems)
    for step in kind.steps.values():
        _check_step(step, kind, steps.mapping[step.key], problems)
    _check_titles(kind, root, problems)
    _check_returns(kind, root, problems)
    if not problems.found:
        _check_graph(kind, root, problems)


def _check_stage(stage: Stage, kind: LoopKind, node: Node, problems: Problems) -> None:
    if stage.end is not None:
        if stage.owner is not None or stage.ladder or stage.deadline_hours or stage.keeps_deadline:
            rule = Text("终结阶段不能有责任方、时限或升级规则。", "An end has no owner, deadline or ladder.")
            problems.add(node, rule)
        return
    if stage.owner is None:
        rule = Text("每个未终结阶段都须有责任方（owner）。", "Every stage that is not an end needs an owner.")
        problems.add(node, rule, path=f"{node.path}.owner", reason=Reason.MISSING_VALUE)
    if stage.deadline_hours is None and not stage.keeps_deadline:
        rule = Text("每个未终结阶段都须有时限（小时数或 keeps）。", "Every stage that is not an end needs a deadline (hours or `keeps`).")
        problems.add(node, rule, path=f"{node.path}.deadline", reason=Reason.MISSING_VALUE)
    if not any(stage.key in s.from_stages for s in kind.steps.values()):
        problems.add(node, Text("该阶段没有出口。", "No step leaves this stage."))
    _check_ladder(stage, node, problems)


def _check_ladder(stage: Stage, node: Node, problems: Problems) -> None:
    for lower, upper in zip(stage.ladder, stage.ladder[1:], strict=False):
        if upper.after_hours <= lower.after_hours or _ORDER.index(upper.level) <= _ORDER.index(lower.level):
            rule = Text("升级规则的时间和级别须逐级升高。", "The rungs of a ladder must rise in hours and in level.")
            problems.add(node.mapping["ladder"], rule)
    if any(r.level is Level.NONE or not r.to for r in stage.ladder):
        rule = Text("升级规则须有级别和通知对象。", "A rung needs a level and somebody to tell.")
        problems.add(node.mapping["ladder"], rule)


def _check_step(step: Step, kind: LoopKind, node: Node, problems: Problems) -> None:
    for name in step.from_stages:
        if name not in kind.stages:
            problems.add(node.mapping["from"], Text("没有这个阶段。", "There is no such stage."), value=name)
        elif kind.stages[name].end is not None:
            problems.add(node.mapping["from"], Text("终结阶段不能再办理。", "No step leaves an end."), value=name)
    if step.to_stage != "=" and step.to_stage not in kind.stages:
        problems.add(node.mapping["to"], Text("没有这个阶段。", "There is no such stage."), value=step.to_stage)
    if not step.by or not step.from_stages:
        problems.add(node, Text("须写明由谁（by）从哪个阶段（from）办理。", "Say who (by) takes it and from where (from)."))
    keys = [n.key for n in step.needs]
    if len(set(keys)) != len(keys):
        problems.add(node.mapping["needs"], Text("证明材料的名称重复。", "An evidence key stands twice."), reason=Reason.DUPLICATE)
    if step.is_work and step.verifies:
        rule = Text("同一步不能既办理又核验。", "A step cannot both do the work and verify it.")
        problems.add(node, rule)


def _check_titles(kind: LoopKind, root: Node, problems: Problems) -> None:
    for group, node in ((kind.stages, root.mapping["stages"]), (kind.steps, root.mapping["steps"])):
        seen: dict[str, str] = {}
        for key, entry in group.items():
            for text in (entry.title.zh, entry.title.en):  # type: ignore[attr-defined]
                if text in seen and seen[text] != key:
                    rule = Text("名称“{t}”重复。", "The title “{t}” stands twice.").with_(t=text)
                    problems.add(node.mapping[key], rule, reason=Reason.DUPLICATE)
                seen[text] = key


def _check_returns(kind: LoopKind, root: Node, problems: Problems) -> None:
    returning = [s for s in kind.steps.values() if s.is_return]
    node = root.mapping.get("returns")
    if returning and node is None:
        rule = Text("有退单步骤时须写明退单上限（returns）。", "A kind with return steps must limit them (returns).")
        problems.add(root.mapping["steps"].mapping[returning[0].key], rule, path="returns", reason=Reason.MISSING_VALUE)
        return
    if node is None:
        return
    stage = kind.stages.get(kind.adjudicate_stage or "")
    if stage is None or stage.owner is not Party.ADJUDICATOR:
        rule = Text("裁定阶段须存在并由裁定方负责。", "The adjudication stage must exist and be owned by the adjudicator.")
        problems.add(node, rule, path="returns.adjudicate", value=kind.adjudicate_stage)


def _check_graph(kind: LoopKind, root: Node, problems: Problems) -> None:
    edges = list(_edges(kind))
    reached = _closure({kind.start}, [(a, b) for a, b, _ in edges])
    ends = {s.key for s in kind.stages.values() if s.end is not None}
    ending = _closure(ends, [(b, a) for a, b, _ in edges])
    stages = root.mapping["stages"].mapping
    for key in kind.stages:
        if key not in reached:
            rule = Text("从起始阶段无法到达该阶段。", "This stage cannot be reached from the start.")
            problems.add(stages[key], rule)
        elif key not in ending:
            problems.add(stages[key], Text("该阶段无法到达终结。", "No end can be reached from this stage."))
    if kind.extra.get("self_closing"):
        return
    unverified = _closure({kind.start}, [(a, b) for a, b, step in edges if not step.verifies])
    for key in sorted(unverified):
        if kind.stages[key].end == "done":
            rule = Text("可不经核验而办结。", "It can be closed as done without being verified.")
            remedy = Text(
                "请在通往该阶段的步骤上注明 verifies，或用 self_closing 说明理由。",
                "Mark the steps that lead here with `verifies`, or say why in `self_closing`.",
            )
            problems.add(stages[key], rule, remedy)


def _edges(kind: LoopKind) -> Iterable[tuple[str, str, Step]]:
    for step in kind.steps.values():
        for origin in step.from_stages:
            yield origin, origin if step.to_stage == "=" else step.to_stage, step
            if step.is_return and kind.adjudicate_stage:
                yield origin, kind.adjudicate_stage, step


def _closure(start: set[str], edges: list[tuple[str, str]]) -> set[str]:
    found, frontier = set(start), set(start)
    while frontier:
        frontier = {b for a, b in edges if a in frontier} - found
        found |= frontier
    return found


def graph(kind: LoopKind, language: str = "zh-hans") -> str:
    """The kind as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {kind.start}"]
    lines += [f"    {s.key} : {s.title.in_(language)}" for s in kind.stages.values()]
    lines += [f"    {a} --> {b} : {step.title.in_(language)}" for a, b, step in _edges(kind)]
    lines += [f"    {s.key} --> [*]" for s in kind.stages.values() if s.end is not None]
    return "\n".join(lines)
