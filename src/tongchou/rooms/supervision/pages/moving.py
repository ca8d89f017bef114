"""A round as a whole: moved to other days, closed, its visits handed to somebody else."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.record.models import Account
from tongchou.rooms.supervision.checklists import checklist_of
from tongchou.rooms.supervision.models import Round
from tongchou.rooms.supervision.pages.rounds import crumbs
from tongchou.rooms.supervision.reach import PLAN, round_in_reach, rounds_of
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, given, integer
from tongchou.web.permission import page

_WHY = Text("理由", "Why")


@page("round_move", "supervision/rounds/<uuid:round>/move", PLAN)
def round_move(request: HttpRequest, round: uuid.UUID) -> HttpResponse:
    """The round on other days, with all that is still to be visited."""
    row, back = round_in_reach(actor_of(request), round), reverse("round", args=[round])

    def fields(d: Draft) -> list[FieldParts]:
        told = Text("待检查的督查对象随之顺延，已检查的不变。", "Those still to be visited move along; what is done stays.")
        return [
            d.field("starts_on", Text("新的开始日期", "New first day"), "date", required=True, help=told),
            d.field("reason", _WHY, required=True, maxlength=200),
        ]

    def send() -> HttpResponse:
        moved = do(request, "round.move", given(request, "starts_on", "reason") | {"round": str(round)}).result
        return done(request, back, Text("已改期，{n} 家随之顺延。", "Moved, with {n} {n|visit|visits}.").with_(n=moved["visits"]))

    title = Text("改期", "Move the round")
    record = {"starts_on": str(row.starts_on)}
    return form_page(request, fields, send, title=title, button=title, back=back, breadcrumbs=crumbs(row, title), on_record=record)


@page("round_close", "supervision/rounds/<uuid:round>/close", PLAN)
def round_close(request: HttpRequest, round: uuid.UUID) -> HttpResponse:
    """No more visits in this round; what was not visited is cancelled with the reason."""
    row, back = round_in_reach(actor_of(request), round), reverse("round", args=[round])
    waiting = row.visits.filter(state="planned").count()

    def fields(d: Draft) -> list[FieldParts]:
        told = Text("还有 {n} 家未查，将按此理由取消并留存记录。", "{n} are not visited; they are cancelled for this reason and stay on record.").with_(n=waiting)
        return [d.field("reason", _WHY, required=waiting > 0, maxlength=200, help=told if waiting else "")]

    def send() -> HttpResponse:
        closed = do(request, "round.close", given(request, "reason") | {"round": str(round)}).result
        return done(request, back, Text("已结束；取消 {n} 家。", "Closed; {n} cancelled.").with_(n=closed["cancelled"]))

    title = Text("结束本轮", "Close the round")
    return form_page(request, fields, send, title=title, button=title, back=back, breadcrumbs=crumbs(row, title))


@page("round_reassign", "supervision/rounds/<uuid:round>/reassign", PLAN)
def round_reassign(request: HttpRequest, round: uuid.UUID) -> HttpResponse:
    """Visits to another person of the group, or to another group's round."""
    actor, back = actor_of(request), reverse("round", args=[round])
    row = round_in_reach(actor, round)
    others = list(rounds_of(actor).filter(closed_at=None).exclude(pk=row.pk).order_by("-starts_on")[:100])
    waiting = list(row.visits.filter(state="planned").select_related("unit").order_by("planned_on", "unit__name_key"))

    def fields(d: Draft) -> list[FieldParts]:
        visits = [(v.pk, f"{v.unit.name} · {checklist_of(v.edition_id).title.zh} · {v.planned_on:%m-%d}") for v in waiting]
        rounds = [(r.pk, Text.aside(f"{r.group.name} · {r.title}", f"{r.starts_on:%m-%d}—{r.ends_on:%m-%d}")) for r in others]
        return [
            d.field("visits", Text("移交哪些", "Which"), "checkboxes", choices=visits),
            d.field("to_round", Text("移交到", "To"), "select", choices=[("", Text("仍在本轮，只换人", "This round, another person")), *rounds]),
            d.field("account", Text("由谁去", "Who goes"), "select", choices=_people([row, *others])),
            d.field("reason", _WHY, required=True, maxlength=200),
        ]

    def send() -> HttpResponse:
        payload: dict[str, Any] = {"round": str(round), "visits": request.POST.getlist("visits"), "to_round": request.POST.get("to_round") or None}
        moved = do(request, "visit.reassign", payload | {"account": integer(request, "account")} | given(request, "reason")).result
        return done(request, back, Text("已移交 {n} 家。", "{n} {n|visit was|visits were} handed over.").with_(n=len(moved["visits"])))

    title = Text("移交督查任务", "Hand visits over")
    return form_page(request, fields, send, title=title, button=Text("移交", "Hand over"), back=back, breadcrumbs=crumbs(row, title))


def _people(rounds: list[Round]) -> list[tuple[Any, Any]]:
    """Who may go, by the groups of these rounds."""
    groups = {r.group_id: r.group.name for r in rounds}
    held = Account.objects.filter(holdings__post__unit__in=groups, holdings__to_date=None, is_active=True).distinct()
    rows = held.order_by("holdings__post__unit", "display_name").values_list("pk", "display_name", "holdings__post__unit")
    named = [(pk, Text.aside(name, groups[unit])) for pk, name, unit in rows if unit in groups]
    return [("", Text("组内任何人", "Anybody of the group")), *dict(named).items()]
