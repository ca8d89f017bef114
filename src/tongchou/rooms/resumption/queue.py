"""The queue (轻重缓急、先易后难): every waiting application with its score, the parts that make it up, and why. Weights are the district's, dated."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any

from django.db import connection

from tongchou.kernel.text import Text
from tongchou.packs.grading.scheme import rank
from tongchou.record.access import Actor
from tongchou.record.enterprises import LISTS
from tongchou.record.questions.grades import grades_of
from tongchou.record.territory.reach import condition

PARTS = {
    "essential": Text("保障类和重点企业名单", "Lists of essential and key enterprises"),
    "chain": Text("产业链上等它复工的企业", "Enterprises that wait for it"),
    "readiness": Text("条件准备情况", "Readiness"),
    "staff": Text("可以返岗的员工", "Staff who may start"),
    "risk": Text("所在地风险", "Risk of the place"),
}
SHORT = {
    "essential": Text("名单", "Lists"),
    "chain": Text("产业链", "Chain"),
    "readiness": Text("条件", "Readiness"),
    "staff": Text("员工", "Staff"),
    "risk": Text("风险", "Risk"),
}
"""The same as headings of columns."""
CRITICAL, BUYER, EVENT = 20, 5, 25
"""Points: for each enterprise that stops without it, for each other one that it delivers to, off for each open event at the site."""
_GRADE = {0: 100.0, 1: 50.0, 2: 0.0}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score. points: 0 to 100, None where nobody knows; weight: of 100 where all is known, of readiness the share looked at."""

    key: str
    points: float | None
    weight: float
    why: Text


@dataclass(frozen=True, slots=True)
class Ranked:
    """An application in its place. score: the mean of what is known, by weight, and what a person added; place counts from 1; held ones come last."""

    application: uuid.UUID
    unit: int
    name: str
    street: str
    place: int
    score: float
    lift: int
    lift_reason: str
    hold: str
    batch: uuid.UUID | None
    stage: str
    deadline: datetime | None
    submitted_at: datetime
    facts: tuple[Any, ...]
    weights: Mapping[str, float]

    @property
    def found(self) -> tuple[int, int, int]:
        """Items in order, not in order, not looked at yet."""
        of, ok, bad = self.facts[4:7]
        return ok, bad, of - ok - bad

    @property
    def parts(self) -> list[Part]:
        """Every part with its reason in words."""
        points = _points(self.facts)
        reasons = _reasons(self.facts)
        weights = _weights(self.facts, [float(self.weights.get(k, 0)) for k in PARTS])
        return [Part(k, points[n], weights[n], reasons[n]) for n, k in enumerate(PARTS)]


@lru_cache(maxsize=1)
def _sql() -> str:
    return files("tongchou.rooms.resumption").joinpath("queue.sql").read_text("utf-8")


def ranking(actor: Actor, on: date, weights: Mapping[str, float], *, only: uuid.UUID | None = None) -> list[Ranked]:
    """All waiting applications in the actor's reach, first to last. only: this one alone, which then comes first."""
    values: dict[str, Any] = {}
    reach = condition(actor, "permit.view", values, path="ar.path")
    if only is not None:
        reach, values["only"] = f"{reach} and a.id = %(only)s", only
    with connection.cursor() as cursor:
        cursor.execute(_sql().replace("{reach}", reach), values)
        rows = cursor.fetchall()
    grades = grades_of({r[3] for r in rows}, on)
    known = [float(weights.get(k, 0)) for k in PARTS]
    scored = []
    for r in rows:
        grade = grades.get(r[3])
        facts = (r[14], r[15], r[16], r[17], r[5], r[6], r[22], r[18], r[19], rank(grade.grade) if grade else None, r[20], r[23])
        scored.append((bool(r[9]), -round(_score(_points(facts), _weights(facts, known)) + r[7], 2), r[4], r[0], r, facts))
    scored.sort(key=lambda s: s[:4])
    return [
        Ranked(
            r[0],
            r[1],
            r[2],
            r[21] or "",
            n,
            -minus,
            r[7],
            r[8],
            r[9],
            r[10],
            r[12],
            r[13],
            r[4],
            facts,
            weights,
        )
        for n, (_, minus, _, _, r, facts) in enumerate(scored, 1)
    ]


