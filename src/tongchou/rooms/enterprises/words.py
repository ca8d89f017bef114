"""Words and marks of the room's pages."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class PlanWords:
    """The words of the employee table as it stands now, read once for a page: never kept, so that a change of the plan shows at once."""

    reasons: dict[str, Text]
    titles: dict[str, Text]

    def reason_of(self, rule: str) -> Text:
        """Why, in the plan's words; empty where no rule has decided."""
        return HOLDS[rule][1] if rule in HOLDS else self.reasons.get(rule, Text("", ""))

    def asked(self, names: tuple[str, ...]) -> list[Text]:
        """The facts that have to be asked for, in the plan's words."""
        return [self.titles.get(n, Text(n, n)) for n in names]


def plan_words() -> PlanWords:
    standing = standing_in_force(PACK, TABLE, timezone.localdate())
    return PlanWords({r.key: r.rule.reason for r in standing.rules}, {k: v.title for k, v in standing.inputs.items()})


def flag(value: bool | None) -> Text | None:
    """Yes, no, or None for not known."""
    return None if value is None else Text("是", "yes") if value else Text("否", "no")
