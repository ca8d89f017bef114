"""A line of a school's first page: what was decided about its opening, for two weeks."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.rooms.schools.models import Opening
from tongchou.rooms.schools.reach import MANAGE
from tongchou.rooms.schools.words import STATES
from tongchou.web.news import News, news_source

_SHOWN = timedelta(days=14)
_SAID = Text("{s}：开学申请已有决定，决定书可下载", "{s}: your application to open is decided; the letter can be had")


@news_source
def of_school(actor: Actor, now: datetime) -> list[News]:
    """For the school's own accounts."""
    own = actor.unit_ids(MANAGE) if actor.permits(MANAGE) else ()
    if not own:
        return []
    since = now - _SHOWN
    rows = Opening.objects.filter(Q(decided_at__gte=since) | Q(withdrawn_at__gte=since), school__in=own).select_related("school__unit").order_by("-decided_at")
    return [News(_SAID.with_(s=r.school.unit.name), *STATES[r.state], reverse("school_opening", args=[r.school_id])) for r in rows[:5]]
