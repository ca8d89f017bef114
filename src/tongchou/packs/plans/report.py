"""A decision in words and as plain values: what is told to the person, and what is stored so that it can be decided again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from tongchou.kernel.text import Text
from tongchou.packs.plans.decide import NO_RULE, UNDETERMINED, Decision
from tongchou.packs.plans.model import Fact
from tongchou.packs.plans.papers import first_day
from tongchou.packs.plans.resolve import Basis, StandingRule
from tongchou.packs.plans.schedule import Planned
from tongchou.packs.plans.tablefile import EDITION
from tongchou.packs.plans.values import Ref, Source

_OUTCOMES = {
    UNDETERMINED: Text("事实不足，不能判定", "Cannot be decided: facts are missing"),
    NO_RULE: Text("没有适用的规则", "No rule applies"),
}

_REPLANNED = Text(
    "措施自{day}起，当时施行的是上一版方案；这是按现行版本重新安排的，须另作决定并记录。",
    "The measure began on {day}, under an earlier edition; this is a new plan under the present one, to be decided and recorded as such.",
)
_LATE = Text(
    "落实措施晚于应开始之日：解除日期不变，到达当日加测，已过的检测日略去。",
    "Placed late: the day of release stays, a test on arrival, test days gone by are left out.",
)
_GOES_ON = Text(
    "按期应于{day}结束；解除的条件尚未齐备，措施继续，没有截止日，须重新判定。",
    "By its days it would have ended on {day}; the conditions of release are not met, so it goes on without an end and is to be decided again.",
)

_UNDATED = Text("{mode}：起止日期须待查明“{title}”。", "{mode}: its days are not known before “{title}” is.")


def as_value(decision: Decision) -> dict[str, Any]:
    """The decision as JSON-ready values; dates in ISO form, texts as {zh, en}."""
    standing = decision.standing
    until = decision.until
    return {
        "pack": standing.pack.key,
        "version": standing.pack.version,
        "hash": standing.pack.digest,
        "table": standing.table.key,
        "edition": standing.edition.key,
        "edition_title": standing.edition.title.as_dict(),
        "as_of": standing.as_of.isoformat(),
        "known_on": standing.known_on.isoformat(),
        "area": standing.area or None,
        "overlays": list(standing.overlays),
        "facts": {k: plain(v) for k, v in decision.facts.items() if v is not None and not standing.inputs[k].derived},
        "unknown": [k for k, v in decision.facts.items() if v is None and not standing.inputs[k].derived],
        "assumed": {k: plain(v) for k, v in decision.assumed.items()},
        "outcome": decision.outcome,
        "outcome_title": outcome_title(decision, decision.outcome).as_dict(),
        "rule": decision.rule.key if decision.rule else None,
        "held_up": list(decision.held_up),
        "fired": [rule.key for rule in decision.fired],
        "measures": [_measure(decision, m) for m in decision.measures],
        "until": until.isoformat() if until else None,
        "gives": gives(decision),
        "needs": needs(decision),
        "reasons": [{**text.as_dict(), **_told(decision, source)} for text, source in reasons(decision)],
        "unconfirmed": unconfirmed(decision),
        "enforceable": enforceable(decision),
        "would_change": [_alternative(decision, a) for a in decision.alternatives],
        "trace": [
            {
                "rule": row.rule,
                "met": row.met,
                "conditions": [{"fact": c.fact, "test": c.test, "value": plain(c.value), "met": c.met, "assumed": c.assumed} for c in row.looked],
            }
            for row in decision.trace
        ],
    }  # fmt: skip


def plain(value: Fact | None) -> Any:
    """A fact as a JSON value."""
    return value.isoformat() if isinstance(value, date) else value


def gives(decision: Decision) -> dict[str, Any]:
    """The further results of the rules that decide, by name; the first rule's word stands."""
    if decision.outcome in (UNDETERMINED, NO_RULE):
        return {}
    out: dict[str, Any] = {}
    for rule in _deciding(decision):
        for name, value in rule.gives.items():
            out.setdefault(name, list(value) if isinstance(value, tuple) else plain(value))
    return out


def outcome_title(decision: Decision, outcome: str) -> Text:
    return _OUTCOMES.get(outcome) or decision.standing.table.outcomes[outcome]


