"""Linking the account of somebody who stands at the counter with the own file, and undoing it."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.record.actions.people_account import TAIL
from tongchou.record.models import Account
from tongchou.record.people.reach import person_in_reach
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, integer
from tongchou.web.permission import page

EDIT = "person.edit"
_TITLE = Text("关联账号", "Link an account")


@page("person_account", "people/<uuid:person>/account", EDIT)
def person_account(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """Which accounts are linked to a file; link one with the document in hand."""
    person_in_reach(actor_of(request), EDIT, person)
    back = reverse("person", args=[person])
    linked = list(Account.objects.filter(person=person).order_by("username"))

    def fields(d: Draft) -> list[FieldParts]:
        shown = [
            d.field("username", Text("用户名", "User name"), maxlength=60, help=Text("本人登录时使用的用户名。", "As the person signs in.")),
            d.field("document_tail", Text("证件号码末四位", "Last four of the document"), maxlength=TAIL,
                    help=Text("对照本人出示的证件填写。", "From the document that the person shows.")),
        ]  # fmt: skip
        if linked:
            choices = [("", Text("不解除", "keep")), *((str(a.pk), a.username) for a in linked)]
            shown.append(d.field("unlink", Text("解除关联", "Undo a link"), "select", choices=choices))
        return shown

    def send() -> HttpResponse:
        key = integer(request, "unlink")
        if key is not None:
            do(request, "person.unlink_account", {"person": str(person), "account": key})
            return done(request, back, Text("已解除关联。", "The link is undone."))
        payload = {"person": str(person), "username": request.POST.get("username", ""), "document_tail": request.POST.get("document_tail", "")}
        changed = do(request, "person.link_account", payload).result["changed"]
        return done(request, back, Text("已关联。", "Linked.") if changed else Text("原已关联。", "It was linked already."))

    names = "、".join(a.username for a in linked)
    note = Text("已关联：{names}", "Linked: {names}").with_(names=names) if names else Text(
        "关联后，本人登录即可查看和更正自己的档案、签到、查看管控措施。", "The person then sees and corrects the own file, signs in at the gate and sees own orders."
    )
    crumbs = [{"url": back, "label": Text("档案", "File")}, {"url": "", "label": _TITLE}]
    return form_page(request, fields, send, title=_TITLE, button=Text("办理", "Do it"), back=back, note=note, breadcrumbs=crumbs)
