"""Ten projects of the demo district in every state, with parts, progress, obstacles and visits, through act()."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from tongchou.cli.demo_cast import Demo
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act

_PROJECTS = (
    ("食品加工园二期", "industry", 26_000, "started"),
    ("河西水厂扩建", "infrastructure", 8_500, "started"),
    ("第三小学迁建", "livelihood", 6_200, "preparing"),
    ("精密铸件生产线", "industry", 18_000, "preparing"),
    ("环城北路改造", "infrastructure", 12_400, "suspended"),
    ("老旧小区综合改造", "livelihood", 4_300, "started"),
    ("冷链物流中心", "industry", 15_600, "preparing"),
    ("高标准农田建设", "agriculture", 3_100, "started"),
    ("区中医院门诊楼", "livelihood", 9_800, "completed"),
    ("电子元件厂房", "industry", 21_500, "preparing"),
)
_PARTS = (
    ("permit", "立项备案", True, -150, -120),
    ("land", "用地手续", True, -120, -75),
    ("clearance", "征迁清点", True, -90, -40),
    ("permit", "施工许可", True, -40, -8),
    ("utilities", "临时用电", True, -30, -2),
    ("milestone", "基础完工", False, -20, 40),
    ("milestone", "主体封顶", False, 40, 150),
)


def make_projects(demo: Demo) -> None:
    """Each of them led by a street or the department of resumption, in the order in which the work would have gone."""
    now = timezone.now()
    for n, (name, kind, invest, state) in enumerate(_PROJECTS):
        street = f"street:{n % demo.count('street')}"
        lead = demo.units[street] if n % 3 else demo.units["department:5"]
        given = {
            "name": name, "kind": kind, "area": demo.areas[street].pk, "lead_unit": lead.pk, "invest": str(invest), "invest_year": str(invest // 2),
            "leader_post": demo.posts["leader" if n % 6 == 0 else f"leader{n % 6 + 1}"].pk, "content": "按批复的内容和规模建设。",
            "start_planned": _day(now, -10), "finish_planned": _day(now, 300 + 20 * n),
        }  # fmt: skip
        if n % 4 == 0:
            given["owner_unit"] = demo.units["enterprise:0"].pk
        project = str(demo.do("hq", "project.add", now - timedelta(days=160), **given)["project"])
        parts = [_part(demo, project, lead.pk, p, now) for p in _PARTS]
        _go_on(demo, project, parts, state, invest, now, n)
    act("project.late", SYSTEM, new_id(), {})


def _part(demo: Demo, project: str, unit: int, part: tuple[str, str, bool, int, int], now: datetime) -> int:
    kind, title, required, first, last = part
    given = {"kind": kind, "title": title, "unit": unit, "required": required, "planned_from": _day(now, first), "planned_to": _day(now, last)}
    return int(demo.do("hq", "project.part", now - timedelta(days=155), project=project, **given)["part"])


def _go_on(demo: Demo, project: str, parts: list[int], state: str, invest: int, now: datetime, n: int) -> None:
    """What is done of a project by now: all that is required where it started; in the others something is missing."""
    done = parts if state == "completed" else parts[:5] if state != "preparing" else parts[: 2 + n % 4]
    for part, (_, title, _, _, last) in zip(done, _PARTS, strict=False):
        at = now + timedelta(days=min(last + n % 5 - 2, -3), hours=-2)
        demo.do("hq", "project.part_done", at, part=part, on=_day(at, 0), note=f"{title}已办结，材料归档")
    if state == "preparing":
        _hold_up(demo, project, n, now)
        return
    _move(demo, project, "started", now - timedelta(days=27), "开工条件齐备")
    for week in range(4):
        at = now - timedelta(days=24 - 7 * week)
        share = 3 + 2 * week + n % 3 if state != "completed" else 55 + 15 * week
        given = {"on": _day(at, 0), "percent": min(share, 100), "invested": round(invest * min(share, 100) / 100), "workers": 40 + 15 * week}
        demo.do("hq", "project.progress", at, project=project, **given)
    if state in ("suspended", "completed"):
        _move(demo, project, state, now - timedelta(days=1), "返岗人员不足，暂停施工" if state == "suspended" else "竣工验收合格")
    seen = "现场管理有序，工人已返岗七成，防护物资够用十天。"
    at = now - timedelta(days=2 + n % 5)
    demo.do("leader", "project.visit", at, project=project, at=at.isoformat(), seen=seen)


def _hold_up(demo: Demo, project: str, n: int, now: datetime) -> None:
    if n % 2:
        return
    given = {"topic": "clearance", "title": "红线内两户尚未签订协议", "owner_unit": demo.units["department:0"].pk, "blocking": True}
    demo.do("hq", "project.obstacle", now - timedelta(days=2), project=project, **given)


def _move(demo: Demo, project: str, to: str, at: datetime, reason: str) -> None:
    demo.do("hq", "project.state", at, project=project, to=to, on=_day(at, 0), reason=reason)


def _day(at: datetime, days: int) -> str:
    return (at + timedelta(days=days)).astimezone(SHANGHAI).date().isoformat()
