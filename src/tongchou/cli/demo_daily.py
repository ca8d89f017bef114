"""Twelve days of daily reports in the demo district: most with one tap, some late, some silent; a fever that was ruled out, one that runs; a blocked chain."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from tongchou.cli.demo_cast import Demo
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.models import Loop, Staff
from tongchou.rooms.daily.actions.reports import attended, one_tap
from tongchou.rooms.daily.models import Attendance, Report

_ENTERPRISES, _DAYS = 16, 12
_STOPPED = 4
"""The one that has stopped work and on which others wait."""
_OUTSIDE = (("远山化纤有限公司", "涤纶短纤"), ("海川包装材料厂", "食品级薄膜"))


def make_daily(demo: Demo) -> None:
    """Reports of enterprises that have an account, through their clerks, day by day as it went."""
    clerks = {post.unit_id: name for name, post in demo.posts.items() if name in demo.accounts and post.role == "enterprise_manager"}
    keys = [k for k, u in demo.units.items() if u.kind == "enterprise" and u.pk in clerks][:_ENTERPRISES]
    sizes = {k: demo.rng.randrange(30, 240) for k in keys}
    with_gate = set(Attendance.objects.values_list("unit", flat=True).distinct())
    sizes |= {k: Staff.objects.filter(unit=demo.units[k], to_date=None).count() for k in keys if demo.units[k].pk in with_gate}
    for n, key in enumerate(keys):
        who, staff = clerks[demo.units[key].pk], sizes[key]
        normal = {"unit": demo.units[key].pk, "from_date": str(demo.today - timedelta(days=200)), "staff": staff, "output": str(staff * 2 // 10 + 1)}
        _do(demo, who, "progress.baseline", _at(demo.today - timedelta(days=_DAYS), 9), **normal, source="上年四季度日均")
        for back in range(_DAYS - 1, -1, -1):
            _day(demo, who, key, staff, n, back)
    act("daily.chase", SYSTEM, new_id(), {"day": str(demo.today - timedelta(days=1))}, now=_at(demo.today - timedelta(days=1), 20, 30))
    _fevers(demo, clerks, keys)
    _chain(demo, keys)
    _spots(demo)


def _spots(demo: Demo) -> None:
    """A spot check of the week before: of six drawn five were looked at, all as reported or closed."""
    at = _at(demo.today - timedelta(days=6), 9)
    made = _do(demo, "hq", "breach.draw", at, area=demo.areas["district"].pk, wanted=6, signs=False)
    for n, unit in enumerate(made["drawn"][:5]):
        found = ("closed", "现场停业，大门上锁，门卫一人") if n == 3 else ("as_reported", "现场人数、口罩和测温记录与日报一致")
        people = {} if n == 3 else {"people": 12 + 7 * n}
        _do(demo, "hq", "spot.record", at + timedelta(hours=2 + n), draw=made["draw"], unit=unit, result=found[0], seen=found[1], **people)


def _day(demo: Demo, who: str, key: str, staff: int, n: int, back: int) -> None:
    """One day of one enterprise. Those that are silent lately stay so; today's reports come in until now."""
    day, unit = demo.today - timedelta(days=back), demo.units[key].pk
    at = _at(day, 9 + (n * 7 + back * 3) % 8, (n * 11) % 60)
    if (n % 5 == 4 and back <= 1) or at > timezone.now():
        return
    before = Report.objects.filter(unit_id=unit, replaced_at=None, day__lt=day).order_by("-day").first()
    stopped = n == _STOPPED and back <= 4 and not attended(unit, day)
    if before is not None and one_tap(before) and (n + back) % 3 and not stopped:
        _do(demo, who, "daily.same", at, unit=unit, day=str(day), seen=str(before.pk))
        return
    returned = min(staff, int(staff * (0.55 + 0.035 * (_DAYS - back) + 0.01 * (n % 4))))
    figures: dict[str, Any] = {
        "at_work": attended(unit, day) or max(returned - n % 4, 0), "on_leave": n % 4, "abnormal": 0, "incidents": 0, "staff": staff, "returned": returned,
        "masks": staff * 2 * (4 + (n * 3 + back) % 9), "shift_hours": 8, "output": str(round(staff * 0.2 * returned / staff, 2)), "backlog": str(staff * 5),
    }  # fmt: skip
    if stopped:
        figures |= {"closed": True, "at_work": 0, "on_leave": 0, "output": "0"}
    made = _do(demo, who, "daily.report", at, unit=unit, day=str(day), **figures)["report"]
    if n == 2 and back == 3:
        _do(demo, who, "daily.correct", at + timedelta(hours=1), report=made, why="漏计夜班", **figures | {"at_work": attended(unit, day) or returned})


