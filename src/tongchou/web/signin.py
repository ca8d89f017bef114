"""Signing in and out, the second factor, and one's own password. allauth keeps the stages; every step is recorded
by act().
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.mfa import signals as mfa_signals
from allauth.mfa.models import Authenticator
from axes.helpers import get_client_ip_address, get_cool_off
from axes.models import AccessAttempt
from axes.signals import user_locked_out
from django.conf import settings
from django.contrib.auth import authenticate, update_session_auth_hash
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.signals import user_logged_in
from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.record.access import SYSTEM, Actor, load_actor, roles
from tongchou.record.access.passwords import asked_of, expired
from tongchou.record.act import act
from tongchou.record.models import Account, Act, PostHolding
from tongchou.web.actor import (
    ACTIVATED_KEY,
    district,
    page_actor,
    passed_second_factor,
)
from tongchou.web.adapters import client_address
from tongchou.web.first_things import FIRST
from tongchou.web.middleware import BEGAN, SEEN, end_session
from tongchou.web.permission import OWN, PUBLIC, page


def record(actor: Actor, verb: str, payload: dict[str, Any]) -> None:
    """Carry out one of the account verbs."""
    act(verb, actor, new_id(), payload)


def safe_next(request: HttpRequest) -> str:
    """Where to go after signing in: only an address of this site."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    fits = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, {request.get_host()})
    return wanted if fits and not wanted.startswith("/sign-") else "/"


