"""Grades, findings and what a grade triggers, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from tongchou.kernel.errors import Refusal
from tongchou.kernel.text import Text
from tongchou.packs.grading.course import OF_RANK
from tongchou.packs.grading.scheme import rank, standing_on
from tongchou.packs.plans.decide import Decision, decide
from tongchou.packs.plans.model import Pack
from tongchou.packs.plans.packfile import shipped_pack
from tongchou.packs.plans.report import outcome_title, reasons
from tongchou.record.plans import pack_in_force
from tongchou.rooms.risk.evaluate import PACK, SCHEME_ENDED

FACTS = {
    "place": Text("与感染者的关系", "What the place was to the infected person"),
    "round_negative": Text("规定时间内全员一轮核酸均为阴性", "The round for everybody in the time set was all negative"),
    "last_contact_clear": Text("最后一名密接满14天且核酸阴性", "The last close contact has passed 14 days and is negative"),
    "controlled": Text("密接均已管控且研判无社区传播风险", "All contacts are held, no risk of spread was found"),
}
PLACES = {
    "residence": Text("居住地及活动频繁的周边", "home and where the person often was"),
    "likely": Text("工作或活动地，传播可能较高且接触者难以判定", "work or activity, spread likely, contacts cannot be told"),
    "possible": Text("工作或活动地，有一定传播风险", "work or activity, some risk"),
    "rest": Text("不再作为风险点（更正）", "no such place after all (a correction)"),
}
YES_NO = {"yes": Text("是", "yes"), "no": Text("否", "no")}
BASES = {"report": Text("按报告日期", "by day of report"), "onset": Text("按发病日期", "by day of onset")}
TONES = {-1: ("", "circle-check"), 0: ("info", "info-circle"), 1: ("warn", "alert-triangle"), 2: ("act", "alert-circle")}
SCHEME_ENDED_REASON = Text("原分级办法已停止适用，该等级不再保留。", "The scheme under which it was graded is no longer in force; the grade ends.")


RESUMPTION = "resumption-2020"
_TRIGGERS: dict[tuple[object, ...], tuple[Trigger, ...]] = {}

_ENDINGS = {"": Text("未划定", "not graded"), "none": Text("未划定", "not graded"), "released": Text("解除", "released")}


@lru_cache(maxsize=256)
def grade_title(grade: str, on: date) -> Text:
    """What a grade is called: the names are those of the shipped pack, which a district's own edition may not rename."""
    return _ENDINGS.get(grade) or standing_on(shipped_pack(PACK), on).table.outcomes[grade]


def tone_of(grade: str | None) -> tuple[str, str]:
    """Colour and icon of a grade."""
    return TONES[rank(grade)]


def why(decision: Decision | None, rule: str) -> list[tuple[Text, str]]:
    """The reasons, each with the document that it comes from ("" where it has none)."""
    if decision is None:
        return [(SCHEME_ENDED_REASON, "")] if rule == SCHEME_ENDED else []
    documents = decision.standing.pack.documents
    out = []
    for text, source in reasons(decision):
        document = documents[source.document] if source else None
        out.append((text, f"{document.title.zh}{document.number}{source.clause}" if document and source else ""))
    return out


@dataclass(frozen=True, slots=True)
class Trigger:
    """One thing that a grade brings: for whom, what, and by which table of which pack."""

    who: Text
    what: Text
    source: str


def triggers(grade: str, on: date) -> tuple[Trigger, ...]:
    """What a grade brings on a day, out of the packs: measures in the area, travellers from it, the resumption of work. A pack that does
    not decide on that day adds nothing."""
    level = OF_RANK.get(rank(grade))
    if level is None:
        return ()
    packs = {name: pack_in_force(name, on) for name in (PACK, RESUMPTION)}
    key = (grade, on, *(pack.digest for pack in packs.values()))
    if key not in _TRIGGERS:
        if len(_TRIGGERS) >= 128:
            _TRIGGERS.clear()
        _TRIGGERS[key] = tuple(_brings(grade, level, on, packs))
    return _TRIGGERS[key]


def _brings(grade: str, level: str, on: date, packs: Mapping[str, Pack]) -> list[Trigger]:
    out = _inside(grade, packs[PACK], on)
    for pack, table, facts, who in (
        (PACK, "traveller", {"area_risk": level, "left_area": on, "arrived": on}, Text("离开该区域到外地的人员", "Who travels from it")),
        (RESUMPTION, "regime", {"area_grade": level}, Text("企业复工", "Enterprises that resume work")),
    ):
        try:
            found = decide(packs[pack], table, facts, on, explain=False)
        except Refusal:
            continue
        if found.rule is None:
            continue
        parts = [outcome_title(found, found.outcome), *(_measure(found, n) for n in range(len(found.measures)))]
        out.append(Trigger(who, _joined(parts), _document(found)))
    return out


def _inside(grade: str, pack: Pack, on: date) -> list[Trigger]:
    """The measures of the area itself, out of the rule that gives the grade."""
    standing = standing_on(pack, on)
    rule = next((r for r in standing.rules if r.rule.outcome == grade and r.measures), None)
    if rule is None:
        return []
    what = _joined([standing.pack.modes[m.mode].title for m in rule.measures])
    source = standing.edition.source if rule.rule.source.document == "edition" else rule.rule.source
    document = standing.pack.documents[source.document]
    return [Trigger(Text("区域内人员", "Who is inside"), what, f"{document.title.zh}{document.number}")]


def _measure(found: Decision, n: int) -> Text:
    measure = found.measures[n]
    title = found.standing.pack.modes[measure.mode].title
    if measure.until is None or measure.from_ is None:
        return title
    days = (measure.until - measure.from_).days + 1
    tests = len(measure.tests)
    said = Text("{mode} {days} 天", "{mode} for {days} {days|day|days}")
    if tests:
        said = Text("{mode} {days} 天、核酸 {tests} 次", "{mode} for {days} {days|day|days}, {tests} {tests|test|tests}")
    return said.with_(mode=title, days=days, tests=tests)


def _joined(parts: list[Text]) -> Text:
    return Text("；".join(p.zh for p in parts), "; ".join(p.en for p in parts))


def _document(found: Decision) -> str:
    assert found.rule is not None
    standing, source = found.standing, found.rule.rule.source
    source = standing.edition.source if source.document == "edition" else source
    document = standing.pack.documents[source.document]
    return f"{document.title.zh}{document.number}"
