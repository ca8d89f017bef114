"""What a loop kind must keep as a whole: nothing can get stuck, and nobody can close what nobody else has verified.

Checks of single stages, steps and fields are here; of ways through the kind in `kindways`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from tongchou.kernel.errors import Reason
from tongchou.kernel.text import Text
from tongchou.packs.kindclockfile import check_clock
from tongchou.packs.kinds import Level, LoopKind, Party, Stage, Step
from tongchou.packs.kindways import check_ways
from tongchou.packs.yamllines import Node, Problems, nearest

T = TypeVar("T")
_ORDER = list(Level)
_NO_STAGE = Text("没有这个阶段。", "There is no such stage.")
# What a stage that is not an end must say: key, rule, remedy.
_OWED = (
    (
        "owner",
        Text("未终结的阶段须有责任方。", "A stage that is not an end needs an owner."),
        Text("请写明 owner；若是终结阶段，请写明 end。", "Give `owner`; or, where it is an end, `end`."),
    ),
    (
        "deadline",
        Text("未终结的阶段须有时限。", "A stage that is not an end needs a deadline."),
        Text(
            "请写明 deadline：小时数、{workdays: 天数}，或 keeps（沿用事项的时限）。",
            "Give `deadline`: hours, {workdays: days}, or `keeps` for the loop's own deadline.",
        ),
    ),
    (
        "ladder",
        Text(
            "未终结的阶段须有升级规则，逾期不能无人知晓。",
            "A stage that is not an end needs a ladder: nothing is late in silence.",
        ),
        Text("请写明 ladder，至少一级。", "Give `ladder` with at least one rung."),
    ),
)


def check_kind(kind: LoopKind, root: Node, problems: Problems) -> None:
    """Add every problem of the kind as a whole. Where a field is already at fault, nothing more is said about it."""
    stages, steps = root.mapping.get("stages"), root.mapping.get("steps")
    if stages is None or steps is None or not stages.mapping or not steps.mapping:
        return
    _check_start(kind, root, stages, problems)
    for stage in kind.stages.values():
        _check_stage(stage, stages.mapping[stage.key], problems)
        if stage.clock is not None:
            fields = {f.key: f for f in kind.fields}
            check_clock(stage.clock, stages.mapping[stage.key].at("deadline"), fields, problems)
    for step in kind.steps.values():
        _check_step(step, kind, steps.mapping[step.key], stages, problems)
    _check_moments(kind, root, problems)
    _check_returns(kind, root, problems)
    _check_repeats(kind, root, problems)
    check_ways(kind, root, problems)


def _check_start(kind: LoopKind, root: Node, stages: Node, problems: Problems) -> None:
    if problems.touch("start"):
        return
    if kind.start not in stages.mapping:
        problems.add(root.at("start"), _NO_STAGE, nearest(kind.start, stages.mapping), value=kind.start)
    elif kind.start in kind.stages and kind.stages[kind.start].end is not None:
        rule = Text("起始阶段不能是终结阶段。", "The start may not be an end.")
        remedy = Text("请另选起始阶段。", "Choose another stage to start with.")
        problems.add(root.at("start"), rule, remedy, value=kind.start)


def _check_stage(stage: Stage, node: Node, problems: Problems) -> None:
    if "end" in node.mapping:
        for key in ("owner", "deadline", "ladder"):
            if key in node.mapping:
                rule = Text("终结阶段没有责任方、时限和升级规则。", "An end has no owner, deadline or ladder.")
                remedy = Text("请删除“{key}”，或删除 end。", "Delete “{key}”, or delete `end`.").with_(key=key)
                problems.add(node.at(key), rule, remedy)
        return
    for key, rule, remedy in _OWED:
        found = node.mapping.get(key)
        missing = found is None or (key == "ladder" and found.shape == "list" and not found.items)
        empty = found is not None and found.shape == "scalar" and found.value is None
        if (missing or empty) and not problems.touch(f"{node.path}.{key}"):
            problems.add(node.at(key), rule, remedy, path=f"{node.path}.{key}", reason=Reason.MISSING_VALUE)
    _check_ladder(stage, node, problems)


def _check_moments(kind: LoopKind, root: Node, problems: Problems) -> None:
    """`past` and `not_before` belong to moments, and the other field is a moment too."""
    moments = [f.key for f in kind.fields if f.type == "moment"]
    for spec, item in _pairs(kind.fields, root.at("fields")) if "fields" in root.mapping else ():
        for key in ("past", "not_before"):
            if key in item.mapping and spec.type != "moment":
                rule = Text("只有 moment 类型的字段才有“{key}”。", "Only a field of type moment has “{key}”.").with_(key=key)
                problems.add(item.at(key), rule, Text("请删除，或将类型改为 moment。", "Delete it, or make the type moment."))
        if spec.not_before and spec.type == "moment" and (spec.not_before not in moments or spec.not_before == spec.key):
            rule = Text("须是另一个 moment 字段。", "This must be another field of type moment.")
            problems.add(item.at("not_before"), rule, nearest(spec.not_before, [m for m in moments if m != spec.key]), value=spec.not_before)


def _check_ladder(stage: Stage, node: Node, problems: Problems) -> None:
    ladder = node.mapping.get("ladder")
    if ladder is None or problems.touch(ladder.path):
        return
    for place, (lower, upper) in enumerate(zip(stage.ladder, stage.ladder[1:], strict=False), start=1):
        if upper.after_hours > lower.after_hours and _ORDER.index(upper.level) > _ORDER.index(lower.level):
            continue
        rule = Text(
            "升级规则的时间和级别都须逐级升高。", "Each rung must be later and of a higher level than the one before."
        )
        remedy = Text(
            "请按 remind、supervise、accountability 和时间先后排列。",
            "Order them by time: remind, supervise, accountability.",
        )
        problems.add(ladder.items[place], rule, remedy, value=f"{upper.after_hours:g} h {upper.level.value}")


def _check_step(step: Step, kind: LoopKind, node: Node, stages: Node, problems: Problems) -> None:
    for item in node.at("from").items:
        if not isinstance(item.value, str):
            continue
        if item.value not in stages.mapping:
            problems.add(item, _NO_STAGE, nearest(item.value, stages.mapping), value=item.value)
        elif item.value in kind.stages and kind.stages[item.value].end is not None:
            rule = Text("终结后不能再办理。", "No step leaves an end.")
            remedy = Text("请从 from 中删除该阶段。", "Take it out of `from`.")
            problems.add(item, rule, remedy, value=item.value)
    if step.to_stage and step.to_stage != "=" and step.to_stage not in stages.mapping:
        problems.add(node.at("to"), _NO_STAGE, nearest(step.to_stage, stages.mapping), value=step.to_stage)
    if step.is_work and step.verifies:
        rule = Text("同一步不能既是办理又是核验。", "A step cannot both do the work and verify it.")
        remedy = Text("请删除 work 或 verifies。", "Delete `work` or `verifies`.")
        problems.add(node.at("verifies"), rule, remedy, value=step.verifies)
    _unique(((n.key, item.at("key")) for n, item in _pairs(step.needs, node.at("needs"))), problems)


def _pairs(values: Iterable[T], node: Node) -> Iterable[tuple[T, Node]]:
    return zip(values, (item for item in node.items if item.shape == "mapping"), strict=False)


def _check_returns(kind: LoopKind, root: Node, problems: Problems) -> None:
    returns = root.mapping.get("returns")
    for step in kind.steps.values():
        if step.is_return and returns is None:
            rule = Text(
                "退单须有次数上限和裁定阶段（returns）。", "Returns must be limited and then adjudicated (`returns`)."
            )
            remedy = Text(
                "请补充 returns，例如 limit: 1 和 adjudicate: 裁定阶段的名称。",
                "Add `returns` with `limit: 1` and `adjudicate:` the stage that rules.",
            )
            place = root.at("steps").at(step.key).at("return")
            problems.add(place, rule, remedy, path="returns", reason=Reason.MISSING_VALUE)
    if returns is None or kind.adjudicate_stage is None:
        return
    stages = root.at("stages").mapping
    stage = kind.stages.get(kind.adjudicate_stage)
    if kind.adjudicate_stage not in stages:
        problems.add(
            returns.at("adjudicate"), _NO_STAGE, nearest(kind.adjudicate_stage, stages), value=kind.adjudicate_stage
        )
    elif stage is not None and stage.owner is not Party.ADJUDICATOR and not problems.touch(f"stages.{stage.key}.owner"):
        rule = Text("裁定阶段须由裁定方（adjudicator）负责。", "The stage that rules must be owned by the adjudicator.")
        remedy = Text("请将该阶段的 owner 改为 adjudicator。", "Make `adjudicator` the owner of that stage.")
        problems.add(returns.at("adjudicate"), rule, remedy, value=kind.adjudicate_stage)


def _check_repeats(kind: LoopKind, root: Node, problems: Problems) -> None:
    """No two stages, steps, fields or choices are called the same: people tell them apart by their titles."""
    stages, steps = root.at("stages"), root.at("steps")
    _titles(((s.title, stages.mapping[s.key]) for s in kind.stages.values()), problems)
    _titles(((s.title, steps.mapping[s.key]) for s in kind.steps.values()), problems)
    specs = list(_pairs(kind.fields, root.at("fields"))) if "fields" in root.mapping else []
    _titles(((spec.title, item) for spec, item in specs), problems)
    _unique(((spec.key, item.at("key")) for spec, item in specs), problems)


def _titles(entries: Iterable[tuple[Text, Node]], problems: Problems) -> None:
    seen: dict[str, Node] = {}
    for title, node in entries:
        for text in filter(None, (title.zh, title.en)):
            first = seen.setdefault(text, node)
            if first is not node and not problems.touch(f"{node.path}.title"):
                rule = Text("名称与第 {n} 行的重复。", "This title is also on line {n}.").with_(n=first.line)
                remedy = Text("请改为不同的名称。", "Give it a title of its own.")
                problems.add(node.at("title"), rule, remedy, value=text, reason=Reason.DUPLICATE)


def _unique(entries: Iterable[tuple[str, Node]], problems: Problems) -> None:
    seen: dict[str, Node] = {}
    for key, node in entries:
        first = seen.setdefault(key, node)
        if key and first is not node:
            rule = Text("名称与第 {n} 行的重复。", "This name is also on line {n}.").with_(n=first.line)
            problems.add(
                node, rule, Text("请改为不同的名称。", "Choose another name."), value=key, reason=Reason.DUPLICATE
            )
