"""Three weeks of work in the demo district, each step through act() as the people concerned would have taken it."""

from __future__ import annotations

import struct
import zlib
from datetime import datetime, timedelta

from django.utils import timezone

from tongchou.cli.demo_cast import Demo
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.files import take_in
from tongchou.record.models import Fact

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


def make_history(demo: Demo) -> None:
    """Tasks, findings, requests and custody of the last three weeks."""
    start = timezone.now() - timedelta(days=21)
    for day in range(21):
        at = start + timedelta(days=day, hours=demo.rng.uniform(0, 3))
        _issue(demo, day, at)
        act("loop.escalate", SYSTEM, new_id(), {"limit": 5000}, now=at)
    _watch(demo)
    _check_enterprises(demo)
    act("loop.escalate", SYSTEM, new_id(), {"limit": 5000})
    _goods(demo)
    _isolate(demo)


def _grey(side: int = 64) -> bytes:
    """A grey square as PNG."""
    row = b"\x00" + b"\xb0" * side

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(row * side)) + chunk(b"IEND", b"")


_GREY = _grey()


def _issue(demo: Demo, day: int, at: datetime) -> None:
    title, detail, hours = _TASKS[day % len(_TASKS)]
    due = at + timedelta(hours=hours)
    streets = range(demo.count("street"))
    items = [
        {"kind": "task", "title": title, "detail": detail, "owner_unit": demo.units[f"street:{s}"].pk, "due_at": due.isoformat(), "origin": "demo"}
        for s in streets
    ]
    loops = act("loop.open_many", demo.actor("hq"), new_id(), {"items": items}, now=at).result["loops"]
    for s, loop in enumerate(loops):
        _work_off(demo, "street" if s == 0 else f"street{s + 1}", loop, at, hours)
    if day % 3 == 0:
        _ask(demo, day, at)


def _work_off(demo: Demo, who: str, loop: str, at: datetime, hours: float) -> None:
    """A street takes the steps in good time; now and then one forgets, is late, or the office leaves a report lying."""
    pace, late = demo.rng.random(), timezone.now()
    signed = at + timedelta(hours=0.3 + 3 * demo.rng.random())
    if pace < 0.01 or signed > late:
        return
    demo.do(who, "loop.advance", signed, loop=loop, step="sign")
    share = 0.4 + 0.5 * demo.rng.random() if pace > 0.12 else 1.0 + 0.6 * demo.rng.random()
    reported = max(signed + timedelta(hours=2), at + timedelta(hours=hours * share))
    if pace < 0.03 or reported > late:
        return
    result = [{"key": "result", "type": "text", "text": _told(demo, who, at)}]
    demo.do(who, "loop.advance", reported, loop=loop, step="report", evidence=result)
    checked = reported + timedelta(hours=1 + 18 * demo.rng.random())
    if pace > 0.98 or checked > late:
        return
    demo.do("hq", "loop.advance", checked, loop=loop, step="verify", note="抽查属实，同意销号。")
    asked = checked + timedelta(hours=170 + 20 * demo.rng.random())
    if pace < 0.9 and asked < late:
        demo.do("hq", "loop.follow_up", asked, loop=loop, satisfied=True, note="电话回访，已落实。")


def _told(demo: Demo, who: str, at: datetime) -> str:
    """What a street reports: its own numbers each time; the last street says the same words every time, which the scores notice."""
    if who == f"street{demo.count('street')}":
        return "已按要求办理，台账和照片已归档。"
    mark = zlib.crc32(f"{who}:{at.isoformat()}".encode())
    seen, mended = 6 + mark % 53, mark // 53 % 6
    said = f"检查{seen}处，" + (f"发现问题{mended}个，已督促整改" if mended else "未发现问题")
    return f"{said}；{('台账已建', '照片已归档', '逐项登记造册', '明细报社区防控部')[mark // 331 % 4]}。"


