"""Data requests of the demo district: a daily one that runs, one answered once and reused, one that waits, one refused as a repeat."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from tongchou.cli.demo_cast import Demo
from tongchou.kernel.errors import Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act, one_load
from tongchou.rooms.requests.models import Answer, Field

DAYS = 7


def make_requests(demo: Demo) -> None:
    """A week of reports by the streets; enterprises are asked once, and only for what nobody knows."""
    streets = {f"street{n + 1}" if n else "street": demo.units[f"street:{n}"].pk for n in range(demo.count("street"))}
    start = timezone.now() - timedelta(days=DAYS)
    daily = _declare(
        demo, "dept", start, "企业返岗和防护物资日报", list(streets.values()), every="day", until=60, due=18, nil=True,
        new=[("当日返岗职工数", "integer", "人", 3, 1), ("当日新增停产企业数", "integer", "家", 2, 1), ("口罩库存可用天数", "integer", "天", 4, 3)],
    )  # fmt: skip
    _decide(demo, daily, start + timedelta(hours=2))
    for day in range(DAYS + 1):
        at = start + timedelta(days=day, hours=3)
        if at <= timezone.now():
            if day == DAYS - 3:
                _ask_once(demo, at - timedelta(hours=1), list(streets.values()))
            act("request.issue", SYSTEM, new_id(), {}, now=at)
            _answer_day(demo, streets, at + timedelta(hours=2))
    masks = list(Field.objects.filter(title="口罩库存可用天数").values_list("pk", flat=True))
    _declare(demo, "dept3", timezone.now() - timedelta(hours=3), "货运车辆闭环管理人数统计", list(streets.values()), until=30, due=42,
             new=[("闭环管理司机数", "integer", "人", 3, 7)])  # fmt: skip
    refusals = logging.getLogger("tongchou")
    for title, more in (("再次统计口罩库存", {"fields": masks}), ("辖区人口摸底表", {"new": [("辖区人口数", "integer", "人", 5, 30)]})):
        try:
            with one_load(False):
                _declare(demo, "dept4", timezone.now() - timedelta(hours=2), title, list(streets.values()), until=7, due=18, every="day", **more)
        except Refusal as refusal:
            refusals.debug("as it should be: %s", refusal)


def _ask_once(demo: Demo, at: datetime, streets: list[int]) -> None:
    """What is known of the masks is taken over; only the store-keeper's name is asked for."""
    masks = list(Field.objects.filter(title="口罩库存可用天数").values_list("pk", flat=True))
    once = _declare(
        demo, "dept1", at, "街道防护物资保障能力调查", streets, until=20, due=66, fields=masks, new=[("物资保管责任人", "text", "", 3, 90)]
    )
    _decide(demo, once, at + timedelta(minutes=30))


def _declare(demo: Demo, who: str, at: datetime, title: str, to: list[int], *, until: int, due: int, every: str = "once", nil: bool = False,
             fields: list[int] | None = None, new: list[tuple[str, str, str, int, int]] | None = None) -> str:  # fmt: skip
    first = timezone.localdate(at)
    named = [{"title": t, "kind": k, "measure": m, "minutes": n, "fresh_days": d} for t, k, m, n, d in new or []]
    payload = {
        "title": title, "purpose": "安排当日调度和物资调拨", "basis": "区指挥部会议决定", "fields": fields or [], "new_fields": named, "to": to, "every": every,
        "starts_on": str(first), "until": str(first + timedelta(days=until)), "due_hours": due, "nil_allowed": nil,
    }  # fmt: skip
    return str(act("request.declare", demo.actor(who), new_id(), payload, now=at).result["request"])


def _decide(demo: Demo, request: str, at: datetime) -> None:
    act("request.approve", demo.actor("hq"), new_id(), {"request": request, "note": "同意，按期报送。"}, now=at)


def _answer_day(demo: Demo, streets: dict[str, int], at: datetime) -> None:
    """Most streets answer within a few hours; now and then one says that nothing happened, one forgets."""
    kinds = {f.pk: f for f in Field.objects.all()}
    for who, unit in streets.items():
        when, luck = at + timedelta(minutes=demo.rng.randint(5, 400)), demo.rng.random()
        owed = list(Answer.objects.filter(unit=unit, state="waiting", loop__closed_at=None).select_related("round__request").order_by("pk"))
        if when > timezone.now() or luck < 0.06 or not owed:
            continue
        given: dict[str, Any] = {"unit": unit, "took_seconds": demo.rng.randint(40, 400)}
        nil = [a.pk for a in owed if a.round.request.nil_allowed]
        if luck > 0.95 and nil:
            given["nil"] = nil[-1:]
        else:
            asked = {f for a in owed for f in a.asked}
            given["values"] = {str(f): _value(demo, kinds[f]) for f in sorted(asked)}
        act("request.answer", demo.actor(who), new_id(), given, now=when)


def _value(demo: Demo, field: Field) -> str | int:
    if field.kind == "text":
        return "街道办副主任"
    top = {"人": 400, "家": 3, "天": 30}.get(field.measure, 10)
    return demo.rng.randint(0, top)
