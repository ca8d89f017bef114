"""Signing in: password, second factor, lock-out, time-outs, forced changes, off-boarding, and what the ledger
keeps of it.
"""

from __future__ import annotations

import time
from datetime import date
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver

from tests.cast import Cast
from tongchou.record.models import Account, Act, District, Event, PostHolding
from tongchou.web.middleware import BEGAN, SEEN
from tongchou.web.permission import OWN, PAGES, PUBLIC, Page

PASSWORD = "correct horse battery staple"


def with_password(cast: Cast, who: str) -> Account:
    account = cast.accounts[who]
    account.set_password(PASSWORD)
    account.save()
    return account


def sign_in(client: Client, who: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/sign-in", {"username": who, "password": password, **more})


def give_factor(account: Account) -> str:
    secret = generate_totp_secret()
    TOTP.activate(account, secret)
    return secret


def code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def ordinary_page() -> Page:
    """Some page for whoever is signed in and owes nothing."""
    return next(
        p
        for p in PAGES.values()
        if p.permission == OWN and not p.before_duties and "GET" in p.methods and "<" not in p.pattern
    )


def verbs() -> list[str]:
    return list(Act.objects.filter(verb__startswith="account.").order_by("at", "id").values_list("verb", flat=True))


def test_password_opens_a_session_and_the_ledger_has_it(client: Client, cast: Cast) -> None:
    with_password(cast, "inspector")
    client.get("/sign-in")
    answer = sign_in(client, "inspector", next="/account/password")
    assert (answer.status_code, answer["Location"]) == (302, "/account/password")
    assert client.get("/account/password").status_code == 200
    assert verbs() == ["account.signed_in"]
    assert Act.objects.get().account_id == cast.accounts["inspector"].pk


def test_the_session_key_changes_at_sign_in(client: Client, cast: Cast) -> None:
    with_password(cast, "inspector")
    session = client.session
    session["planted"] = 1
    session.save()
    before = session.session_key
    sign_in(client, "inspector")
    assert client.session.session_key != before


@pytest.mark.parametrize("bad", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/sign-out"])
def test_after_sign_in_one_stays_on_this_site(client: Client, cast: Cast, bad: str) -> None:
    with_password(cast, "inspector")
    assert sign_in(client, "inspector", next=bad)["Location"] == "/"


def test_wrong_password_is_refused_and_recorded_without_what_was_typed(client: Client, cast: Cast) -> None:
    with_password(cast, "inspector")
    assert sign_in(client, "inspector", "wrong").status_code == 422
    assert sign_in(client, "my-secret-as-name", "wrong").status_code == 422
    events = list(Event.objects.order_by("id"))
    assert [e.what for e in events] == ["sign_in_failed", "sign_in_failed"]
    assert events[0].subject == f"account:{cast.accounts['inspector'].pk}"
    assert "my-secret" not in str([(e.subject, e.data, e.note) for e in events])


def test_five_failures_lock_this_account_from_this_address_and_say_until_when(client: Client, cast: Cast) -> None:
    with_password(cast, "inspector")
    with_password(cast, "enterprise")
    for _ in range(4):
        assert sign_in(client, "inspector", "wrong").status_code == 422
    locked = sign_in(client, "inspector", "wrong")
    assert locked.status_code == 429
    assert "自动解锁" in locked.content.decode()
    assert sign_in(client, "inspector").status_code == 429  # the right password does not help either
    assert "sessionid" not in client.cookies
    assert verbs().count("account.locked_out") == 1
    assert sign_in(client, "enterprise").status_code == 302  # another account is free
    elsewhere = Client(REMOTE_ADDR="10.9.8.7")
    assert sign_in(elsewhere, "inspector").status_code == 302  # and so is the same one from its usual place


def test_a_lock_ends(client: Client, cast: Cast) -> None:
    from datetime import timedelta

    from axes.models import AccessAttempt
    from django.db.models import F

    with_password(cast, "inspector")
    for _ in range(5):
        sign_in(client, "inspector", "wrong")
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=16))
    assert sign_in(client, "inspector").status_code == 302


def aged(client: Client, **seconds: float) -> None:
    session = client.session
    for key, back in seconds.items():
        session[{"began": BEGAN, "seen": SEEN}[key]] = time.time() - back
    session.save()


@pytest.mark.parametrize(
    ("ages", "alive"),
    [
        ({"seen": 14 * 60}, True),
        ({"seen": 15 * 60 + 1}, False),
        ({"began": 12 * 3600 - 60}, True),
        ({"began": 12 * 3600 + 1}, False),
    ],
)
def test_sessions_end_when_idle_and_after_twelve_hours(
    client: Client, cast: Cast, ages: dict[str, float], alive: bool
) -> None:
    with_password(cast, "inspector")
    sign_in(client, "inspector")
    aged(client, **ages)
    answer = client.get("/account/password")
    assert answer.status_code == (200 if alive else 302)
    if not alive:
        assert answer["Location"] == "/sign-in?next=%2Faccount%2Fpassword"
        assert verbs() == ["account.signed_in", "account.signed_out"]


