"""Opening a school: what it needs, evidence item by item, review by somebody else, the decision."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.act import act
from tongchou.record.files import opened, take_in, too_large
from tongchou.record.loops.kinds import kind_of
from tongchou.record.plans import pack_in_force
from tongchou.record.territory.reach import missing
from tongchou.rooms.schools.actions.opening import latest_opening, opening_in_reach, shown_by
from tongchou.rooms.schools.actions.opening_loop import KIND
from tongchou.rooms.schools.conditions import EPIDEMIC, OWN_PROOF, PACK, checklist, standing, titles
from tongchou.rooms.schools.letters import TITLES, opening_letter
from tongchou.rooms.schools.models import Opening
from tongchou.rooms.schools.pages.parts import crumbs, school_form
from tongchou.rooms.schools.reach import DECIDE, MANAGE, REVIEW, VIEW, school_in_reach
from tongchou.rooms.schools.words import STATES
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done
from tongchou.web.pages.loops import LOOP_LINKS, LoopLink
from tongchou.web.pages.papers import FORMATS, paper_file
from tongchou.web.pages.requests import actor_of, client_id, do, given, now, yes_or_no
from tongchou.web.pages.shown import stage_badge
from tongchou.web.permission import page

_OPENING = Text("开学条件", "Conditions for opening")


@page("school_opening", "schools/<int:school>/opening", VIEW, methods=("GET",))
def school_opening(request: HttpRequest, school: int) -> HttpResponse:
    """The application that counts: what the plan says, each item with its evidence and review."""
    actor = actor_of(request)
    row = school_in_reach(actor, VIEW, school)
    opening = latest_opening(row)
    context: dict[str, Any] = {
        "unit": row.unit, "opening": opening, "can_apply": actor.permits(MANAGE) and (opening is None or opening.state in ("refused", "withdrawn")),
        "breadcrumbs": crumbs(row.unit, _OPENING), "title": _OPENING,
    }  # fmt: skip
    if opening is not None:
        context |= _application(opening, actor)
    return render(request, "schools/opening.html", context)


def _application(opening: Opening, actor: Any) -> dict[str, Any]:
    word, tone, icon = STATES[opening.state]
    live = opening.state == Opening.State.COLLECTING
    found = standing(opening, timezone.localdate())
    proofs = {p.key: p for p in opening.proofs.select_related("submitted_by", "reviewed_by", "file")}
    how, known = {i.key: i.how for i in checklist().items}, titles()
    items = []
    for key in (*OWN_PROOF, *opening.items):
        proof = proofs.get(key)
        shows = actor.permits(REVIEW) if key == EPIDEMIC else actor.permits(MANAGE)
        items.append({
            "key": key, "title": known.get(key, Text(key, key)), "how": how.get(key, ""), "proof": proof, "can_show": live and shows,
            "can_review": live and proof is not None and proof.met is None and actor.permits(REVIEW) and proof.submitted_by_id != actor.account_id,
        })  # fmt: skip
    pack = pack_in_force(PACK, timezone.localdate())
    paper = pack.documents.get("schools_2020")
    return {
        "badges": [{"label": word, "tone": tone, "icon": icon}], "live": live, "standing": found, "items": items, "paper": paper,
        "conditions": [(Text.from_dict(t.as_dict()), found.facts[k]) for k, t in ((n, s.title) for n, s in pack.tables["school_opening"].inputs.items())],
        "stage": _stage(opening), "letter": opening.state in TITLES,
        "can_decide": live and actor.permits(DECIDE), "can_withdraw": opening.state == Opening.State.OPEN and actor.permits(DECIDE),
    }  # fmt: skip


def _stage(opening: Opening) -> dict[str, Any] | None:
    """Who owes the next step of the application, with its clock; None where it has ended."""
    loop = opening.loop
    if loop is None or loop.closed_at is not None:
        return None
    kind = kind_of(loop.edition_id)
    return {"loop": loop, "badge": stage_badge(kind, loop.stage)}


@page("school_letter", "schools/openings/<uuid:opening>/letter/<slug:format>", VIEW, methods=("GET",))
def school_letter(request: HttpRequest, opening: uuid.UUID, format: str) -> HttpResponse:
    """The letter about the decision, as Word or PDF."""
    row = opening_in_reach(actor_of(request), VIEW, opening)
    if format not in FORMATS:
        raise missing(Text("没有这种格式。", "There is no such format."), "format", format[:20])
    document = opening_letter(row)
    return paper_file(document, format, f"{document.title}（{row.school.unit.name}）")


@page("opening_loop", "loops/<uuid:opening_loop>/opening", VIEW, methods=("GET",))
def opening_loop(request: HttpRequest, opening_loop: uuid.UUID) -> HttpResponse:
    """From a loop of the work list to the school's conditions for opening."""
    key = Opening.objects.filter(loop=opening_loop).values_list("pk", flat=True).first()
    if key is None:
        raise missing(Text("没有找到这份开学申请。", "There is no such application."), "loop", str(opening_loop))
    return HttpResponseRedirect(reverse("school_opening", args=[opening_in_reach(actor_of(request), VIEW, key).school_id]))


LOOP_LINKS.append(
    LoopLink("opening_loop", Text("打开开学条件", "Open the conditions for opening"), "flag", lambda file, actor: file.kind.key == KIND and actor.permits(VIEW))
)  # fmt: skip


