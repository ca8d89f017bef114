"""Lines of the first page: an enterprise learns who may now return and who must now wait, a street how many, a worker that the own result became another."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import Area, Unit
from tongchou.record.staffing import COUNTS, OUTCOMES, VIEW
from tongchou.rooms.enterprises.turned import own_turns, turned_counts
from tongchou.rooms.enterprises.turned_kept import turned_near
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


_TOLD = {
    "must": (Text("昨天以来 {u} 家企业有 {n} 名员工须等待、隔离或就医，请核实没有到岗（{t} 统计）",
                  "{n} staff of {u} {u|enterprise|enterprises} must wait, be isolated or see a doctor since yesterday; see that they stay away (counted at {t})"),
             Text("不得到岗", "Not to come"), "clinic"),
    "ask": (Text("昨天以来 {u} 家企业有 {n} 名员工须重新核实（{t} 统计）",
                 "{n} staff of {u} {u|enterprise|enterprises} have to be asked again since yesterday (counted at {t})"),
            OUTCOMES["undetermined"], "undetermined"),
    "may": (Text("昨天以来 {u} 家企业有 {n} 名员工可以返岗（{t} 统计）",
                 "{n} staff of {u} {u|enterprise|enterprises} may return since yesterday (counted at {t})"), OUTCOMES["start"], "start"),
}  # fmt: skip


@news_source
def of_street(actor: Actor, now: datetime) -> list[News]:
    """For a street and below: how many have turned, with the list by enterprise. Of a whole district the page of returns tells it."""
    if not actor.permits(COUNTS) or not _is_local(actor):
        return []
    found = turned_near(actor, now)
    told = {"t": found.at.astimezone(SHANGHAI).strftime("%H:%M")}
    return [
        News(said.with_(u=found.enterprises[g], n=found.staff[g], **told), state, *TONES[shown], reverse("staff_return") + "#turned")
        for g, (said, state, shown) in _TOLD.items() if found.enterprises[g]
    ]  # fmt: skip


def _is_local(actor: Actor) -> bool:
    paths = actor.area_paths(COUNTS)
    return bool(paths) and not Area.objects.filter(path__in=paths, level__in=("province", "city", "district")).exists()


@news_source
def of_worker(actor: Actor, now: datetime) -> list[News]:
    """For the worker: each own file whose result became another."""
    if actor.person_id is None or not actor.permits("status.own"):
        return []
    said = Text("{u}：您的返岗判定有变化", "{u}: your result has changed")
    person: Any = actor.person_id
    turns = own_turns(person, now.astimezone(SHANGHAI).date())
    return [News(said.with_(u=t.unit), OUTCOMES[t.now], *TONES[t.now], reverse("my_work")) for t in turns]
