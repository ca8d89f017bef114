"""Territory, units, posts, responsibility, accounts, kinds and settings in the browser."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import reverse

from tests.cast import Cast
from tests.web.test_pages import signed_in
from tongchou.kernel.ids import new_id
from tongchou.packs.kindfile import base_kind_texts
from tongchou.record.models import Account, ApiToken, Area, KindEdition, Post, PostHolding, Responsibility, Unit


def send(cast: Cast, who: str, page: str, *args: Any, **form: Any) -> HttpResponse:
    """Post a form; names with a trailing underscore stand for Python's own words."""
    return signed_in(cast, who).post(reverse(page, args=args), {"client_id": str(new_id())} | form)  # type: ignore[return-value]


def text(answer: HttpResponse) -> str:
    return answer.content.decode()


def test_an_area_is_added_renamed_moved_and_ended(cast: Cast) -> None:
    spring = cast.areas["spring"]
    assert send(cast, "hq", "area_new", spring.pk, code="990101001001-002", name="春晖二网格").status_code == 302
    made = Area.objects.get(code="990101001001-002")
    assert send(cast, "hq", "area_rename", made.pk, name="春晖东网格").status_code == 302
    page = text(signed_in(cast, "hq").get(f"{reverse('territory')}?area={made.pk}"))
    assert "春晖东网格" in page
    assert "更名" in page
    assert "春晖二网格" in page  # what it was called stays in its history
    assert send(cast, "hq", "area_move", made.pk, parent=cast.areas["reed"].pk).status_code == 302
    made.refresh_from_db()
    assert made.parent_id == cast.areas["reed"].pk
    assert send(cast, "hq", "area_end", made.pk).status_code == 302
    refused = send(cast, "hq", "area_end", cast.areas["east"].pk)
    assert refused.status_code == 422
    assert "下级" in text(refused)


def test_a_wrong_code_is_said_beside_the_field(cast: Cast) -> None:
    refused = send(cast, "hq", "area_new", cast.areas["spring"].pk, code="99010", name="某街道")
    assert refused.status_code == 422
    assert 'href="#id_code"' in text(refused)
    assert "某街道" in text(refused)


def test_a_street_sees_its_own_territory_only(cast: Cast) -> None:
    street = signed_in(cast, "street")
    page = text(street.get(reverse("territory")))
    assert "spring 区域" in page
    assert "west 区域" not in page
    assert street.get(f"{reverse('territory')}?area={cast.areas['west'].pk}").status_code == 404
    assert reverse("area_new", args=[cast.areas["east"].pk]) not in page


def test_a_unit_is_added_gets_a_post_and_a_holder_and_is_ended(cast: Cast) -> None:
    made = send(cast, "hq", "unit_new", name="东站卡口", kind="checkpoint", area=cast.areas["east"].pk)
    assert made.status_code == 302
    unit = Unit.objects.get(name="东站卡口")
    assert send(cast, "hq", "post_new", unit.pk, title="查验员", role="checkpoint_officer").status_code == 302
    post = Post.objects.get(unit=unit)
    assert "空缺" in text(signed_in(cast, "hq").get(reverse("unit", args=[unit.pk])))
    account = cast.accounts["driver"]
    assert send(cast, "security", "post_hold", account.pk, post=post.pk).status_code == 302
    page = text(signed_in(cast, "hq").get(reverse("unit", args=[unit.pk])))
    assert "driver 同志" in page
    assert "在岗" in page
    assert send(cast, "hq", "post_duty", unit.pk, holding=PostHolding.objects.get(post=post).pk, on_duty="0").status_code == 302
    assert "离岗" in text(signed_in(cast, "hq").get(reverse("unit", args=[unit.pk])))
    assert send(cast, "hq", "unit_change", unit.pk, name="东站综合卡口", area=cast.areas["spring"].pk).status_code == 302
    assert send(cast, "hq", "post_end", unit.pk, post.pk).status_code == 302
    assert send(cast, "hq", "unit_end", unit.pk).status_code == 302
    unit.refresh_from_db()
    assert (unit.name, unit.area_id, unit.active_to is not None) == ("东站综合卡口", cast.areas["spring"].pk, True)


def test_a_unit_that_still_owes_is_not_ended(cast: Cast) -> None:
    cast.task()
    refused = send(cast, "hq", "unit_end", cast.units["east_street"].pk)
    assert refused.status_code == 409
    assert "1 件未办结事项" in text(refused)


def test_nobody_reads_the_file_of_a_unit_outside_the_area(cast: Cast) -> None:
    west = cast.units["west_street"].pk
    assert signed_in(cast, "street").get(reverse("unit", args=[west])).status_code == 404
    assert signed_in(cast, "inspector").get(reverse("unit", args=[west])).status_code == 200
    assert "west_street" not in text(signed_in(cast, "street").get(reverse("units")))


def test_a_gap_is_closed_from_the_list_and_opens_again_when_it_ends(cast: Cast) -> None:
    works = cast.units["works"]
    page = text(signed_in(cast, "hq").get(reverse("gaps"), {"missing": "entity"}))
    link = re.search(rf'href="([^"]*kind=entity&amp;unit={works.pk})"', page)
    assert link is not None
    form = text(signed_in(cast, "hq").get(link.group(1).replace("&amp;", "&")))
    assert "works 单位" in form
    post = Post.objects.get(unit=works)
    assert send(cast, "hq", "responsibility_assign", unit=works.pk, kind="entity", post=post.pk).status_code == 302
    again = text(signed_in(cast, "hq").get(reverse("gaps"), {"missing": "entity"}))
    assert f"unit={works.pk}" not in again
    row = Responsibility.objects.get()
    assert "解除" in text(signed_in(cast, "hq").get(reverse("unit", args=[works.pk])))
    assert send(cast, "hq", "responsibility_end", row.pk).status_code == 302
    assert f"unit={works.pk}" in text(signed_in(cast, "hq").get(reverse("gaps"), {"missing": "entity"}))


