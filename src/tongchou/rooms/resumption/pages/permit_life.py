"""A permit's life: the enterprise asks to renew or to restore, the officer answers point by point; the letters of what became of it."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from tongchou.kernel.clock import SHANGHAI, parse_date
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.actions.permit_reviews import KIND as REVIEW
from tongchou.record.models import Event, Loop, StoredFile, WorkPermit
from tongchou.record.questions.permits import LIVE
from tongchou.record.questions.work_orders import number_of, stops_in_force
from tongchou.record.territory.reach import missing, reaches_unit
from tongchou.rooms.resumption.actions.permit_life import ASKABLE, KIND, NAMES, not_askable, request_of
from tongchou.rooms.resumption.adjusting import limit_of
from tongchou.rooms.resumption.masks import carried_by
from tongchou.rooms.resumption.models import PermitRequest
from tongchou.rooms.resumption.pages.applying import stored
from tongchou.rooms.resumption.permit_letters import LETTERS, permit_letter_of
from tongchou.rooms.resumption.reach import APPLY, DECIDE, SUSPEND, VIEW, permit_seen
from tongchou.rooms.resumption.words import TITLE
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.loops import LOOP_LINKS, LoopLink
from tongchou.web.pages.papers import FORMATS, paper_file
from tongchou.web.pages.requests import actor_of, do, integer, now
from tongchou.web.permission import page

_ASK = {"renew": Text("申请续期", "Ask to renew"), "restore": Text("申请恢复", "Ask to restore"), "adjust": Text("申请调整返岗人数", "Ask for more staff")}
_ANSWER = {"renew": Text("答复续期申请", "Answer: renewal"), "restore": Text("答复恢复申请", "Answer: restoring"),
           "adjust": Text("答复调整人数申请", "Answer: limit of staff")}  # fmt: skip
_STAGES = {"due": Text("待企业申请", "to be asked for"), "asked": Text("待答复", "to be answered"), "more": Text("待企业补充", "to be completed")}
_OUTCOMES = {
    "granted": Text("已同意", "granted"), "refused": Text("未同意", "refused"),
    "left": Text("企业不再申请", "not asked for"), "over": Text("无须再办", "no longer needed"),
}  # fmt: skip
LOOP_LINKS.append(
    LoopLink("permit_loop", Text("打开复工许可办理", "Open the permit"), "flag", lambda file, actor: file.kind.key in (KIND, REVIEW) and actor.permits(VIEW))
)


def permit_crumbs(row: WorkPermit, last: Text | None = None) -> list[dict[str, Any]]:
    """Where a page about a permit stands; last: what is done there, None on the permit's own page."""
    out: list[dict[str, Any]] = [
        {"url": reverse("resumption"), "label": TITLE},
        {"url": reverse("permit", args=[row.pk]) if last else "", "label": row.number},
    ]
    return [*out, {"url": "", "label": last}] if last else out


def requests_of(actor: Actor, row: WorkPermit) -> list[dict[str, Any]]:
    """What was asked about a permit, the open ones first, each with what this actor may do now."""
    rows = list(PermitRequest.objects.filter(permit=row).select_related("loop", "by", "answered_by").order_by("-settled_at", "-asked_at")[:20])
    files = {f.pk: f for f in StoredFile.objects.filter(pk__in=[f for r in rows for p in r.points for f in p["files"]]).defer("sealed")}
    applies, answers = _may(actor, row)
    out = []
    for r in sorted(rows, key=lambda r: r.settled_at is not None):
        stage = "" if r.settled_at else r.loop.stage
        out.append({
            "row": r, "what": NAMES[r.what], "answer": reverse(f"permit_answer_{r.what}", args=[row.pk]), "open": not r.settled_at,
            "stage": _STAGES.get(stage) or _OUTCOMES.get(r.outcome),
            "points": [p | {"files": [_link(r, files[uuid.UUID(f)]) for f in p["files"] if uuid.UUID(f) in files]} for p in r.points],
            "can_ask": applies and stage in ("due", "more") and row.state in ASKABLE[r.what], "can_leave": applies and bool(stage),
            "can_answer": stage == "asked" and answers[r.what],
        })  # fmt: skip
    return out


def _link(r: PermitRequest, file: StoredFile) -> dict[str, Any]:
    return {"name": file.name, "url": reverse("file", args=[r.loop_id, file.pk])}


def _may(actor: Actor, row: WorkPermit) -> tuple[bool, dict[str, bool]]:
    applies = row.unit_id in actor.unit_ids(APPLY)
    decides = actor.permits(DECIDE) and reaches_unit(actor, DECIDE, row.unit)
    return applies, {
        "renew": decides, "adjust": decides, "restore": actor.permits(SUSPEND) and reaches_unit(actor, SUSPEND, row.unit),
    }  # fmt: skip


