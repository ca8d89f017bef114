"""Accounts and passwords: who may manage them, first passwords, what takes effect at once, the two password profiles."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import get_password_validators, validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from tests.cast import Cast
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.access.passwords import PROFILES, expired, first_password, validators
from tongchou.record.actions.accounts import issue_account, issue_password
from tongchou.record.models import Account, Act, Event


def refused(run: Callable[[], Any]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run()
    return caught.value


def faults(password: str, key: str, user: Any = None) -> set[str]:
    """Codes of what a profile has against a password."""
    try:
        validate_password(password, user, get_password_validators(validators(key)))
    except ValidationError as error:
        return {str(e.code) for e in error.error_list}
    return set()


def test_a_new_account_has_a_first_password_shown_once(cast: Cast) -> None:
    issued = issue_account(cast.as_("security"), new_id(), " Zhang.San ", "张三")
    account = Account.objects.get(pk=issued.account)
    assert account.username == "zhang.san"
    assert account.must_change_password
    assert issued.password is not None
    assert account.check_password(issued.password)
    stored = json.dumps(list(Act.objects.values("result")), default=str) + json.dumps(list(Event.objects.values("data")), default=str)
    assert issued.password not in stored
    assert account.password not in stored


def test_user_names(cast: Cast) -> None:
    for wrong in ("ab", "1abc", "a b c", "张三三", "root", "a" * 41, "a/b/c"):
        assert refused(lambda w=wrong: issue_account(cast.as_("security"), new_id(), w, "某某")).field == "username", wrong
    issue_account(cast.as_("security"), new_id(), "lisi", "李四")
    assert refused(lambda: issue_account(cast.as_("security"), new_id(), "LISI", "另一位")).reason is Reason.DUPLICATE
    assert Account.objects.filter(username="lisi").count() == 1


def test_a_password_in_clear_is_never_stored(cast: Cast) -> None:
    clear = "this is a password in clear"
    found = refused(lambda: cast.act("security", "account.reset_password", account=cast.accounts["street"].pk, password_hash=clear))
    assert (found.field, found.value) == ("password_hash", None)


def test_only_the_security_administrator_manages_accounts_and_never_his_own(cast: Cast) -> None:
    target = cast.accounts["community"].pk
    for who in ("hq", "leader", "street", "next_street", "sysadmin", "auditor"):
        for verb in ("account.disable", "account.enable"):
            assert refused(lambda w=who, v=verb: cast.act(w, v, account=target)).reason is Reason.NOT_ALLOWED
        assert refused(lambda w=who: issue_account(cast.as_(w), new_id(), "wangwu", "王五")).reason is Reason.NOT_ALLOWED
        assert refused(lambda w=who: issue_password(cast.as_(w), new_id(), target)).reason is Reason.NOT_ALLOWED
    own = cast.accounts["security"].pk
    for verb in ("account.disable", "account.enable"):
        assert refused(lambda v=verb: cast.act("security", v, account=own)).reason is Reason.SAME_PERSON
    assert refused(lambda: issue_password(cast.as_("security"), new_id(), own)).reason is Reason.SAME_PERSON


def test_disabling_takes_effect_at_once(cast: Cast) -> None:
    actor = cast.as_("street")
    assert actor.permits("loop.view")
    cast.act("security", "account.disable", account=cast.accounts["street"].pk)
    assert not cast.as_("street").permits("loop.view")
    cast.act("security", "account.enable", account=cast.accounts["street"].pk)
    assert cast.as_("street").permits("loop.view")
    assert list(Event.objects.order_by("id").values_list("what", flat=True)) == ["account_disabled", "account_enabled"]


def test_the_last_security_administrator_stays(cast: Cast) -> None:
    from tongchou.record.access import SYSTEM
    from tongchou.record.act import act

    payload = {"account": cast.accounts["security"].pk}
    assert refused(lambda: act("account.disable", SYSTEM, new_id(), payload)).reason is Reason.CONFLICT


def test_a_reset_password_must_be_changed(cast: Cast) -> None:
    issued = issue_password(cast.as_("security"), new_id(), cast.accounts["street"].pk)
    account = Account.objects.get(pk=issued.account)
    assert account.must_change_password
    assert account.check_password(issued.password or "")


def test_asvs_asks_for_length_and_nothing_common() -> None:
    assert faults("short-Aa1", "asvs") == {"length"}
    assert faults("a" * 129, "asvs") == {"length"}
    assert faults("one small phrase without signs", "asvs") == set()
    assert faults("一二三四五六七八九十十一", "asvs") == set(), "characters are counted, not bytes"
    assert faults("password123456", "asvs") == {"password_too_common"}
    person = Account(username="zhangsanfeng88", display_name="张三丰")
    assert "password_too_similar" in faults("zhangsanfeng88", "asvs", person)
    assert not expired(None, timezone.now(), PROFILES["asvs"])


def test_dengbao_asks_for_kinds_and_rotation() -> None:
    assert faults("qzkwmbv1", "dengbao3") == {"kinds"}
    assert faults("Xk7-wq2", "dengbao3") == {"length"}
    assert faults("Xk7wq2mz", "dengbao3") == set()
    now = timezone.now()
    profile = PROFILES["dengbao3"]
    assert not expired(now - timedelta(days=89), now, profile)
    assert expired(now - timedelta(days=90), now, profile)
    assert expired(None, now, profile), "an unknown age is not a young one"


def test_the_last_passwords_are_not_used_again() -> None:
    person = Account(username="lisi", display_name="李四", password=make_password("Xk7wq2mz-now"))
    person.password_history = [make_password(f"Xk7wq2mz-{n}") for n in range(6)]  # type: ignore[attr-defined]
    assert faults("Xk7wq2mz-now", "dengbao3", person) == {"reused"}
    assert faults("Xk7wq2mz-3", "dengbao3", person) == {"reused"}
    assert faults("Xk7wq2mz-4", "dengbao3", person) == set(), "the sixth back may be used again"
    assert faults("Xk7wq2mz-now", "asvs", person) == set()


def test_first_passwords_fit_both_profiles_and_differ() -> None:
    made = {first_password() for _ in range(50)}
    assert len(made) == 50
    assert all(not faults(p, key) for p in made for key in PROFILES)


def test_an_unknown_profile_stops_the_start() -> None:
    with pytest.raises(ValueError, match="TONGCHOU_PASSWORD_PROFILE"):
        validators("none")


def test_the_last_five_passwords_are_kept_and_not_taken_again(cast: Cast, settings: Any) -> None:
    settings.PASSWORD_PROFILE = "dengbao3"
    clerk = cast.accounts["dept"]
    used = [f"Blue-Horse-{n}" for n in range(7)]
    for word in used:
        cast.act("dept", "account.own_password", password_hash=make_password(word))
    clerk.refresh_from_db()
    assert len(clerk.password_history) == 4  # with the present one: five
    assert [w for w in used if "reused" in faults(w, "dengbao3", clerk)] == used[2:]
    assert faults(used[0], "asvs", clerk) == set()
    issue_password(cast.as_("security"), new_id(), clerk.pk)
    clerk.refresh_from_db()
    assert "reused" in faults(used[6], "dengbao3", clerk)


def test_without_a_rule_no_former_password_is_kept(cast: Cast) -> None:
    for word in ("blue horse 1", "blue horse 2"):
        cast.act("dept", "account.own_password", password_hash=make_password(word))
    cast.accounts["dept"].refresh_from_db()
    assert cast.accounts["dept"].password_history == []
