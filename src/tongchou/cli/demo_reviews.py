"""What the demo shows of reviews, orders, claims of supply and incidents: each open one with its clock, each answered one with its reason."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from tongchou.cli.demo_cast import Demo
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.models import Account, Loop, Unit, WorkPermit
from tongchou.rooms.daily.models import Report


def make_reviews(demo: Demo) -> None:
    """Two reviews, one of which was concluded; an order to stop without a permit; claims of supply; a fire in a daily report."""
    _reviews(demo)
    _stop(demo)
    _claims(demo)
    _incident(demo)


def _reviews(demo: Demo) -> None:
    at = timezone.now() - timedelta(hours=30)
    for n, permit in enumerate(WorkPermit.objects.filter(state="in_force").select_related("unit").order_by("-number")[:2]):
        changes = [{"fact": "products", "was": "精密零件", "now": "冷冻食品"}]
        demo.do("hq", "permit.review", at, unit=permit.unit_id, reason="巡查发现改产", changes=changes)
        if n == 1:
            demo.do("hq", "permit.settle", at + timedelta(hours=6), unit=permit.unit_id, how="conditions", reason="现场核实，改产已备案，车间分区到位",
                    conditions=["冷冻车间每日消毒两次"])  # fmt: skip


def _stop(demo: Demo) -> None:
    """An enterprise without any permit was seen at work; it did not answer, the street looked, the office ordered it to stop."""
    held = WorkPermit.objects.values("unit")
    unit = Unit.objects.filter(kind="enterprise", active_to=None, resumption_applications=None).exclude(pk__in=held).order_by("-pk").first()
    if unit is None:
        return
    at = timezone.now() - timedelta(hours=60)
    demo.do("hq", "breach.report", at, enterprise=unit.code or unit.name, about="no_right", text="夜间两条生产线在开，约三十人在岗")
    act("breach.take_up", SYSTEM, new_id(), {}, now=at)
    act("breach.unheard", SYSTEM, new_id(), {}, now=at + timedelta(hours=25))
    loop = Loop.objects.filter(kind="resumption_breach", subject_unit=unit, closed_at=None).select_related("owner_unit").first()
    street = demo.account_of(loop.owner_unit_id) if loop else None
    if loop is None or street is None:
        return
    said = {"seen": "20时现场31人在岗，无复工手续", "proposal": "责令停工"}
    for who, step, hours, given in ((street, "propose", 30, said), ("leader", "stop", 40, {"reason": "未办理任何复工手续擅自开工，现场31人在岗"})):
        evidence = [{"key": k, "type": "text", "text": v} for k, v in given.items()]
        demo.do(who, "loop.advance", at + timedelta(hours=hours), loop=str(loop.pk), step=step, evidence=evidence)


def _claims(demo: Demo) -> None:
    """What the demo's enterprise says of two partners, one of which lies outside; a partner says that it delivers to it."""
    works, at = demo.units["enterprise:0"], timezone.now() - timedelta(hours=5)
    demo.do("enterprise", "supply.add", at, unit=works.pk, way="supplier", partner="邻市标准件厂", outside=True, product="标准件", critical=True)
    others = (u for k, u in demo.units.items() if k.startswith("enterprise:") and u.pk != works.pk)
    partner = next((u for u in others if (who := demo.account_of(u.pk)) and Account.objects.filter(username=who, is_active=True).exists()), None)
    if partner is not None:
        who = demo.account_of(partner.pk)
        assert who is not None
        demo.do(who, "supply.add", at, unit=partner.pk, way="buyer", partner=works.name, product="包装材料", critical=True)


def _incident(demo: Demo) -> None:
    """The demo's enterprise told of a fire after it had sent its report: corrected, and the street's loop runs."""
    row = Report.objects.filter(unit=demo.units["enterprise:0"], replaced_at=None, closed=False).order_by("-day").first()
    if row is None:
        return
    kept = {k: getattr(row, k) for k in ("at_work", "on_leave", "abnormal", "staff", "returned", "masks", "shift_hours", "differs")}
    figures = {k: v for k, v in kept.items() if v is not None} | {k: str(getattr(row, k)) for k in ("output", "backlog") if getattr(row, k) is not None}
    told = {"incidents": 1, "incident_note": "配电间线路冒烟，已断电，无人受伤", "happened": [{"what": "fire"}]}
    demo.do("enterprise", "daily.correct", timezone.now(), report=str(row.pk), why="报后发生", **figures, **told)