def may_ask(actor: Actor, row: WorkPermit) -> list[dict[str, Any]]:
    """What the enterprise may ask for now and has not asked yet."""
    if row.unit_id not in actor.unit_ids(APPLY) or row.state not in LIVE:
        return []
    wanted = {"renew": row.until is not None and row.state != "suspended", "restore": row.state != "in_force",
              "adjust": row.state != "suspended" and limit_of(row) is not None}  # fmt: skip
    return [
        {"label": _ASK[what], "url": reverse("permit_ask", args=[row.pk, what])} for what, may in wanted.items() if may and request_of(row, what) is None
    ]  # fmt: skip


def may_renew(actor: Actor, row: WorkPermit) -> bool:
    """Whether the actor may renew it without being asked: it has an end, nothing is held against it, and no request waits for its answer."""
    asked = request_of(row, "renew")
    waits = asked is not None and asked.asked_at is not None
    reached = actor.permits(DECIDE) and reaches_unit(actor, DECIDE, row.unit) and row.unit_id not in actor.unit_ids(APPLY)
    return reached and row.until is not None and row.state in ("in_force", "review") and not waits


@page("permit_renew", "permits/<uuid:permit>/renew", DECIDE)
def permit_renew(request: HttpRequest, permit: uuid.UUID) -> HttpResponse:
    """Renew on the officer's own motion, with the reason; a request of the enterprise that waits is answered instead."""
    row, title = permit_seen(actor_of(request), permit, DECIDE), Text("延续许可", "Renew a permit")

    def fields(d: Draft) -> list[FieldParts]:
        return [
            FieldParts("seen_version", title, "hidden", str(integer(request, "seen_version") or row.version)),
            d.field("until", Text("延续至", "Until"), "date", required=True),
            d.field("reason", Text("理由（写入决定书）", "Reason; it stands in the letter"), "textarea", required=True, maxlength=2000),
        ]

    def send() -> HttpResponse:
        until = parse_date(request.POST.get("until", ""), "until").isoformat()
        payload = {"unit": row.unit_id, "until": until, "reason": request.POST.get("reason", ""), "seen_version": integer(request, "seen_version")}
        do(request, "permit.renew", payload)
        return done(request, reverse("permit", args=[row.pk]), Text("已延续，编号和条件不变。", "Renewed; its number and conditions stay."))

    ends = Text("现有效期至 {d}；企业没有申请的，由作出决定的单位主动延续。", "It holds until {d}; this renews it without a request of the enterprise.")
    return form_page(
        request, fields, send, title=title, button=title, back=reverse("permit", args=[row.pk]), breadcrumbs=permit_crumbs(row, title), subtitle=row.unit.name,
        note=ends.with_(d=row.until or "—"),
    )  # fmt: skip


@page("permit_loop", "loops/<uuid:permit_loop>/permit", VIEW, methods=("GET",))
def permit_loop(request: HttpRequest, permit_loop: uuid.UUID) -> HttpResponse:
    """From a loop of the work list to its permit."""
    found = PermitRequest.objects.filter(loop_id=permit_loop).values_list("permit_id", flat=True).first()
    if found is None:
        ref = Loop.objects.filter(pk=permit_loop, kind=REVIEW).values_list("origin_ref", flat=True).first()
        found = uuid.UUID(ref) if ref else None
    if found is None:
        raise missing(Text("没有找到这份许可。", "There is no such permit."), "loop", str(permit_loop))
    return HttpResponseRedirect(reverse("permit", args=[permit_seen(actor_of(request), found, VIEW).pk]))


