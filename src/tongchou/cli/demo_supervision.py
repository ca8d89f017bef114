"""Three weeks of supervision in the demo district: rounds, visits with findings at every stage, a lead, a praise; each step through act()."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from tongchou.cli.demo_cast import Demo, add_accounts
from tongchou.cli.demo_history import photo
from tongchou.packs.checklists import Checklist, shipped
from tongchou.record.models import Loop
from tongchou.rooms.supervision.models import Lead, Round
from tongchou.rooms.supervision.tasks import open_daily_rounds, raise_leads

DAY = timedelta(days=1)
_SEEN = {
    "supplies": "口罩库存按在岗人数折算不足三天。", "disinfection": "近两天消杀记录空白。", "canteen": "午餐时段未分餐，人员聚集。",
    "attendance": "下午班两次体温只登记一次。", "measured": "抽查两人，一人漏测一次。", "waste": "医疗废物交接单缺签字。",
    "present": "带班人员离岗未登记去向。", "burden": "一线人员同一数据报三个渠道。", "handover": "夜班交接无签字。",
}  # fmt: skip


def make_supervision(demo: Demo) -> None:
    """Everything up to now; what is planned for the coming days stays planned."""
    add_accounts(demo, {"inspector2": ("supervision:1", "inspector"), "discipline2": ("discipline", "discipline_officer")})
    start = timezone.now() - 20 * DAY
    enterprises = [f"enterprise:{n}" for n in range(6)]
    _round(demo, "inspector", start, "planned", "复工企业第一轮督查", "enterprise_resumption", enterprises[:4], ("supplies", "canteen"), upto="passed")
    _round(demo, "inspector2", start + 4 * DAY, "planned", "隔离点规范化督查", "isolation_site", ["site"], ("measured", "waste"), upto="rectified")
    _round(demo, "inspector", start + 9 * DAY, "unannounced", "企业防控措施明察暗访", "enterprise_resumption", enterprises[:2], ("supplies",), upto="rectified")
    _round(demo, "discipline", start + 13 * DAY, "discipline", "值班值守纪律检查", "daily_discipline", ["street:0", "checkpoint"], ("present",), upto="issued")
    _round(demo, "inspector2", start + 16 * DAY, "planned", "卡口查验督查", "checkpoint", ["checkpoint"], ("handover",), upto="issued")
    _daily(demo)
    _drawn(demo)
    _leads(demo)
    _praise(demo)


def _open(demo: Demo, who: str, at: datetime, kind: str, title: str, days: int = 3) -> str:
    first = timezone.localdate(at)
    made = demo.do(who, "round.open", at, kind=kind, title=title, starts_on=str(first), ends_on=str(first + days * DAY))
    return str(made["round"])


def _round(demo: Demo, who: str, at: datetime, kind: str, title: str, key: str, units: list[str], faults: tuple[str, ...], *, upto: str) -> None:
    """A round whose visits were carried out one a half-day; the first unit has all the faults, each next one fewer."""
    made = _open(demo, who, at, kind, title)
    wanted = [demo.units[u].pk for u in units]
    visits = demo.do(who, "round.add", at, round=made, checklist=key, units=wanted)["visits"]
    for n, (unit, visit) in enumerate(zip(units, visits, strict=True)):
        loops = _visit(demo, who, at + timedelta(hours=4 + 12 * n), visit, shipped()[key], faults[: max(0, len(faults) - n)])
        for loop in loops:
            _settle(demo, who, _people(demo, unit), loop, at + timedelta(hours=4 + 12 * n), upto)


def _visit(demo: Demo, who: str, at: datetime, visit: str, checklist: Checklist, faults: tuple[str, ...]) -> list[str]:
    demo.do(who, "visit.begin", at, visit=visit, at=at.isoformat())
    for n, item in enumerate(checklist.items, 1):
        then = at + timedelta(minutes=4 * n)
        said: dict[str, Any] = {"verdict": "ok"}
        if item.key in faults:
            said = {"verdict": "fault", "note": _SEEN[item.key], "photos": [photo(demo, who, "before")["file"]]}
        if item.sample:
            said |= {"sampled": item.sample.least, "failing": 1 if item.key in faults else 0}
        demo.do(who, "visit.answer", then, visit=visit, item=item.key, at=then.isoformat(), **said)
    end = at + timedelta(hours=1)
    return list(demo.do(who, "visit.finish", end, visit=visit, at=end.isoformat())["findings"])


def _people(demo: Demo, unit: str) -> str:
    """Who acts for a unit."""
    pk = demo.units[unit].pk
    return next(name for name, post in demo.posts.items() if post.unit_id == pk)


def _settle(demo: Demo, who: str, owner: str, loop: str, at: datetime, upto: str) -> None:
    if upto == "issued":
        return
    mended = [photo(demo, owner, "after"), {"key": "measures", "type": "text", "text": "已整改，明确专人每日核对。"}]
    demo.do(owner, "loop.advance", at + timedelta(hours=20), loop=loop, step="rectify", evidence=mended)
    if upto == "passed":
        seen = [{"key": "seen", "type": "text", "text": "现场复查，已整改到位。"}]
        demo.do(who, "loop.advance", at + timedelta(hours=44), loop=loop, step="pass", evidence=seen)


def _daily(demo: Demo) -> None:
    """Discipline inspection of three streets every day for a month; carried out on all days but one, when one street was left out."""
    start = (timezone.now() - 6 * DAY).replace(hour=1, minute=0)
    made = _open(demo, "discipline", start, "discipline", "街道每日纪律检查", days=0)
    units = [demo.at("street", n) for n in range(min(3, demo.count("street")))]
    demo.do("discipline", "round.add", start, round=made, checklist="daily_discipline", units=[demo.units[u].pk for u in units])
    demo.do("discipline", "round.repeat", start, round=made, until=str(timezone.localdate(start) + 30 * DAY))
    for n in range(6):
        day = start + n * DAY
        if n:
            open_daily_rounds(day)
        held = Round.objects.get(daily__isnull=False, starts_on=timezone.localdate(day))
        for m, visit in enumerate(held.visits.order_by("pk")):
            if (n, m) != (3, 2):
                _visit(demo, "discipline", day + timedelta(hours=1 + m), str(visit.pk), shipped()["daily_discipline"], ())


def _drawn(demo: Demo) -> None:
    """This week's round: drawn by lot, unannounced, not yet begun; one visit of it is for today."""
    at = timezone.now() - timedelta(hours=20)
    made = _open(demo, "inspector", at, "unannounced", "本周随机抽查", days=4)
    demo.do("inspector", "round.draw", at, round=made, checklist="enterprise_resumption", kinds=["enterprise"], wanted=6, unseen_days=14)
    planned = _open(demo, "inspector", at, "planned", "学校开学准备督查", days=5)
    demo.do("inspector", "round.add", at, round=planned, checklist="school", units=[demo.units["school"].pk])


