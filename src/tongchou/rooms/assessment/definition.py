"""What a score is, as dated data (scores.yaml): which measures, how much each weighs, when a unit is ranked, what looks gamed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from tongchou.kernel.text import Text
from tongchou.record.questions.answered import DONE_IN_TIME, WAITING
from tongchou.rooms.assessment.models import ScoreEdition


@dataclass(frozen=True, slots=True)
class Measure:
    """One share, in per cent, of the loops that it judges. judged, counted: SQL over a loop `l`, its opener's kind `k`; for people: title, meaning."""

    key: str
    title: Text
    meaning: Text
    judged: str
    counted: str


_DUE = "l.due_at >= %(since)s and l.due_at < %(until)s and l.due_at <= %(now)s"
_ENDED = "l.closed_at >= %(since)s and l.closed_at < %(until)s"
_DIFFICULT = "(l.kind = any(%(always)s) or l.kind = any(%(raised)s) and k.kind in ('enterprise', 'school'))"
_WAITING = f"({_DIFFICULT} and {WAITING})"
_ANSWERED = f"({_DUE} and l.end_reason <> 'expired' and {_WAITING} is not true)"
"""Ended because nobody could be reached is neither in time nor late; it is not confirmed either, which the measure of that says."""
_ENDED_OR_AGAIN = f"({_ENDED} or (l.closed_at is null and l.reopened > 0 and l.due_at >= %(since)s))"
MEASURES: dict[str, Measure] = {
    m.key: m
    for m in (
        Measure(
            "in_time", Text("按期办结率", "Closed in time"),
            Text("期内到期的事项中，到期前已核验办结的比例。企业、学校的困难诉求以按期答复并经其确认为准；按期答复后等待其确认的不计。",
                 "Of what fell due in the period: verified and closed before it was due. Of difficulties of enterprises and schools: answered before and "
                 "confirmed by them; what was answered in time and awaits their word is not judged."),
            _ANSWERED, f"(l.closed_at <= l.due_at or ({_DIFFICULT} and {DONE_IN_TIME}))",
        ),
        Measure(
            "closed", Text("办结率", "Closed"),
            Text("期内到期的事项中，期末前已核验办结的比例（含超期办结）。", "Of what fell due in the period: verified and closed by its end, late ones included."),
            _ANSWERED, "l.closed_at < %(until)s",
        ),
        Measure(
            "lasting", Text("一次办结率", "Closed once"),
            Text("期内办结的和办结后又被打回的事项中，没有被打回过的比例。", "Of what was closed in the period or opened again since: never opened again."),
            _ENDED_OR_AGAIN, "l.reopened = 0",
        ),
        Measure(
            "confirmed", Text("确认解决率", "Confirmed"),
            Text("企业、学校的困难诉求中由其确认解决的比例，以及回访有答复的事项中答复已解决的比例。没有回访的不计。",
                 "Of difficulties of enterprises and schools: confirmed by them; of what was followed up: answered as solved. Without a follow-up: not judged."),
            f"(({_DIFFICULT} and {_DUE} and {WAITING} is not true) or ((l.follow_up_done or l.reopened > 0) and {_ENDED_OR_AGAIN}))",
            f"(l.end_reason <> 'expired' and (l.follow_up_done or ({_DIFFICULT} and l.closed_at < %(until)s and l.reopened = 0)))",
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limit:
    """A warning is shown from `least` loops and `share` per cent on. minutes: for what counts as quick."""

    least: int
    share: int
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Definition:
    """One edition. weights: measure -> weight, in the order in which they are shown."""

    since: date
    status: str
    source: Text
    least: int
    left_out: tuple[str, ...]
    ranked: tuple[str, ...]
    weights: dict[str, int]
    warnings: dict[str, Limit]


LOOP_WARNINGS = {
    "quick": Text("交办后极短时间内办结", "Closed moments after they were handed out"),
    "bare": Text("办结时没有证明材料", "Closed without evidence"),
    "copied": Text("反馈文字大量雷同", "The same words as many others"),
    "own": Text("本单位自己交办", "Opened by the unit itself"),
}
"""Warnings about loops. The others are offered by rooms (record.questions.oddities)."""
WARNINGS = (*LOOP_WARNINGS, "visits", "same_visits")


@lru_cache(maxsize=1)
def definitions() -> list[Definition]:
    """All editions, the first in force first. Raises ValueError or KeyError when the file is not in order."""
    raw = yaml.safe_load(files("tongchou.rooms.assessment").joinpath("scores.yaml").read_text("utf-8"))
    return read(raw)


def read(raw: list[dict[str, Any]]) -> list[Definition]:
    """Read and check editions. Raises ValueError that names what is wrong."""
    found = [
        Definition(
            e["from"], e["status"], Text.from_dict(e["source"]), int(e["least"]), tuple(e["leave_out_kinds"]), tuple(e["ranked"]),
            {k: int(v) for k, v in e["measures"].items()}, {k: Limit(**v) for k, v in e["warnings"].items()},
        )
        for e in raw
    ]  # fmt: skip
    for one in found:
        if unknown := set(one.weights) - set(MEASURES):
            raise ValueError(f"scores.yaml, {one.since}: no such measure: {', '.join(sorted(unknown))}")
        if sum(one.weights.values()) != 100 or min(one.weights.values()) <= 0:
            raise ValueError(f"scores.yaml, {one.since}: the weights must be positive and add up to 100")
        if set(one.warnings) != set(WARNINGS) or one.status not in ("confirmed", "unconfirmed") or one.least < 1:
            raise ValueError(f"scores.yaml, {one.since}: warnings, status or least")
    if [d.since for d in found] != sorted({d.since for d in found}):
        raise ValueError("scores.yaml: editions must be in the order of their dates, one for a date")
    return found


def in_force(on: date) -> Definition:
    """The edition in force on a day, what the headquarters adopted before the program's own; the first one before its own date."""
    found = definitions()
    shipped = next((d for d in reversed(found) if d.since <= on), found[0])
    row = ScoreEdition.objects.filter(adopted=True, since__lte=on).select_related("decided_by").order_by("-since").first()
    return shipped if row is None else of_edition(row, shipped)


def of_edition(row: ScoreEdition, shipped: Definition) -> Definition:
    """An edition of the headquarters: its weights, the rest as shipped."""
    weights = {str(k): int(v) for k, v in sorted(row.weights.items(), key=lambda x: list(MEASURES).index(x[0]))}
    who = row.decided_by.display_name if row.decided_by else ""
    source = Text("指挥部审定：{why}（{who}）", "Adopted by the headquarters: {why} ({who})").with_(why=row.reason, who=who)
    return replace(shipped, since=row.since, status="confirmed", source=source, least=row.least, weights=weights)
