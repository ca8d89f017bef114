"""Applying, prefilled from what is known; and the file of one application with what each party may do."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.text import Text
from tongchou.packs.kinds import Party
from tongchou.record.access import Actor
from tongchou.record.loops import state
from tongchou.record.loops.engine import not_found
from tongchou.record.models import Evidence
from tongchou.rooms.policies.actions.applications import KIND, State
from tongchou.rooms.policies.actions.deciding import criteria, pack_then
from tongchou.rooms.policies.actions.objecting import objections
from tongchou.rooms.policies.catalogue import ELIGIBLE, known_policy
from tongchou.rooms.policies.facts import known_of
from tongchou.rooms.policies.letters import DECISION, SUPPLEMENT, letters_of, policy_letter_of
from tongchou.rooms.policies.matching import today_for
from tongchou.rooms.policies.models import Application
from tongchou.rooms.policies.pages.steps import fields_of, files_of, given_by
from tongchou.rooms.policies.pages.words import crumbs, said, state_badge, today_catalogue, yuan
from tongchou.rooms.policies.reach import APPLY, DECIDE, VIEW, enterprise_in_reach
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.loops import KIND_PAGES, LOOP_LINKS, LoopLink
from tongchou.web.pages.papers import FORMATS, paper_file
from tongchou.web.pages.requests import actor_of, do
from tongchou.web.permission import page

KIND_PAGES[KIND] = "policies"
LOOP_LINKS.append(
    LoopLink(
        "policy_of_loop",
        Text("申请办理", "The application"),
        "file-text",
        lambda loop, actor: loop.kind.key == KIND and actor.permits(VIEW),
    )
)


@page("policy_apply", "policies/enterprises/<int:enterprise>/<slug:policy>/apply", APPLY)
def policy_apply(request: HttpRequest, enterprise: int, policy: str) -> HttpResponse:
    """What is known is filled in; the papers of this policy are named."""
    actor = actor_of(request)
    row, found = enterprise_in_reach(actor, APPLY, enterprise), today_catalogue()
    known_policy(found, policy)
    setting, known = found.settings[policy], known_of(row.pk)
    line = next(one for one in today_for(found, row.pk) if one.policy == policy)
    papers = Text("、".join(p.zh for p in setting.papers), ", ".join(p.en for p in setting.papers))

    def fields(d: Draft) -> list[FieldParts]:
        shown = []
        if setting.base:
            shown.append(
                d.field("base", found.fact_title(setting.base), "number", unit=Text("元", "yuan"), required=True, min=0)
            )
        return [
            *shown,
            d.field(
                "evidence_paper",
                Text("材料", "Papers"),
                "file",
                multiple=True,
                accept="image/*,.pdf,.doc,.docx,.xls,.xlsx",
                help=Text("需要：{all}。可拍照上传。", "Needed: {all}. Photos will do.").with_(all=papers)
                if setting.papers
                else Text("无需材料。", "None needed."),
            ),
            d.field("note", Text("说明", "Note"), "textarea", rows=2, maxlength=1000),
        ]

    def send() -> HttpResponse:
        payload: dict[str, Any] = {
            "unit": row.pk,
            "policy": policy,
            "note": request.POST.get("note", ""),
            "files": files_of(request),
        }
        if setting.base:
            payload["base"] = request.POST.get("base", "").replace(",", "") or None
        loop = do(request, "policies.apply", payload).result["loop"]
        return done(
            request,
            reverse("policy_application", args=[loop]),
            Text("已提交，自现在起计时。", "Handed in; the clock starts now."),
        )

    note = (
        Text("{why}", "{why}").with_(why=line.grounds[0].reason)
        if line.outcome == ELIGIBLE
        else Text("目前不符合条件，提交会被退回。", "It does not qualify at present; it would be refused.")
    )
    base = known.get(setting.base)
    return form_page(
        request,
        fields,
        send,
        title=Text("申请：{title}", "Apply: {title}").with_(title=found.title(policy)),
        subtitle=row.name,
        button=Text("提交申请", "Apply"),
        back=reverse("policies"),
        note=note,
        on_record={"base": "" if base is None else base.value},
        breadcrumbs=crumbs(("", found.title(policy))),
    )


def in_reach(actor: Actor, loop: uuid.UUID) -> tuple[Application, Any]:
    """An application whose loop the actor sees. Raises Refusal."""
    row = Application.objects.select_related("unit__area", "loop__owner_unit").filter(pk=loop).first()
    held = state.load([loop]) if row else []
    if row is None or not held or not state.visible(actor, held[0]):
        raise not_found()
    return row, held[0]


@page("policy_application", "policies/applications/<uuid:policy_loop>", VIEW, methods=("GET",))
def policy_application(request: HttpRequest, policy_loop: uuid.UUID) -> HttpResponse:
    """One application: facts, papers, decision with its clause, money, and what may be done now."""
    actor = actor_of(request)
    row, held = in_reach(actor, policy_loop)
    pack = pack_then(row)
    table = pack.tables.get(row.policy) if pack else None
    inputs = table.inputs if table else {}
    ground = criteria(row).get(row.criterion)
    context = {
        "title": table.title if table else row.policy,
        "subtitle": row.unit.name,
        "row": row,
        "loop": row.loop,
        "badge": state_badge(row.state),
        "facts": [(inputs[k].title if k in inputs else k, said(inputs.get(k), v)) for k, v in row.facts.items()],
        "base": (today_catalogue().fact_title(today_catalogue().settings[row.policy].base), yuan(row.base))
        if row.base is not None and row.policy in today_catalogue().settings
        else None,
        "sums": [
            (t, yuan(v))
            for t, v in (
                (Text("计算金额", "Worked out"), row.worked_out),
                (Text("认定金额", "Approved"), row.approved),
                (Text("兑现金额", "Paid"), row.paid),
            )
        ],
        "ground": ground,
        "papers": Evidence.objects.filter(loop=row.loop, key="paper", file__isnull=False)
        .select_related("file")
        .order_by("at", "pk"),
        "again": reverse("policy_apply", args=[row.unit_id, row.policy])
        if row.state == State.REFUSED and actor.permits(APPLY) and row.policy in today_catalogue().settings
        else "",
        "objections": objections(actor, row),
        "letters": [{"label": _LETTERS[w], "which": w} for w in letters_of(row)],
        "does": _does(actor, row, held),
        "breadcrumbs": crumbs((reverse("policy_applications"), Text("政策申请", "Applications")), ("", row.unit.name)),
    }
    return render(request, "policies/application.html", context)


_MAY: dict[str, list[tuple[str, Party, Text, str, bool]]] = {
    State.SUBMITTED: [
        ("approve", Party.OWNER, Text("认定符合", "Approve"), "circle-check", True),
        ("ask_more", Party.OWNER, Text("一次性告知补正", "Ask for what is missing"), "file-text", False),
        ("refuse", Party.OWNER, Text("不予认定", "Refuse"), "x", False),
        ("withdraw", Party.SUBJECT, Text("撤回", "Withdraw"), "x", False),
    ],
    State.SUPPLEMENT: [
        ("give_more", Party.SUBJECT, Text("补正材料", "Give what is missing"), "upload", True),
        ("withdraw", Party.SUBJECT, Text("撤回", "Withdraw"), "x", False),
    ],
    State.APPROVED: [("pay", Party.OWNER, Text("登记兑现", "Record the payment"), "circle-check", True)],
    State.REFUSED: [("object", Party.SUBJECT, Text("提出异议", "Object"), "alert-circle", False)],
    State.PAID: [
        ("arrived", Party.SUBJECT, Text("确认到账", "It has arrived"), "circle-check", True),
        ("not_arrived", Party.SUBJECT, Text("没有到账", "It has not"), "alert-triangle", False),
    ],
}


def _does(actor: Actor, row: Application, held: Any) -> list[dict[str, Any]]:
    parties = state.parties(actor, held)
    out = []
    for key, party, label, icon, main in _MAY.get(row.state, []):
        if (
            party not in parties
            or not actor.permits(DECIDE if party is Party.OWNER else APPLY)
            or (key == "ask_more" and row.supplement_at)
            or (key == "object" and any(o.closed_at is None for o in objections(actor, row)))
        ):
            continue
        out.append({"url": reverse("policy_do", args=[row.pk, key]), "label": label, "icon": icon, "main": main})
    return out


@page("policy_do", "policies/applications/<uuid:policy_loop>/<slug:policy_step>", VIEW)
def policy_do(request: HttpRequest, policy_loop: uuid.UUID, policy_step: str) -> HttpResponse:
    """The form of one step: what it needs, and no more."""
    actor = actor_of(request)
    row, held = in_reach(actor, policy_loop)
    what = policy_step
    found = next((one for steps in _MAY.values() for one in steps if one[0] == what), None)
    if (
        found is None
        or found[1] not in state.parties(actor, held)
        or not actor.permits(DECIDE if found[1] is Party.OWNER else APPLY)
    ):
        raise not_found()  # the steps of the other side are as if they were not there
    label, back = found[2], reverse("policy_application", args=[row.pk])

    def send() -> HttpResponse:
        do(request, f"policies.{what}", {"loop": str(row.pk)} | given_by(request, what))
        return done(request, back, Text("已办理：{what}。", "The step “{what}” is done.").with_(what=label))

    on_record = {"amount": row.approved if what == "pay" else row.worked_out, "on": timezone.localdate().isoformat()}
    return form_page(
        request,
        fields_of(row, what),
        send,
        title=label,
        subtitle=row.unit.name,
        button=label,
        back=back,
        on_record=on_record,
        breadcrumbs=crumbs((back, row.unit.name), ("", label)),
    )


_LETTERS = {SUPPLEMENT: Text("一次性补正告知书", "What was asked for"), DECISION: Text("决定书", "The decision")}


@page("policy_letter", "policies/applications/<uuid:policy_loop>/letters/<slug:policy_letter>/<slug:format>", VIEW, methods=("GET",))
def policy_letter(request: HttpRequest, policy_loop: uuid.UUID, policy_letter: str, format: str) -> HttpResponse:
    """What was asked for, or what was decided, as Word or PDF."""
    row, _ = in_reach(actor_of(request), policy_loop)
    if format not in FORMATS:
        raise not_found()
    document = policy_letter_of(row, policy_letter)
    return paper_file(document, format, f"{document.title}（{row.unit.name}）")


@page("policy_of_loop", "policies/loops/<uuid:loop>", VIEW, methods=("GET",))
def policy_of_loop(request: HttpRequest, loop: uuid.UUID) -> HttpResponse:
    """From a loop to its application."""
    return HttpResponseRedirect(reverse("policy_application", args=[in_reach(actor_of(request), loop)[0].pk]))
