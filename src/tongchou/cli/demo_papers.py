"""The demo's composed papers, made last so that they tell everything: today's brief is issued, the month's report waits to be signed."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from tongchou.cli.demo_cast import Demo
from tongchou.documents.model import Block
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.rooms.assessment.blocks import as_text, store
from tongchou.rooms.assessment.compose import daily_brief, monthly_kinds, monthly_report
from tongchou.rooms.assessment.periods import Period


def make_papers(demo: Demo) -> None:
    now = timezone.now()
    today = now.astimezone(SHANGHAI).date()
    over = Period(today - timedelta(days=29), today)
    source = {"compose": "month", "first": str(over.first), "last": str(over.last), "kinds": ",".join(monthly_kinds(over))}
    _draft(demo, *monthly_report(demo.actor("hq"), over, now), source)
    brief = _draft(demo, *daily_brief(demo.actor("hq"), now), {"compose": "brief"})
    act("bulletin.sign", demo.actor("leader"), new_id(), {"bulletin": brief, "seen_version": 1})


def _draft(demo: Demo, title: str, body: list[Block], source: dict[str, str]) -> str:
    payload = {"form": "brief", "title": title, "body": as_text(store(body)), "source": source | {"at": timezone.now().isoformat()}}
    return str(act("bulletin.draft", demo.actor("hq"), new_id(), payload).result["bulletin"])
