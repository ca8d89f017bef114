"""Three weeks of service to the demo district's enterprises: visits by paired leaders, difficulties in every state, one case that many share."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from tongchou.cli.demo_cast import LEADERS, Demo
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.record.models import Loop, Responsibility

_SEEN = (
    "两条生产线已开，到岗员工八成，测温和消毒记录齐全。",
    "订单充足，原料库存约十天，关注上游复工进度。",
    "食堂错峰就餐，宿舍单间不足，已提醒预留隔离房间。",
    "外省员工分批返岗，已逐人建档。",
)
_FOUND = (
    ("labour", "缺一线操作工", "20 人"),
    ("logistics", "原料运输车辆跨区通行受阻", "每日 3 车"),
    ("protection", "口罩库存不足三天", "5000 只"),
    ("funds", "流动资金周转困难", "200 万元"),
    ("orders", "部分出口订单被推迟", ""),
    ("materials", "包装材料断供", "一个月用量"),
)
_ENTERPRISES = 24


def make_service(demo: Demo) -> None:
    """Visits of the last twenty days, each by the leader who is paired with the enterprise, and what became of what they found."""
    topics = [{"topic": "funds", "unit": demo.units["department:5"].pk}, {"topic": "protection", "unit": demo.units["department:4"].pk}]
    act("service.topics", demo.actor("hq"), new_id(), {"topics": topics}, now=timezone.now() - timedelta(days=21))
    names = {demo.accounts[n].pk: n for n in ("leader", *(f"leader{n}" for n in range(2, LEADERS + 1)))}
    held = {r.unit_id: a.account_id for r in Responsibility.objects.filter(kind="paired", unit__kind="enterprise") for a in r.post.holdings.all()}
    keys = [k for k, u in demo.units.items() if u.kind == "enterprise" and held.get(u.pk) in names and demo.account_of(u.pk)][:_ENTERPRISES]
    for n, key in enumerate(keys):
        for week in range(3):
            if demo.rng.random() < 0.75:
                day = timezone.now().astimezone(SHANGHAI) - timedelta(days=20 - 7 * week, hours=demo.rng.uniform(0, 60))
                at = day.replace(hour=9 + (n + 3 * week) % 8, minute=(7 * n + 11 * week) % 60)  # in working hours
                _visit(demo, names[held[demo.units[key].pk]], key, n + week, at)
    _share(demo, keys)


def _visit(demo: Demo, leader: str, key: str, n: int, at: datetime) -> None:
    found: list[dict[str, Any]] = []
    if demo.rng.random() < 0.55:
        topic, title, needed = _FOUND[n % len(_FOUND)]
        found = [{"topic": topic, "title": title, "needed": needed}]
    payload = {
        "unit": demo.units[key].pk, "at": at.isoformat(), "way": "on_site" if n % 4 else "phone", "seen": _SEEN[n % len(_SEEN)],
        "brought": "复工复产政策汇编" if n % 3 == 0 else "", "difficulties": found,
    }  # fmt: skip
    for loop in act("service.visit", demo.actor(leader), new_id(), payload, now=at + timedelta(minutes=40)).result["difficulties"]:
        _work_off(demo, key, loop, at)


def _work_off(demo: Demo, key: str, loop: str, at: datetime) -> None:
    """Most are taken up, answered and confirmed; some are sent back by the enterprise, some still wait for its word."""
    who = demo.account_of(Loop.objects.get(pk=loop).owner_unit_id)
    pace, now = demo.rng.random(), timezone.now()
    taken, answered = at + timedelta(hours=3 + 4 * pace), at + timedelta(hours=20 + 70 * pace)
    confirmed = answered + timedelta(hours=5 + 20 * pace)
    if who is None or pace > 0.95 or taken > now:
        return
    demo.do(who, "loop.advance", taken, loop=loop, step="take_up")
    if pace > 0.85 or answered > now:
        return
    answer = [{"key": "result", "type": "text", "text": "已协调落实，并与企业负责人当面核实。"}]
    demo.do(who, "loop.advance", answered, loop=loop, step="answer", evidence=answer)
    manager = demo.account_of(demo.units[key].pk)
    if manager is None or pace > 0.75 or confirmed > now:
        return
    if pace > 0.65:
        demo.do(manager, "loop.advance", confirmed, loop=loop, step="not_solved", note="只解决了一部分，请继续协调。")
    else:
        demo.do(manager, "loop.advance", confirmed, loop=loop, step="confirm")


def _share(demo: Demo, keys: list[str]) -> None:
    """What three enterprises share becomes one case; and two of the named enterprises have something open of their own."""
    at, loops = timezone.now() - timedelta(hours=30), []
    for key in keys[:3]:
        payload = {"unit": demo.units[key].pk, "topic": "logistics", "title": "省外原料车进不了园区", "needed": "每日 2 车"}
        loops.append(act("service.raise", demo.actor("hq"), new_id(), payload, now=at).result["loop"])
    due = (timezone.now() + timedelta(days=3)).isoformat()
    case = {"title": "园区原料运输通行", "detail": "多家企业反映同一问题，统一协调。", "owner_unit": demo.units["department:3"].pk, "due_at": due}
    act("service.case", demo.actor("hq"), new_id(), case | {"difficulties": loops}, now=at + timedelta(hours=2))
    mine = {"unit": demo.units["enterprise:0"].pk, "topic": "labour", "title": "返岗员工还差 12 人", "needed": "12 人"}
    loop = act("service.raise", demo.actor("enterprise"), new_id(), mine, now=timezone.now() - timedelta(hours=50)).result["loop"]
    who = demo.account_of(Loop.objects.get(pk=loop).owner_unit_id)
    if who is not None:
        demo.do(who, "loop.advance", timezone.now() - timedelta(hours=46), loop=loop, step="take_up")
        answer = [{"key": "result", "type": "text", "text": "已对接劳务公司，12 人明日到岗。"}]
        demo.do(who, "loop.advance", timezone.now() - timedelta(hours=20), loop=loop, step="answer", evidence=answer)
