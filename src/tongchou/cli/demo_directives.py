"""Meetings of three weeks with who came, minutes that became tasks, and a notice from the city that waits to be confirmed; all through act()."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from tongchou.cli.demo_cast import Demo
from tongchou.cli.demo_history import photo
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.ids import new_id
from tongchou.record.files import take_in
from tongchou.record.loops.asked import PREFIX
from tongchou.record.models import Loop
from tongchou.rooms.directives.models import Attendance, Directive

MEETINGS = 8
_REASONS = ("带队下沉社区排查", "参加市级视频会议", "处置突发停水")

_MINUTES = """{district}疫情防控调度会议纪要
{today}，{district}疫情防控指挥部召开调度会，研究近期返区人员排查、企业复工和值班值守工作。
会议听取了各街道排查进展汇报，对一线同志连日来的辛勤付出给予肯定。
会议要求，抓好五个方面工作。一是各街道要对近14天返区人员逐户核实，建立台账，于{d4}前报指挥部办公室。二是社区防控部要规范小区出入口值守，统一登记表样和交接班记录，于{d6}前检查一遍。三是复工复产部要对规上企业逐家现场指导，形成问题清单，协调解决口罩和原料运输困难，于{d8}前完成。四是物资保障部要核清口罩、消毒液库存，建立日报台账，于{d3}前上报数量。五是宣传舆情部要在小区、商超张贴防控提示，于{d5}前完成。
会议强调，要严格执行领导带班和24小时值班制度，不得擅离职守。
"""
_NOTICE = """{city}疫情防控指挥部关于做好节前返乡人员服务管理的通知
各区指挥部：
为做好节前返乡人员服务管理，现就四项工作通知如下。
一、各区要在{d3}前摸清拟返乡人员底数，逐人登记去向和返程时间，建立名单。
二、交通检疫部门要在车站、高速出口增设测温点，对212日以来抵达人员全部登记，不得漏登一人。
三、社区防控部门要对独居老人、困难家庭逐户走访，解决购药和就医需要，于{d6}前完成。
各区要于{d7}前报送落实情况。
{city}疫情防控指挥部
{yesterday}
"""


def make_directives(demo: Demo) -> None:
    """Weeks of meetings, one whose minutes were issued, one document that waits."""
    now = timezone.now().astimezone(SHANGHAI)
    held = [_meet(demo, n, now) for n in range(MEETINGS, 0, -1)]
    _minutes(demo, held[-2], now)
    _ahead(demo, now)
    _from_above(demo, now)


def _units(demo: Demo) -> list[tuple[str, str]]:
    """(unit key, account) of those who are asked: every street and department."""
    streets = [(f"street:{n}", "street" if n == 0 else f"street{n + 1}") for n in range(demo.count("street"))]
    return [*streets, *((f"department:{n}", "dept" if n == 5 else f"dept{n + 1}") for n in range(7))]


def _plan(demo: Demo, title: str, starts: datetime, asked_at: datetime, kind: str = "dispatch") -> str:
    branches = [demo.areas[f"street:{n}"].name + "分会场" for n in range(demo.count("street"))]
    asked = [
        {"unit": demo.units[key].pk, "venue": branches[int(key.partition(":")[2])] if key.startswith("street") else ""} for key, _ in _units(demo)
    ]
    given = {
        "kind": kind, "title": title, "starts_at": starts.isoformat(), "ends_at": (starts + timedelta(hours=1)).isoformat(), "chair": "区委常委、副区长",
        "agenda": "一、各街道汇报排查进展\n二、各部汇报重点工作\n三、研究存在问题\n四、部署下一步工作",
        "main_venue": "区应急指挥中心", "branches": branches, "asked": asked,
    }  # fmt: skip
    return str(demo.do("hq", "meeting.plan", asked_at, **given)["meeting"])


def _meet(demo: Demo, n: int, now: datetime) -> tuple[str, datetime]:
    """A meeting some days ago: most sign in, some late or by a substitute, one or two ask leave, now and then one is missing."""
    starts = (now - timedelta(days=round(2.6 * n))).replace(hour=17, minute=30, second=0, microsecond=0)
    meeting = _plan(demo, f"疫情防控调度会（第{MEETINGS + 1 - n}次）", starts, starts - timedelta(hours=26))
    account = {demo.units[key].pk: who for key, who in _units(demo)}
    for line in Attendance.objects.filter(meeting_id=meeting).order_by("pk"):
        who, luck = account[line.unit_id], demo.rng.random()
        if luck < 0.05:
            demo.do(who, "meeting.answer", starts - timedelta(hours=3), attendance=line.pk, coming=False, reason=demo.rng.choice(_REASONS))
        elif luck < 0.9:
            minutes = demo.rng.randint(6, 22) if luck > 0.82 else -demo.rng.randint(2, 40)
            demo.do(who, "meeting.sign_in", starts + timedelta(minutes=minutes), attendance=line.pk, substitute=luck < 0.12)
        elif luck < 0.95:
            demo.do("hq", "meeting.mark", starts + timedelta(minutes=50), attendance=line.pk, state="present", who=demo.accounts[who].display_name)
    demo.do("hq", "meeting.settle", starts + timedelta(hours=2), meeting=meeting)
    return meeting, starts


def _minutes(demo: Demo, meeting: tuple[str, datetime], now: datetime) -> None:
    """The minutes are read, each directive is confirmed, one is edited, one dropped, and all are issued; the units begin their work."""
    key, starts = meeting
    text = _MINUTES.format(district=demo.areas["district"].name, today=_day(starts), **{f"d{n}": _day(starts + timedelta(days=n)) for n in range(3, 9)})
    demo.do("hq", "meeting.minutes", starts + timedelta(hours=2, minutes=20), meeting=key, seen_version=1, text=text)
    at = starts + timedelta(hours=2, minutes=30)
    document = demo.do("hq", "document.take_in", at, text=text, title="疫情防控调度会议纪要", meeting=key)["document"]
    demo.do("hq", "document.read", at, document=document)
    for n, row in enumerate(Directive.objects.filter(document_id=document).order_by("start")):
        seen = at + timedelta(minutes=2 + n)
        if row.lead_unit_id is None or row.due_why == "event":
            given = {"lead_unit": demo.units["office"].pk, "due_at": (starts + timedelta(days=5)).isoformat(), "confirm": True}
            demo.do("hq", "directive.edit", seen, directive=str(row.pk), seen_version=1, **given)
        else:
            demo.do("hq", "directive.confirm", seen, directive=str(row.pk), seen_version=1)
    demo.do("hq", "directive.issue", at + timedelta(minutes=20), document=document)
    _work_off(demo, document, at + timedelta(minutes=20), now)


def _work_off(demo: Demo, document: str, at: datetime, now: datetime) -> None:
    """Units sign for their tasks, most report, and the office verifies some."""
    account = {demo.units[key].pk: who for key, who in [*_units(demo), ("office", "hq")]}
    result = [{"key": "result", "type": "text", "text": "已按要求办理，台账已归档。"}]
    for row in Directive.objects.filter(document_id=document, state="issued").select_related("loop").order_by("start"):
        loop = row.loop
        assert loop is not None
        tasks = [*loop.children.order_by("pk"), loop]
        for task in tasks:
            who, luck = account.get(task.owner_unit_id), demo.rng.random()
            if who is None or luck < 0.03:
                continue
            signed = at + timedelta(minutes=demo.rng.randint(20, 200))
            if task.stage != "doing":  # the whole above its parts is in hand from the hand-out on
                demo.do(who, "loop.advance", signed, loop=str(task.pk), step="sign")
            reported = signed + timedelta(hours=8 + 40 * luck)
            if (task is loop and loop.children.exists()) or luck < 0.12 or reported > now:
                continue
            demo.do(who, "loop.advance", reported, loop=str(task.pk), step="report", evidence=[*result, *_asked(demo, who, task)])
            if luck > 0.3 and who != "hq" and reported + timedelta(hours=5) < now:
                demo.do("hq", "loop.advance", reported + timedelta(hours=5), loop=str(task.pk), step="verify", note="抽查属实。")


def _asked(demo: Demo, who: str, task: Loop) -> Iterator[dict[str, Any]]:
    """What the task asks for beyond the text of its result."""
    for kind in task.asked:
        key = PREFIX + kind
        if kind == "photo":
            yield photo(demo, who, key)
        elif kind == "file":
            table = "序号,事项,结果\n1,逐项核对,已完成\n".encode()
            yield {"key": key, "type": kind, "file": str(take_in(demo.actor(who), new_id(), "台账.csv", "text/csv", table).result["file"])}
        elif kind == "number":
            yield {"key": key, "type": kind, "number": demo.rng.randint(3, 60)}
        elif kind == "signature":
            yield {"key": key, "type": kind, "text": f"{task.owner_unit.name}负责人"}


def _ahead(demo: Demo, now: datetime) -> None:
    """Meetings to come: some units have answered."""
    for days, title, kind in ((1, f"疫情防控调度会（第{MEETINGS + 1}次）", "dispatch"), (3, "企业复工专题会", "topic")):
        starts = (now + timedelta(days=days)).replace(hour=17, minute=30, second=0, microsecond=0)
        meeting = _plan(demo, title, starts, now - timedelta(hours=3), kind)
        account = {demo.units[key].pk: who for key, who in _units(demo)}
        for line in Attendance.objects.filter(meeting_id=meeting).order_by("pk"):
            if demo.rng.random() < 0.6 and account[line.unit_id] not in ("street", "dept"):
                demo.do(account[line.unit_id], "meeting.answer", now - timedelta(hours=2), attendance=line.pk, coming=True)


def _from_above(demo: Demo, now: datetime) -> None:
    """A notice of the city: taken in and read; nobody has confirmed anything yet."""
    city = demo.areas["city"].name if "city" in demo.areas else "本市"
    text = _NOTICE.format(city=city, yesterday=_day(now - timedelta(days=1)), **{f"d{n}": _day(now + timedelta(days=n)) for n in range(3, 9)})
    at = now - timedelta(minutes=70)
    document = demo.do("hq", "document.take_in", at, text=text)["document"]
    demo.do("hq", "document.read", at, document=document)
    given = {"title": f"{city}疫情防控指挥部关于做好节前返乡人员服务管理的通知", "issuer": f"{city}疫情防控指挥部", "level": "city"}
    demo.do("hq", "document.describe", at, document=document, seen_version=1, issued_on=(now - timedelta(days=1)).date().isoformat(), **given)


def _day(at: datetime) -> str:
    return f"{at.year}年{at.month}月{at.day}日"
