"""One's own settings: posts and duty, language, password, second factor, API tokens."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.text import Text
from tongchou.record.access import Actor, roles
from tongchou.record.actions.tokens import LONGEST_DAYS, NOT_FOR_TOKENS, Issued, issue
from tongchou.record.models import Account, ApiToken, PostHolding
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import Choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, client_id, do, integer
from tongchou.web.permission import page

_SETTINGS = Text("个人设置", "Settings")


@page("settings", "settings", "settings.own", methods=("GET",))
def settings_page(request: HttpRequest) -> HttpResponse:
    """What one can change about one's own account."""
    return _settings(request, None)


def _settings(request: HttpRequest, issued: Issued | None) -> HttpResponse:
    actor = actor_of(request)
    account = Account.objects.get(pk=actor.account_id or 0)
    context = {
        "issued": issued,
        "facts": [
            {"label": Text("姓名", "Name"), "value": account.display_name},
            {"label": Text("用户名", "User name"), "value": account.username},
            {
                "label": Text("密码更新", "Password changed"),
                "value": account.password_changed_at or Text("从未", "never"),
            },
        ],
        "posts": _posts(actor),
        "second_factor": actor.second_factor,
        "english": account.language == "en",
        "can_token": actor.permits("token.own"),
        "tokens": _tokens(actor) if actor.permits("token.own") else [],
        "breadcrumbs": [{"url": "", "label": _SETTINGS}],
    }
    return render(request, "pages/settings.html", context)


def _posts(actor: Actor) -> list[dict[str, Any]]:
    today = timezone.localdate()
    rows = (
        PostHolding.objects.filter(account_id=actor.account_id or 0, from_date__lte=today, post__ended_on=None)
        .exclude(to_date__lte=today)
        .select_related("post__unit")
        .order_by("pk")
    )
    return [{"holding": h, "role": roles()[h.post.role].title} for h in rows]


def _tokens(actor: Actor) -> list[dict[str, Any]]:
    now, table = timezone.now(), roles().permissions
    rows = ApiToken.objects.filter(account_id=actor.account_id or 0).order_by("-created_at")[:50]
    return [
        {
            "row": t,
            "live": t.revoked_at is None and t.expires_at > now,
            "permissions": [table[p] for p in t.permissions if p in table],
        }
        for t in rows
    ]


@page("token_new", "settings/tokens/new", "token.own")
def token_new(request: HttpRequest) -> HttpResponse:
    """Make an API token with some of one's own permissions; its text is shown once."""
    actor = actor_of(request)
    table = roles().permissions
    mine = sorted({p for g in actor.grants for p in roles()[g.role].permissions} - NOT_FOR_TOKENS)
    offered: Choices = [(p, table[p]) for p in mine]

    def fields(d: Draft) -> list[FieldParts]:
        name = Text("用在哪里，如“复工台账对接”。", "Where it is used.")
        return [
            d.field("name", Text("名称", "Name"), required=True, maxlength=80, help=name),
            d.field(
                "days",
                Text("有效期", "Valid for"),
                "integer",
                unit=Text("天", "days"),
                min=1,
                max=LONGEST_DAYS,
                required=True,
            ),
            d.field("permissions", Text("权限", "Permissions"), "checkboxes", choices=offered, required=True),
        ]

    def send() -> HttpResponse:
        issued = issue(
            actor, client_id(request), request.POST.get("name", "").strip(), request.POST.getlist("permissions"),
            integer(request, "days") or 0,
        )  # fmt: skip
        return _settings(request, issued)

    title = Text("新建接口令牌", "Make an API token")
    note = Text(
        "令牌只能做您本人能做的事，也不会超出所选权限；您离任时它一并失效。",
        "A token does only what you may do yourself, and no more than is ticked; when you lose a post, so does it.",
    )
    crumbs = [{"url": reverse("settings"), "label": _SETTINGS}, {"url": "", "label": title}]
    return form_page(
        request, fields, send, title=title, button=Text("生成", "Make it"), back=reverse("settings"), note=note,
        breadcrumbs=crumbs, on_record={"days": 30},
    )  # fmt: skip


@page("token_revoke", "settings/tokens/<int:token>/revoke", "token.own", methods=("POST",))
def token_revoke(request: HttpRequest, token: int) -> HttpResponse:
    """Revoke one of one's own tokens."""
    do(request, "token.revoke", {"token": token})
    return done(request, reverse("settings"), Text("已吊销，即刻失效。", "Revoked; it no longer works."))
