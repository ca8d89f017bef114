"""Accounts, for the security administrator: who can sign in, first passwords, posts, lock-outs, lost second factors."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.text import Text
from tongchou.record.access import roles
from tongchou.record.actions.accounts import Issued, issue_account, issue_password
from tongchou.record.questions.accounts import AccountFile, HeldPost, account_file, account_lines
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import Choices, post_choices
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, client_id, do, given, integer
from tongchou.web.permission import Nav, page

MANAGE = "account.manage"
PAGE = 50
_ACCOUNTS = Text("账号与任职", "Accounts")
_STATES: Choices = [
    ("active", Text("启用", "active")),
    ("disabled", Text("停用", "disabled")),
    ("no_post", Text("无任职", "without a post")),
]
_LANGUAGES: Choices = [("zh-hans", Text("中文", "Chinese")), ("en", Text("英文", "English"))]


@page("accounts", "accounts", MANAGE, methods=("GET",), nav=Nav(_ACCOUNTS, "users"))
def accounts(request: HttpRequest) -> HttpResponse:
    """Every account, by name and state."""
    text, state = request.GET.get("text", "").strip()[:60], request.GET.get("state", "")
    after = max(0, integer(request, "after") or 0)
    rows = account_lines(actor_of(request), text, state, limit=PAGE + 1, after=after)
    columns = [
        {"key": "username", "label": Text("用户名", "User name")},
        {"key": "name", "label": Text("姓名", "Name")},
        {"key": "posts", "label": Text("现任岗位", "Posts held")},
        {"key": "second", "label": Text("二次验证", "Second factor")},
        {"key": "seen", "label": Text("最近登录", "Last sign-in")},
        {"key": "state", "label": Text("状态", "State")},
    ]
    never = Text("从未登录", "never")
    lines = [
        {
            "cells": [
                {"value": a.username, "url": reverse("account", args=[a.id])},
                {"value": a.name},
                {"value": _posts(a.posts)},
                {"value": Text("已启用", "active") if a.second_factor else Text("未启用", "none")},
                {"value": a.last_login or never},
                _state(a.active, bool(a.posts)),
            ]
        }
        for a in rows[:PAGE]
    ]
    context = {
        "sheet": {"key": "accounts", "caption": _ACCOUNTS, "columns": columns, "rows": lines},
        "filters": [
            {
                "key": "state",
                "label": Text("状态", "State"),
                "options": [{"value": k, "label": v} for k, v in _STATES],
                "current": state,
            }
        ],
        "search": {"key": "text", "value": text, "placeholder": Text("用户名或姓名", "User name or name")},
        "empty": {
            "title": Text("没有账号", "No accounts"),
            "text": Text("换一个词，或新增账号。", "Try another word, or add one."),
            "icon": "users",
        },
        "next_after": str(after + PAGE) if len(rows) > PAGE else None,
    }
    return render(request, "pages/accounts.html", context)


def _posts(posts: tuple[HeldPost, ...]) -> Any:
    held = [Text("{u} · {t}", "{u} · {t}").with_(u=p.unit_name, t=p.title or roles()[p.role].title) for p in posts]
    return Text.listed(held) if held else Text("无", "none")


def _state(active: bool, has_post: bool) -> dict[str, Any]:
    if not active:
        return {"value": Text("停用", "disabled"), "tone": "act", "icon": "lock"}
    if not has_post:
        return {"value": Text("无任职", "no post"), "tone": "warn", "icon": "hand-stop"}
    return {"value": Text("启用", "active"), "tone": "ok", "icon": "circle-check"}


@page("account", "accounts/<int:account>", MANAGE, methods=("GET",))
def account_page(request: HttpRequest, account: int) -> HttpResponse:
    """One account: its posts now and before, and what can be done with it."""
    return _account(request, account_file(actor_of(request), account))


def _account(request: HttpRequest, file: AccountFile, issued: Issued | None = None) -> HttpResponse:
    today, line = timezone.localdate(), file.line
    history = [
        {"line": h, "role": roles()[h.role].title, "now": h.since <= today and (h.until is None or h.until > today)}
        for h in file.history
    ]
    context = {
        "file": file,
        "issued": issued,
        "own": line.id == actor_of(request).account_id,
        "history": history,
        "facts": [
            {"label": Text("用户名", "User name"), "value": line.username},
            {
                "label": Text("语言", "Language"),
                "value": Text("英文", "English") if file.language == "en" else Text("中文", "Chinese"),
            },
            {
                "label": Text("二次验证", "Second factor"),
                "value": Text("已启用", "active") if line.second_factor else Text("未启用", "none"),
            },
            {"label": Text("有效接口令牌", "Live API tokens"), "value": file.tokens},
            {"label": Text("最近登录", "Last sign-in"), "value": line.last_login or Text("从未登录", "never")},
            {"label": Text("密码更新", "Password changed"), "value": file.password_changed_at or Text("从未", "never")},
            {"label": Text("建立", "Added"), "value": file.created_at},
        ],
        "badges": [
            {"label": s["value"], "tone": s["tone"], "icon": s["icon"]} for s in [_state(line.active, bool(line.posts))]
        ],
        "breadcrumbs": [{"url": reverse("accounts"), "label": _ACCOUNTS}, {"url": "", "label": line.name}],
    }
    return render(request, "pages/account.html", context)


@page("account_new", "accounts/new", MANAGE)
def account_new(request: HttpRequest) -> HttpResponse:
    """Add an account; its first password is shown once."""

    def fields(d: Draft) -> list[FieldParts]:
        told = Text(
            "3 至 40 个小写字母、数字、点、横线或下划线，以字母开头。",
            "3 to 40 small letters, digits, dots, hyphens or underscores, beginning with a letter.",
        )
        return [
            d.field("username", Text("用户名", "User name"), required=True, maxlength=40, help=told),
            d.field("display_name", Text("姓名", "Name"), required=True, maxlength=80),
            d.field("language", Text("语言", "Language"), "select", choices=_LANGUAGES),
        ]

    def send() -> HttpResponse:
        actor = actor_of(request)
        issued = issue_account(
            actor, client_id(request), request.POST.get("username", ""), request.POST.get("display_name", ""),
            request.POST.get("language") or "zh-hans",
        )  # fmt: skip
        return _account(request, account_file(actor, issued.account), issued)

    title = Text("新增账号", "Add an account")
    note = Text(
        "新账号没有任职就什么也看不到；初始密码只显示一次。",
        "Without a post an account sees nothing. The first password is shown once.",
    )
    crumbs = [{"url": reverse("accounts"), "label": _ACCOUNTS}, {"url": "", "label": title}]
    return form_page(
        request,
        fields,
        send,
        title=title,
        button=Text("新增", "Add"),
        back=reverse("accounts"),
        note=note,
        breadcrumbs=crumbs,
    )


@page("account_password", "accounts/<int:account>/password", MANAGE, methods=("POST",))
def account_password(request: HttpRequest, account: int) -> HttpResponse:
    """Give somebody a new first password, shown once; open sessions end."""
    actor = actor_of(request)
    issued = issue_password(actor, client_id(request), account)
    return _account(request, account_file(actor, account), issued)


_CHANGES: dict[str, tuple[str, Text]] = {
    "disable": ("account.disable", Text("已停用，即刻生效。", "Disabled at once.")),
    "enable": ("account.enable", Text("已启用。", "Enabled.")),
    "unlock": ("account.unlock", Text("已解除锁定。", "Unlocked.")),
    "second-factor": (
        "account.remove_second_factor",
        Text("已清除，本人下次登录时重新启用。", "Removed; a new one is activated at the next sign-in."),
    ),
}


@page("account_change", "accounts/<int:account>/<slug:change>", MANAGE, methods=("POST",))
def account_change(request: HttpRequest, account: int, change: str) -> HttpResponse:
    """Disable, enable, unlock, or remove a lost second factor."""
    account_file(actor_of(request), account)
    verb, said = _CHANGES.get(change, _CHANGES["unlock"])
    do(request, verb, {"account": account})
    return done(request, reverse("account", args=[account]), said)


@page("post_hold", "accounts/<int:account>/posts/new", MANAGE)
def post_hold(request: HttpRequest, account: int) -> HttpResponse:
    """Give the account a post from a day on."""
    actor, back = actor_of(request), reverse("account", args=[account])
    file = account_file(actor, account)

    def fields(d: Draft) -> list[FieldParts]:
        last = Text("不含这一天；留空即长期。", "The first day on which it is no longer held; no end when left empty.")
        posts = post_choices(actor, MANAGE, timezone.localdate())
        return [
            d.field("post", Text("岗位", "Post"), "select", choices=posts, required=True),
            d.field("from_date", Text("自何日起", "From"), "date", help=Text("留空即今天。", "Today when left empty.")),
            d.field("to_date", Text("至何日止", "Until"), "date", help=last),
        ]

    def send() -> HttpResponse:
        do(request, "post.hold", {"account": account} | given(request, "post", "from_date", "to_date"))
        return done(request, back, Text("已任职。", "The post is given."))

    title = Text("任职", "Give a post")
    crumbs = [
        {"url": reverse("accounts"), "label": _ACCOUNTS},
        {"url": back, "label": file.line.name},
        {"url": "", "label": title},
    ]
    return form_page(
        request, fields, send, title=title, subtitle=file.line.name, button=title, back=back, breadcrumbs=crumbs
    )


@page("post_release", "accounts/<int:account>/posts/end", MANAGE, methods=("POST",))
def post_release(request: HttpRequest, account: int) -> HttpResponse:
    """Take a post back, now."""
    do(request, "post.release", {"holding": integer(request, "holding")})
    return done(request, reverse("account", args=[account]), Text("已免职，即刻生效。", "Taken back at once."))
