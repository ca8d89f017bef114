"""The pass for care: one tap at the gate."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.record.models import Loop
from tongchou.rooms.trust.models import CarePass
from tongchou.rooms.trust.words import NEEDS
from tongchou.web.pages.forms import done
from tongchou.web.pages.requests import actor_of, do, given
from tongchou.web.permission import Nav, page

_TITLE = Text("就医放行", "Pass for care")


@page("care_pass", "care", "care.pass", nav=Nav(_TITLE, "stethoscope"))
def care_pass(request: HttpRequest) -> HttpResponse:
    """Let somebody through; nothing can refuse it, and nothing has to be filled in."""
    if request.method == "POST":
        do(request, "care.pass", {"need": request.POST.get("need", "emergency")} | given(request, "place", "code"))
        return done(request, reverse("care_pass"), Text("已放行并记录，24 小时内复核。", "Let through and written down; reviewed within 24 hours."))
    units = actor_of(request).unit_ids("care.pass")
    rows = list(CarePass.objects.select_related("unit").filter(unit_id__in=units).order_by("-at")[:20])
    closed = dict(Loop.objects.filter(pk__in=[r.loop for r in rows]).values_list("pk", "closed_at"))
    lines: list[dict[str, Any]] = [{"row": r, "need": NEEDS[r.need], "done": closed.get(r.loop) is not None} for r in rows]
    return render(request, "trust/care.html", {"title": _TITLE, "needs": list(NEEDS.items()), "lines": lines, "may_open": actor_of(request).permits("loop.view")})