def _fevers(demo: Demo, clerks: dict[int, str], keys: list[str]) -> None:
    """One that was ruled out four days ago, and one whose quarter of an hour runs."""
    unit, who, street = demo.units[keys[1]], clerks[demo.units[keys[1]].pk], None
    at = _at(demo.today - timedelta(days=4), 10)
    loop = Loop.objects.get(pk=_fever(demo, who, unit.pk, at))
    street = next((name for name, post in demo.posts.items() if post.unit_id == loop.verifier_unit_id and name in demo.accounts), None)
    steps = (
        (who, "phone", 12, {"told": "10:14 报街道、卫健、社区", "isolated": "三号楼隔离间，由安全员看护"}),
        (who, "hand_over", 45, {"clinic": "中心医院发热门诊，10:50 由厂车送达"}),
        (who, "contain", 150, {"contacts": "同班组 9 人，居家观察", "disinfected": "二车间，12:10"}),
        (street, "rule_out", 1200, {"result": "血常规、核酸正常，普通感冒"}),
    )
    for actor, step, minutes, given in steps:
        if actor is not None:
            evidence = [{"key": k, "type": "text", "text": v} for k, v in given.items()]
            _do(demo, actor, "loop.advance", at + timedelta(minutes=7 + minutes), loop=str(loop.pk), step=step, evidence=evidence)
    first = demo.units[keys[0]]
    _fever(demo, clerks[first.pk], first.pk, timezone.now() - timedelta(minutes=9))


def _fever(demo: Demo, who: str, unit: int, at: datetime) -> str:
    made = _do(demo, who, "fever.first", at, unit=unit, first="37.9", at=at.isoformat(), place="二车间")["fever"]
    again = at + timedelta(minutes=6)
    return str(_do(demo, who, "fever.second", again, fever=made, second="37.8", at=again.isoformat())["loop"])


def _chain(demo: Demo, keys: list[str]) -> None:
    """Four wait for one that has stopped work, two for partners outside; headquarters has asked about one of them and handed the block on."""
    at, supplier = timezone.now() - timedelta(hours=20), demo.units[keys[_STOPPED]].name
    for key in keys[5:9]:
        _do(demo, "hq", "supply.add", at, unit=demo.units[key].pk, way="supplier", partner=supplier, product="精密轴承", critical=True)
    made = [
        _do(demo, "hq", "supply.add", at, unit=demo.units[key].pk, way="supplier", partner=name, outside=True, product=product, critical=True)["link"]
        for key, (name, product) in zip(keys[1:3], _OUTSIDE, strict=True)
    ]
    _do(demo, "hq", "chain.partner", at, link=made[0], back=False, note="电话：当地下周分批复工")
    _do(demo, "hq", "chain.open", at + timedelta(minutes=20), supplier=f"outside:{_OUTSIDE[0][0]}", department=demo.units["department:5"].pk)
    month = date(demo.today.year, demo.today.month, 1)
    _do(demo, "hq", "progress.target", at, area=demo.areas["district"].pk, month=str(month), returned="95", output="90")


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), SHANGHAI)


def _do(demo: Demo, actor: str, verb: str, when: datetime, **payload: object) -> Any:
    return act(verb, demo.actor(actor), new_id(), payload, now=min(when, timezone.now())).result