def test_activity_moves_the_idle_limit_and_polling_does_not(client: Client, cast: Cast) -> None:
    with_password(cast, "inspector")
    sign_in(client, "inspector")
    aged(client, seen=600)
    before = client.session[SEEN]
    client.get("/account/password", HTTP_X_TONGCHOU_POLL="1")
    assert client.session[SEEN] == before
    client.get("/account/password")
    assert client.session[SEEN] > before


def test_a_part_of_a_page_is_told_to_go_to_sign_in(client: Client, cast: Cast) -> None:
    answer = client.get(
        "/account/password", HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL="http://testserver/work?view=mine"
    )
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/sign-in?next=%2Fwork%3Fview%3Dmine"


def test_who_must_use_a_second_factor_activates_it_first(client: Client, real_cast: Cast) -> None:
    cast = real_cast  # committed: allauth reports an activation after the commit
    with_password(cast, "hq")
    assert sign_in(client, "hq").status_code == 302
    page = ordinary_page()
    assert client.get(f"/{page.pattern}")["Location"].startswith("/account/second-factor/activate")
    activate = "/account/second-factor/activate"
    assert client.get(activate).status_code == 302  # the password once more
    assert client.post("/account/confirm?next=" + activate, {"password": PASSWORD}).status_code == 302
    shown = client.get(activate)
    secret = shown.context["form"].secret
    assert client.post(activate, {"code": "000000"}).status_code == 200
    assert client.post(activate, {"code": code(secret)})["Location"] == "/account/recovery-codes"
    assert secret not in str(list(cast.accounts["hq"].authenticator_set.values_list("data", flat=True)))  # sealed
    assert client.get("/account/recovery-codes").status_code == 200
    assert "/sign-in" not in client.get(f"/{page.pattern}").get("Location", "")
    assert "/account/second-factor" not in client.get(f"/{page.pattern}").get("Location", "")
    assert "account.second_factor" in verbs()


def test_with_a_second_factor_the_password_alone_opens_nothing(client: Client, cast: Cast) -> None:
    account = with_password(cast, "hq")
    secret = give_factor(account)
    assert sign_in(client, "hq", next="/account/password")["Location"] == "/sign-in/second-factor"
    assert client.get("/account/password").status_code == 302
    assert client.post("/sign-in/second-factor", {"code": "123456"}).status_code == 200
    assert "account.signed_in" not in verbs()
    assert client.post("/sign-in/second-factor", {"code": code(secret)})["Location"] == "/account/password"
    assert client.get("/account/password").status_code == 200
    assert Event.objects.filter(what="signed_in").get().data["second_factor"] is True


def test_a_code_works_once(client: Client, cast: Cast) -> None:
    account = with_password(cast, "hq")
    now = code(give_factor(account))
    sign_in(client, "hq")
    assert client.post("/sign-in/second-factor", {"code": now}).status_code == 302
    other = Client()
    sign_in(other, "hq")
    assert other.post("/sign-in/second-factor", {"code": now}).status_code == 200


def test_a_recovery_code_stands_in_once(client: Client, cast: Cast) -> None:
    account = with_password(cast, "hq")
    give_factor(account)
    spare = RecoveryCodes.activate(account).get_unused_codes()[0]
    for expected in (302, 200):
        other = Client()
        sign_in(other, "hq")
        assert other.post("/sign-in/second-factor", {"code": spare}).status_code == expected


def test_an_older_session_is_closed_when_the_factor_is_activated_elsewhere(client: Client, cast: Cast) -> None:
    account = with_password(cast, "inspector")
    sign_in(client, "inspector")
    give_factor(account)
    answer = client.get("/settings/nothing-here")
    assert answer.status_code == 404
    free = ordinary_page()
    assert client.get(f"/{free.pattern}")["Location"].startswith("/sign-in/again")


def test_who_needs_the_factor_cannot_remove_it(client: Client, cast: Cast) -> None:
    account = with_password(cast, "hq")
    secret = give_factor(account)
    sign_in(client, "hq")
    client.post("/sign-in/second-factor", {"code": code(secret)})
    client.post("/account/confirm?next=/account/second-factor/remove", {"password": PASSWORD})
    assert client.post("/account/second-factor/remove").status_code == 200
    assert account.authenticator_set.filter(type="totp").exists()


def test_demo_accounts_may_look_round_with_a_reminder_unless_enforced(client: Client, cast: Cast) -> None:
    District.objects.update(demo=True, settings={"demo_password": PASSWORD})
    with_password(cast, "hq")
    assert "hq 单位" not in client.get("/sign-in").content.decode()
    assert "指挥部办公室工作人员" in client.get("/sign-in").content.decode()
    sign_in(client, "hq")
    answer = client.get("/", follow=True)
    assert "演示区" in answer.content.decode()
    with override_settings(DEMO_MFA=True):
        free = ordinary_page()
        assert client.get(f"/{free.pattern}")["Location"].startswith("/account/second-factor/activate")