@page("permit_ask", "permits/<uuid:permit>/ask/<slug:topic>", APPLY)
def permit_ask(request: HttpRequest, permit: uuid.UUID, topic: str) -> HttpResponse:
    """The enterprise asks: a day and reasons, or how each point was put right, with what shows it."""
    actor = actor_of(request)
    row, what = permit_seen(actor, permit, APPLY), topic if topic in NAMES else "renew"
    held, back = request_of(row, what), reverse("permit", args=[row.pk])
    if request.method == "GET" and row.state not in ASKABLE[what]:
        return done(request, back, not_askable(row, what))
    must = row.must_show if what == "restore" else []

    def fields(d: Draft) -> list[FieldParts]:
        shown = [d.field("until", Text("希望延续至", "Until when"), "date", required=True)] if what == "renew" else []
        if what == "adjust":
            now_most = Text("现在核定不超过 {n} 人。", "{n} at most now.").with_(n=limit_of(row) or "—")
            shown.append(d.field("staff", Text("申请返岗人数", "How many are to work"), "integer", required=True, help=now_most))
            shown.append(d.field("masks", Text("现有口罩（只）", "Masks in stock, pieces"), "integer", required=True))
        for n, m in enumerate(must):
            shown.append(d.field(f"said_{n}", Text("{m}：说明", "{m}: what was done").with_(m=m), "textarea", required=True, rows=2, maxlength=1000))
            shown.append(d.field(f"file_{n}", Text("{m}：证明（照片或文件）", "{m}: what shows it").with_(m=m), "file", multiple=True))
        shown.append(d.field("reason", Text("理由", "Reasons"), "textarea", required=True, maxlength=2000))
        return [*shown, d.field("files", Text("其他证明材料", "Other evidence"), "file", multiple=True)]

    def send() -> HttpResponse:
        points = [
            {"what": m, "said": said, "files": [stored(actor, f) for f in request.FILES.getlist(f"file_{n}") if f.size]}
            for n, m in enumerate(must) if (said := request.POST.get(f"said_{n}", "").strip())
        ]  # fmt: skip
        payload = {
            "permit": str(row.pk), "what": what, "reason": request.POST.get("reason", "").strip(), "points": points, "until": _day(request, "until"),
            "staff": integer(request, "staff"), "masks": integer(request, "masks"),
            "files": [stored(actor, f) for f in request.FILES.getlist("files") if f.size],
        }  # fmt: skip
        do(request, "permit.ask", payload)
        return done(request, back, Text("已提出，两个工作日内答复。", "Asked for; it is answered within two working days."))

    title = _ASK[what]
    note = Text("请补充：{w}", "Please complete: {w}").with_(w=_last_more(held)) if held and held.loop.stage == "more" else None
    on_record = {f"said_{n}": next((p["said"] for p in held.points if p["what"] == m), "") for n, m in enumerate(must)} if held else {}
    if held:
        on_record |= {"reason": held.reason, "until": held.until.isoformat() if held.until else "", "staff": held.staff or "", "masks": held.masks or ""}
    return form_page(
        request, fields, send, title=title, button=title, back=back, note=note, subtitle=f"{row.unit.name} {row.number}", breadcrumbs=permit_crumbs(row, title),
        on_record=on_record,
    )  # fmt: skip


def _last_more(held: PermitRequest) -> str:
    return Event.objects.filter(loop_id=held.loop_id, what="permit_more_asked").order_by("-id").values_list("note", flat=True).first() or ""


def _day(request: HttpRequest, name: str) -> str | None:
    typed = request.POST.get(name, "").strip()
    return parse_date(typed, name).isoformat() if typed else None


@page("permit_answer_renew", "permits/<uuid:permit>/answer/renew", DECIDE)
def permit_answer_renew(request: HttpRequest, permit: uuid.UUID) -> HttpResponse:
    """Renew, refuse with the reason, or ask for more."""
    return _answer(request, permit_seen(actor_of(request), permit, DECIDE), "renew")


@page("permit_answer_restore", "permits/<uuid:permit>/answer/restore", SUSPEND)
def permit_answer_restore(request: HttpRequest, permit: uuid.UUID) -> HttpResponse:
    """Restore, each point with how it was shown; refuse with the reason; or ask for more."""
    return _answer(request, permit_seen(actor_of(request), permit, SUSPEND), "restore")


@page("permit_answer_adjust", "permits/<uuid:permit>/answer/adjust", DECIDE)
def permit_answer_adjust(request: HttpRequest, permit: uuid.UUID) -> HttpResponse:
    """Raise the limit of staff, refuse with the reason, or ask for more."""
    return _answer(request, permit_seen(actor_of(request), permit, DECIDE), "adjust")


