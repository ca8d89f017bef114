"""One meeting: who is expected where and who came; answering, signing in by phone, a venue's poster, the calendar file."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe

from tongchou.documents.qr import qr
from tongchou.kernel.errors import Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.territory.reach import missing
from tongchou.rooms.directives.actions.attendance import SIGN_IN_BEFORE
from tongchou.rooms.directives.minutes import can_compose
from tongchou.rooms.directives.models import Attendance, Meeting
from tongchou.rooms.directives.names import ATTENDANCE, MEETING_KINDS, as_badge
from tongchou.rooms.directives.pages.meetings import TITLE, crumbs_of, language, runs, state_of
from tongchou.rooms.directives.reach import DRAFT, PLAN, SEE, meeting_in_reach
from tongchou.web.pages.calendars import Entry, calendar_file
from tongchou.web.pages.forms import done
from tongchou.web.pages.requests import actor_of, do, integer, now, yes_or_no
from tongchou.web.pages.spreadsheets import asked_for, sheet_file
from tongchou.web.permission import page


@page("meeting", "meetings/<uuid:meeting>", SEE, methods=("GET",))
def meeting_page(request: HttpRequest, meeting: uuid.UUID) -> HttpResponse:
    """A meeting. Who runs it sees the whole sheet of attendance, who is asked the own lines."""
    actor, at = actor_of(request), now()
    row = meeting_in_reach(actor, SEE, meeting)
    lines, whole = _lines(actor, row), runs(actor, row)
    if asked_for(request):
        return _file(request, row, lines)
    open_ = row.cancelled_at is None and row.closed_at is None
    own = set(actor.unit_ids(SEE))
    context = {
        "row": row, "badges": [state_of(row, at), as_badge((MEETING_KINDS[row.kind], "", "users"))], "venues": _venues(row, lines),
        "facts": _facts(row), "lines": [_shown(x) for x in lines], "whole": whole, "counts": _counts(lines),
        "own": [_shown(x) for x in lines if x.unit_id in own] if open_ else [], "open": open_,
        "can_sign_in": open_ and row.starts_at - SIGN_IN_BEFORE <= at <= row.ends_at,
        "can_change": whole and open_, "can_settle": whole and open_ and row.starts_at <= at, "can_cancel": whole and open_ and row.starts_at > at,
        "can_mark": whole and open_, "can_write": whole and row.cancelled_at is None and row.starts_at <= at,
        "minutes_url": f"{reverse('bulletin_new')}?compose=meeting&key={row.pk}" if whole and can_compose(row) and actor.permits("bulletin.draft") else "",
        "can_draft": whole and bool(row.minutes) and actor.permits(DRAFT),
        "documents": list(row.documents.filter(set_aside_at=None).only("pk", "title", "name")) if whole else [],
        "states": [(k, v[0]) for k, v in ATTENDANCE.items()],
        "breadcrumbs": [{"url": reverse("meetings"), "label": TITLE}, {"url": "", "label": row.title[:30]}],
    }  # fmt: skip
    return render(request, "directives/meeting.html", context)


def _lines(actor: Actor, row: Meeting) -> list[Attendance]:
    found = row.attendance.select_related("unit", "venue", "account", "answered_by").order_by("-venue__main", "venue", "unit__kind", "unit__name_key", "pk")
    return list(found if runs(actor, row) else found.filter(unit__in=actor.unit_ids(SEE)))


def _shown(line: Attendance) -> dict[str, Any]:
    return {"line": line, "badge": as_badge(ATTENDANCE[line.state])}


def _counts(lines: list[Attendance]) -> list[dict[str, Any]]:
    found = Counter(x.state for x in lines)
    out = [{"label": Text("应到", "Asked"), "value": len(lines)}, {"label": Text("已回执", "Answered"), "value": sum(x.answered_at is not None for x in lines)}]
    return out + [{"label": v[0], "value": found[k]} for k, v in ATTENDANCE.items()]


def _venues(row: Meeting, lines: list[Attendance]) -> list[dict[str, Any]]:
    asked, came = Counter(x.venue_id for x in lines), Counter(x.venue_id for x in lines if x.state in ("present", "late"))
    return [{"venue": v, "asked": asked[v.pk], "came": came[v.pk]} for v in row.venues.order_by("-main", "pk")]


def _facts(row: Meeting) -> list[dict[str, Any]]:
    return [
        {"label": Text("开始", "Begins"), "value": row.starts_at}, {"label": Text("结束", "Ends"), "value": row.ends_at},
        {"label": Text("召集单位", "Convened by"), "value": row.unit.name}, {"label": Text("主持人", "Chair"), "value": row.chair or None},
    ]  # fmt: skip


def _file(request: HttpRequest, row: Meeting, lines: list[Attendance]) -> HttpResponse:
    columns = [
        Text("单位", "Unit"), Text("会场", "Venue"), Text("应到人", "Asked for"), Text("回执", "Answered"), Text("出席", "Attendance"), Text("到会人", "Who came"),
        Text("代会", "Substitute"), Text("签到时间", "Signed in"), Text("原因", "Reason"),
    ]  # fmt: skip
    rows = [
        [x.unit.name, x.venue.name, x.account.display_name if x.account else "", x.answered_at, ATTENDANCE[x.state][0], x.who,
         Text("是", "yes") if x.substitute else "", x.at, x.reason]
        for x in lines
    ]  # fmt: skip
    return sheet_file(request, Text(f"{row.title[:60]} 签到表", f"{row.title[:60]}: attendance"), columns, rows)


def own_line(actor: Actor, row: Meeting, wanted: int | None) -> Attendance:
    """The line of the actor's own unit: the one named, else the first."""
    own = row.attendance.filter(unit__in=actor.unit_ids(SEE)).select_related("unit", "venue", "account")
    found = (own.filter(pk=wanted) if wanted is not None else own).order_by("pk").first()
    if found is None:
        raise missing(Text("您的单位不在参会名单中。", "Your unit is not asked to this meeting."), "attendance", wanted)
    return found


