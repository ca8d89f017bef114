"""Who is asking through a page: the account's posts of today, and what the account has to do before anything else."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor, load_actor, roles
from tongchou.record.access.passwords import expired
from tongchou.record.models import Account, District

"""How long a password lasts under a profile; a profile that is not named sets no limit (OWASP ASVS advises against
one).
"""
ACTIVATED_KEY = "second_factor_activated"


def page_actor(request: HttpRequest) -> Actor:
    """Return the actor of a signed-in page or session call; posts are read anew, so that a change holds at the
    next request.

    Raises Refusal(NOT_SIGNED_IN) when nobody is signed in.
    """
    found = getattr(request, "_page_actor", None)
    if found is None:
        account: Any = request.user
        if not isinstance(account, Account):
            account = getattr(account, "_wrapped", account)
        if not request.user.is_authenticated:
            raise not_signed_in()
        found = load_actor(
            account.pk,
            account.display_name,
            timezone.localdate(),
            via="page",
            person_id=account.person_id,
            second_factor=passed_second_factor(request),
        )
        request._page_actor = found  # type: ignore[attr-defined]
    return found


def session_actor(request: HttpRequest) -> Actor:
    """The same for a call of the API from a signed-in browser: refused until the account has done what is asked of
    it first.
    """
    actor = page_actor(request)
    owed = first_duty(request, actor)
    if owed == "password_change":
        raise Refusal(
            Reason.EXPIRED,
            Text("须先修改密码。", "The password must be changed first."),
            remedy=Text("请在网页上修改密码后再试。", "Change it on the page, then try again."),
        )
    if owed:
        raise Refusal(
            Reason.SECOND_FACTOR_REQUIRED,
            Text("本岗位须启用二次验证。", "Your post requires a second factor."),
            remedy=Text("请在网页上启用二次验证。", "Activate it on the page."),
        )
    return actor


def not_signed_in() -> Refusal:
    return Refusal(
        Reason.NOT_SIGNED_IN,
        Text("尚未登录，或登录已过期。", "You are not signed in, or the session has expired."),
        remedy=Text("请登录。", "Sign in."),
    )


def passed_second_factor(request: HttpRequest) -> bool:
    """Whether this session was opened with the second factor, or activated it."""
    if request.session.get(ACTIVATED_KEY) == request.user.pk:
        return True
    return any(r.get("method") == "mfa" for r in get_authentication_records(request, request.user))


def district(request: HttpRequest | None = None) -> District | None:
    """The district that this database serves; read once a request."""
    if request is None:
        return District.objects.filter(pk=1).first()
    if not hasattr(request, "_district"):
        request._district = District.objects.filter(pk=1).first()  # type: ignore[attr-defined]
    return request._district  # type: ignore[attr-defined]


def needs_second_factor(actor: Actor) -> bool:
    table = roles()
    return any(table[g.role].second_factor for g in actor.grants)


def excused_in_demo(request: HttpRequest) -> bool:
    """In a demo district newcomers may look round without a second factor, unless TONGCHOU_DEMO_MFA=1."""
    here = district(request)
    return bool(here and here.demo) and not settings.DEMO_MFA


def has_second_factor(account_id: int | None) -> bool:
    return Authenticator.objects.filter(user_id=account_id, type=Authenticator.Type.TOTP).exists()


def first_duty(request: HttpRequest, actor: Actor) -> str | None:
    """The name of the page to which the account must go before any other; None when it is free to go on."""
    account: Any = request.user
    if account.must_change_password or expired(account.password_changed_at, timezone.now()):
        return "password_change"
    if actor.second_factor:
        return None
    if has_second_factor(actor.account_id):
        return "sign_in_again"  # activated elsewhere, after this session began
    if needs_second_factor(actor) and not excused_in_demo(request):
        return "mfa_activate_totp"
    return None