def _answer(request: HttpRequest, row: WorkPermit, what: str) -> HttpResponse:
    held, back, title = request_of(row, what), reverse("permit", args=[row.pk]), _ANSWER[what]
    if held is None or held.loop.stage != "asked":
        return done(request, back, Text("没有待答复的申请。", "No request waits for an answer."))
    said = {p["what"]: p["said"] for p in held.points}
    must = row.must_show if what == "restore" else []

    def fields(d: Draft) -> list[FieldParts]:
        choices = [("grant", Text("同意", "Grant")), ("refuse", Text("不同意", "Refuse")), ("more", Text("要求补充", "Ask for more"))]
        shown = [d.field("how", Text("答复", "Answer"), "radio", choices=choices, required=True)]
        for n, m in enumerate(must):
            told = Text("企业说明：{s}", "The enterprise says: {s}").with_(s=said.get(m, "—"))
            shown.append(d.field(f"found_{n}", Text("{m}：核实情况（同意时必填）", "{m}: how it was shown, needed to grant").with_(m=m), help=told, maxlength=1000))
        if what == "renew":
            shown.append(d.field("until", Text("延续至（不填即按申请）", "Until; as asked for when left empty"), "date"))
        if what == "adjust":
            shown.append(d.field("staff", Text("核定人数（不填即按申请）", "Limit; as asked for when left empty"), "integer"))
        return [*shown, d.field("reason", Text("理由（写入答复书）", "Reasons; they stand in the letter"), "textarea", required=True, maxlength=2000)]

    def send() -> HttpResponse:
        found = [{"what": m, "found": f} for n, m in enumerate(must) if (f := request.POST.get(f"found_{n}", "").strip())]
        payload = {
            "permit": str(row.pk), "how": request.POST.get("how", ""), "reason": request.POST.get("reason", "").strip(), "until": _day(request, "until"),
            "staff": integer(request, "staff"),
            "found": found,
        }  # fmt: skip
        do(request, f"permit.answer_{what}", payload)
        return done(request, back, Text("已答复企业。", "The enterprise has its answer."))

    asked = Text("企业申请：{r}", "Asked: {r}").with_(r=held.reason)
    if held.until:
        asked = Text("企业申请延续至{d}：{r}", "Asked until {d}: {r}").with_(d=held.until.isoformat(), r=held.reason)
    if what == "adjust" and held.masks:
        asked = Text("现在不超过 {w} 人；企业申请 {s} 人，口罩 {m} 只，{c}：{r}", "Limit now {w}; asked for {s}, {m} {m|mask|masks}, {c}: {r}").with_(
            w=limit_of(row), s=held.staff, m=held.masks, r=held.reason, c=_carried(row, held.masks),
        )  # fmt: skip
    stop = stops_in_force([row.unit_id]).get(row.unit_id) if what == "restore" else None
    if stop is not None:
        asked = Text("{a}（停工令 {n} 尚未解除，解除后才能同意恢复。）", "{a} (Order {n} to stop still holds; it is lifted first.)").with_(a=asked, n=number_of(stop))
    return form_page(
        request, fields, send, title=title, button=Text("答复", "Answer"), back=back, note=asked, subtitle=f"{row.unit.name} {row.number}",
        breadcrumbs=permit_crumbs(row, title),
    )  # fmt: skip


def _carried(row: WorkPermit, masks: int) -> Text:
    found = carried_by(masks, row.unit_id, now().astimezone(SHANGHAI).date())
    if found is None:
        return Text("预案没有要求口罩天数", "the plan asks for no days of masks")
    return Text("可保障 {n} 人 {d} 天", "which last {d} {d|day|days} for {n}").with_(n=found[0], d=found[1])


@page("permit_leave", "permits/<uuid:permit>/leave/<slug:topic>", APPLY)
def permit_leave(request: HttpRequest, permit: uuid.UUID, topic: str) -> HttpResponse:
    """The enterprise does not ask, or takes its request back."""
    row, what = permit_seen(actor_of(request), permit, APPLY), topic if topic in NAMES else "renew"
    back, title = reverse("permit", args=[row.pk]), Text("不再申请", "Do not ask")

    def fields(d: Draft) -> list[FieldParts]:
        return [d.field("reason", Text("原因", "Reason"), required=True, maxlength=500)]

    def send() -> HttpResponse:
        do(request, "permit.leave", {"permit": str(row.pk), "what": what, "reason": request.POST.get("reason", "").strip()})
        return done(request, back, Text("已登记。", "Recorded."))

    return form_page(request, fields, send, title=title, button=title, back=back, subtitle=row.number, breadcrumbs=permit_crumbs(row, title))


@page("permit_letter", "permits/<uuid:permit>/letter/<int:event>/<slug:format>", VIEW, methods=("GET",))
def permit_letter(request: HttpRequest, permit: uuid.UUID, event: int, format: str) -> HttpResponse:
    """The letter about a suspension, restoring, renewal, refusal or withdrawal, as Word or PDF."""
    row = permit_seen(actor_of(request), permit, VIEW)
    found = Event.objects.filter(pk=event, subject=f"permit:{row.pk}", what__in=LETTERS).first()
    if found is None or format not in FORMATS:
        raise missing(Text("没有这份文书。", "There is no such letter."), "letter", event)
    document = permit_letter_of(row, found)
    return paper_file(document, format, f"{document.title}（{row.unit.name}）")


def days_left(row: WorkPermit, today: date) -> int | None:
    """Days until the last one; None where there is no end."""
    return (row.until - today).days if row.until and row.state in LIVE else None
