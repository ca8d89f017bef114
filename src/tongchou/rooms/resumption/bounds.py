"""The room's numbers as the page of rules lists them: what the district decides by editions, permits and their facts, the queue, the pack, the clocks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tongchou.kernel.text import Text
from tongchou.record.permit_facts import FactRule, fact_rules, longest_days
from tongchou.record.regime import PACK
from tongchou.rooms.resumption.actions.permit_life import CLOSE
from tongchou.rooms.resumption.queue import BUYER, CRITICAL, EVENT, PARTS
from tongchou.rooms.resumption.ways import LEFT, adopted_on, default_rules, rules_on
from tongchou.rooms.resumption.words import WAYS
from tongchou.web.bounds import PROPOSED, Bound, Trust, bounds, of_kinds, of_pack

VALID = Text("许可有效天数（0 为长期）", "Days for which a permit holds; 0: open")
WARN = Text("提前几天提醒到期", "Days of warning before a permit ends")
_WHEN = {
    "change": Text("变化即转入复核", "any change sends it to review"),
    "lost": Text("被移出即转入复核", "being taken off sends it to review"),
    "rise": Text("升高即转入复核", "a higher one sends it to review"),
    "grow_percent": Text("增加超过 {n}% 转入复核", "more than {n} % more sends it to review"),
}


@bounds(Text("区里定的规则", "The district's rules"))
def of_rules(day: date) -> Iterable[Bound]:
    """What an edition decides: as adopted, else as the program proposes it."""
    rules, own = rules_on(day), adopted_on(day)
    decided: Text = Text("本区 {d} 起施行：{r}", "The district's, in force from {d}: {r}").with_(d=own.from_date.isoformat(), r=own.reason) if own else PROPOSED

    def line(key: str, title: Text, value: Text | str) -> Bound:
        trust: Trust = "district" if own is not None and key in own.rules else "unconfirmed"
        return Bound(title, value, trust, decided if trust == "district" else PROPOSED)

    for part, title in PARTS.items():
        yield line("weights", Text("排序权重：{t}（分）", "Weight in the queue: {t} (points)").with_(t=title), f"{rules['weights'].get(part, 0):g}")
    for key, title in LEFT:
        yield line(key, title, WAYS.get(rules[key], Text(rules[key], rules[key])) if rules[key] else Text("不确定，等待登记", "not settled: wait"))
    for key, title in (("valid_days", VALID), ("warn_days", WARN)):
        yield line(key, title, str(rules.get(key, default_rules()[key])))


@bounds(Text("许可", "Permits"))
def of_permits(day: date) -> Iterable[Bound]:
    """The longest a permit is given for, how early a renewal is asked for, and which facts it is bound to."""
    yield Bound(Text("一次许可最长天数", "Longest a permit is given for, in days"), str(longest_days()), "unconfirmed", PROPOSED)
    yield Bound(Text("续期申请最晚在到期前几天提出", "Days before its end by which a renewal is asked for"), str(CLOSE.days), "unconfirmed", PROPOSED)
    for rule in fact_rules().values():
        title, trust = Text("许可绑定的事实：{t}", "A permit is bound to: {t}").with_(t=rule.title), _trust(rule)
        yield Bound(title, _when(rule), trust, PROPOSED)


def _when(rule: FactRule) -> Text:
    return _WHEN[rule.when].with_(n=rule.value)


def _trust(rule: FactRule) -> Trust:
    return "unconfirmed" if rule.unconfirmed else "confirmed"


@bounds(Text("排队", "The queue"))
def of_queue(day: date) -> Iterable[Bound]:
    """Points within the parts of a score."""
    for title, value in (
        (Text("每家缺它停产的下游企业加（分）", "Points for each buyer that stops without it"), CRITICAL),
        (Text("每家其他已确认的下游企业加（分）", "Points for each other confirmed buyer"), BUYER),
        (Text("所在地每起在办事件减（分）", "Points off for each open event at the place"), EVENT),
    ):
        yield Bound(title, str(value), "unconfirmed", PROPOSED)


@bounds(Text("复工方案参数", "The plan's parameters"))
def of_plan(day: date) -> Iterable[Bound]:
    """Every parameter of the pack that has a value."""
    return of_pack(PACK, day)


@bounds(Text("办理期限", "Time limits"))
def of_clocks(day: date) -> Iterable[Bound]:
    """How long applications, renewals and reviews may take."""
    return of_kinds("resumption_application", "permit_request", "permit_review", "register_change")
