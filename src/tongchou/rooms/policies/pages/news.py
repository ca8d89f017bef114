"""Lines of the first page: an enterprise learns how its applications were decided."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.rooms.policies.models import Application
from tongchou.rooms.policies.pages.words import state_badge, today_catalogue
from tongchou.rooms.policies.reach import APPLY, own_enterprises
from tongchou.web.news import News, news_source

_SHOWN = timedelta(days=7)
_SAID = {
    "approved": Text("“{title}”的申请已认定", "Your application for “{title}” is approved"),
    "paid": Text("“{title}”已兑现，请确认是否到账", "“{title}” has been paid: say whether it has arrived"),
    "refused": Text("“{title}”的申请未获认定，请看条件和条款", "Your application for “{title}” is refused: see the condition and its clause"),
}


@news_source
def of_applications(actor: Actor, now: datetime) -> list[News]:
    """Decided within a week, the latest first."""
    if not actor.permits(APPLY):
        return []
    own = [u.pk for u in own_enterprises(actor)]
    rows = Application.objects.filter(unit__in=own, state__in=_SAID, decided_at__gte=now - _SHOWN).order_by("-decided_at")[:5] if own else []
    out = []
    for row in rows:
        badge = state_badge(row.state)
        text = _SAID[row.state].with_(title=today_catalogue().title(row.policy))
        out.append(News(text, badge["label"], badge["tone"], badge["icon"], reverse("policy_application", args=[row.pk])))
    return out