def _score(points: tuple[float | None, ...], weights: list[float]) -> float:
    """The weighted mean of what is known; 0 where nothing is."""
    total = sum(w for p, w in zip(points, weights, strict=True) if p is not None)
    return sum(p * w for p, w in zip(points, weights, strict=True) if p is not None) / total if total else 0.0


def _weights(facts: tuple[Any, ...], weights: list[float]) -> list[float]:
    """In the order of PARTS. What nobody has looked at yet is neither in order nor not: readiness weighs by the share that was looked at."""
    of, ok, bad = facts[4:7]
    return [w * (ok + bad) / of if key == "readiness" and of else w for key, w in zip(PARTS, weights, strict=True)]


def _points(facts: tuple[Any, ...]) -> tuple[float | None, ...]:
    """In the order of PARTS. What nobody knows counts neither for nor against."""
    registered, lists, buyers, critical, _, ok, bad, safe, known, grade, events, _ = facts
    essential = (100.0 if lists else 0.0) if registered else None
    chain = None if buyers is None else min(100.0, CRITICAL * critical + BUYER * (buyers - critical))
    ready = 100.0 * ok / (ok + bad) if ok + bad else None
    staff = 100.0 * safe / known if known else None
    risk = None if grade is None else max(0.0, _GRADE.get(grade, 0.0) - EVENT * events)
    return essential, chain, ready, staff, risk


def counted(of: int, ok: int, bad: int) -> Text:
    """How the items of an application stand: in order, not in order, not looked at yet."""
    words = Text("{n} 项：合格 {ok}、不合格 {bad}、未核查 {left}", "of {n} {n|item|items} {ok} in order, {bad} not, {left} not checked yet")
    return words.with_(n=of, ok=ok, bad=bad, left=of - ok - bad)


def _claimed(claims: int) -> Text:
    return Text("；另有 {n} 家待确认，不计分", "; {n} more {n|is a claim that does|are claims that do} not count yet").with_(n=claims) if claims else Text("", "")


def chain_told(facts: tuple[Any, ...]) -> Text:
    """The part of the chain as the enterprise itself reads it: which of its buyers stop without it is the buyers' own affair."""
    buyers, claims = facts[2], facts[11]
    said = Text("没有已确认的供货关系，不计分", "no confirmed supply: neither for nor against")
    if buyers is not None:
        said = Text("已确认供货给 {n} 家；按采购方说明的依赖程度计分，具体不公开", "delivers to {n} {n|buyer|buyers}, confirmed; how much these need it is not shown")
        said = said.with_(n=buyers)
    return Text("{a}{b}", "{a}{b}").with_(a=said, b=_claimed(claims))


def _reasons(facts: tuple[Any, ...]) -> list[Text]:
    registered, lists, buyers, critical, of, ok, bad, safe, known, grade, events, claims = facts
    unknown = Text("没有登记，不计分", "not on record: neither for nor against")
    levels = {0: Text("低风险", "low risk"), 1: Text("中风险", "medium risk"), 2: Text("高风险", "high risk")}
    happened = Text("，在办事件 {n} 起", ", {n} open {n|event|events}").with_(n=events) if events else Text("", "")
    return [
        unknown
        if not registered
        else Text("列入：{lists}", "on: {lists}").with_(lists=Text.listed(LISTS.get(k, k) for k in lists))
        if lists
        else Text("不在名单上", "on no list"),
        Text("{a}{b}", "{a}{b}").with_(
            a=unknown
            if buyers is None
            else Text("已确认供货给 {n} 家，其中 {m} 家缺它停产",
                      "delivers to {n} {n|buyer|buyers} by confirmed supplies, {m} of which {m|stops|stop} without it").with_(n=buyers, m=critical),
            b=_claimed(claims),
        ),
        counted(of, ok, bad) if of else unknown,
        Text("已判定 {n} 人，可以返岗 {m} 人", "{m} of {n} decided may start").with_(n=known, m=safe)
        if known
        else unknown,
        unknown
        if grade is None
        else Text("{level}{more}", "{level}{more}").with_(level=levels.get(grade, unknown), more=happened),
    ]
