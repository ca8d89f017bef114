"""The day's report on the first page and the work list of the enterprise that owes it."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import Unit
from tongchou.rooms.daily.actions.reports import attended, one_tap, previous
from tongchou.rooms.daily.numbers import due_at, local_day
from tongchou.rooms.daily.pages.own import tap_label
from tongchou.rooms.daily.questions import owing
from tongchou.rooms.daily.reach import REPORT
from tongchou.web.owed import Owed, owed_source


@owed_source
def report_owed(actor: Actor, now: datetime) -> list[Owed]:
    """Today's report of each of one's enterprises that has to report and has not: as before with one tap, or figure by figure."""
    units = actor.unit_ids(REPORT)
    if not units:
        return []
    today = local_day(now)
    found = owing(list(units), today)
    names = dict(Unit.objects.filter(pk__in=found).values_list("pk", "name"))
    out = []
    for unit in found:
        title = Text("{name}：{d} 日报", "{name}: report of {d}").with_(name=names[unit], d=today)
        fill, offered = f"{reverse('daily_new')}?unit={unit}", previous(unit, today)
        tap = offered is not None and one_tap(offered)
        label = tap_label(offered.day, attended(unit, today)) if offered and tap else None
        hidden = (("unit", str(unit)), ("day", today.isoformat()), ("seen", str(offered.pk))) if offered and tap else ()
        words = Text("有变化，逐项填", "Something changed: fill in") if tap else Text("填报", "Report")
        due = due_at(today)
        out.append(Owed(title, due, now > due, fill, words, reverse("daily_same") if tap else "", label, hidden))
    return out
