"""The pages of the second factor: allauth's views, each registered with its address and permission like every
other page.
"""

from __future__ import annotations

from typing import Any

from allauth.account import views as account_views
from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp

from tongchou.web.permission import OWN, PUBLIC, page

_VIEWS: list[tuple[str, str, str, Any]] = [
    ("mfa_authenticate", "sign-in/second-factor", PUBLIC, base.authenticate),
    ("mfa_reauthenticate", "account/confirm/second-factor", OWN, base.reauthenticate),
    ("account_reauthenticate", "account/confirm", OWN, account_views.ReauthenticateView.as_view()),
    ("mfa_index", "account/second-factor", OWN, base.index),
    ("mfa_activate_totp", "account/second-factor/activate", OWN, totp.activate_totp),
    ("mfa_deactivate_totp", "account/second-factor/remove", OWN, totp.deactivate_totp),
    ("mfa_view_recovery_codes", "account/recovery-codes", OWN, recovery.view_recovery_codes),
    ("mfa_generate_recovery_codes", "account/recovery-codes/new", OWN, recovery.generate_recovery_codes),
    ("mfa_download_recovery_codes", "account/recovery-codes/download", OWN, recovery.download_recovery_codes),
]
for _name, _pattern, _permission, _view in _VIEWS:
    page(_name, _pattern, _permission, before_duties=True)(_view)
