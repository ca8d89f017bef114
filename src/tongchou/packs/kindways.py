"""The ways through a loop kind: every stage can be reached and left by its owner, and closing as done is verified."""

from __future__ import annotations

from tongchou.kernel.errors import Reason
from tongchou.kernel.text import Text
from tongchou.packs.kindgraph import Edge, edges, reachable
from tongchou.packs.kinds import LoopKind
from tongchou.packs.yamllines import Node, Problems

# What decides the ways. While one of these is wrong, what follows from it would only hide the cause.
_DECIDES_WAYS = ("from", "to", "end", "return")
_DECIDES_VERIFYING = ("work", "verifies")


def check_ways(kind: LoopKind, root: Node, problems: Problems) -> None:
    """Add what is wrong with the ways; silent while the stages, steps or start that make them up are wrong."""
    if any(problems.touch(top) for top in ("start", "returns.adjudicate")) or not _sound(problems, _DECIDES_WAYS):
        return
    stages = root.at("stages").mapping
    if set(kind.stages) != set(stages) or set(kind.steps) != set(root.at("steps").mapping):
        return
    ways = list(edges(kind))
    _check_reach(kind, ways, stages, problems)
    _check_exits(kind, ways, stages, problems)
    if _sound(problems, _DECIDES_VERIFYING):
        _check_closing(kind, ways, stages, problems)
        _check_verifiers(kind, ways, root.at("steps").mapping, problems)


def _sound(problems: Problems, deciding: tuple[str, ...]) -> bool:
    for found in problems.found:
        parts = (found.field or "").split("[")[0].split(".")
        if parts[0] not in ("stages", "steps"):
            continue
        if len(parts) < 3 or parts[2] in deciding or found.reason is Reason.UNKNOWN_FIELD:
            return False
    return True


def _check_reach(kind: LoopKind, ways: list[Edge], stages: dict[str, Node], problems: Problems) -> None:
    reached = reachable([kind.start], [(w.origin, w.target) for w in ways])
    ends = [s.key for s in kind.stages.values() if s.end is not None]
    if not ends:
        rule = Text("至少须有一个终结阶段（end）。", "At least one stage must be an end.")
        problems.add(
            stages[kind.start], rule, Text("请为最后的阶段写明 end。", "Give the last stage an `end`."), path="stages"
        )
        return
    ending = reachable(ends, [(w.target, w.origin) for w in ways])
    for key, node in stages.items():
        if key not in reached:
            rule = Text("从起始阶段无法到达该阶段。", "This stage cannot be reached from the start.")
            problems.add(
                node,
                rule,
                Text("请增加通往它的步骤，或删除它。", "Add a step that leads here, or delete it."),
                value=key,
            )
        if key not in ending and any(w.origin == key != w.target for w in ways):  # else: see _check_exits
            rule = Text("从该阶段无法到达终结。", "No end can be reached from this stage.")
            problems.add(node, rule, Text("请增加通往终结阶段的步骤。", "Add a step that leads to an end."), value=key)


def _check_exits(kind: LoopKind, ways: list[Edge], stages: dict[str, Node], problems: Problems) -> None:
    for stage in kind.stages.values():
        if stage.end is not None:
            continue
        out = [w for w in ways if w.origin == stage.key and w.target != stage.key]
        if not out:
            rule = Text("该阶段没有出口。", "No step leaves this stage.")
            problems.add(
                stages[stage.key], rule, Text("请增加离开该阶段的步骤。", "Add a step that leaves it."), value=stage.key
            )
        elif stage.owner is not None and not any(stage.owner in w.step.by for w in out):
            rule = Text("责任方“{who}”没有可以办理的步骤。", "Its owner “{who}” can take no step out of it.")
            remedy = Text(
                "请在离开该阶段的步骤的 by 中加上责任方。", "Add the owner to `by` of a step that leaves the stage."
            )
            node = stages[stage.key].at("owner")
            problems.add(node, rule.with_(who=stage.owner.value), remedy, value=stage.owner.value)


def _check_closing(kind: LoopKind, ways: list[Edge], stages: dict[str, Node], problems: Problems) -> None:
    """Neither from the start nor after any work may `done` be reached over steps that do not verify."""
    if kind.self_closing is not None:
        return
    worked = [w.target for w in ways if w.step.is_work]
    unverified = reachable([kind.start, *worked], [(w.origin, w.target) for w in ways if not w.step.verifies])
    for key, node in stages.items():
        if key in unverified and kind.stages[key].end == "done":
            rule = Text("可以不经核验而办结。", "It can be closed as done without being verified.")
            remedy = Text(
                "请在通往该阶段的步骤上写明 verifies，或在 self_closing 中说明理由。",
                "Mark the steps that lead here with `verifies`, or say why not in `self_closing`.",
            )
            problems.add(node, rule, remedy, value=key)


def _check_verifiers(kind: LoopKind, ways: list[Edge], steps: dict[str, Node], problems: Problems) -> None:
    """A verifying step bars those who did the work; where no work came before, it would bar nobody."""
    idle = reachable([kind.start], [(w.origin, w.target) for w in ways if not w.step.is_work])
    for step in kind.steps.values():
        if step.verifies and any(origin in idle for origin in step.from_stages):
            rule = Text(
                "此前没有办理步骤（work），核验形同虚设。",
                "No step before it is work, so this verification bars nobody.",
            )
            remedy = Text("请在办理步骤上写明 work: true。", "Mark the step that does the work with `work: true`.")
            problems.add(steps[step.key].at("verifies"), rule, remedy, value=step.verifies)