def needs(decision: Decision) -> list[str]:
    """The facts that have to be asked for; a number of days is asked for as the date that it is counted from, a computed one as what is lacking of
    it, or, where nothing is (a division by zero), as all that it is computed from."""
    inputs, facts = decision.standing.inputs, decision.facts
    lacking = ([b for b in inputs[n].bases if facts.get(b) is None or b == n] or list(inputs[n].bases) for n in decision.needs)
    bases = (base for some in lacking for base in some)
    return list(dict.fromkeys(inputs[base].of or base for base in bases))


def reasons(decision: Decision) -> list[tuple[Text, Source | None]]:
    """Why, in order: the edition, local changes, the rule, what was taken as so, what was late, what is missing; each with its document and clause."""
    standing, pack = decision.standing, decision.standing.pack
    held = Text("{day}适用：{title}。", "In force on {day}: {title}.").with_(
        day=standing.as_of, title=standing.edition.title
    )
    out: list[tuple[Text, Source | None]] = [(held, standing.edition.source)]
    for key in standing.overlays:
        out.append((Text("当地适用：{title}。", "Locally: {title}.").with_(title=pack.overlays[key].title), None))
    ask = Text("须先查明：{title}。", "To be found out first: {title}.")
    asked = [ask.with_(title=standing.inputs[name].title) for name in needs(decision)]
    if decision.outcome == UNDETERMINED:
        return [*out, *((text, None) for text in asked)]
    start = decision.facts.get(standing.table.start) if standing.table.start else None
    if isinstance(start, date) and start < standing.edition.from_ and decision.measures:
        out.append((_REPLANNED.with_(day=start), None))
    for rule in _deciding(decision):
        out.append((rule.rule.reason, rule_source(decision, rule)))
    return [*out, *_on_measures(decision), *((text, None) for text in asked)]


def _on_measures(decision: Decision) -> list[tuple[Text, Source | None]]:
    standing = decision.standing
    out: list[tuple[Text, Source | None]] = []
    for name, value in decision.assumed.items():
        said = Text(
            "“{title}”未知，按表中写明的“{value}”处理。", "“{title}” is not known; the table takes it as “{value}”."
        )
        out.append((said.with_(title=standing.inputs[name].title, value=plain(value)), None))
    for measure in decision.measures:
        if measure.waits_for:
            open_ = _UNDATED.with_(mode=standing.pack.modes[measure.mode].title, title=standing.inputs[measure.waits_for].title)
            out.append((open_, _days_source(decision, measure.key)))
            continue
        said = Text("{mode}：{a}至{b}。", "{mode}: {a} to {b}.")
        end: Any = measure.until or Text("另行确定", "further notice")
        out.append(
            (
                said.with_(mode=standing.pack.modes[measure.mode].title, a=measure.from_, b=end),
                _days_source(decision, measure.key),
            )
        )
    ended = next((m.ended for m in decision.measures if m.ended is not None), None)
    if ended is not None:
        out.append((_GOES_ON.with_(day=ended), None))
    elif any(m.late for m in decision.measures):
        out.append((_LATE, None))
    return out


def _days_source(decision: Decision, measure: str) -> Source | None:
    """What says how long a measure lasts."""
    days = decision.standing.table.measures[measure].days
    bases = (
        b for rule in _deciding(decision) for b in rule.basis if isinstance(days, Ref) and b.parameter in days.names
    )
    return next((b.entry.source for b in bases), None)


def _deciding(decision: Decision) -> tuple[StandingRule, ...]:
    if decision.standing.table.hit == "collect":
        return decision.fired
    return (decision.rule,) if decision.rule else ()


def unconfirmed(decision: Decision) -> list[dict[str, Any]]:
    """What the decision rests on that no source in print confirms."""
    standing = decision.standing
    out: list[dict[str, Any]] = []
    edition = standing.edition
    if edition.confirmed_from is None or standing.as_of < edition.confirmed_from:
        out.append(
            {"what": "edition", "name": edition.key, "value": edition.from_.isoformat(), **_source(edition.source)}
        )
    if decision.outcome in (UNDETERMINED, NO_RULE):
        return out
    for rule in _deciding(decision):
        if rule.rule.status == "unconfirmed":
            out.append({"what": "rule", "name": rule.key, "value": rule.rule.outcome, **_source(rule_source(decision, rule))})
        out += [_parameter(b) for b in rule.basis if b.entry.status == "unconfirmed"]
    if any(m.late for m in decision.measures) and standing.pack.convention_status == "unconfirmed":
        out.append(
            {
                "what": "convention",
                "name": "late_entry",
                "value": standing.pack.convention.as_dict(),
                "source": None,
                "clause": "",
            }
        )
    return out