def test_a_street_assigns_nothing_beyond_its_area(cast: Cast) -> None:
    post = Post.objects.filter(unit=cast.units["east_street"]).first()
    assert post is not None
    refused = send(cast, "street", "responsibility_assign", area=cast.areas["west"].pk, kind="territorial", post=post.pk)
    assert refused.status_code == 404
    assert not Responsibility.objects.exists()


def test_an_account_is_added_and_its_first_password_is_shown_once(cast: Cast) -> None:
    form = {"client_id": str(new_id()), "username": "zhouhe", "display_name": "周和", "language": "zh-hans"}
    security = signed_in(cast, "security")
    first = text(security.post(reverse("account_new"), form))
    secret = re.search(r'<code class="tc-secret">([^<]+)</code>', first)
    assert secret is not None
    account = Account.objects.get(username="zhouhe")
    assert account.check_password(secret.group(1))
    assert account.must_change_password
    second = text(security.post(reverse("account_new"), form))  # the second click
    assert "不再显示" in second
    assert secret.group(1) not in text(security.get(reverse("account", args=[account.pk])))
    assert send(cast, "security", "account_change", account.pk, "disable").status_code == 302
    account.refresh_from_db()
    assert not account.is_active
    assert "停用" in text(security.get(reverse("accounts"), {"state": "disabled"}))


def test_a_reset_password_works_and_the_old_one_does_not(cast: Cast) -> None:
    account = cast.accounts["driver"]
    page = text(send(cast, "security", "account_password", account.pk))
    secret = re.search(r'<code class="tc-secret">([^<]+)</code>', page)
    assert secret is not None
    account.refresh_from_db()
    assert account.check_password(secret.group(1))


def test_nobody_manages_the_own_account_and_only_the_security_administrator_any(cast: Cast) -> None:
    own = cast.accounts["security"].pk
    assert send(cast, "security", "account_password", own).status_code in (302, 403, 409, 422)
    assert cast.accounts["security"].has_usable_password() is False
    assert signed_in(cast, "hq").get(reverse("account", args=[own])).status_code == 403
    assert send(cast, "sysadmin", "account_change", own, "disable").status_code == 403


def _kind(key: str = "visit_check", version: int = 1) -> str:
    source = base_kind_texts()["task.yaml"]
    source = re.sub(r"(?m)^kind: .*$", f"kind: {key}", source)
    return re.sub(r"(?m)^version: .*$", f"version: {version}", source)


def test_a_district_puts_its_own_kind_in_force_without_code(cast: Cast) -> None:
    checked = text(send(cast, "hq", "kind_new", text=_kind(), mode="check"))
    assert "检查通过" in checked
    assert not KindEdition.objects.filter(origin="local").exists()
    assert send(cast, "hq", "kind_new", text=_kind(), mode="enforce").status_code == 302
    assert "visit_check" in text(signed_in(cast, "hq").get(reverse("loop_new")))
    edition = KindEdition.objects.get(origin="local")
    page = text(signed_in(cast, "street").get(reverse("kind", args=["visit_check"])))
    assert "本区" in page
    assert send(cast, "hq", "kind_retire", "visit_check", edition=edition.pk).status_code == 302
    assert "visit_check" not in text(signed_in(cast, "hq").get(reverse("loop_new")))
    assert send(cast, "street", "kind_retire", "visit_check", edition=edition.pk).status_code == 403


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("kind: task\n", "第"),
        (base_kind_texts()["task.yaml"], "系统或方案自带"),
        (_kind().replace("stages:", "stagez:"), "stagez"),
    ],
    ids=["nothing in it", "a shipped key", "a word that does not exist"],
)
def test_a_kind_with_mistakes_is_sent_back_with_all_of_them(cast: Cast, broken: str, said: str) -> None:
    answer = send(cast, "hq", "kind_new", text=broken, mode="enforce")
    assert answer.status_code == 422
    assert said in text(answer)
    assert not KindEdition.objects.filter(origin="local").exists()


def test_settings_make_a_token_once_and_revoke_it(cast: Cast) -> None:
    page = text(send(cast, "street", "token_new", name="台账对接", days="7", permissions=["loop.view"]))
    secret = re.search(r'<code class="tc-secret">(tc_[^<]+)</code>', page)
    assert secret is not None
    token = ApiToken.objects.get()
    assert secret.group(1) not in text(signed_in(cast, "street").get(reverse("settings")))
    assert send(cast, "next_street", "token_revoke", token.pk).status_code == 404
    assert send(cast, "street", "token_revoke", token.pk).status_code == 302
    token.refresh_from_db()
    assert token.revoked_at is not None
    refused = send(cast, "street", "token_new", name="台账对接", days="700", permissions=["loop.view"])
    assert refused.status_code == 422
    assert 'href="#id_days"' in text(refused)
    assert signed_in(cast, "enterprise").get(reverse("token_new")).status_code == 403


def test_one_goes_off_duty_in_the_settings(cast: Cast) -> None:
    holding = PostHolding.objects.get(account=cast.accounts["enterprise"])
    answer = send(cast, "enterprise", "post_duty", holding.post.unit_id, holding=holding.pk, on_duty="0")
    assert answer["Location"] == reverse("settings")
    holding.refresh_from_db()
    assert not holding.on_duty
    other = PostHolding.objects.get(account=cast.accounts["rival"])
    assert send(cast, "enterprise", "post_duty", other.post.unit_id, holding=other.pk, on_duty="0").status_code == 404
