"""Words and marks of the room's pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone

from tongchou.kernel.text import Text
from tongchou.record.clearance import HOLDS, PACK, TABLE
from tongchou.record.enterprises import SIZE_NAMES
from tongchou.record.plans import standing_in_force
from tongchou.record.staffing import OUTCOMES

TITLE = Text("企业名册", "Register of enterprises")
SIZES: dict[str, Text] = SIZE_NAMES | {"unknown": Text("规模未知", "size not known")}
LEVELS = {
    "low": Text("低风险", "low"),
    "medium": Text("中风险", "medium"),
    "high": Text("高风险", "high"),
    "": Text("风险未知", "not known"),
}
TONES: dict[str, tuple[str, str]] = {
    "start": ("ok", "circle-check"), "observe": ("warn", "clock"), "postpone": ("warn", "player-pause"), "clinic": ("act", "alert-circle"),
    "undetermined": ("info", "help-circle"), "no_rule": ("info", "help-circle"), "": ("info", "help-circle"),
}  # fmt: skip


def outcome_badge(outcome: str) -> dict[str, Any]:
    """State as colour, icon and word."""
    tone, icon = TONES.get(outcome, ("info", "help-circle"))
    return {"label": OUTCOMES.get(outcome, Text(outcome, outcome)), "tone": tone, "icon": icon}


WAITING = ("observe", "postpone", "clinic")
_HOLD_ENDS = {
    "record.positive": Text("没有确定的日期：登记其后的阴性检测结果后重新判定。", "No day is fixed: it is decided again once a later negative test is recorded."),
    "record.held": Text("没有登记解除日期：隔离或管控解除后重新判定。", "No day of release is recorded: it is decided again once the person is let out."),
}


@dataclass(frozen=True, slots=True)
class PlanWords:
    """The words of the employee table as it stands now, read once for a page: never kept, so that a change of the plan shows at once."""

    reasons: dict[str, Text]
    titles: dict[str, Text]
    rests: dict[str, tuple[str, ...]]
    next_edition: tuple[date, Text] | None
    editions: dict[str, Text] = field(default_factory=dict)

    def reason_of(self, rule: str) -> Text:
        """Why, in the plan's words; empty where no rule has decided."""
        return HOLDS[rule][1] if rule in HOLDS else self.reasons.get(rule, Text("", ""))

    def open_end(self, outcome: str, rule: str, until: date | None) -> Text | None:
        """To somebody who waits without a day: on which facts that rests, and with which change it is decided again; None where it has a day."""
        if outcome not in WAITING or until is not None:
            return None
        if rule in _HOLD_ENDS:
            return _HOLD_ENDS[rule]
        facts = self.asked(self.rests.get(rule, ()))
        if facts:
            said = Text(
                "没有确定的日期，取决于：{facts}。情况变化并登记后当天重新判定。",
                "No day is fixed; it rests on: {facts}. Once that changes and is recorded it is decided again.",
            )
            return said.with_(facts=Text.listed(facts))
        if self.next_edition is not None:
            day, title = self.next_edition
            return Text("最早 {d} 起按“{t}”重新判定。", "Decided again from {d} at the earliest, by “{t}”.").with_(d=day, t=title)
        return Text("没有确定的日期，规定变化后重新判定。", "No day is fixed; it is decided again once the rules change.")

    def edition_of(self, key: str) -> Text:
        """The title of an edition; of one that the pack no longer has, its key."""
        return self.editions.get(key, Text(key, key))

    def asked(self, names: tuple[str, ...]) -> list[Text]:
        """The facts that have to be asked for, in the plan's words."""
        return [self.titles.get(n, Text(n, n)) for n in names]


def plan_words() -> PlanWords:
    standing = standing_in_force(PACK, TABLE, timezone.localdate())
    later = min((e for e in standing.pack.editions if e.from_ > standing.as_of), key=lambda e: e.from_, default=None)
    return PlanWords(
        {r.key: r.rule.reason for r in standing.rules}, {k: v.title for k, v in standing.inputs.items()},
        {r.key: tuple(r.when) for r in standing.rules}, (later.from_, later.title) if later else None,
        {e.key: e.title for e in standing.pack.editions},
    )  # fmt: skip


def flag(value: bool | None) -> Text | None:
    """Yes, no, or None for not known."""
    return None if value is None else Text("是", "yes") if value else Text("否", "no")