def _parameter(basis: Basis) -> dict[str, Any]:
    value = basis.entry.value
    shown = list(value) if isinstance(value, tuple) else plain(value)
    return {"what": "parameter", "name": basis.parameter, "value": shown, **_source(basis.entry.source)}


def rule_source(decision: Decision, rule: StandingRule) -> Source:
    """The paper and clause of a rule; `edition` is that of the edition in force, which also stands for a paper that was not out on the day."""
    standing, own = decision.standing, rule.rule.source
    edition = standing.edition.source
    if own.document == EDITION:
        return replace(edition, clause=own.clause or edition.clause)
    first = first_day(standing.pack, own.document)
    return edition if first is not None and first > standing.as_of else own


def _source(source: Source) -> dict[str, str]:
    return {"source": source.document, "clause": source.clause}


def _told(decision: Decision, source: Source | None) -> dict[str, Any]:
    """A reason's paper: its key, title, number and the clause in it; null where it has none."""
    if source is None:
        return {"source": None, "document": None, "number": None, "clause": None}
    paper = decision.standing.pack.documents[source.document]
    return {"source": source.document, "document": paper.title.as_dict(), "number": paper.number or None, "clause": source.clause or None}


def cited(reason: Mapping[str, Any], language: str) -> str:
    """A reason's paper in words: title, number, clause; empty where it has none. reason: one of `reasons` of as_value."""
    paper = reason.get("document")
    return " ".join(part for part in (paper[language], reason["number"], reason["clause"]) if part) if paper else ""


def enforceable(decision: Decision) -> bool:
    """Whether the decision may restrict somebody as it stands: nothing that restricts rests on anything unconfirmed."""
    modes = decision.standing.pack.modes
    held = [m for m in decision.measures if modes[m.mode].restricts]
    if waits(decision):
        return False
    # The late-entry convention moves tests, not the length of a restriction.
    open_points = [u for u in unconfirmed(decision) if u["what"] != "convention" and not _adds_nothing(decision, u)]
    return not (open_points and held)


def waits(decision: Decision) -> bool:
    """Whether something that restricts has no days yet: nobody is held for days that nobody knows."""
    return any(m.waits_for and decision.standing.pack.modes[m.mode].restricts for m in decision.measures)


def _adds_nothing(decision: Decision, point: Mapping[str, Any]) -> bool:
    """Whether an unconfirmed rule orders what the confirmed rules alone order too: what it says besides is unconfirmed, the restriction is not."""
    rule, beside = decision.rule, decision.beside
    if point["what"] != "rule" or rule is None or beside is None or rule.measures != beside.measures:
        return False
    return all(b.entry.status == "confirmed" for b in beside.basis)


def _measure(decision: Decision, measure: Planned) -> dict[str, Any]:
    mode = decision.standing.pack.modes[measure.mode]
    return {
        "measure": measure.key,
        "mode": measure.mode,
        "mode_title": mode.title.as_dict(),
        "restricts": mode.restricts,
        "from": measure.from_.isoformat() if measure.from_ else None,
        "until": measure.until.isoformat() if measure.until else None,
        "day_1": measure.day_1.isoformat() if measure.day_1 else None,
        "days": (measure.until - measure.from_).days + 1 if measure.until and measure.from_ else None,
        "test_dates": [d.isoformat() for d in measure.tests],
        "double_test": measure.double.isoformat() if measure.double else None,
        "late": measure.late,
        "ended": measure.ended.isoformat() if measure.ended else None,
        "waits_for": measure.waits_for or None,
    }


def _alternative(decision: Decision, found: Any) -> dict[str, Any]:
    return {
        "fact": found.fact,
        "title": decision.standing.inputs[found.fact].title.as_dict(),
        "now": plain(found.now),
        "if": found.test,
        "example": plain(found.value),
        "outcome": found.outcome,
        "outcome_title": outcome_title(decision, found.outcome).as_dict(),
        "rule": found.rule,
    }
