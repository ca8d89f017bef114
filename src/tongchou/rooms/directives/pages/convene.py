"""Convening a meeting: plan, change, ask more units, minutes (which become a document in one click), settle or cancel."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import act
from tongchou.record.models import PostHolding, Unit
from tongchou.record.territory.names import told_apart
from tongchou.record.territory.reach import condition
from tongchou.rooms.directives.names import MEETING_KINDS
from tongchou.rooms.directives.pages.meetings import TITLE, crumbs_of
from tongchou.rooms.directives.reach import DRAFT, PLAN, meeting_in_reach
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import Choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.names import KINDS
from tongchou.web.pages.requests import actor_of, client_id, do, integer, moment
from tongchou.web.permission import page

WHOLE = ("street", "hq_department", "department", "special_team", "supervision_group", "community", "school", "enterprise")
LISTED = (
    "hq_office",
    "hq_department",
    "department",
    "special_team",
    "street",
    "discipline",
    "supervision_group",
    "community",
    "clinic",
    "site",
    "checkpoint",
    "lab",
    "store",
)
MOST_LISTED = 300


def _said_fields(d: Draft) -> list[FieldParts]:
    return [
        d.field("title", Text("会议名称", "Title"), required=True, maxlength=200),
        d.field("kind", Text("类型", "Kind"), "select", choices=list(MEETING_KINDS.items()), required=True),
        d.field("starts_at", Text("开始", "Begins"), "datetime", required=True),
        d.field("ends_at", Text("结束", "Ends"), "datetime", required=True),
        d.field("chair", Text("主持人", "Chair"), maxlength=80),
        d.field("agenda", Text("议程", "Agenda"), "textarea", rows=4),
    ]


def _said(request: HttpRequest) -> dict[str, Any]:
    starts, ends = moment(request, "starts_at"), moment(request, "ends_at")
    for name, value in (("starts_at", starts), ("ends_at", ends)):
        if value is None:
            raise Refusal(Reason.MISSING_VALUE, Text("请填写时间。", "Give the time."), field=name)
    assert starts is not None
    assert ends is not None
    plain = {name: request.POST.get(name, "").strip() for name in ("title", "kind", "chair")}
    return plain | {"agenda": request.POST.get("agenda", "").replace("\r\n", "\n"), "starts_at": starts.isoformat(), "ends_at": ends.isoformat()}


def _units(actor: Actor) -> list[tuple[int, str, str]]:
    """Units that may be asked: (id, name, kind)."""
    values: dict[str, Any] = {}
    where = condition(actor, "unit.view", values, unit="u.id")
    sql = f"""select u.id, u.name, u.kind, u.active_from from record_unit u join record_area a on a.id = u.area_id
              where u.active_to is null and {where} order by u.kind, u.name_key, u.id"""
    return [(u.pk, u.name, u.kind) for u in Unit.objects.raw(sql, values)]


def _asked_fields(d: Draft, units: list[tuple[int, str, str]]) -> list[FieldParts]:
    whole: Choices = []
    for kind in WHOLE:
        n = sum(k == kind for _, _, k in units)
        if n > 1:
            whole.append((kind, Text("全部{kind}（{n} 个）", "every {kind} ({n})").with_(kind=KINDS[kind], n=n)))
    listed = sorted((u for u in units if u[2] in LISTED), key=lambda u: LISTED.index(u[2]))
    told = Text("单位在“会议”页看到通知并回执。", "Units see the notice on their page of meetings, and answer it.")
    return [
        d.field("kinds", Text("整类单位", "Whole kinds of units"), "checkboxes", choices=whole, help=told),
        d.field("units", Text("单个单位", "Single units"), "checkboxes", choices=told_apart([(pk, name) for pk, name, _ in listed[:MOST_LISTED]])),
    ]


def _asked(request: HttpRequest, units: list[tuple[int, str, str]]) -> list[dict[str, Any]]:
    kinds, single = set(request.POST.getlist("kinds")), set(request.POST.getlist("units"))
    venue = request.POST.get("venue", "").strip()
    return [{"unit": pk, "venue": venue} for pk, _, kind in units if kind in kinds or str(pk) in single]


@page("meeting_new", "meetings/new", PLAN)
def meeting_new(request: HttpRequest) -> HttpResponse:
    """Plan a meeting and give notice."""
    actor = actor_of(request)
    units = _units(actor)

    def fields(d: Draft) -> list[FieldParts]:
        lines = Text("一行一个。", "One a line.")
        return [
            *_said_fields(d), d.field("main_venue", Text("主会场", "Main venue"), required=True, maxlength=120),
            d.field("branches", Text("分会场", "Branch venues"), "textarea", rows=3, help=lines), *_asked_fields(d, units),
        ]  # fmt: skip

    def send() -> HttpResponse:
        branches = [b.strip() for b in request.POST.get("branches", "").splitlines() if b.strip()]
        payload = _said(request) | {"main_venue": request.POST.get("main_venue", "").strip(), "branches": branches, "asked": _asked(request, units)}
        made = do(request, "meeting.plan", payload).result
        return done(
            request,
            reverse("meeting", args=[made["meeting"]]),
            Text("已安排，已通知 {n} 个单位。", "Planned; {n} {n|unit has|units have} the notice.").with_(n=made["asked"]),
        )

    title = Text("安排会议", "Plan a meeting")
    crumbs = [{"url": reverse("meetings"), "label": TITLE}, {"url": "", "label": title}]
    return form_page(request, fields, send, title=title, button=Text("安排并通知", "Plan and give notice"), back=reverse("meetings"), breadcrumbs=crumbs)


@page("meeting_change", "meetings/<uuid:meeting>/change", PLAN)
def meeting_change(request: HttpRequest, meeting: uuid.UUID) -> HttpResponse:
    """Another time, chair or agenda."""
    row = meeting_in_reach(actor_of(request), PLAN, meeting)
    seen = integer(request, "seen_version") or row.version

    def fields(d: Draft) -> list[FieldParts]:
        return [FieldParts("seen_version", Text("版本", "Version"), "hidden", seen), *_said_fields(d)]

    def send() -> HttpResponse:
        do(request, "meeting.change", _said(request) | {"meeting": str(meeting), "seen_version": seen})
        return done(request, reverse("meeting", args=[meeting]), Text("已修改。", "Changed."))

    on_record = {
        "title": row.title, "kind": row.kind, "chair": row.chair, "agenda": row.agenda,
        "starts_at": f"{row.starts_at.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}", "ends_at": f"{row.ends_at.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}",
    }  # fmt: skip
    label, note = Text("修改会议", "Change the meeting"), Text("改时间的，各单位须重新回执。", "With another time, units have to answer again.")
    back = reverse("meeting", args=[meeting])
    return form_page(request, fields, send, title=label, button=Text("保存", "Save"), back=back, note=note, on_record=on_record, breadcrumbs=crumbs_of(row, label))


@page("meeting_ask", "meetings/<uuid:meeting>/ask", PLAN)
def meeting_ask(request: HttpRequest, meeting: uuid.UUID) -> HttpResponse:
    """Ask more units, to one of the venues."""
    actor = actor_of(request)
    row = meeting_in_reach(actor, PLAN, meeting)
    there = set(row.attendance.values_list("unit", flat=True))
    units = [u for u in _units(actor) if u[0] not in there]

    def fields(d: Draft) -> list[FieldParts]:
        venues = [(v.name, v.name) for v in row.venues.order_by("-main", "pk")]
        told = Text("只在选择一个单位时填写：请谁参加（姓名或账号）。", "With one unit only: who is asked for, by name or account.")
        person = d.field("person", Text("指定参会人", "Person asked for"), maxlength=80, help=told)
        return [d.field("venue", Text("会场", "Venue"), "select", choices=venues), person, *_asked_fields(d, units)]

    def send() -> HttpResponse:
        asked = _asked(request, units)
        if not asked:
            raise Refusal(Reason.MISSING_VALUE, Text("请至少选择一个单位。", "Choose at least one unit."), field="units")
        _person(request, asked)
        made = do(request, "meeting.ask", {"meeting": str(meeting), "asked": asked}).result
        return done(request, reverse("meeting", args=[meeting]), Text("已增加 {n} 个单位。", "{n} more {n|unit|units}.").with_(n=made["asked"]))

    label = Text("增加参会单位", "Ask more units")
    return form_page(request, fields, send, title=label, button=Text("增加", "Add"), back=reverse("meeting", args=[meeting]), breadcrumbs=crumbs_of(row, label))


def _person(request: HttpRequest, asked: list[dict[str, Any]]) -> None:
    """Name the person asked for, who holds a post in the one unit chosen."""
    name = request.POST.get("person", "").strip()
    if not name:
        return
    held = PostHolding.objects.filter(post__unit__in=[a["unit"] for a in asked], post__ended_on=None, to_date=None, account__is_active=True)
    found = set(held.filter(Q(account__display_name=name) | Q(account__username=name)).values_list("account", flat=True))
    if len(asked) != 1 or len(found) != 1:
        rule = Text("所选单位中没有这个人，或不止一人。", "There is no such person in the unit, or more than one.")
        remedy = Text("请只选一个单位，并写全姓名或账号。", "Choose one unit, and give the whole name or the account.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="person", value=name)
    asked[0]["account"] = found.pop()


@page("meeting_minutes", "meetings/<uuid:meeting>/minutes", PLAN)
def meeting_minutes(request: HttpRequest, meeting: uuid.UUID) -> HttpResponse:
    """Write the minutes."""
    row = meeting_in_reach(actor_of(request), PLAN, meeting)
    seen = integer(request, "seen_version") or row.version

    def fields(d: Draft) -> list[FieldParts]:
        return [FieldParts("seen_version", Text("版本", "Version"), "hidden", seen), d.field("text", Text("纪要", "Minutes"), "textarea", rows=20, required=True)]

    def send() -> HttpResponse:
        do(request, "meeting.minutes", {"meeting": str(meeting), "seen_version": seen, "text": request.POST.get("text", "").replace("\r\n", "\n")})
        return done(request, reverse("meeting", args=[meeting]), Text("纪要已保存。", "The minutes are kept."))

    label, back = Text("会议纪要", "Minutes"), reverse("meeting", args=[meeting])
    return form_page(
        request,
        fields,
        send,
        title=label,
        subtitle=row.title,
        button=Text("保存", "Save"),
        back=back,
        on_record={"text": row.minutes},
        breadcrumbs=crumbs_of(row, label),
    )


@page("meeting_to_document", "meetings/<uuid:meeting>/document", PLAN, methods=("POST",))
def meeting_to_document(request: HttpRequest, meeting: uuid.UUID) -> HttpResponse:
    """One click: the minutes become a document, and are read."""
    actor = actor_of(request)
    actor.require(DRAFT)
    row = meeting_in_reach(actor, PLAN, meeting)
    if not row.minutes:
        raise Refusal(Reason.MISSING_VALUE, Text("还没有纪要。", "There are no minutes yet."), remedy=Text("请先写纪要。", "Write them first."), field="minutes")
    payload = {"text": row.minutes, "title": row.title, "meeting": str(meeting)}
    key = act("document.take_in", actor, client_id(request), payload).result["document"]
    act("document.read", actor, new_id(), {"document": key})
    return done(
        request,
        reverse("directive_document", args=[key]),
        Text("纪要已转为文件并读取，请逐条确认。", "The minutes were taken in and read; confirm each directive."),
    )


@page("meeting_end", "meetings/<uuid:meeting>/<slug:end>/end", PLAN, methods=("POST",))
def meeting_end(request: HttpRequest, meeting: uuid.UUID, end: str) -> HttpResponse:
    """Settle attendance, or cancel."""
    meeting_in_reach(actor_of(request), PLAN, meeting)
    if end == "settle":
        absent = do(request, "meeting.settle", {"meeting": str(meeting)}).result["absent"]
        said = Text("出席已确定，缺席 {n} 个单位。", "Attendance is settled, {n} {n|unit|units} absent.").with_(n=absent)
    elif end == "cancel":
        do(request, "meeting.cancel", {"meeting": str(meeting), "reason": request.POST.get("reason", "")})
        said = Text("会议已取消。", "The meeting is cancelled.")
    else:
        raise Refusal(Reason.NOT_FOUND, Text("没有这一步。", "There is no such step."), field="end", value=end[:20])
    return done(request, reverse("meeting", args=[meeting]), said)