@page("account_login", "sign-in", PUBLIC)
def sign_in(request: HttpRequest) -> HttpResponse:
    """User name and password; then, for who has it, the second factor."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(safe_next(request))
    if request.method != "POST":
        return _sign_in_page(request)
    username, password = request.POST.get("username", "").strip(), request.POST.get("password", "")
    if not username or not password or "\x00" in username + password:
        return _sign_in_page(request, Text("请填写账号和密码。", "Give the account and the password."), 422)
    user = authenticate(request, username=username, password=password)
    account = Account.objects.filter(username=username).first()
    if user is None:
        return _failed(request, username, account)
    assert isinstance(user, Account)
    if not load_actor(user.pk, user.display_name, timezone.localdate(), via="page").grants:
        _record_failure(request, user, "no_post")
        rule = Text(
            "该账号目前没有在任岗位，请联系安全管理员。",
            "This account holds no post at present. Ask the security administrator.",
        )
        return _sign_in_page(request, rule, 403)
    login = Login(user=user, redirect_url=safe_next(request))
    response: HttpResponse = perform_password_login(request, {"username": username}, login)
    return response


def _failed(request: HttpRequest, username: str, account: Account | None) -> HttpResponse:
    if getattr(request, "axes_locked_out", False):
        at = unlock_time(request, username)
        shown = timezone.localtime(at).strftime("%H:%M") if at else ""
        rule = Text(
            "连续输错密码，账号已在此网络锁定，{at} 自动解锁。也可请安全管理员解锁。",
            "Too many wrong passwords: locked from this network until {at}. The security administrator can unlock it.",
        )
        return _sign_in_page(request, rule.with_(at=shown), 429)
    _record_failure(request, account, "password")
    left = settings.AXES_FAILURE_LIMIT - getattr(request, "axes_failures_since_start", 1)
    rule = Text(
        "账号或密码不正确。再输错 {n} 次将锁定。", "The account or the password is wrong. {n} more wrong tries lock it."
    )
    return _sign_in_page(request, rule.with_(n=left), 422)


def unlock_time(request: HttpRequest, username: str) -> datetime | None:
    last = (
        AccessAttempt.objects.filter(username=username, ip_address=get_client_ip_address(request))
        .order_by("-attempt_time")
        .first()
    )
    return None if last is None else last.attempt_time + (get_cool_off(request) or timedelta())


def _record_failure(request: HttpRequest, account: Account | None, why: str) -> None:
    payload = {"account": account.pk if account else None, "why": why, "address": client_address(request)}
    record(SYSTEM, "account.sign_in_failed", payload)


@receiver(user_locked_out)
def _locked(request: HttpRequest, username: str, **rest: Any) -> None:
    """Recorded once, when the limit is reached; later tries during the lock change nothing."""
    if getattr(request, "axes_failures_since_start", None) is None:
        return
    account = Account.objects.filter(username=username or "").first()
    payload = {"account": account.pk if account else None, "why": "locked", "address": client_address(request)}
    record(SYSTEM, "account.locked_out", payload)


@receiver(mfa_signals.authentication_failed)
def _code_failed(request: HttpRequest, user: Account, **rest: Any) -> None:
    _record_failure(request, user, "second_factor")


@receiver(user_logged_in)
def _signed_in(request: HttpRequest, user: Account, **rest: Any) -> None:
    """Stamp the session for the time-outs, and record the sign-in."""
    request.session[BEGAN] = request.session[SEEN] = time.time()
    request._page_actor = None  # type: ignore[attr-defined]
    second = passed_second_factor_of(request, user)
    actor = load_actor(user.pk, user.display_name, timezone.localdate(), via="page", second_factor=second)
    if not Act.objects.filter(account=user.pk, verb="account.signed_in").exists():
        request.session[FIRST] = True
    if actor.grants:
        record(actor, "account.signed_in", {"second_factor": second, "address": client_address(request)})


def passed_second_factor_of(request: HttpRequest, user: Account) -> bool:
    request.user = user
    return passed_second_factor(request)


@receiver(mfa_signals.authenticator_added)
def _factor_added(request: HttpRequest, user: Account, authenticator: Authenticator, **rest: Any) -> None:
    if authenticator.type == Authenticator.Type.TOTP:
        request.session[ACTIVATED_KEY] = user.pk
        request.session.cycle_key()  # what a session may do has grown
        record(page_actor(request), "account.second_factor", {"change": "activated"})
    else:
        record(page_actor(request), "account.second_factor", {"change": "recovery_codes"})


@receiver(mfa_signals.authenticator_removed)
def _factor_removed(request: HttpRequest, user: Account, authenticator: Authenticator, **rest: Any) -> None:
    if authenticator.type == Authenticator.Type.TOTP:
        request.session.pop(ACTIVATED_KEY, None)
        record(page_actor(request), "account.second_factor", {"change": "removed"})


def _sign_in_page(request: HttpRequest, problem: Text | None = None, status: int = 200) -> HttpResponse:
    here = district(request)
    context = {
        "problem": problem,
        "next": safe_next(request),
        "username": request.POST.get("username") or request.GET.get("username", ""),
        "demo_accounts": _demo_accounts() if here and here.demo else [],
        "demo_password": (here.settings or {}).get("demo_password", "") if here and here.demo else "",
    }
    return render(request, "signin/sign_in.html", context, status=status)


def _demo_accounts() -> list[dict[str, Any]]:
    """One account for each role, in the order of the role table."""
    today = timezone.localdate()
    held = (
        PostHolding.objects.filter(account__is_active=True, from_date__lte=today)
        .exclude(to_date__lte=today)
        .select_related("account", "post__unit")
        .order_by("post__role", "pk")
        .distinct("post__role")
    )
    first = {h.post.role: h for h in held}
    table = roles().by_key
    return [
        {
            "username": first[key].account.username,
            "role": role.title,
            "unit": first[key].post.unit.name,
            "query": urlencode({"username": first[key].account.username}),
        }
        for key, role in table.items()
        if key in first
    ]


@page("account_logout", "sign-out", PUBLIC, methods=("POST",))
def sign_out(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        end_session(request, "asked")
    return HttpResponseRedirect(reverse("account_login"))


@page("sign_in_again", "sign-in/again", OWN, before_duties=True)
def sign_in_again(request: HttpRequest) -> HttpResponse:
    """The second factor was activated in another session: this one has to be opened again with it."""
    end_session(request, "second_factor")
    return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': safe_next(request)})}")


@page("password_change", "account/password", OWN, before_duties=True)
def password_change(request: HttpRequest) -> HttpResponse:
    """One's own password; forced when an administrator has set it, or when the profile's limit has passed."""
    account = Account.objects.get(username=request.user.get_username())
    problems: list[Refusal] = []
    if request.method == "POST":
        problems = _password_problems(request, account)
        if not problems:
            made = make_password(request.POST["new_password"])
            record(page_actor(request), "account.own_password", {"password_hash": made})
            account.refresh_from_db()
            update_session_auth_hash(request, account)
            return HttpResponseRedirect(safe_next(request))
    forced = account.must_change_password or expired(account.password_changed_at, timezone.now())
    context = {"problems": problems, "forced": forced, "next": safe_next(request), "rule": asked_of()}
    return render(request, "account/password_change.html", context, status=422 if problems else 200)


def _password_problems(request: HttpRequest, account: Account) -> list[Refusal]:
    old, new, again = (request.POST.get(k, "") for k in ("old_password", "new_password", "new_password_again"))
    problems = []
    if authenticate(request, username=account.username, password=old) is None:
        problems.append(
            Refusal(Reason.INVALID_VALUE, Text("原密码不正确。", "The old password is wrong."), field="old_password")
        )
    if new != again:
        problems.append(
            Refusal(
                Reason.INVALID_VALUE,
                Text("两次输入的新密码不一致。", "The two new passwords differ."),
                field="new_password_again",
            )
        )
    if new and new == old:
        problems.append(
            Refusal(
                Reason.INVALID_VALUE,
                Text("新密码不能与原密码相同。", "The new password must differ from the old."),
                field="new_password",
            )
        )
    pair = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            try:
                validate_password(new, account)
            except ValidationError as error:
                pair[language] = " ".join(error.messages)
    if pair:
        problems.append(Refusal(Reason.INVALID_VALUE, Text(pair["zh-hans"], pair["en"]), field="new_password"))
    return problems


@page("language", "settings/language", PUBLIC, methods=("POST",))
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language: of the account, and of this browser."""
    wanted = "en" if request.POST.get("language") == "en" else "zh-hans"
    if request.user.is_authenticated:
        record(page_actor(request), "account.own_language", {"language": wanted})
    response = HttpResponseRedirect(safe_next(request))
    response.set_cookie("language", wanted, max_age=365 * 86400, samesite="Lax", secure=settings.HTTPS, httponly=True)
    return response


@page("favicon", "favicon.ico", PUBLIC, methods=("GET",))
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for it beside a file or a part of a page, where no head names the icon."""
    return HttpResponseRedirect(static("mark.svg"))
