"""Tokens: what they open, and that they never open more than their owner's posts do at the moment."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from tests.api.calling import Caller, token_of
from tests.cast import PEOPLE, Cast
from tongchou.api import callers
from tongchou.api.root import api
from tongchou.api.table import OPERATIONS, OWN, PUBLIC
from tongchou.kernel.errors import Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.access import roles
from tongchou.record.actions.tokens import NOT_FOR_TOKENS, issue
from tongchou.record.models import Account, Act, ApiToken, PostHolding

READS = {
    "loops": "/loops",
    "kinds": "/kinds",
    "areas": "/areas",
    "units": "/units",
    "custody_balances": "/custody/balances",
    "custody_held": "/custody/held",
    "tokens": "/tokens",
    "people": "/people?q=zzzz",
}


@pytest.fixture(autouse=True)
def _no_failures() -> None:
    callers._failures.clear()


def test_every_operation_is_in_the_table() -> None:
    found = {
        operation.operation_id
        for _, router in api._routers
        for view in router.path_operations.values()
        for operation in view.operations
    }
    assert found == set(OPERATIONS)
    for permission in OPERATIONS.values():
        assert permission in {OWN, PUBLIC} | set(roles().permissions)


@pytest.mark.parametrize("who", sorted(PEOPLE))
def test_reads_follow_the_role_table(cast: Cast, who: str) -> None:
    actor = cast.as_(who)
    if not actor.permits("token.own"):
        with pytest.raises(Refusal):
            token_of(cast, who, ["loop.view"])
        return
    caller = Caller(token_of(cast, who))
    for name, path in READS.items():
        status, _ = caller.get(path)
        permission = OPERATIONS[name]
        allowed = actor.permits(permission) and permission not in NOT_FOR_TOKENS
        assert (status == 403) is not allowed, (who, name, status)


@pytest.mark.parametrize("permission", sorted({OPERATIONS[n] for n in READS} - NOT_FOR_TOKENS))
def test_a_token_opens_only_what_it_lists(cast: Cast, permission: str) -> None:
    caller = Caller(token_of(cast, "hq", [permission]))
    assert caller.get("/me")[1]["permissions"] == [permission]
    for name, path in READS.items():
        status, _ = caller.get(path)
        assert (status != 403) is (OPERATIONS[name] == permission), (permission, name, status)


def test_a_token_loses_what_its_owner_loses(cast: Cast) -> None:
    caller = Caller(token_of(cast, "hq"))
    assert caller.get("/people?q=zzzz")[0] != 403
    PostHolding.objects.filter(account=cast.accounts["hq"]).update(to_date=date(2020, 6, 1))
    PostHolding.objects.create(
        account=cast.accounts["hq"], post=cast.accounts["dept"].holdings.get().post, from_date=date(2021, 1, 1)
    )
    assert caller.get("/people?q=zzzz")[0] == 403
    assert caller.get("/loops")[0] == 200
    PostHolding.objects.filter(account=cast.accounts["hq"]).update(to_date=date(2021, 6, 1))
    assert caller.get("/loops")[0] == 403


@pytest.mark.parametrize(
    "wanted", [["audit.view"], ["token.own"], ["settings.own"], ["no.such"], ["loop.view", "account.manage"]]
)
def test_nobody_makes_a_token_for_more_than_they_may(cast: Cast, wanted: list[str]) -> None:
    with pytest.raises(Refusal):
        token_of(cast, "hq", wanted)
    assert not ApiToken.objects.exists()


def test_a_token_makes_no_token(cast: Cast) -> None:
    status, _ = Caller(token_of(cast, "hq")).post("/tokens", {"name": "x", "permissions": ["loop.view"]})
    assert status == 403


def test_only_the_digest_is_kept(cast: Cast) -> None:
    text = token_of(cast, "hq")
    row = ApiToken.objects.get()
    assert len(bytes(row.digest)) == 32
    assert text not in str(list(ApiToken.objects.values())) + str(list(Act.objects.values()))
    assert row.expires_at - timezone.now() < timedelta(days=90)


def test_ninety_days_are_the_longest(cast: Cast) -> None:
    with pytest.raises(Refusal) as caught:
        issue(cast.as_("hq"), new_id(), "x", ["loop.view"], 91)
    assert caught.value.field == "days"


@pytest.mark.parametrize("how", ["revoked", "expired", "off-boarded", "garbage", "basic"])
def test_a_dead_token_opens_nothing(cast: Cast, how: str) -> None:
    text = token_of(cast, "hq")
    caller = Caller(text)
    assert caller.get("/me")[0] == 200
    if how == "revoked":
        cast.act("hq", "token.revoke", token=ApiToken.objects.get().pk)
    elif how == "expired":
        ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif how == "off-boarded":
        Account.objects.filter(pk=cast.accounts["hq"].pk).update(is_active=False)
    else:
        caller = Caller(HTTP_AUTHORIZATION="Basic aHE6aHE=" if how == "basic" else f"Bearer {text[:-1]}")
    for answer in (caller.get("/me"), caller.post("/acts/loop.note", {})):
        assert (answer[0], answer[1]["reason"]) == (401, "not_signed_in")


def test_somebody_elses_token_cannot_be_revoked(cast: Cast) -> None:
    token_of(cast, "hq")
    with pytest.raises(Refusal) as caught:
        cast.act("street", "token.revoke", token=ApiToken.objects.get().pk)
    assert caught.value.status == 404


def test_guessing_tokens_is_slowed_down(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    minute = SimpleNamespace(monotonic=lambda: -60.0)  # one that no other test counts in, and that does not turn meanwhile
    monkeypatch.setattr(callers, "time", minute)
    caller = Caller("tc_guess")
    statuses = [caller.get("/me")[0] for _ in range(callers.FAILURES_A_MINUTE + 2)]
    assert statuses[0] == 401
    assert statuses[-1] == 429


def test_a_signed_in_browser_needs_the_csrf_token_to_write(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.accounts["dept"], "django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["second_factor_activated"] = cast.accounts["dept"].pk
    session.save()
    assert client.get("/api/v1/me").json()["via"] == "page"
    body = {"name": "x", "permissions": ["loop.view"]}
    answer = client.post("/api/v1/tokens", body, content_type="application/json", HTTP_IDEMPOTENCY_KEY=str(new_id()))
    assert answer.status_code == 403
    client.get("/sign-in")
    client.get("/account/password")
    csrf = client.cookies["csrf"].value
    answer = client.post(
        "/api/v1/tokens",
        body,
        content_type="application/json",
        HTTP_IDEMPOTENCY_KEY=str(new_id()),
        HTTP_X_CSRFTOKEN=csrf,
    )
    assert answer.status_code == 200
    assert Caller(answer.json()["token"]).get("/loops")[0] == 200


def test_a_browser_that_owes_its_second_factor_gets_no_data(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.accounts["hq"], "django.contrib.auth.backends.ModelBackend")
    answer = client.get("/api/v1/loops")
    assert (answer.status_code, answer.json()["reason"]) == (403, "second_factor_required")
