"""Worked cases: what the plan must answer, run against what it answers."""

from __future__ import annotations

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.decide import Decision, decide
from tongchou.packs.plans.endings import gone_by, told
from tongchou.packs.plans.model import Case, ExpectedMeasure, Pack
from tongchou.packs.plans.report import unconfirmed
from tongchou.packs.plans.schedule import Planned


def run_case(pack: Pack, case: Case) -> list[Refusal]:
    """The differences between what a case expects and what is decided, each with the case's file and line."""
    try:
        found = decide(pack, case.table, case.facts, case.as_of, case.known_on, case.area, explain=False)
    except Refusal as refusal:
        return [_differs(case, refusal.field or "facts", "a decision", refusal.sentence("en"))]
    out = [_differs(case, what, expected, got) for what, expected, got in _compare(case, found) if expected != got]
    if (last := gone_by(found)) is not None:
        rule, remedy = told(last, case.as_of)
        out.append(Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=remedy, field="until", value=str(last), line=case.place.line, file=case.place.file))
    if case.measures is not None:
        if len(case.measures) != len(found.measures):
            out.append(_differs(case, "measures", len(case.measures), [m.mode for m in found.measures]))
        for number, (wanted, got_) in enumerate(zip(case.measures, found.measures, strict=False)):
            out += [
                _differs(case, f"measures[{number}].{w}", a, b) for w, a, b in _compare_measure(wanted, got_) if a != b
            ]
    return out


def _compare(case: Case, found: Decision) -> list[tuple[str, object, object]]:
    out: list[tuple[str, object, object]] = [("outcome", case.outcome, found.outcome)]
    if case.rule:
        out.append(("rule", case.rule, found.rule.key if found.rule else ""))
    if case.unconfirmed is not None:
        out.append(("unconfirmed", sorted(case.unconfirmed), sorted(u["name"] for u in unconfirmed(found))))
    if case.until is not None:
        out.append(("until", case.until, found.until))
    return out


def _compare_measure(wanted: ExpectedMeasure, got: Planned) -> list[tuple[str, object, object]]:
    out: list[tuple[str, object, object]] = [("mode", wanted.mode, got.mode)]
    if wanted.from_ is not None:
        out.append(("from", wanted.from_, got.from_))
    if wanted.until is not None:
        out.append(("until", wanted.until, got.until))
    if wanted.open:
        out.append(("until", None, got.until))
    if wanted.tests is not None:
        out.append(("tests", [str(d) for d in wanted.tests], [str(d) for d in got.tests]))
    return out


def _differs(case: Case, what: str, expected: object, got: object) -> Refusal:
    rule = Text("案例“{case}”不符：应为 {a}，实为 {b}。", "Case “{case}” differs: expected {a}, got {b}.").with_(
        case=case.key, a=expected, b=got
    )
    remedy = Text("请改正规则，或改正案例。", "Correct the rule, or the case.")
    return Refusal(Reason.CONFLICT, rule, remedy=remedy, field=what, line=case.place.line, file=case.place.file)