@page("school_apply", "schools/<int:school>/opening/apply", MANAGE)
def school_apply(request: HttpRequest, school: int) -> HttpResponse:
    """Apply to open."""
    row, title = school_in_reach(actor_of(request), MANAGE, school), Text("申请开学", "Apply to open")

    def fields(d: Draft) -> list[FieldParts]:
        return [d.field("opens_on", Text("拟开学日期", "To open on"), "date", required=True)]

    def send() -> Text:
        do(request, "school.apply", {"school": school} | given(request, "opens_on"))
        return Text("已申请。请逐项提交材料。", "Applied. Now hand in the evidence item by item.")

    return school_form(
        request, row.unit, title, Text("申请", "Apply"), fields, send, reverse("school_opening", args=[school])
    )


@page("school_proof", "schools/openings/<uuid:opening>/items/<slug:item>", VIEW)
def school_proof(request: HttpRequest, opening: uuid.UUID, item: str) -> HttpResponse:
    """Hand in the evidence for one item."""
    actor = actor_of(request)
    row = opening_in_reach(actor, shown_by(actor, item), opening)
    known = titles()
    if item not in (*OWN_PROOF, *row.items):
        raise Refusal(Reason.NOT_FOUND, Text("没有这一项条件。", "There is no such item."), field="key")

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("text", Text("情况说明", "What shows it"), "textarea", required=True, maxlength=5000),
            d.field(
                "file",
                Text("附件", "File"),
                "file",
                help=Text("照片、PDF 或文档，加密保存。", "A photo, PDF or document; kept sealed."),
            ),
        ]

    def send() -> Text:
        payload: dict[str, Any] = {"opening": str(opening), "key": item, "text": request.POST.get("text", "")}
        file = request.FILES.get("file")
        if file is not None and file.size:
            too_large(file.size)
            stored = take_in(
                actor_of(request),
                uuid.uuid5(client_id(request), "file"),
                file.name or "",
                file.content_type or "",
                file.read(),
            )
            payload["file"] = str(stored.result["file"])
        do(request, "school.proof", payload)
        return Text("已提交，待他人审核。", "Handed in; somebody else reviews it.")

    return school_form(
        request,
        row.school.unit,
        known.get(item, Text(item, item)),
        Text("提交", "Hand in"),
        fields,
        send,
        reverse("school_opening", args=[row.school_id]),
    )


@page("school_review", "schools/openings/<uuid:opening>/review", REVIEW, methods=("POST",))
def school_review(request: HttpRequest, opening: uuid.UUID) -> HttpResponse:
    """Say whether one item is met."""
    row = opening_in_reach(actor_of(request), REVIEW, opening)
    do(
        request,
        "school.review",
        {
            "proof": request.POST.get("proof", ""),
            "met": yes_or_no(request, "met"),
            "note": request.POST.get("note", ""),
        },
    )
    return done(request, reverse("school_opening", args=[row.school_id]), Text("已审核。", "Reviewed."))


@page("school_decide", "schools/openings/<uuid:opening>/decide", DECIDE)
def school_decide(request: HttpRequest, opening: uuid.UUID) -> HttpResponse:
    """Decide on opening; what the rules forbid is refused, with why."""
    row, title = opening_in_reach(actor_of(request), DECIDE, opening), Text("决定是否开学", "Decide on opening")
    ways = [("open", Text("同意开学", "Open")), ("refuse", Text("不同意开学", "Refuse"))]

    def fields(d: Draft) -> list[FieldParts]:
        return [
            d.field("decision", Text("决定", "Decision"), "radio", choices=ways, required=True),
            d.field(
                "reason",
                Text("理由", "Reason"),
                "textarea",
                maxlength=500,
                help=Text("不同意的须填写。", "Needed where it is refused."),
            ),
        ]

    def send() -> Text:
        made = do(request, "school.decide", {"opening": str(opening)} | given(request, "decision", "reason")).result
        return (
            Text("已同意开学。", "The school may open.")
            if made["state"] == "open"
            else Text("已登记不同意开学。", "Refused.")
        )

    found = standing(row, timezone.localdate())
    note = (
        Text("按规定可以开学。", "By the rules it may open.")
        if found.may
        else Text("按规定尚不能开学：{why}", "By the rules it cannot open yet: {why}").with_(why=found.whole_why)
    )
    return school_form(
        request,
        row.school.unit,
        title,
        Text("决定", "Decide"),
        fields,
        send,
        reverse("school_opening", args=[row.school_id]),
        note=note,
    )


@page("school_withdraw", "schools/openings/<uuid:opening>/withdraw", DECIDE)
def school_withdraw(request: HttpRequest, opening: uuid.UUID) -> HttpResponse:
    """Withdraw the opening."""
    row, title = opening_in_reach(actor_of(request), DECIDE, opening), Text("撤回开学决定", "Withdraw the opening")

    def fields(d: Draft) -> list[FieldParts]:
        return [d.field("reason", Text("理由", "Reason"), "textarea", required=True, maxlength=500)]

    def send() -> Text:
        do(request, "school.withdraw", {"opening": str(opening), "reason": request.POST.get("reason", "")})
        return Text("已撤回。", "Withdrawn.")

    return school_form(
        request,
        row.school.unit,
        title,
        Text("撤回", "Withdraw"),
        fields,
        send,
        reverse("school_opening", args=[row.school_id]),
    )


@page("school_proof_file", "schools/openings/<uuid:opening>/files/<int:proof>", VIEW, methods=("GET",))
def school_proof_file(request: HttpRequest, opening: uuid.UUID, proof: int) -> HttpResponse:
    """The file of a proof; the reading is recorded."""
    actor = actor_of(request)
    opening_in_reach(actor, VIEW, opening)
    file = uuid.UUID(act("school.read_proof", actor, new_id(), {"proof": proof}, now=now()).result["file"])
    shown = opened(file)
    return HttpResponse(shown.content, headers=shown.headers)
