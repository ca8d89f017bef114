"""Lines of the first page: an enterprise learns who may now return and who must now wait, a worker that the own result became another."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import Unit
from tongchou.record.staffing import OUTCOMES, VIEW
from tongchou.rooms.enterprises.turned import own_turns, turned_counts
from tongchou.rooms.enterprises.words import TONES
from tongchou.web.news import News, news_source

_SAID = {
    "may": (
        Text("昨天以来 {n} 名员工可以返岗，请通知本人", "{n} of your staff may return since yesterday; tell them"),
        OUTCOMES["start"], "start",
    ),
    "must": (
        Text("昨天以来 {n} 名员工须等待、隔离或就医，请通知本人不要到岗", "{n} of your staff must wait, be isolated or see a doctor since yesterday; tell them"),
        Text("不得到岗", "Not to come"), "clinic",
    ),
    "ask": (
        Text("昨天以来 {n} 名员工须重新核实，核实前不到岗", "{n} of your staff {n|has|have} to be asked again since yesterday before they come"),
        OUTCOMES["undetermined"], "undetermined",
    ),
}  # fmt: skip


@news_source
def of_enterprise(actor: Actor, now: datetime) -> list[News]:
    """For the enterprise's own accounts: each group with its list, none where nobody has turned."""
    if not actor.permits(VIEW) or not actor.permits("enterprise.own"):
        return []
    own = dict(Unit.objects.filter(pk__in=actor.unit_ids(VIEW), kind="enterprise", active_to=None).values_list("pk", "name"))
    found = turned_counts(own, now.astimezone(SHANGHAI).date()) if own else {}
    out = []
    for unit, sums in found.items():
        for group, (said, state, shown) in _SAID.items():
            if sums[group]:
                text = said.with_(n=sums[group]) if len(own) == 1 else Text("{u}：{s}", "{u}: {s}").with_(u=own[unit], s=said.with_(n=sums[group]))
                out.append(News(text, state, *TONES[shown], f"{reverse('staff', args=[unit])}?turned={group}"))
    return out


@news_source
def of_worker(actor: Actor, now: datetime) -> list[News]:
    """For the worker: each own file whose result became another."""
    if actor.person_id is None or not actor.permits("status.own"):
        return []
    said = Text("{u}：您的返岗判定有变化", "{u}: your result has changed")
    person: Any = actor.person_id
    turns = own_turns(person, now.astimezone(SHANGHAI).date())
    return [News(said.with_(u=t.unit), OUTCOMES[t.now], *TONES[t.now], reverse("my_work")) for t in turns]
