"""The enterprise asks for a change of its own entry by form; who checks it sees what is on record beside what is asked for."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.record.enterprises import EDIT, OWN, enterprise_in_reach, open_contact, permission_for
from tongchou.record.territory.reach import missing
from tongchou.rooms.enterprises.models import EntryChange
from tongchou.rooms.enterprises.pages.edit import FLAGS, shown_flag, tell_flag
from tongchou.rooms.enterprises.proposing import FIELDS, KIND, on_record
from tongchou.rooms.enterprises.words import flag
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.loops import LOOP_LINKS, LoopLink
from tongchou.web.pages.requests import actor_of, do
from tongchou.web.permission import page

_FLAGS = ("self_employed", "above_scale")
_NUMBERS = ("staff", "revenue", "assets")
_CONTACT = {"contact_name": Text("联系人", "Contact"), "contact_phone": Text("联系电话", "Phone")}
_TITLE = Text("申请变更登记信息", "Ask for a change of the entry")


def _fields(d: Draft) -> list[FieldParts]:
    out = []
    for name, label in (FIELDS | _CONTACT).items():
        if name in _FLAGS:
            out.append(d.field(name, label, "select", choices=FLAGS))
        elif name in _NUMBERS:
            out.append(d.field(name, label, "number", min=0))
        else:
            out.append(d.field(name, label, "tel" if name == "contact_phone" else "text", required=name == "name", maxlength=160))
    told = Text("发生了什么变化，凭什么证明（如新执照、上年度报表）。", "What has happened and what shows it, such as a new licence or last year's accounts.")
    return [*out, d.field("reason", Text("变更原因", "Why"), "textarea", required=True, maxlength=500, help=told)]


@page("enterprise_propose", "enterprises/<int:enterprise>/propose", OWN)
def enterprise_propose(request: HttpRequest, enterprise: int) -> HttpResponse:
    """Change what has changed and send it; what is left as it stands is not asked for."""
    unit = enterprise_in_reach(actor_of(request), enterprise, OWN)
    held = {k: v for k, v in on_record(unit).items() if v is not None}
    back = reverse("enterprise_own")

    def send() -> HttpResponse:
        told: dict[str, Any] = {n: request.POST.get(n, "").strip() for n in (*FIELDS, *_CONTACT, "reason") if n not in _FLAGS}
        told |= {n: told[n] or None for n in ("code", "industry", *_NUMBERS)} | {n: tell_flag(request, n) for n in _FLAGS}
        made = do(request, "enterprise.propose", told | {"unit": enterprise}).result
        return done(request, reverse("loop", args=[made["loop"]]), Text("已提交，由街道核对。", "Sent; the street checks it."))

    return form_page(
        request, _fields, send, title=_TITLE, subtitle=unit.name, button=Text("提交", "Send"), back=back,
        on_record=held | {n: shown_flag(held.get(n)) for n in _FLAGS},
        breadcrumbs=[{"url": back, "label": Text("本企业", "Our enterprise")}, {"url": "", "label": _TITLE}],
    )  # fmt: skip


@page("register_change", "enterprises/changes/<uuid:register_loop>", "loop.view", methods=("GET",))
def register_change(request: HttpRequest, register_loop: uuid.UUID) -> HttpResponse:
    """What is on record beside what is asked for: for the enterprise itself and for those who keep the register."""
    actor = actor_of(request)
    row = EntryChange.objects.select_related("unit__area").filter(loop=register_loop).first()
    if row is None or not permission_for(actor, row.unit, EDIT, OWN):
        raise missing(Text("没有找到该申请。", "There is no such request."), "loop", str(register_loop))
    contact = open_contact(row.sealed_contact, row.unit_id)
    lines = [{"label": FIELDS[n], "before": _shown(n, row.before.get(n)), "value": _shown(n, v)} for n, v in row.values.items()]
    if contact is not None:
        lines.append({"label": Text("联系人", "Contact"), "before": None, "value": f"{contact.name} {contact.phone}".strip()})
    context = {
        "title": _TITLE, "row": row, "lines": lines, "back": reverse("loop", args=[register_loop]),
        "breadcrumbs": [{"url": reverse("loop", args=[register_loop]), "label": row.unit.name[:30]}, {"url": "", "label": _TITLE}],
    }  # fmt: skip
    return render(request, "enterprises/register_change.html", context)


def _shown(name: str, value: Any) -> Any:
    return flag(value) if name in _FLAGS else value


LOOP_LINKS.append(
    LoopLink(
        "register_change", Text("对照登记内容", "Beside what is on record"), "file-text",
        lambda found, actor: found.kind.key == KIND and (actor.permits(EDIT) or actor.permits(OWN)),
    )
)  # fmt: skip
