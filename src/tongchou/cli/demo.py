"""The invented demo district 清源区: territory, units, posts, an account for every role, and three weeks of work through act().

Every name is made up and every code lies in the unassigned range 99. The same seed gives the same district.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone

from tongchou.kernel.ids import new_id
from tongchou.kernel.names import place_pinyin
from tongchou.record.access import SYSTEM, Actor, load_actor, roles
from tongchou.record.act import act
from tongchou.record.ledger import seal_all
from tongchou.record.loops.kinds import install_shipped_kinds
from tongchou.record.models import Account, Area, District, Loop, Post, PostHolding, Responsibility, Unit

PASSWORD = "tongchou-demo-2026"
SINCE = date(2020, 1, 1)
_STREETS = ["清源", "望河", "柳湾", "石桥", "东岭", "平安", "和顺", "锦绣", "青枫", "云台", "长堤", "新港", "花溪", "北坪"]
_COMMUNITIES = ["阳光", "翠竹", "丰乐", "春晖", "文昌", "团结", "幸福", "安康", "兴业", "梧桐", "朝阳", "书院"]
_DEPARTMENTS = ["综合协调部", "医疗防控部", "社区防控部", "交通检疫部", "物资保障部", "复工复产部", "宣传舆情部"]
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = ["建国", "秀英", "志强", "丽娟", "海涛", "晓梅", "文斌", "雅琴", "永刚", "雪莲", "俊杰", "春燕", "国栋", "玉兰", "振华", "佳慧"]

ACCOUNTS = {
    "leader": ("headquarters", "leader", "区领导"),
    "hq": ("office", "hq_officer", "指挥部办公室"),
    "dept": ("department:5", "dept_officer", "复工复产部"),
    "street": ("street:0", "street_officer", "清源街道"),
    "street2": ("street:1", "street_officer", "望河街道（相邻街道）"),
    "community": ("community:0", "community_officer", "社区"),
    "grid": ("community:0", "grid_worker", "网格"),
    "checkpoint": ("checkpoint", "checkpoint_officer", "卡口"),
    "site": ("site", "site_officer", "集中隔离点"),
    "driver": ("transport", "site_officer", "转运车队"),
    "sampler": ("sampling", "sampler", "采样点"),
    "clinic": ("clinic", "clinic_officer", "发热门诊"),
    "lab": ("lab", "lab_officer", "检测实验室"),
    "enterprise": ("enterprise:0", "enterprise_manager", "企业"),
    "enterprise2": ("enterprise:1", "enterprise_manager", "另一家企业"),
    "school": ("school", "school_officer", "学校"),
    "inspector": ("supervision:0", "inspector", "督导组"),
    "discipline": ("discipline", "discipline_officer", "纪检监察"),
    "store": ("store", "store_keeper", "物资库"),
    "duty": ("office", "duty_officer", "值班室"),
    "volunteer": ("volunteers", "volunteer", "志愿者"),
    "resident": ("volunteers", "resident", "居民"),
    "auditor": ("administration", "auditor", "审计"),
    "security": ("administration", "security_admin", "安全"),
    "sysadmin": ("administration", "system_admin", "系统"),
}
"""User name -> (unit, role, where). All share PASSWORD."""


@dataclass
class Demo:
    """What has been made so far, by name."""

    rng: random.Random
    units: dict[str, Unit] = field(default_factory=dict)
    areas: dict[str, Area] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)

    def name(self) -> str:
        return self.rng.choice(_SURNAMES) + self.rng.choice(_GIVEN)

    def actor(self, username: str) -> Actor:
        account = self.accounts[username]
        return load_actor(account.pk, account.display_name, timezone.localdate(), via="demo")


def ensure_demo(say: Callable[[str], None]) -> None:
    """Load the demo district when the database is empty."""
    if not District.objects.exists() and not Area.objects.exists():
        load_demo(7, say)


def load_demo(seed: int, say: Callable[[str], None]) -> None:
    """Make the district and its history. Refuses (says so and does nothing) where there is a district already."""
    if District.objects.exists() or Area.objects.exists():
        say("this database already holds a district; nothing was loaded")
        return
    demo = Demo(random.Random(seed))
    say("making the demo district 清源区 (invented)")
    with transaction.atomic():
        install_shipped_kinds()
        _territory(demo)
        _units(demo)
        _people(demo)
        _responsibilities(demo)
        root = demo.areas["district"]
        settings = {"demo_password": PASSWORD, "office_unit": demo.units["office"].pk}
        District.objects.create(pk=1, name="清源区", name_en="Qingyuan (demo)", root=root, demo=True, settings=settings)
    say("three weeks of work, through act()")
    _history(demo)
    seal_all()
    with connection.cursor() as cursor:
        cursor.execute("analyze")
    say(f"done: {Unit.objects.count()} units, {Account.objects.count()} accounts, {Loop.objects.count()} loops")


def _area(demo: Demo, key: str, code: str, name: str, level: str, parent: str | None, kind: str = "") -> Area:
    above = demo.areas.get(parent or "")
    area = Area.objects.create(
        code=code, name=name, level=level, kind=kind, parent=above, name_key=place_pinyin(name), valid_from=SINCE
    )
    area.path = f"{above.path if above else ''}{area.pk}."
    area.save(update_fields=["path"])
    demo.areas[key] = area
    return area


def _territory(demo: Demo) -> None:
    _area(demo, "province", "99", "云屏省", "province", None)
    _area(demo, "city", "9901", "临川湾市", "city", "province")
    _area(demo, "district", "990101", "清源区", "district", "city")
    number = 0
    for s, street in enumerate(_STREETS):
        town = f"990101{s + 1:03}"
        _area(demo, f"street:{s}", town, f"{street}街道" if s < 12 else f"{street}镇", "street", "district")
        for c in range(3):
            village = s >= 12
            name = _COMMUNITIES[(s * 3 + c) % len(_COMMUNITIES)] + ("村" if village else "社区")
            code = f"{town}{(201 if village else 1) + c:03}"
            _area(demo, f"community:{number}", code, name, "community", f"street:{s}", "village" if village else "community")
            for g in range(2):
                _area(demo, f"grid:{number}.{g}", f"{code}-{g + 1:03}", f"{name}第{'一二'[g]}网格", "grid", f"community:{number}")
            number += 1


def _units(demo: Demo) -> None:
    def unit(key: str, kind: str, name: str, area: str, parent: str | None = None) -> None:
        above = demo.units.get(parent or "")
        demo.units[key] = Unit.objects.create(
            name=name, kind=kind, area=demo.areas[area], parent=above, name_key=place_pinyin(name), active_from=SINCE
        )

    unit("headquarters", "headquarters", "清源区疫情防控指挥部", "district")
    unit("office", "hq_office", "指挥部办公室", "district", "headquarters")
    for n, name in enumerate(_DEPARTMENTS):
        unit(f"department:{n}", "hq_department", name, "district", "headquarters")
    for n in range(14):
        unit(f"supervision:{n}", "supervision_group", f"第{n + 1}督导组", "district", "headquarters")
    unit("discipline", "discipline", "区纪委监委机关", "district")
    unit("administration", "administration", "信息管理中心", "district")
    for s in range(len(_STREETS)):
        unit(f"street:{s}", "street", f"{demo.areas[f'street:{s}'].name}办事处" if s < 12 else f"{demo.areas[f'street:{s}'].name}政府", f"street:{s}")
    for c in range(len(_STREETS) * 3):
        name = demo.areas[f"community:{c}"].name
        unit(f"community:{c}", "community", f"{name}委员会" if name.endswith("村") else f"{name}居委会", f"community:{c}", f"street:{c // 3}")
    unit("checkpoint", "checkpoint", "清源北联合检疫站", "street:0")
    unit("site", "site", "望湖集中隔离点", "street:0")
    unit("transport", "transport", "闭环转运车队", "district")
    unit("sampling", "sampling", "体育馆采样点", "street:0")
    unit("clinic", "clinic", "清源区中心医院发热门诊", "street:0")
    unit("lab", "lab", "清源区检测实验室", "district")
    unit("store", "store", "区应急物资储备库", "district")
    unit("volunteers", "volunteer_team", "清源街道志愿服务队", "street:0")
    unit("school", "school", "清源第一小学", "community:0")
    for n, name in enumerate(["恒泽精密机械", "瑞禾食品", "南屏纺织", "启程物流", "晨光电子", "翠谷农业"]):
        unit(f"enterprise:{n}", "enterprise", f"{name}有限公司", f"community:{n * 3}")


def _people(demo: Demo) -> None:
    sealed = make_password(PASSWORD)  # one hash for all: hashing is slow on purpose
    table = roles()
    wanted = list(ACCOUNTS.items())
    wanted += [(f"street{n + 1}", (f"street:{n}", "street_officer", "")) for n in range(2, len(_STREETS))]
    wanted += [(f"community{n + 1}", (f"community:{n}", "community_officer", "")) for n in range(1, len(_STREETS) * 3)]
    for username, (where, role, _) in wanted:
        account = Account.objects.create(username=username, display_name=demo.name(), password=sealed, password_changed_at=timezone.now())
        title = table[role].title
        post = Post.objects.create(unit=demo.units[where], title=title.zh, title_en=title.en, role=role)
        PostHolding.objects.create(post=post, account=account, from_date=SINCE)
        demo.accounts[username] = account


def _responsibilities(demo: Demo) -> None:
    """Territorial responsibility everywhere but in a few places, so that the page of gaps has something true to show."""
    posts = {p.unit_id: p for p in Post.objects.filter(role__in=("street_officer", "community_officer", "leader"))}
    rows = []
    for key, area in demo.areas.items():
        unit = demo.units.get("headquarters" if key == "district" else key)
        post = posts.get(unit.pk) if unit else None
        if post is not None and key not in ("community:7", "street:9"):
            rows.append(Responsibility(kind="territorial", area=area, post=post, from_date=SINCE))
    leader = posts[demo.units["headquarters"].pk]
    for n in range(4):
        rows.append(Responsibility(kind="paired", unit=demo.units[f"enterprise:{n}"], post=leader, from_date=SINCE))
    Responsibility.objects.bulk_create(rows)


_TASKS = [
    ("重点地区返区人员全面排查", "逐户核实近14天返区人员，建立台账，当日汇总上报。", 48),
    ("规上企业复工准备情况摸底", "核实人员返岗、防护物资、应急预案，形成问题清单。", 72),
    ("集中隔离点三区两通道自查", "对照清单逐项自查，发现问题立即整改。", 36),
    ("独居老人和困难群众走访", "逐户走访，登记用药、就医、生活物资需求。", 96),
    ("农贸市场通风消杀检查", "查扫码、测温、消杀记录和一米线设置。", 24),
    ("春耕农资供应情况调查", "统计种子、化肥、农药缺口，提出调剂建议。", 120),
    ("小区出入口管控规范化", "统一值守台账和交接班记录。", 60),
]
_FINDINGS = ["消毒记录未按时填写", "值守交接班无签字", "防护物资台账账实不符", "隔离人员一日两测漏测一次"]
_REQUESTS = [("返岗员工包车需求", "labour"), ("原材料运输车辆通行受阻", "logistics"), ("口罩库存仅够两天", "protection"), ("流动资金周转困难", "funds")]


def _history(demo: Demo) -> None:
    """Tasks, findings, requests and custody of the last three weeks, as the people concerned would have done them."""
    start = timezone.now() - timedelta(days=21)
    for day in range(21):
        at = start + timedelta(days=day, hours=demo.rng.uniform(0, 3))
        _issue(demo, day, at)
        act("loop.escalate", SYSTEM, new_id(), {"limit": 5000}, now=at)
    act("loop.escalate", SYSTEM, new_id(), {"limit": 5000})
    _custody(demo)


def _issue(demo: Demo, day: int, at: datetime) -> None:
    title, detail, hours = _TASKS[day % len(_TASKS)]
    due = at + timedelta(hours=hours)
    items = [
        {"kind": "task", "title": title, "detail": detail, "owner_unit": demo.units[f"street:{s}"].pk, "due_at": due.isoformat(), "origin": "demo"}
        for s in range(len(_STREETS))
    ]
    loops = act("loop.open_many", demo.actor("hq"), new_id(), {"items": items}, now=at).result["loops"]
    for s, loop in enumerate(loops):
        _work_off(demo, "street" if s == 0 else f"street{s + 1}", loop, at, day)
    if day % 3 == 0:
        _ask(demo, day, at)


def _work_off(demo: Demo, who: str, loop: str, at: datetime, day: int) -> None:
    """A street takes some of the steps, the later the day the fewer, at its own pace."""
    pace = demo.rng.random()
    if day == 20 or pace < 0.08:
        return
    signed = at + timedelta(hours=0.5 + 5 * demo.rng.random())
    _do(demo, who, "loop.advance", signed, loop=loop, step="sign")
    if pace < 0.2 or day > 17:
        return
    reported = signed + timedelta(hours=6 + 60 * demo.rng.random())
    if reported > timezone.now():
        return
    result = [{"key": "result", "type": "text", "text": "已按要求办理，台账和照片已归档。"}]
    _do(demo, who, "loop.advance", reported, loop=loop, step="report", evidence=result)
    checked = reported + timedelta(hours=2 + 20 * demo.rng.random())
    if pace < 0.35 or checked > timezone.now():
        return
    _do(demo, "hq", "loop.advance", checked, loop=loop, step="verify", note="抽查属实，同意销号。")


def _ask(demo: Demo, day: int, at: datetime) -> None:
    title, topic = _REQUESTS[day // 3 % len(_REQUESTS)]
    payload = {"kind": "request", "title": title, "owner_unit": demo.units["street:0"].pk, "data": {"topic": topic}, "unit": demo.units["enterprise:0"].pk}
    made = str(act("loop.open", demo.actor("enterprise"), new_id(), payload, now=at).result["loop"])
    if day < 15:
        _do(demo, "street", "loop.advance", at + timedelta(hours=3), loop=made, step="take_up")
    noted = {"kind": "finding", "title": _FINDINGS[day // 3 % len(_FINDINGS)], "owner_unit": demo.units["site"].pk, "data": {"severity": "minor"}}
    act("loop.open", demo.actor("inspector"), new_id(), noted, now=at + timedelta(hours=1))


def _do(demo: Demo, who: str, verb: str, at: datetime, **payload: object) -> None:
    act(verb, demo.actor(who), new_id(), payload, now=at)


def _custody(demo: Demo) -> None:
    """A box of tubes on its way, one of them missing; masks in the store."""
    at = timezone.now() - timedelta(hours=5)
    tubes = [{"item": f"DEMO-TUBE-{n:04}"} for n in range(1, 21)]
    place = {"purpose": "sample", "unit": demo.units["sampling"].pk, "holder_kind": "site"}
    taken = act("custody.take_in", demo.actor("sampler"), new_id(), place | {"items": tubes}, now=at).result["custodies"]
    for group, answer in ((taken[:10], True), (taken[10:15], False)):
        giving = {"custodies": group, "to_unit": demo.units["lab"].pk, "to_kind": "lab"}
        handover = act("custody.offer", demo.actor("sampler"), new_id(), giving, now=at + timedelta(hours=1)).result["handover"]
        if answer:
            missing = {"handover": handover, "missing": group[9:], "note": "交接清点缺一管"}
            act("custody.accept", demo.actor("lab"), new_id(), missing, now=at + timedelta(hours=2))
    boxes = [{"item": f"DEMO-MASK-{n:03}", "place": "A区"} for n in range(1, 9)]
    stock = {"purpose": "stock", "unit": demo.units["store"].pk, "holder_kind": "store", "items": boxes}
    act("custody.take_in", demo.actor("store"), new_id(), stock, now=at)


def demo_accounts() -> Iterator[tuple[str, str, str]]:
    """(user name, role, where) of the accounts that the README lists."""
    for username, (_, role, where) in ACCOUNTS.items():
        yield username, role, where