def test_a_password_that_was_set_for_you_must_be_changed(client: Client, cast: Cast) -> None:
    account = with_password(cast, "inspector")
    Account.objects.filter(pk=account.pk).update(must_change_password=True)
    sign_in(client, "inspector")
    free = ordinary_page()
    assert client.get(f"/{free.pattern}")["Location"].startswith("/account/password")
    form = {"old_password": PASSWORD, "new_password": "short", "new_password_again": "short"}
    assert client.post("/account/password", form).status_code == 422
    new = "another phrase of mine 7"
    form |= {"new_password": new, "new_password_again": new}
    assert client.post("/account/password", form).status_code == 302
    account.refresh_from_db()
    assert account.check_password(new)
    assert not account.must_change_password
    assert client.get("/account/password").status_code == 200  # this session goes on
    assert new not in str(list(Event.objects.values_list("data", flat=True)))


def test_under_dengbao3_a_password_lasts_ninety_days(client: Client, cast: Cast) -> None:
    from datetime import timedelta

    from django.utils import timezone

    account = with_password(cast, "inspector")
    Account.objects.filter(pk=account.pk).update(password_changed_at=timezone.now() - timedelta(days=91))
    sign_in(client, "inspector")
    free = ordinary_page()
    assert "/account/password" not in client.get(f"/{free.pattern}").get("Location", "")
    with override_settings(PASSWORD_PROFILE="dengbao3"):
        assert client.get(f"/{free.pattern}")["Location"].startswith("/account/password")


def test_off_boarding_holds_at_the_next_request(client: Client, cast: Cast) -> None:
    account = with_password(cast, "inspector")
    sign_in(client, "inspector")
    assert client.get("/account/password").status_code == 200
    Account.objects.filter(pk=account.pk).update(is_active=False)
    assert client.get("/account/password").status_code == 302
    assert sign_in(client, "inspector").status_code == 422


def test_without_a_post_nobody_comes_in(client: Client, cast: Cast) -> None:
    account = with_password(cast, "inspector")
    PostHolding.objects.filter(account=account).update(to_date=date(2020, 6, 1))
    assert sign_in(client, "inspector").status_code == 403
    assert verbs() == ["account.sign_in_failed"]


def test_sign_out_is_a_post_and_is_recorded(client: Client, cast: Cast) -> None:
    with_password(cast, "inspector")
    sign_in(client, "inspector")
    assert client.get("/sign-out").status_code == 405
    client.post("/sign-out")
    assert client.get("/account/password").status_code == 302
    assert verbs() == ["account.signed_in", "account.signed_out"]


def test_forms_without_the_csrf_token_are_refused(cast: Cast) -> None:
    with_password(cast, "inspector")
    strict = Client(enforce_csrf_checks=True)
    assert sign_in(strict, "inspector").status_code == 403


def test_strict_headers(client: Client, cast: Cast) -> None:
    answer = client.get("/sign-in")
    policy = dict(part.split(" ", 1) for part in answer["Content-Security-Policy"].split("; "))
    assert policy["script-src"] == "'self'"
    assert policy["object-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["Permissions-Policy"].startswith("camera=(self)")
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "no-store"
    body = answer.content.decode()
    assert "<script>" not in body
    assert "style=" not in body


def test_the_sign_in_page_speaks_both_languages(client: Client, cast: Cast) -> None:
    assert "登录" in client.get("/sign-in").content.decode()
    client.post("/settings/language", {"language": "en", "next": "/sign-in"})
    assert "Sign in" in client.get("/sign-in").content.decode()


def test_every_address_is_in_a_registry() -> None:
    found = []
    for entry in get_resolver().url_patterns:
        if isinstance(entry, URLPattern):
            found.append(entry.name)
        else:
            assert isinstance(entry, URLResolver)
            assert str(entry.pattern) == "api/v1/", "an include() that no registry knows"
    assert sorted(n or "" for n in found) == sorted(PAGES)
    from tongchou.record.access import roles

    for page in PAGES.values():
        assert page.permission in {PUBLIC, OWN} | set(roles().permissions)


PUBLIC_PAGES = {
    "account_login", "account_logout", "mfa_authenticate", "language", "favicon",
    "grades", "regime", "notice_verify",  # what the public may look up: grades of areas, the regime of resumption, whether a notice is real
    "permit_register", "plate", "announced",  # who may work, whether a plate is real, which batches were approved
}  # fmt: skip


def test_every_other_page_asks_for_a_sign_in(client: Client, cast: Cast) -> None:
    """A new public page has to be added to the list above by hand."""
    assert {p.name for p in PAGES.values() if p.permission == PUBLIC} <= PUBLIC_PAGES
    for page in PAGES.values():
        if page.permission == PUBLIC or "<" in page.pattern:
            continue
        method = client.get if "GET" in page.methods else client.post
        answer = method(f"/{page.pattern}")
        assert answer.status_code == 302, page.name
        assert answer["Location"].startswith("/sign-in?"), page.name
