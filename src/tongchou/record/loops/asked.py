"""Evidence that one loop asks for beyond what its kind does: a photo, a file, a number, a signature.

It is due with the step by which the work is reported as done: a step of work that needs evidence anyway. Reports in between are free of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal, get_args

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.kinds import LoopKind, Need, Step

Asked = Literal["text", "file", "photo", "number", "signature"]
TYPES: tuple[str, ...] = get_args(Asked)
TITLES: dict[str, Text] = {
    "text": Text("文字说明", "A text"),
    "file": Text("文件台账", "A file or list"),
    "photo": Text("现场照片", "Photos"),
    "number": Text("完成数量", "The number done"),
    "signature": Text("签字确认", "A signature"),
}
PREFIX = "asked_"


def known(given: Iterable[str]) -> list[Asked]:
    """Those of the words that are kinds of evidence, in their order here."""
    wanted = set(given)
    return [kind for kind in get_args(Asked) if kind in wanted]


def reports(step: Step) -> bool:
    """Whether the step tells that the work is done."""
    return step.is_work and any(need.at_least for need in step.needs)


def with_asked(step: Step, asked: Iterable[str]) -> Step:
    """The step as this loop asks for it: its own needs, then those of the loop that none of its own covers."""
    if not reports(step):
        return step
    covered = {need.type for need in step.needs if need.at_least}
    more = tuple(Need(PREFIX + kind, kind, TITLES[kind]) for kind in TYPES if kind in set(asked) - covered)
    return replace(step, needs=step.needs + more) if more else step


def title_of(step: Step | None, key: str) -> Text:
    """What a piece of evidence is called."""
    need = next((n for n in step.needs if n.key == key), None) if step else None
    return need.title if need else TITLES.get(key.removeprefix(PREFIX), Text(key, key))


def check_asked(kind: LoopKind, asked: Iterable[str]) -> Refusal | None:
    """Refuse evidence asked of a kind that has no step to hold anybody to it."""
    if not list(asked) or any(reports(step) for step in kind.steps.values()):
        return None
    rule = Text("“{kind}”没有反馈结果的步骤，不能要求证明材料。", "“{kind}” has no step that reports a result; no evidence can be asked for.")
    remedy = Text("请去掉证明材料要求。", "Leave the evidence out.")
    return Refusal(Reason.INVALID_VALUE, rule.with_(kind=kind.title), remedy=remedy, field="asked")
