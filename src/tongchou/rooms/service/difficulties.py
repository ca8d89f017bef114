"""Difficulties as read: open by topic, the lists behind figures, cases of the district that are open."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text
from tongchou.packs.difficulties import difficulties_on
from tongchou.record.access import Actor
from tongchou.record.loops import state
from tongchou.record.loops.titles import SQL as TITLE
from tongchou.record.loops.titles import paired
from tongchou.record.models import Loop
from tongchou.record.questions.answered import DONE_IN_TIME, LATE, UNANSWERED, WAITING
from tongchou.record.questions.worklist import scope_condition
from tongchou.rooms.service.models import CaseMember
from tongchou.rooms.service.questions import VIEW, period
from tongchou.rooms.service.topics import service_rules, topics


@dataclass(frozen=True, slots=True)
class TopicLine:
    """Open difficulties of a topic; topic "" for requests of enterprises that name none of them.

    late: past the whole time given, and not because the enterprise has yet to say.
    """

    topic: str
    open: int
    late: int
    enterprises: int
    apart: int

    @property
    def common(self) -> bool:
        """Whether so many enterprises share the topic, outside a case, that one case is suggested."""
        return bool(self.topic) and self.apart >= service_rules()["common_from"].value


_TOPICS = f"""
select case when l.data->>'topic' = any(%(topics)s) then l.data->>'topic' else '' end, count(*)::int, count(*) filter (where {LATE})::int,
  count(distinct coalesce(l.subject_unit_id, k.id))::int, count(distinct l.subject_unit_id) filter (where l.parent_id is null and l.kind = 'difficulty')::int
from record_loop l left join record_unit k on k.id = l.opener_unit_id and k.kind in ('enterprise', 'school')
where (l.kind = any(%(always)s) or l.kind = any(%(own)s) and k.id is not null) and l.closed_at is null and {{scope}} group by 1 order by 2 desc, 1
"""


def by_topic(actor: Actor, now: datetime) -> list[TopicLine]:
    """Open difficulties by topic. apart: enterprises whose difficulty is in no case yet."""
    actor.require(VIEW)
    kinds = difficulties_on(now.astimezone(SHANGHAI).date())
    values: dict[str, Any] = {"now": now, "always": list(kinds.always), "own": list(kinds.own), "topics": list(topics())}
    scope = scope_condition(actor, "loop.view", values)
    with connection.cursor() as cursor:
        cursor.execute(_TOPICS.format(scope=scope), values)
        return [TopicLine(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Difficulty:
    id: uuid.UUID
    edition: int
    title: Text
    topic: str
    unit: int
    unit_name: str
    owner: str
    stage: str
    deadline: datetime | None
    opened_at: datetime
    closed_at: datetime | None
    end_reason: str
    parent: uuid.UUID | None


_WHERE = "case when l.kind = any(%(own)s) then u.area_id else l.area_id end"
"""Where a difficulty counts: a request of an enterprise where the enterprise lies, whoever takes it up."""
_DIFFICULTIES = f"""
select l.id, l.edition_id, {TITLE}, l.data->>'topic', u.id, u.name, o.name, l.stage, l.deadline, l.opened_at, l.closed_at, l.end_reason, l.parent_id
from record_loop l join record_unit o on o.id = l.owner_unit_id left join record_unit k on k.id = l.opener_unit_id and k.kind in ('enterprise', 'school')
join record_unit u on u.id = coalesce(case when l.kind = any(%(own)s) then k.id end, l.subject_unit_id)
where (l.kind = any(%(always)s) or l.kind = any(%(own)s) and k.id is not null) and {{scope}} {{more}} order by {{order}}, l.opened_at desc limit %(limit)s
"""


def found_at(actor: Actor, visit: uuid.UUID) -> list[Loop]:
    """The difficulties that a visit handed out, those that the actor sees."""
    rows = list(Loop.objects.filter(origin="service_visit", origin_ref=str(visit)).select_related("owner_unit").order_by("opened_at", "pk"))
    seen = {s.id for s in state.load([r.pk for r in rows]) if state.visible(actor, s)}
    return [r for r in rows if r.pk in seen]


NO_TOPIC = "none"
"""Asks for requests of enterprises that name no topic."""
ONLY = {
    "raised": "l.end_reason <> 'cancelled'",
    "confirmed": "l.end_reason = 'done'",
    "in_time": DONE_IN_TIME,
    "open": "l.closed_at is null",
    "waiting": WAITING,
    "late": LATE,
    "unconfirmed": "l.end_reason = 'expired'",
    "unanswered": UNANSWERED,
}
"""The lists behind the figures of a street and of a topic."""


def difficulties(
    actor: Actor, *, topic: str = "", unit: int | None = None, street: int | None = None, apart: bool = False, like: str = "", only: str = "",
    first: date | None = None, last: date | None = None, limit: int = 200,
) -> list[Difficulty]:
    """Difficulties that the actor sees, of the kinds that the ranking counts, open ones first. apart: open and in no case. like: the most similar titles first.

    only: one of ONLY. first, last: handed out on these days or between.
    """
    kinds, now = difficulties_on(last or timezone.localdate()), timezone.now()
    values: dict[str, Any] = {
        "limit": limit, "topic": topic, "unit": unit, "like": like, "street": street, "always": list(kinds.always), "own": list(kinds.own), "now": now,
        "topics": list(topics()),
    }  # fmt: skip
    values |= period(first or date(2000, 1, 1), last or timezone.localdate(now))
    scope = scope_condition(actor, "loop.view", values)
    wanted = (
        (ONLY.get(only, ""), only in ONLY),
        ("l.opened_at >= %(first)s and l.opened_at < %(after)s", first or last),
        ("coalesce(l.data->>'topic', '') <> all(%(topics)s)" if topic == NO_TOPIC else "l.data->>'topic' = %(topic)s", topic),
        (f"{_WHERE} = any(array(select b.id from record_area s join record_area b on b.path like s.path || '%%' where s.id = %(street)s))", street),
        ("u.id = %(unit)s", unit),
        ("l.kind = 'difficulty' and l.closed_at is null and l.parent_id is null", apart),
    )  # fmt: skip
    more = " ".join(f"and {c}" for c, given in wanted if given)
    order = "similarity(l.title, %(like)s) desc" if like else "l.closed_at is not null, l.deadline"
    with connection.cursor() as cursor:
        cursor.execute(_DIFFICULTIES.format(scope=scope, more=more, order=order), values)
        return [Difficulty(*paired(row, 2)) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Case:
    """An open case of the district. members: the enterprises' difficulties in it."""

    id: uuid.UUID
    title: str
    topic: str
    members: int


def open_cases(actor: Actor) -> list[Case]:
    """The cases that the actor sees, the largest first."""
    rows = CaseMember.objects.filter(case__closed_at=None).select_related("difficulty")
    found: dict[uuid.UUID, list[str]] = {}
    for row in rows:
        found.setdefault(row.case_id, []).append(str(row.difficulty.data.get("topic", "")))
    loops = {s.id: s for s in state.load(list(found)) if state.visible(actor, s)}
    titles = dict(Loop.objects.filter(pk__in=loops).values_list("pk", "title"))
    cases = [Case(key, titles[key], members[0], len(members)) for key, members in found.items() if key in loops]
    return sorted(cases, key=lambda c: (-c.members, c.title))
