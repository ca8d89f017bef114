"""One enterprise's policies: what it can have, what has to be asked, why not the others; and the one short form."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.decide import UNDETERMINED
from tongchou.record.access import Actor
from tongchou.record.models import Unit
from tongchou.rooms.policies.catalogue import ELIGIBLE, NOT_ELIGIBLE, Catalogue, bases
from tongchou.rooms.policies.facts import known_of
from tongchou.rooms.policies.matching import Line, Question, questions, today_for
from tongchou.rooms.policies.models import Contact
from tongchou.rooms.policies.pages.words import (
    ANSWERS,
    TITLE,
    crumbs,
    outcome_badge,
    said,
    state_badge,
    today_catalogue,
    yuan,
)
from tongchou.rooms.policies.questions import applications
from tongchou.rooms.policies.reach import ANSWER, APPLY, VIEW, enterprise_in_reach, own_enterprises
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, now
from tongchou.web.permission import page

OWN_WORD = Text("企业填报", "Said by the enterprise")
"""The source of what an enterprise answered itself, kept in Chinese like everything on record."""
_YES_NO = [("", Text("不知道", "not known")), ("yes", Text("是", "yes")), ("no", Text("否", "no"))]


@page("policy_enterprise", "policies/enterprises/<int:enterprise>", VIEW, methods=("GET",))
def policy_enterprise(request: HttpRequest, enterprise: int) -> HttpResponse:
    """What an enterprise can have, for itself, its street and the leader who visits it."""
    actor = actor_of(request)
    return of_enterprise(request, actor, enterprise_in_reach(actor, VIEW, enterprise))


def of_enterprise(request: HttpRequest, actor: Actor, unit: Unit) -> HttpResponse:
    """The page of one enterprise that is in reach."""
    found = today_catalogue()
    lines = today_for(found, unit.pk)
    asked = questions(found, lines)
    told = {c.policy: c for c in Contact.objects.filter(unit=unit)}
    made = applications(actor, now(), unit=unit.pk, limit=100)
    live = {a.policy: a for a in reversed(made) if a.state not in ("refused", "withdrawn")}
    refused = {a.policy: a for a in reversed(made) if a.state == "refused" and a.policy not in live}
    groups: dict[str, list[dict[str, Any]]] = {"can": [], "ask": [], "not": [], "other": []}
    for line in lines:
        key = {ELIGIBLE: "can", UNDETERMINED: "ask", NOT_ELIGIBLE: "not"}.get(line.outcome, "other")
        groups[key].append(_shown(found, line, told.get(line.policy), live.get(line.policy), refused.get(line.policy), unit))
    own = unit.pk in {u.pk for u in own_enterprises(actor)}
    open_ = [g for g in groups["can"] if g["application"] is None and g["refused"] is None]
    context = {
        "title": TITLE if own else unit.name,
        "subtitle": unit.name if own else TITLE,
        "unit": unit,
        "own": own,
        "groups": groups,
        "questions": [_question(found, q) for q in asked],
        "open": len(open_),
        "sum": yuan(sum(g["line"].estimate for g in open_ if g["line"].estimate is not None))
        if any(g["line"].estimate for g in open_)
        else None,
        "applications": [{"row": a, "title": found.title(a.policy), "badge": state_badge(a.state)} for a in made],
        "facts": _facts(found, unit),
        "can_apply": own and actor.permits(APPLY),
        "can_answer": actor.permits(ANSWER),
        "breadcrumbs": [] if own else crumbs(("", unit.name)),
    }
    return render(request, "policies/enterprise.html", context)


def _shown(found: Catalogue, line: Line, contact: Contact | None, application: Any, refused: Any, unit: Unit) -> dict[str, Any]:
    return {
        "line": line,
        "badge": outcome_badge(line.outcome),
        "estimate": yuan(line.estimate),
        "needs": [found.fact_title(f) for f in line.needs],
        "base": found.fact_title(line.setting.base)
        if line.setting.base and line.estimate is None and line.outcome == ELIGIBLE
        else None,
        "contact": contact,
        "answer": ANSWERS[contact.answer] if contact else None,
        "application": application,
        "refused": refused,
        "badge_of": state_badge(application.state) if application else None,
        "apply": reverse("policy_apply", args=[unit.pk, line.policy]),
        "say": reverse("policy_contact", args=[unit.pk, line.policy]),
    }


def _question(found: Catalogue, q: Question) -> dict[str, Any]:
    return {"title": q.spec.title, "policies": [found.title(p) for p in q.policies], "n": len(q.policies)}


def _facts(found: Catalogue, unit: Unit) -> list[dict[str, Any]]:
    rows = known_of(unit.pk).items()
    return [
        {"title": found.fact_title(k), "value": said(found.asked.get(k), f.value), "source": OWN_WORD if f.source == OWN_WORD.zh else f.source, "on": f.on}
        for k, f in rows
        if k in found.asked or k in bases()
    ]


@page("policy_answers", "policies/enterprises/<int:enterprise>/answers", ANSWER)
def policy_answers(request: HttpRequest, enterprise: int) -> HttpResponse:
    """Everything that any policy still has to know, each once, with the policies that wait for it."""
    actor = actor_of(request)
    row = enterprise_in_reach(actor, ANSWER, enterprise)
    found = today_catalogue()
    lines, known = today_for(found, row.pk), known_of(row.pk)
    asked = questions(found, lines)
    sums = sorted({one.setting.base for one in lines if one.setting.base and one.outcome in (ELIGIBLE, UNDETERMINED)})
    again = [f for f, k in known.items() if k.source and f in found.asked and f not in {q.fact for q in asked}]
    own = row.pk in {u.pk for u in own_enterprises(actor)}
    back = reverse("policies") if own else reverse("policy_enterprise", args=[row.pk])

    def fields(d: Draft) -> list[FieldParts]:
        shown = [answer_field(d, found, q.fact, q.policies) for q in asked]
        shown += [
            d.field(
                b,
                bases()[b],
                "number",
                unit=Text("元", "yuan"),
                min=0,
                help=Text("用来计算金额。", "To work out the amounts."),
            )
            for b in sums
        ]
        shown += [answer_field(d, found, f, ()) for f in again]
        if not own:
            shown.append(
                d.field(
                    "source",
                    Text("信息来源", "Who said it"),
                    required=True,
                    maxlength=200,
                    help=Text(
                        "例如：走访时企业负责人口述、租赁合同。", "Such as the manager on a visit, or the lease."
                    ),
                )
            )
        return shown

    def send() -> HttpResponse:
        names = [*(q.fact for q in asked), *sums, *again]
        answers = {f: answer_value(request, found, f) for f in names}
        given = {f: v for f, v in answers.items() if v is not None or f in known}
        if not any(v is not None for v in given.values()):
            raise Refusal(
                Reason.MISSING_VALUE,
                Text("请至少回答一项。", "Answer one question at least."),
                field=names[0] if names else None,
            )
        source = OWN_WORD.zh if own else request.POST.get("source", "")
        made = do(request, "policies.answer", {"unit": row.pk, "answers": given, "source": source}).result
        text = Text("已保存 {n} 项，{m} 项政策的结果有变化。", "{n} kept; {m} {m|policy has|policies have} a new result.").with_(
            n=made["answers"], m=made["changed"]
        )
        return done(request, back, text)

    on_record = {f: ("yes" if k.value else "no") if isinstance(k.value, bool) else k.value for f, k in known.items()}
    title = Text("补充信息", "Questions")
    note = Text(
        "每项只问一次，所有政策共用。不知道的留空。",
        "Each is asked once and used for every policy. Leave empty what is not known.",
    )
    way = crumbs(("", title)) if own else crumbs((back, row.name), ("", title))
    return form_page(
        request,
        fields,
        send,
        title=title,
        subtitle=row.name,
        button=Text("保存并重新匹配", "Keep and match again"),
        back=back,
        on_record=on_record,
        note=note,
        breadcrumbs=way,
    )


def answer_field(d: Draft, found: Catalogue, fact: str, policies: tuple[str, ...]) -> FieldParts:
    spec = found.asked[fact]
    titles = [found.title(p) for p in policies]
    used = Text("用于：{all}。", "For: {all}.").with_(
        all=Text("；".join(t.zh for t in titles), "; ".join(t.en for t in titles))
    )
    help_ = used if policies else Text("已回答过，可更正。", "Answered already; it may be corrected.")
    if spec.type == "boolean":
        return d.field(fact, spec.title, "select", choices=_YES_NO, help=help_)
    if spec.type == "choice":
        return d.field(
            fact, spec.title, "select", choices=[("", Text("不知道", "not known")), *spec.choices.items()], help=help_
        )
    return d.field(fact, spec.title, "date" if spec.type == "date" else "number", help=help_)


def answer_value(request: HttpRequest, found: Catalogue, fact: str) -> Any:
    text, spec = request.POST.get(fact, "").strip(), found.asked.get(fact)
    if not text:
        return None
    if spec is not None and spec.type == "boolean":
        return {"yes": True, "no": False}.get(text, text)
    if spec is None or spec.type == "number":
        try:
            return float(text.replace(",", ""))
        except ValueError:
            raise Refusal(
                Reason.INVALID_VALUE, Text("须为数字。", "This must be a number."), field=fact, value=text[:40]
            ) from None
    return text


@page("policy_contact", "policies/enterprises/<int:enterprise>/<slug:policy>/contact", ANSWER)
def policy_contact(request: HttpRequest, enterprise: int, policy: str) -> HttpResponse:
    """What an enterprise says about a policy that it could have."""
    actor = actor_of(request)
    row = enterprise_in_reach(actor, ANSWER, enterprise, policy)
    own, title = row.pk in {u.pk for u in own_enterprises(actor)}, today_catalogue().title(policy)
    back = reverse("policies") if own else reverse("policy_unasked")
    choices = [(k, v) for k, v in ANSWERS.items() if k and not (own and k == "no_answer")]

    def fields(d: Draft) -> list[FieldParts]:
        shown = [d.field("answer", Text("企业意愿", "What it says"), "radio", choices=choices, required=True)]
        if not own:
            shown.append(
                d.field(
                    "way",
                    Text("联系方式", "How"),
                    "select",
                    choices=[("phone", Text("电话", "by phone")), ("visit", Text("走访", "on a visit"))],
                )
            )
        return [
            *shown,
            d.field(
                "reason",
                Text("原因", "Why"),
                "textarea",
                rows=2,
                maxlength=300,
                help=Text("不申请的必填。", "Needed where it declines."),
            ),
        ]

    def send() -> HttpResponse:
        payload = {
            "unit": row.pk,
            "policy": policy,
            "answer": request.POST.get("answer", ""),
            "reason": request.POST.get("reason", ""),
            "way": "own" if own else request.POST.get("way", "phone"),
        }
        do(request, "policies.contact", payload)
        return done(request, back, Text("已登记。", "Recorded."))

    label = Text("登记企业意愿", "Record what it says")
    return form_page(
        request,
        fields,
        send,
        title=label,
        subtitle=Text("{a} · {b}", "{a} · {b}").with_(a=row.name, b=title),
        button=Text("保存", "Save"),
        back=back,
        breadcrumbs=crumbs(("", label)),
    )