def _leads(demo: Demo) -> None:
    """Day by day what the ladder has taken to its end is handed on, answered or not, examined and decided by two; one by hand likewise."""
    now = timezone.now()
    for days in range(18, 0, -1):
        raise_leads(now - days * DAY)
        _examine(demo, now - days * DAY)
    raise_leads()
    at = now - 6 * DAY
    made = demo.units["street:1"].pk
    demo.do("hq", "lead.open", at, kind="false_report", text="上报的入户排查数比现场核对多 23 户，附核对表。", unit=made)
    lead = {"lead": str(Lead.objects.get(unit=made, kind="false_report").pk)}
    demo.do("street2", "lead.answer", at + DAY, **lead, text="重复统计了跨网格住户，已更正并向指挥部办公室说明。")
    outcome = {"outcome": "talk", "reason": "属统计口径差错，主动更正，未造成后果。", "basis": "本区疫情防控责任追究办法（示例）"}
    demo.do("discipline", "lead.propose", at + 2 * DAY, **lead, **outcome)
    demo.do("discipline2", "lead.decide", at + 3 * DAY, **lead)


_OUTCOMES = (
    ("no_fault", "已采取措施，迟延系客观原因。"), ("talk", "责任人督办不力，未造成后果，已整改。"), ("criticism", "多次催办仍未办理，影响全区进度。"),
)  # fmt: skip


def _examine(demo: Demo, at: datetime) -> None:
    """A day of discipline inspection: two streets answer what is new, one lead that is four days old is decided by two."""
    streets = {demo.units[f"street:{n}"].pk: who for n, who in enumerate(("street", "street2"))}
    rows = Lead.objects.select_related("loop").order_by("year", "seq")
    for lead in rows.filter(loop__stage="answering", unit__in=streets, raised_at__lt=at):
        demo.do(streets[lead.unit_id], "lead.answer", at, lead=str(lead.pk), text="已约谈责任人，落实专人办理，三日内办结并报告。")
    old = rows.filter(loop__stage="examining", raised_at__lt=at - 4 * DAY).first()
    if old is not None:
        outcome, reason = _OUTCOMES[old.seq % len(_OUTCOMES)]
        said = {"lead": str(old.pk), "outcome": outcome, "reason": reason, "basis": "本区疫情防控责任追究办法（示例）"}
        demo.do("discipline", "lead.propose", at, **said)
        demo.do("discipline2", "lead.decide", at + timedelta(hours=6), lead=str(old.pk))


def _praise(demo: Demo) -> None:
    """A street that closed its tasks in time, nominated by the office, reviewed by a department."""
    unit = demo.units["street:0"]
    record = [str(k) for k in Loop.objects.filter(owner_unit=unit, end_reason="done", kind="task").order_by("closed_at").values_list("pk", flat=True)[:3]]
    if not record:
        return
    at = timezone.now() - 2 * DAY
    deeds = "返区人员排查和市场消杀检查均在时限内办结并通过核验，台账完整。"
    made = demo.do("hq", "praise.nominate", at, unit=unit.pk, deeds=deeds, record=record, reviewer=demo.units["department:5"].pk)["loop"]
    opinion = [{"key": "opinion", "type": "text", "text": "经核对记录属实，做法可推广。"}]
    demo.do("dept", "loop.advance", at + DAY, loop=str(uuid.UUID(made)), step="approve", evidence=opinion)
