"""What allauth and axes ask of this site: no sign-up, no mail, sealed secrets, and from where a request comes."""

from __future__ import annotations

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tongchou.record.access import load_actor
from tongchou.record.keyring import keyring
from tongchou.record.models import Account
from tongchou.web.actor import district, needs_second_factor

_AAD = b"mfa"


def client_address(request: HttpRequest) -> str:
    """The address from which a request came. Behind a proxy of one's own (TONGCHOU_PROXY=1): the last one that it
    added.
    """
    if settings.BEHIND_PROXY:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")[-1].strip()
        if forwarded:
            return forwarded[:60]
    return str(request.META.get("REMOTE_ADDR", ""))


def keep_response(request: HttpRequest, response: HttpResponse, credentials: Any = None) -> HttpResponse:
    """axes asks what to answer when locked out: the sign-in page has already said it."""
    return response


class AccountAdapter(DefaultAccountAdapter):
    """No sign-up, no mail, no messages of allauth's own."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        return None

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        return None

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        return None

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return "/"


class MfaAdapter(DefaultMFAAdapter):
    """Secrets of the second factor are sealed like every other secret in the database."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(keyring().seal(text.encode(), _AAD)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return keyring().open(base64.b64decode(encrypted_text), _AAD).decode()

    def get_totp_label(self, user: Any) -> str:
        return str(user.username)

    def get_totp_issuer(self) -> str:
        here = district()
        return "Tongchou" if here is None else f"Tongchou {here.name_en or here.name}"

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        return None

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Who holds a post that needs the second factor cannot remove it."""
        account = Account.objects.get(pk=authenticator.user_id)
        return not needs_second_factor(load_actor(account.pk, account.display_name, timezone.localdate(), via="page"))
