"""Accounts of enterprises: many at once, and those that an enterprise opens by itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from tests.cast import SINCE, Cast
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.access import Actor, load_actor
from tongchou.record.access.passwords import first_hash
from tongchou.record.act import act
from tongchou.record.actions.enterprise_accounts import open_for_units, open_from_file
from tongchou.record.actions.own_accounts import issue_own, reissue_own
from tongchou.record.enterprises import open_contact
from tongchou.record.models import Account, Act, Enterprise, Event, Post, PostHolding

CODE = "91990101MA5UW4JH8A"


def refused(run: Callable[[], Any]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run()
    return caught.value


def keeper_of(cast: Cast, unit: str = "works") -> Actor:
    account = Account.objects.create(username=f"keeper-{unit}", display_name="管号人")
    post = Post.objects.create(unit=cast.units[unit], title="账号管理员", role="enterprise_accounts")
    PostHolding.objects.create(post=post, account=account, from_date=SINCE)
    cast.accounts[f"keeper-{unit}"] = account
    return cast.as_(f"keeper-{unit}")


TABLE = """信用代码,企业名称,姓名,联系电话,岗位,管理本企业账号,用户名
,works 单位,周敏,13912340001,企业负责人,是,
,works 单位,吴用,,填报员,,wu.yong
,没有这家厂,郑某,,填报员,,
,mill 单位,钱某,,厂长,,
,mill 单位,孙某,12,填报员,,
,works 单位,周敏,,企业负责人,,
,mill 单位,李某,,enterprise_safety,,wu.yong
"""


def test_a_table_opens_accounts_and_every_row_is_accounted_for(cast: Cast) -> None:
    Enterprise.objects.create(unit=cast.units["works"], changed_at=timezone.now())
    found, sheet = open_from_file(cast.as_("security"), new_id(), TABLE.encode(), "账号.csv")
    assert found is not None
    assert found.counts | {"opened": None} == {"rows_in": 7, "accepted": 2, "rejected": 5, "opened": None}
    assert [(n, r.field) for n, r in found.rejects] == [(4, "enterprise"), (5, "role"), (6, "phone"), (7, "name"), (8, "username")]
    assert [(h.row, h.name, h.role) for h in sheet] == [(2, "周敏", "enterprise_manager"), (3, "吴用", "enterprise_reporter")]
    first = Account.objects.get(username=sheet[0].username)
    assert first.username == f"q{cast.units['works'].pk:05d}"
    assert first.check_password(sheet[0].password)
    assert first.must_change_password
    actor = load_actor(first.pk, first.display_name, timezone.localdate(), via="test")
    assert {g.role for g in actor.grants} == {"enterprise_manager", "enterprise_accounts"}
    assert {g.unit_id for g in actor.grants} == {cast.units["works"].pk}
    contact = open_contact(Enterprise.objects.get(unit=cast.units["works"]).sealed_contact, cast.units["works"].pk)
    assert contact is not None
    assert (contact.name, contact.phone) == ("周敏", "13912340001")
    kept = json.dumps([*Act.objects.values_list("result", flat=True), *Event.objects.values_list("data", flat=True)], default=str)
    assert not any(h.password in kept for h in sheet)


def test_the_sheet_is_handed_out_once(cast: Cast) -> None:
    key = new_id()
    _, sheet = open_from_file(cast.as_("security"), key, TABLE.encode(), "账号.csv")
    assert len(sheet) == 2
    assert open_from_file(cast.as_("security"), key, TABLE.encode(), "账号.csv") == (None, [])
    assert Account.objects.filter(display_name="吴用").count() == 1


def test_a_trial_opens_nothing(cast: Cast) -> None:
    before = Account.objects.count()
    found, sheet = open_from_file(cast.as_("security"), new_id(), TABLE.encode(), "账号.csv", dry_run=True)
    assert found is not None
    assert found.counts["accepted"] == 2
    assert (sheet, Account.objects.count()) == ([], before)


def test_from_the_register_by_credit_code_and_contact(cast: Cast) -> None:
    mill = cast.units["mill"]
    mill.code = CODE
    mill.save()
    PostHolding.objects.filter(post__unit=mill).delete()
    cast.act("next_street", "enterprise.change", unit=mill.pk, contact_name="冯经理", contact_phone="13912340002")
    key = new_id()
    result, sheet = open_for_units(cast.as_("security"), key, [mill.pk, cast.units["works"].pk], keeper=False)
    assert (result["accepted"], result["rejected"]) == (1, 1)  # the works have a manager
    assert [(h.username, h.name) for h in sheet] == [("e91990101ma5uw4jh8a", "冯经理")]
    assert open_for_units(cast.as_("security"), key, [mill.pk], keeper=False)[1] == []


def test_only_the_security_administrator_opens_in_bulk(cast: Cast) -> None:
    for who in ("hq", "street", "enterprise", "sysadmin"):
        found = refused(lambda w=who: open_from_file(cast.as_(w), new_id(), TABLE.encode(), "账号.csv"))  # type: ignore[misc]
        assert found.reason is Reason.NOT_ALLOWED, who


def test_a_password_in_clear_is_refused(cast: Cast) -> None:
    payload = {"fields": ["enterprise", "name"], "rows": [["works 单位", "某人"]], "hashes": ["a password in clear, long enough"]}
    assert refused(lambda: act("account.open_enterprises", cast.as_("security"), new_id(), payload)).field == "password_hash"
    assert refused(lambda: act("account.open_enterprises", cast.as_("security"), new_id(), payload | {"hashes": []})).field == "hashes"


# the enterprise's own


def test_the_keeper_opens_and_closes_for_its_own_staff(cast: Cast) -> None:
    keeper, works = keeper_of(cast), cast.units["works"].pk
    handed = issue_own(keeper, new_id(), works, "韩小月", "enterprise_reporter")
    assert handed is not None
    account = Account.objects.get(username=handed.username)
    assert account.check_password(handed.password)
    actor = load_actor(account.pk, "韩小月", timezone.localdate(), via="test")
    assert actor.permits("daily.report")
    assert not actor.permits("permit.apply")
    again = reissue_own(keeper, new_id(), works, account.pk)
    assert again is not None
    account.refresh_from_db()
    assert account.check_password(again.password)
    act("enterprise.account_close", keeper, new_id(), {"unit": works, "account": account.pk})
    account.refresh_from_db()
    assert not account.is_active
    assert not load_actor(account.pk, "韩小月", timezone.localdate(), via="test").grants


def test_the_keeper_reaches_nobody_else(cast: Cast) -> None:
    keeper, works, mill = keeper_of(cast), cast.units["works"].pk, cast.units["mill"].pk
    other = issue_own(keeper_of(cast, "mill"), new_id(), mill, "外厂人", "enterprise_safety")
    assert other is not None
    stranger = Account.objects.get(username=other.username).pk
    hash_ = make_password("x" * 20)
    manager, officer = cast.accounts["enterprise"].pk, cast.accounts["street"].pk
    assert refused(lambda: issue_own(keeper, new_id(), mill, "某人", "enterprise_safety")).reason is Reason.NOT_FOUND
    for role in ("enterprise_manager", "enterprise_accounts", "hq_officer", ""):
        assert refused(lambda r=role: issue_own(keeper, new_id(), works, "某人", r)).field == "role"  # type: ignore[misc]
    for account in (stranger, manager, officer):
        for verb, more in (("enterprise.account_close", {}), ("enterprise.account_reset", {"password_hash": hash_})):
            for unit in (works, mill):
                payload = {"unit": unit, "account": account} | more
                assert refused(lambda v=verb, p=payload: act(v, keeper, new_id(), p)).reason is Reason.NOT_FOUND  # type: ignore[misc]
    assert Account.objects.get(pk=stranger).is_active
    assert refused(lambda: issue_own(cast.as_("enterprise"), new_id(), works, "某人", "enterprise_reporter")).reason is Reason.NOT_ALLOWED


def test_who_holds_another_post_keeps_it_and_the_password(cast: Cast) -> None:
    keeper, works = keeper_of(cast), cast.units["works"].pk
    handed = issue_own(keeper, new_id(), works, "兼职人", "enterprise_reporter")
    assert handed is not None
    account = Account.objects.get(username=handed.username)
    PostHolding.objects.create(post=Post.objects.get(unit=cast.units["mill"], role="enterprise_manager"), account=account, from_date=SINCE)
    payload = {"unit": works, "account": account.pk, "password_hash": first_hash("y" * 20)}
    assert refused(lambda: act("enterprise.account_reset", keeper, new_id(), payload)).reason is Reason.NOT_OWNER
    act("enterprise.account_close", keeper, new_id(), {"unit": works, "account": account.pk})
    account.refresh_from_db()
    assert account.is_active
    assert [g.unit_id for g in load_actor(account.pk, "", timezone.localdate(), via="test").grants] == [cast.units["mill"].pk]


def test_pages_open_a_list_and_show_the_sheet_once(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.accounts["security"], backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["second_factor_activated"] = cast.accounts["security"].pk
    session.save()
    mill = cast.units["mill"]
    PostHolding.objects.filter(post__unit=mill).delete()
    shown = client.get("/accounts/enterprises").content.decode()
    assert mill.name in shown
    assert cast.units["works"].name not in shown
    form = {"unit": [mill.pk], "keeper": "1", "client_id": str(new_id())}
    page = client.post("/accounts/enterprises", form).content.decode()
    assert "data-save-blob" in page
    assert "tc-secret" in page
    account = Account.objects.get(username=f"q{mill.pk:05d}")
    assert {h.post.role for h in PostHolding.objects.filter(account=account)} == {"enterprise_manager", "enterprise_accounts"}
    assert client.post("/accounts/enterprises", form).status_code == 302  # not again
    assert client.post("/accounts/enterprises", {}, headers={"referer": "http://testserver/accounts/enterprises"}, follow=True).content.decode().count("没有选中企业")
