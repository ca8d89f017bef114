"""Who is who in the demo district: units, posts, an account for every role, and who answers for what."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from tongchou.kernel.ids import new_id
from tongchou.kernel.names import place_pinyin
from tongchou.record.access import Actor, load_actor, roles
from tongchou.record.act import act
from tongchou.record.models import Account, Area, Post, PostHolding, Responsibility, Unit
from tongchou.record.questions.responsibility import SERVING
from tongchou.sim.district.economy import Workplace

PASSWORD = "tongchou-demo-2026"
SINCE = date(2020, 1, 1)
DEPARTMENTS = ("综合协调部", "医疗防控部", "社区防控部", "交通检疫部", "物资保障部", "复工复产部", "宣传舆情部")
LEADERS, GROUPS, WATCHERS = 6, 14, 6
GRID_ACCOUNTS, UNIT_ACCOUNTS = 1500, 1200
"""At most so many: the whole load is one transaction, and the check of exclusive roles locks each account for as long."""
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = ["建国", "秀英", "志强", "丽娟", "海涛", "晓梅", "文斌", "雅琴", "永刚", "雪莲", "俊杰", "春燕", "国栋", "玉兰", "振华", "佳慧"]
_ENTERPRISES = (("恒泽精密机械", "C"), ("瑞禾食品", "C"), ("南屏纺织", "C"), ("启程物流", "G"), ("晨光电子", "C"), ("翠谷农业", "A"))

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
    "dealer": ("enterprise:5", "enterprise_manager", "农资经销企业"),
    "keeper": ("enterprise:0", "enterprise_accounts", "企业账号管理员"),
    "school": ("school", "school_officer", "学校"),
    "teacher": ("school", "class_teacher", "班主任"),
    "education": ("education", "education_officer", "教育局"),
    "health": ("health", "health_officer", "卫生健康局"),
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
    """What has been made so far, by key."""

    seed: int
    today: date
    rng: random.Random = field(init=False)
    units: dict[str, Unit] = field(default_factory=dict)
    areas: dict[str, Area] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    """Who has acted, with the posts held then: whoever gives an account of the demo another post removes it here."""

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)

    def actor(self, username: str) -> Actor:
        found = self.actors.get(username)
        if found is None:
            account = self.accounts[username]
            found = self.actors[username] = load_actor(account.pk, account.display_name, timezone.localdate(), via="demo")
        return found

    def do(self, who: str, verb: str, at: datetime, /, **payload: object) -> Any:
        """Carry out an act of an account at a time; its result."""
        return act(verb, self.actor(who), new_id(), payload, now=at).result

    def account_of(self, unit: int) -> str | None:
        """An account that acts for a unit; None where it has none."""
        return next((name for name, post in self.posts.items() if post.unit_id == unit and name in self.accounts), None)

    def count(self, level: str) -> int:
        """How many areas of a level there are: "street", "community" or "grid"."""
        return sum(key.startswith(f"{level}:") and area.level == level for key, area in self.areas.items())

    def at(self, level: str, n: int) -> str:
        """The key of the n-th area of a level, beginning again where there are fewer."""
        return f"{level}:{n % self.count(level)}"


def fixed_workplaces(demo: Demo) -> list[Workplace]:
    """The establishments that every demo district has, by the key of their unit."""
    home = _short(demo)
    rows = [Workplace(f"{home}第一小学", "school", "community:0", "P", "school")]
    rows.append(Workplace(f"{demo.areas['district'].name}中心医院发热门诊", "clinic", "street:0", "Q", "clinic"))
    for n, (name, industry) in enumerate(_ENTERPRISES):
        rows.append(Workplace(f"{name}有限公司", "enterprise", demo.at("community", n * 3), industry, f"enterprise:{n}"))
    return rows


def _short(demo: Demo) -> str:
    name = demo.areas["district"].name
    return name[:-1] if len(name) > 2 else name


def make_units(demo: Demo, workplaces: Sequence[Workplace]) -> None:
    """Make the units of the headquarters, of the territory, and those that are served; enterprises and schools as generated."""
    district = demo.areas["district"].name
    rows = [
        ("headquarters", "headquarters", f"{district}疫情防控指挥部", "district", ""),
        ("office", "hq_office", "指挥部办公室", "district", "headquarters"),
        *((f"department:{n}", "hq_department", name, "district", "headquarters") for n, name in enumerate(DEPARTMENTS)),
        *((f"supervision:{n}", "supervision_group", f"第{n + 1}督导组", "district", "headquarters") for n in range(GROUPS)),
        ("discipline", "discipline", "区纪委监委机关", "district", ""),
        ("education", "department", f"{district}教育局", "district", ""),
        ("health", "department", f"{district}卫生健康局", "district", ""),
        ("administration", "administration", "信息管理中心", "district", ""),
        *_territorial(demo),
        ("checkpoint", "checkpoint", f"{_short(demo)}北联合检疫站", "street:0", ""),
        ("site", "site", "望湖集中隔离点", "street:0", ""),
        ("transport", "transport", "闭环转运车队", "district", ""),
        ("sampling", "sampling", "体育馆采样点", "street:0", ""),
        ("lab", "lab", f"{district}检测实验室", "district", ""),
        ("store", "store", "区应急物资储备库", "district", ""),
        ("volunteers", "volunteer_team", f"{demo.areas['street:0'].name}志愿服务队", "street:0", ""),
    ]
    for n, one in enumerate(workplaces):
        if one.known not in {"", *demo.areas}:
            rows.append((one.known, one.kind, one.name, one.area, ""))
        elif not one.known:
            rows.append((f"work:{n}", one.kind, one.name, one.area, ""))
    _store_units(demo, rows)


def _territorial(demo: Demo) -> list[tuple[str, str, str, str, str]]:
    rows = []
    street_of = {demo.areas[f"street:{n}"].pk: f"street:{n}" for n in range(demo.count("street"))}
    for key in street_of.values():
        name = demo.areas[key].name
        rows.append((key, "street", f"{name}办事处" if name.endswith("街道") else f"{name}政府", key, ""))
    for n in range(demo.count("community")):
        area = demo.areas[f"community:{n}"]
        name = area.name if area.name.endswith("委会") else f"{area.name}委员会" if area.name.endswith("村") else f"{area.name}居委会"
        rows.append((f"community:{n}", "community", name, f"community:{n}", street_of.get(area.parent_id or 0, "")))
    return rows


def _store_units(demo: Demo, rows: Sequence[tuple[str, str, str, str, str]]) -> None:
    """(key, kind, name, area, parent) of each; parents are stored before those below them."""
    for top in (True, False):
        made = {
            key: Unit(
                name=name, kind=kind, area=demo.areas[area], parent=demo.units.get(parent), name_key=place_pinyin(name), active_from=SINCE
            )
            for key, kind, name, area, parent in rows
            if top is (parent == "")
        }  # fmt: skip
        Unit.objects.bulk_create(made.values(), batch_size=5000)
        demo.units |= made


def make_accounts(demo: Demo) -> None:
    """Make the accounts that the README lists, and those of every street, community, grid, department, enterprise and school."""
    wanted = {name: (unit, role) for name, (unit, role, _) in ACCOUNTS.items()}
    wanted |= {f"street{n + 1}": (f"street:{n}", "street_officer") for n in range(2, demo.count("street"))}
    wanted |= {f"community{n + 1}": (f"community:{n}", "community_officer") for n in range(1, demo.count("community"))}
    wanted |= {f"leader{n + 1}": ("headquarters", "leader") for n in range(1, LEADERS)}
    wanted |= {f"duty{n}": ("office", "duty_officer") for n in range(2, WATCHERS + 1)}
    wanted |= {f"dept{n + 1}": (f"department:{n}", "dept_officer") for n in range(len(DEPARTMENTS)) if n != 5}
    grids = [key for key, area in demo.areas.items() if area.level == "grid"]
    wanted |= {f"grid{n + 1}": (grids[n].rpartition(".")[0].replace("grid", "community"), "grid_worker") for n in range(1, min(len(grids), GRID_ACCOUNTS))}
    mine = [key for key, unit in demo.units.items() if unit.kind in ("enterprise", "school")]
    taken = {unit for unit, _ in wanted.values()}
    kinds = {"enterprise": "enterprise_manager", "school": "school_officer"}
    for n, key in enumerate([k for k in mine if k not in taken][:UNIT_ACCOUNTS]):
        wanted[f"{demo.units[key].kind}-{n + 1}"] = (key, kinds[demo.units[key].kind])
    add_accounts(demo, wanted)


def add_accounts(demo: Demo, wanted: dict[str, tuple[str, str]]) -> None:
    """Accounts by user name -> (unit, role), each in a post of its own."""
    first = next(iter(demo.accounts.values()), None)
    sealed = first.password if first else make_password(PASSWORD)  # one hash for all: hashing is slow on purpose
    table, now = roles(), timezone.now()
    for name, (unit, role) in wanted.items():
        shown = demo.rng.choice(_SURNAMES) + demo.rng.choice(_GIVEN)
        demo.accounts[name] = Account(username=name, display_name=shown, password=sealed, password_changed_at=now)
        title = table[role].title
        demo.posts[name] = Post(unit=demo.units[unit], title=title.zh, title_en=title.en, role=role)
    Account.objects.bulk_create([demo.accounts[n] for n in wanted], batch_size=5000)
    Post.objects.bulk_create([demo.posts[n] for n in wanted], batch_size=5000)
    held = [PostHolding(post=demo.posts[n], account=demo.accounts[n], from_date=SINCE) for n in wanted]
    PostHolding.objects.bulk_create(held, batch_size=5000)


def make_responsibilities(demo: Demo) -> None:
    """Somebody answers for nearly everything: in a few places nobody does, so that the page of gaps has something true to show."""
    rows: list[Responsibility] = []

    def answers(kind: str, account: str, gap: bool, **subject: Area | Unit) -> None:
        if not gap:
            rows.append(Responsibility(kind=kind, post=demo.posts[account], from_date=SINCE, **subject))

    holder = _holders(demo)
    for key, area in demo.areas.items():
        account = holder.get(key)
        if account:
            answers("territorial", account, key in ("community:7", "street:9") or _rarely(demo, area.level == "grid"), area=area)
    for key, unit in demo.units.items():
        if unit.kind in ("enterprise", "school", "site"):
            answers("entity", holder.get(key, ""), key not in holder or _rarely(demo), unit=unit)
            answers("sector", "dept" if unit.kind == "enterprise" else "dept1", _rarely(demo), unit=unit)
            leader = demo.rng.randrange(LEADERS)
            answers("paired", f"leader{leader + 1}" if leader else "leader", key != "enterprise:0" and _rarely(demo, odds=0.15), unit=unit)
    streets = [key for key, area in demo.areas.items() if area.level in ("street", "community")]
    for n, key in enumerate(streets):
        answers("paired", f"leader{n % LEADERS + 1}" if n % LEADERS else "leader", key in ("community:3", "street:5"), area=demo.areas[key])
    area_key, post_of = {area.pk: key for key, area in demo.areas.items()}, {post.unit_id: name for name, post in demo.posts.items()}
    for unit in demo.units.values():
        if unit.kind in SERVING and unit.kind != "checkpoint":  # at the checkpoint nobody has been named yet
            serves = post_of.get(unit.pk) or holder.get(area_key.get(unit.area_id, ""), "")  # a clinic without accounts: the street's officer
            answers("entity", serves, not serves, unit=unit)
    Responsibility.objects.bulk_create(rows, batch_size=5000)


def _holders(demo: Demo) -> dict[str, str]:
    """Key of an area or unit -> the account that answers for it there."""
    unit_key = {unit.pk: key for key, unit in demo.units.items()}
    holder: dict[str, str] = {"district": "leader"}
    grids = [key for key, area in demo.areas.items() if area.level == "grid"]
    for name, post in demo.posts.items():
        if post.role == "grid_worker":
            holder[grids[int(name.removeprefix("grid") or 1) - 1]] = name
        elif post.role in ("street_officer", "community_officer", "enterprise_manager", "school_officer", "site_officer"):
            holder.setdefault(unit_key[post.unit_id], name)
    return holder


def _rarely(demo: Demo, of: bool = True, odds: float = 0.04) -> bool:
    return of and demo.rng.random() < odds
