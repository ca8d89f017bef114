"""Standing tasks and a special team of the demo district, and the documents that its headquarters issued last week."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from tongchou.cli.demo_cast import Demo
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act


def make_command(demo: Demo) -> None:
    """Two standing tasks that have run for three days and one that waits for an event; a team with work; a signed notice."""
    now = timezone.now()
    start = now - timedelta(days=3)
    rows = [
        ("每日重点场所巡查", "查扫码测温、通风消杀和人员防护。", "巡查台账", ["file"], "day", 8, 10),
        ("每周隔离点安全检查", "查消防、用电、污水和医废处置。", "检查记录和照片", ["file", "photo"], "week", 9, 48),
        ("冷链检出阳性应急处置", "封存、排查、环境采样，两小时内报告。", "处置报告", ["file"], "event", 8, 4),
    ]
    for title, detail, evidence, asked, every, hour, due in rows:
        payload = {
            "title": title, "detail": detail, "evidence": evidence, "asked": asked, "every": every, "kinds": ["street"], "starts_on": str(timezone.localdate(start)),
            "issue_hour": hour, "due_hours": due,
        }  # fmt: skip
        act("standing.add", demo.actor("hq"), new_id(), payload, now=start)
    for hours in range(0, 73, 6):
        act("standing.issue", SYSTEM, new_id(), {}, now=start + timedelta(hours=hours))
    lent = [demo.accounts[name].pk for name in ("dept1", "community", "street2")]
    until = timezone.localdate() + timedelta(days=30)
    payload = {"name": "返岗人员转运专班", "purpose": "统筹包车、健康核验和沿途交接", "until": str(until), "lead": demo.accounts["dept"].pk, "members": lent}
    made = act("team.make", demo.actor("hq"), new_id(), payload, now=now - timedelta(days=2)).result
    demo.actors.clear()  # the members hold a post of the team as well now
    for n, title in enumerate(("首批返岗包车方案", "返岗人员健康核验名单")):
        task = {"kind": "task", "title": title, "detail": "明确车辆、路线和交接人。", "owner_unit": made["unit"], "origin": "demo"}
        loop = act("loop.open", demo.actor("hq"), new_id(), task, now=now - timedelta(hours=30 - n)).result["loop"]
        act("loop.advance", demo.actor("dept"), new_id(), {"loop": loop, "step": "sign"}, now=now - timedelta(hours=26 - n))
    _notice(demo)


def _notice(demo: Demo) -> None:
    """A notice that was signed, and a letter that waits to be."""
    at, streets = timezone.now() - timedelta(days=2), [demo.units[f"street:{n}"].pk for n in range(demo.count("street"))]
    body = (
        "为做好重点场所疫情防控，现就有关事项通知如下。\n# 工作内容\n各街道每日巡查农贸市场、商超和车站，问题当日整改。\n"
        "# 工作要求\n落实专人，巡查结果在系统中反馈，不另行报表。"
    )
    draft = {"form": "document", "title": "关于做好重点场所每日巡查的通知", "to": streets, "body": body}
    made = act("bulletin.draft", demo.actor("hq"), new_id(), draft, now=at).result
    act("bulletin.sign", demo.actor("leader"), new_id(), {"bulletin": made["bulletin"], "seen_version": 1}, now=at + timedelta(hours=3))
    for who in ("street", "street2"):
        act("bulletin.receive", demo.actor(who), new_id(), {"bulletin": made["bulletin"]}, now=at + timedelta(hours=5))
    words = "因企业集中返岗，需包车二十辆，请予支持。\n专此函达，请复。"
    letter = {"form": "letter", "title": "关于商请提供返岗包车车辆的函", "to": [demo.units["department:3"].pk], "body": words}
    act("bulletin.draft", demo.actor("hq"), new_id(), letter, now=timezone.now() - timedelta(hours=4))