def _ask(demo: Demo, day: int, at: datetime) -> None:
    title, topic = _REQUESTS[day // 3 % len(_REQUESTS)]
    payload = {"kind": "request", "title": title, "owner_unit": demo.units["street:0"].pk, "data": {"topic": topic}, "unit": demo.units["enterprise:0"].pk}
    made = str(act("loop.open", demo.actor("enterprise"), new_id(), payload, now=at).result["loop"])
    if day < 20:
        demo.do("street", "loop.advance", at + timedelta(hours=3), loop=made, step="take_up")
    if day < 17:
        answer = [{"key": "result", "type": "text", "text": "已会同相关部门协调解决，并电话告知企业。"}]
        demo.do("street", "loop.advance", at + timedelta(hours=30), loop=made, step="answer", evidence=answer)
    if day < 14:
        demo.do("enterprise", "loop.advance", at + timedelta(hours=44), loop=made, step="confirm")
    noted = {"kind": "finding", "title": _FINDINGS[day // 3 % len(_FINDINGS)], "owner_unit": demo.units["site"].pk, "data": {"severity": "minor"}}
    found = demo.do("inspector", "loop.open", at + timedelta(hours=1), **noted)["loop"]
    seen = [photo(demo, "inspector", "before"), {"key": "demand", "type": "text", "text": "当日整改，举一反三。"}]
    demo.do("inspector", "loop.advance", at + timedelta(hours=2), loop=found, step="issue", evidence=seen)
    if day < 15:
        mended = [photo(demo, "site", "after"), {"key": "measures", "type": "text", "text": "已补齐记录，明确专人每日核对。"}]
        demo.do("site", "loop.advance", at + timedelta(hours=26), loop=found, step="rectify", evidence=mended)
    if day < 12:
        passed = [{"key": "seen", "type": "text", "text": "现场复查，已整改到位。"}]
        demo.do("inspector", "loop.advance", at + timedelta(hours=40), loop=found, step="pass", evidence=passed)


def photo(demo: Demo, who: str, key: str) -> dict[str, str]:
    """A plain grey picture, uploaded as that person's photo: evidence has to be somebody's own file."""
    file = take_in(demo.actor(who), new_id(), f"{key}.png", "image/png", _GREY).result["file"]
    return {"key": key, "type": "photo", "file": str(file)}


def _watch(demo: Demo) -> None:
    """Loops about persons: those who came lately, from places at risk above all, are watched at home by their community."""
    home = demo.areas["street:0"].path
    found = Fact.objects.filter(type="arrival").select_related("person__area").order_by("person_id")[:500]
    arrived = sorted(found, key=lambda f: (not f.person.area.path.startswith(home), f.value["risk"] == "low"))
    community_at = {area.pk: key for key, area in demo.areas.items() if area.level == "community"}
    for fact in arrived[:12]:
        key = next(community_at[int(p)] for p in fact.person.area.path.split(".") if p and int(p) in community_at)
        at = timezone.now() - timedelta(hours=demo.rng.uniform(4, 60))
        payload = {"kind": "task", "title": "来返人员居家健康监测", "owner_unit": demo.units[key].pk, "person": fact.person_id, "origin": "demo"}
        loop = demo.do("hq", "loop.open", at, **payload)["loop"]
        if demo.rng.random() < 0.6:
            who = "community" if key == "community:0" else f"community{int(key.partition(':')[2]) + 1}"
            demo.do(who, "loop.advance", at + timedelta(hours=2), loop=loop, step="sign")


def _check_enterprises(demo: Demo) -> None:
    """Loops about units: each enterprise is visited before it resumes work."""
    street_of = {demo.units[f"street:{n}"].area_id: f"street:{n}" for n in range(demo.count("street"))}
    for n in range(6):
        unit = demo.units[f"enterprise:{n}"]
        owner = street_of.get(unit.area.parent_id or 0, "street:0")
        payload = {"kind": "task", "title": "企业复工条件现场核查", "owner_unit": demo.units[owner].pk, "unit": unit.pk, "origin": "demo"}
        demo.do("dept", "loop.open", timezone.now() - timedelta(hours=6 * n + 1), **payload)


def _goods(demo: Demo) -> None:
    """A box of tubes on its way, one of them missing; masks in the store."""
    at = timezone.now() - timedelta(hours=5)
    tubes = [{"item": f"DEMO-TUBE-{n:04}"} for n in range(1, 21)]
    place = {"purpose": "sample", "unit": demo.units["sampling"].pk, "holder_kind": "site"}
    taken = demo.do("sampler", "custody.take_in", at, **place, items=tubes)["custodies"]
    for group, answer in ((taken[:10], True), (taken[10:15], False)):
        handover = _offer(demo, "sampler", at + timedelta(hours=1), group, "lab", "lab")
        if answer:
            demo.do("lab", "custody.accept", at + timedelta(hours=2), handover=handover, missing=group[9:], note="交接清点缺一管")
    boxes = [{"item": f"DEMO-MASK-{n:03}", "place": "A区"} for n in range(1, 9)]
    demo.do("store", "custody.take_in", at, purpose="stock", unit=demo.units["store"].pk, holder_kind="store", items=boxes)


def _isolate(demo: Demo) -> None:
    """Close contacts on their way to the isolation site: a group that has left it, one that is there, one still in the bus."""
    contacts = Fact.objects.filter(type="contact", value__grade="close").order_by("person_id")
    people = list(contacts.values_list("person_id", flat=True).distinct()[:24])
    now, first, second = timezone.now(), len(people) // 3, len(people) * 5 // 6
    for people_in, ago in ((people[:first], timedelta(days=15)), (people[first:second], timedelta(days=4)), (people[second:], timedelta(minutes=50))):
        if not people_in:
            continue
        at = now - ago
        items = [{"person": p, "place": f"云A·D{n // 8 + 1:03}"} for n, p in enumerate(people_in)]
        bus = {"purpose": "isolation", "unit": demo.units["transport"].pk, "holder_kind": "vehicle"}
        taken = demo.do("driver", "custody.take_in", at, **bus, items=items)["custodies"]
        handover = _offer(demo, "driver", at + timedelta(minutes=30), taken, "site", "site")
        if ago < timedelta(hours=1):
            continue
        rooms = {c: f"{2 + n // 10}{n % 10 + 1:02}房" for n, c in enumerate(taken)}
        demo.do("site", "custody.accept", at + timedelta(minutes=70), handover=handover, places=rooms)
        for person in people_in[1:]:  # for one nobody has been named yet: the page of gaps shows it
            demo.do("hq", "responsibility.assign", at + timedelta(hours=2), kind="personal", post=demo.posts["site"].pk, person=person)
        if ago > timedelta(days=14):
            demo.do("site", "custody.let_out", now - timedelta(hours=20), custodies=taken, reason="released")


def _offer(demo: Demo, giver: str, at: datetime, custodies: list[str], to: str, kind: str) -> str:
    return str(demo.do(giver, "custody.offer", at, custodies=custodies, to_unit=demo.units[to].pk, to_kind=kind)["handover"])