@page("meeting_sign_in", "meetings/<uuid:meeting>/sign-in", SEE)
def meeting_sign_in(request: HttpRequest, meeting: uuid.UUID) -> HttpResponse:
    """The page behind a venue's code: one large button on a phone."""
    actor, at = actor_of(request), now()
    row = meeting_in_reach(actor, SEE, meeting)
    line = own_line(actor, row, integer(request, "attendance"))
    venues = {v.pk: v for v in row.venues.all()}
    wanted = integer(request, "venue")
    venue = venues.get(wanted) if wanted is not None else line.venue
    if venue is None:
        raise missing(Text("没有这个会场。", "There is no such venue."), "venue", wanted)
    problem = None
    if request.method == "POST":
        payload = {
            "attendance": line.pk, "venue": venue.pk, "who": request.POST.get("who", "").strip(), "substitute": bool(request.POST.get("substitute")),
        }  # fmt: skip
        try:
            result = do(request, "meeting.sign_in", payload).result
        except Refusal as refusal:
            problem = refusal
        else:
            said = Text("已签到：{s}。", "Signed in: {s}.").with_(s=ATTENDANCE[str(result["state"])][0])
            return done(request, f"{reverse('meeting_sign_in', args=[meeting])}?attendance={line.pk}&venue={venue.pk}", said)
    context = {
        "row": row, "line": line, "venue": venue, "badge": as_badge(ATTENDANCE[line.state]), "signed": line.state in ("present", "late"),
        "early": at < row.starts_at - SIGN_IN_BEFORE, "over": at > row.ends_at or row.closed_at is not None, "cancelled": row.cancelled_at is not None,
        "problem": problem, "name": actor.name, "breadcrumbs": crumbs_of(row, Text("签到", "Sign in")),
    }  # fmt: skip
    return render(request, "directives/sign_in.html", context, status=problem.status if problem else 200)


@page("meeting_answer", "meetings/<uuid:meeting>/answer", SEE, methods=("POST",))
def meeting_answer(request: HttpRequest, meeting: uuid.UUID) -> HttpResponse:
    """The unit's answer to the notice."""
    actor = actor_of(request)
    row = meeting_in_reach(actor, SEE, meeting)
    line = own_line(actor, row, integer(request, "attendance"))
    who = request.POST.get("who", "").strip()
    payload = {
        "attendance": line.pk, "coming": yes_or_no(request, "coming"), "who": who, "substitute": bool(request.POST.get("substitute")),
        "reason": request.POST.get("reason", "").strip(),
    }  # fmt: skip
    do(request, "meeting.answer", payload)
    return done(request, reverse("meeting", args=[meeting]), Text("已回执。", "Answered."))


@page("meeting_mark", "meetings/<uuid:meeting>/mark", PLAN, methods=("POST",))
def meeting_mark(request: HttpRequest, meeting: uuid.UUID) -> HttpResponse:
    """What the organiser records for one unit."""
    row = meeting_in_reach(actor_of(request), PLAN, meeting)
    line = row.attendance.filter(pk=integer(request, "attendance") or 0).first()
    if line is None:
        raise missing(Text("没有这条参会记录。", "There is no such line of attendance."), "attendance", None)
    payload = {
        "attendance": line.pk, "state": request.POST.get("state", ""), "who": request.POST.get("who", "").strip(), "reason": request.POST.get("reason", "").strip(),
        "substitute": bool(request.POST.get("substitute")),
    }  # fmt: skip
    do(request, "meeting.mark", payload)
    return HttpResponseRedirect(reverse("meeting", args=[meeting]) + f"#a-{line.pk}")


@page("meeting_venue", "meetings/<uuid:meeting>/venues/<int:venue>", PLAN, methods=("GET",))
def meeting_venue(request: HttpRequest, meeting: uuid.UUID, venue: int) -> HttpResponse:
    """A poster for the door: the code that opens the sign-in page of this venue."""
    row = meeting_in_reach(actor_of(request), PLAN, meeting)
    found = row.venues.filter(pk=venue).first()
    if found is None:
        raise missing(Text("没有这个会场。", "There is no such venue."), "venue", venue)
    address = request.build_absolute_uri(f"{reverse('meeting_sign_in', args=[meeting])}?venue={venue}")
    context = {
        "row": row,
        "venue": found,
        "address": address,
        "code": mark_safe(qr(address)),
        "breadcrumbs": crumbs_of(row, Text("签到码", "Sign-in code")),
    }
    return render(request, "directives/venue.html", context)


@page("meeting_calendar", "meetings/<uuid:meeting>/meeting.ics", SEE, methods=("GET",))
def meeting_calendar(request: HttpRequest, meeting: uuid.UUID) -> HttpResponse:
    """For a phone's calendar, which reminds an hour before; of a cancelled meeting too, so that it is taken out."""
    row = meeting_in_reach(actor_of(request), SEE, meeting)
    entry = Entry(
        str(row.pk), row.starts_at, row.ends_at, f"{MEETING_KINDS[row.kind].in_(language())} · {row.title}",
        row.version + (row.cancelled_at is not None), row.cancelled_at is not None, row.agenda,
        location=next((v.name for v in row.venues.all() if v.main), ""), remind=timedelta(hours=1),
    )  # fmt: skip
    return calendar_file([entry], now(), "Meetings", "meeting")
