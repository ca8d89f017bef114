"""The visits that a paired leader owes, on the first page and the work list: the one, or how many."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.rooms.service.actions import VISIT
from tongchou.rooms.service.questions import VIEW, paired_with
from tongchou.web.owed import Owed, owed_source

_WORD = Text("该走访了", "due")


@owed_source
def visits_owed(actor: Actor, now: datetime) -> list[Owed]:
    """One line: whom a visit is owed, or of several how many and who waits longest. Nothing is owed before it is due."""
    if not (actor.permits(VISIT) and actor.permits(VIEW)):
        return []
    due = sorted((p for p in paired_with(actor, now) if p.due(now)), key=lambda p: (p.until(), p.name))
    if not due:
        return []
    first = due[0]
    if len(due) == 1:
        title = Text("走访包联企业：{name}", "Visit {name}, with which you are paired").with_(name=first.name)
        fill = f"{reverse('service_visit_new')}?{urlencode({'enterprise': first.name})}"
        return [Owed(title, first.until(), now > first.until(), fill, Text("登记走访", "Record a visit"), word=_WORD)]
    title = Text("{n} 家包联企业该走访，最久的是 {name}", "{n} paired {n|enterprise|enterprises} to visit, {name} first").with_(n=len(due), name=first.name)
    return [Owed(title, first.until(), now > first.until(), reverse("service"), Text("看名单", "See the list"), word=_WORD)]
