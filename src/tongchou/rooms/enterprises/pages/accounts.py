"""An enterprise's own accounts, for its account keeper: who can sign in for it, opening, closing, a new first password."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.text import Text
from tongchou.record.access import roles
from tongchou.record.actions.own_accounts import OWN_ACCOUNTS, held_in, issue_own, reissue_own, staff_roles
from tongchou.record.enterprise_accounts import HANDED, Handed, handed_cells
from tongchou.record.models import Unit
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.enterprise_accounts import handed_file
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, client_id, do, integer
from tongchou.web.permission import Nav, page

TITLE = Text("本企业账号", "Accounts of our enterprise")
_AGAIN = Text("这次提交已经办理过，初始密码不再显示。", "This was done before; the first password is not shown again.")


def _units(request: HttpRequest) -> list[Unit]:
    return list(Unit.objects.filter(pk__in=actor_of(request).unit_ids(OWN_ACCOUNTS), kind="enterprise", active_to=None).order_by("pk"))


@page("own_accounts", "my/enterprise/accounts", OWN_ACCOUNTS, methods=("GET",), nav=Nav(TITLE, "users"))
def own_accounts(request: HttpRequest) -> HttpResponse:
    """Who holds the posts that the enterprise gives by itself."""
    today = timezone.localdate()
    held = [(unit, [{"row": h, "role": roles()[h.post.role].title} for h in held_in(unit, today)]) for unit in _units(request)]
    return render(request, "enterprises/own_accounts.html", {"title": TITLE, "held": held})


@page("own_account_new", "my/enterprise/accounts/new", OWN_ACCOUNTS)
def own_account_new(request: HttpRequest) -> HttpResponse:
    """Open an account for a reporter or a safety officer of one's own enterprise."""
    back, units = reverse("own_accounts"), _units(request)

    def fields(d: Draft) -> list[FieldParts]:
        help_ = Text("留空由系统按信用代码取名。", "One is made from the credit code when left empty.")
        return [
            d.field("unit", Text("企业", "Enterprise"), "select", choices=[(str(u.pk), u.name) for u in units], required=True),
            d.field("name", Text("姓名", "Name"), required=True, maxlength=60),
            d.field("role", Text("岗位", "Post"), "radio", choices=staff_roles(), required=True),
            d.field("username", Text("用户名", "User name"), maxlength=40, help=help_),
        ]

    def send() -> HttpResponse:
        given = {k: request.POST.get(k, "").strip() for k in ("name", "role", "username")}
        return _shown(request, issue_own(actor_of(request), client_id(request), integer(request, "unit") or 0, **given))

    title = Text("开通账号", "Open an account")
    crumbs = [{"url": back, "label": TITLE}, {"url": "", "label": title}]
    on_record: dict[str, Any] = {"unit": str(units[0].pk)} if units else {}
    note = Text("一人一号，不共用；人走号停。初始密码只显示一次。", "One for each person, never shared; close it when somebody leaves. The first password is shown once.")
    return form_page(request, fields, send, title=title, button=title, back=back, note=note, breadcrumbs=crumbs, on_record=on_record)


def _shown(request: HttpRequest, handed: Handed | None) -> HttpResponse:
    back = reverse("own_accounts")
    if handed is None:
        return done(request, back, _AGAIN)
    context = {"title": TITLE, "sheet_lines": [handed_cells(handed)], "columns": HANDED, "file": handed_file([handed]), "back": back}
    return render(request, "pages/first_passwords.html", context)


@page("own_account_reset", "my/enterprise/<int:enterprise>/accounts/<int:account>/password", OWN_ACCOUNTS, methods=("POST",))
def own_account_reset(request: HttpRequest, enterprise: int, account: int) -> HttpResponse:
    """A new first password, shown once."""
    return _shown(request, reissue_own(actor_of(request), client_id(request), enterprise, account))


@page("own_account_close", "my/enterprise/<int:enterprise>/accounts/<int:account>/close", OWN_ACCOUNTS, methods=("POST",))
def own_account_close(request: HttpRequest, enterprise: int, account: int) -> HttpResponse:
    """Close an account of the enterprise's staff, at once."""
    do(request, "enterprise.account_close", {"unit": enterprise, "account": account})
    return done(request, reverse("own_accounts"), Text("已停用，即刻生效。", "Closed at once."))
