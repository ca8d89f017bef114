"""An account and the file of the one who signs in with it: linked by the community that has the person's document in hand."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests.cast import Cast
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.models import Account, Event

pytestmark = pytest.mark.django_db
DOCUMENT = "11010119900307109X"


def file_of(cast: Cast, area: str = "spring", **more: Any) -> str:
    given = {"name": "禤静姝", "document": DOCUMENT, "area": cast.areas[area].pk} | more
    return str(cast.act("hq", "person.register", **given).result["person"])


def add(username: str) -> Account:
    return Account.objects.create(username=username, display_name=username)


def refused(cast: Cast, who: str, **payload: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        cast.act(who, "person.link_account", **payload)
    return caught.value


def test_the_community_links_with_the_document_in_hand(cast: Cast) -> None:
    person, account = file_of(cast), add("villager")
    given = {"person": person, "username": " Villager ", "document_tail": "109x"}
    assert cast.act("street", "person.link_account", **given).result == {"account": account.pk, "changed": True}
    assert not cast.act("street", "person.link_account", **given).result["changed"]
    account.refresh_from_db()
    assert str(account.person_id) == person
    assert list(Event.objects.filter(what="account_linked").values_list("subject", flat=True)) == [f"person:{person}"]
    cast.act("street", "person.unlink_account", person=person, account=account.pk)
    account.refresh_from_db()
    assert account.person_id is None


def test_what_is_not_linked(cast: Cast) -> None:
    person, account = file_of(cast), add("villager")
    good = {"person": person, "username": "villager", "document_tail": "109X"}
    assert refused(cast, "street", **good | {"document_tail": "1091"}).field == "document_tail"
    assert refused(cast, "street", **good | {"username": "nobody"}).reason is Reason.NOT_FOUND
    own = cast.accounts["street"].username
    assert refused(cast, "street", **good | {"username": own}).reason is Reason.SAME_PERSON
    assert refused(cast, "next_street", **good).reason is Reason.NOT_FOUND, "the file lies in another street"
    assert refused(cast, "security", **good).reason is Reason.NOT_ALLOWED, "who manages accounts opens no files"
    bare = file_of(cast, document="", phone="13800138000")
    assert refused(cast, "street", **good | {"person": bare}).reason is Reason.MISSING_VALUE
    Account.objects.filter(pk=account.pk).update(is_active=False)
    assert refused(cast, "street", **good).field == "username"
    Account.objects.filter(pk=account.pk).update(is_active=True)
    other = file_of(cast, document="110101199003074370")
    cast.act("street", "person.link_account", **good | {"person": other, "document_tail": "4370"})
    assert refused(cast, "street", **good).reason is Reason.CONFLICT
    account.refresh_from_db()
    assert str(account.person_id) == other


def test_on_the_page(cast: Cast) -> None:
    person, account = file_of(cast), add("villager")
    street = signed_in(cast, "street")
    assert reverse("person_account", args=[person]) in street.get(reverse("person", args=[person])).content.decode()
    form = {"client_id": str(new_id()), "username": "villager", "document_tail": "0000"}
    wrong = street.post(reverse("person_account", args=[person]), form)
    assert wrong.status_code == 422
    assert "与档案中证件号码的末四位不一致" in wrong.content.decode()
    assert street.post(reverse("person_account", args=[person]), form | {"document_tail": "109X"}).status_code == 302
    page = street.get(reverse("person_account", args=[person])).content.decode()
    assert "已关联：villager" in page
    assert street.post(reverse("person_account", args=[person]), {"client_id": str(new_id()), "unlink": account.pk}).status_code == 302
    account.refresh_from_db()
    assert account.person_id is None
