"""For everybody, without signing in: the public register, the page behind a plate, and batches that were announced. Throttled; only what is public."""

from __future__ import annotations

import uuid

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.models import WorkPermit
from tongchou.record.questions.permits import PLATES, STATES, Permit
from tongchou.rooms.resumption.models import Application, Batch
from tongchou.rooms.resumption.questions import plated, registered
from tongchou.rooms.resumption.words import named_way
from tongchou.web.adapters import client_address
from tongchou.web.permission import PUBLIC, page

A_MINUTE = 30
"""Look-ups from one address in a minute."""


def throttle(request: HttpRequest) -> None:
    """Refuse when one address asks too often, so that the register is not copied name by name."""
    key = f"permit_register:{client_address(request)}:{int(timezone.now().timestamp()) // 60}"
    if cache.get_or_set(key, 0, 90) is not None and cache.incr(key) > A_MINUTE:
        rule = Text("查询过于频繁。", "Too many look-ups.")
        raise Refusal(Reason.RATE_LIMITED, rule, remedy=Text("请一分钟后再试。", "Try again in a minute."))


def _shown(p: Permit) -> dict[str, object]:
    return {
        "p": p,
        "state": STATES[p.state],
        "plate": PLATES[p.plate],
        "way": named_way(p.way),
        "works": p.works(timezone.localdate()),
    }


@page("permit_register", "register", PUBLIC, methods=("GET",))
def permit_register(request: HttpRequest) -> HttpResponse:
    """Whether an enterprise may work: by its exact name or the number on its plate."""
    text = request.GET.get("q", "").strip()[:160]
    if text:
        throttle(request)
    found = [_shown(p) for p in registered(text)]
    return render(request, "resumption/register.html", {"q": text, "found": found})


@page("plate", "plate/<uuid:permit>", PUBLIC, methods=("GET",))
def plate(request: HttpRequest, permit: uuid.UUID) -> HttpResponse:
    """What a plate's code opens: the present state, whatever colour is printed on it; an unknown code is a forged plate."""
    throttle(request)
    found = plated(permit)
    printed = request.GET.get("p", "")
    own = found[0] if found else None
    context = {
        "own": _shown(own) if own else None,
        "now": _shown(found[-1]) if len(found) > 1 else None,
        "printed": PLATES.get(printed),
        "outdated": own is not None and printed in PLATES and printed != own.plate,
    }
    return render(request, "resumption/verify.html", context, status=200 if own else 404)


@page("announced", "register/batches", PUBLIC, methods=("GET",))
def announced(request: HttpRequest) -> HttpResponse:
    """Batches that were approved and announced, the latest first."""
    rows = list(Batch.objects.filter(state="approved").order_by("-decided_at")[:12])
    applications = list(Application.objects.filter(batch__in=rows, ended="approved").order_by("place").values_list("batch_id", "loop_id"))
    permits = {p.loop_id: p for p in WorkPermit.objects.filter(loop__in=[loop for _, loop in applications]).select_related("unit")}
    by: dict[uuid.UUID, list[WorkPermit]] = {}
    for batch, loop in applications:
        if batch is not None and loop in permits:
            by.setdefault(batch, []).append(permits[loop])
    batches = [
        {"row": b, "permits": [{"name": p.unit.name, "number": p.number, "state": STATES[p.state]} for p in by.get(b.pk, [])]} for b in rows
    ]
    return render(request, "resumption/announced.html", {"batches": batches})
