"""What an auditor finds: who did what and who read personal data, in words, by day; the program's own rounds do not bury it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.ledger import seal_all

pytestmark = pytest.mark.django_db


def rows(client: Any, **asked: str) -> list[str]:
    file = client.get(reverse("audit"), asked | {"export": "csv"}).content.decode("utf-8-sig")
    return file.strip().splitlines()[1:]


def test_reads_of_personal_data_are_one_list_with_who_how_many_and_what_for(cast: Cast) -> None:
    person = cast.act("community", "person.register", name="王小明", area=cast.areas["spring"].pk).result["person"]
    cast.act("community", "person.open", person=str(person), purpose="visit", note="入户走访")
    act("loop.escalate", SYSTEM, new_id(), {})
    seal_all()
    auditor = signed_in(cast, "auditor")
    page = auditor.get(reverse("audit"), {"reads": "1"}).content.decode()
    assert "王小明" not in page
    found = rows(auditor, reads="1", account="community")
    assert len(found) == 1, "opening the file, not registering it"
    cells = found[0].split(",")
    assert cells[8] == "1"
    assert "community_officer" not in page, "a role is told by its title"


def test_acts_of_people_by_day(cast: Cast) -> None:
    cast.act("street", "loop.advance", loop=cast.task(), step="sign")
    act("loop.open_many", SYSTEM, new_id(), {"items": [{"kind": "task", "title": "系统交办", "owner_unit": cast.units["east_street"].pk}]})
    seal_all()
    auditor = signed_in(cast, "auditor")
    seal_all()
    everything, people = rows(auditor), rows(auditor, people="1")
    assert people
    assert any("系统" in r for r in everything)
    assert not any(",系统," in r for r in people)
    today = timezone.localdate()
    assert rows(auditor, first=str(today), last=str(today)) == rows(auditor)
    assert rows(auditor, last=str(today - timedelta(days=1))) == []
    wrong = auditor.get(reverse("audit"), {"first": "2026-13-40"})
    assert wrong.status_code == 422
    assert "不是有效的日期" in wrong.content.decode()


def test_refusals_by_account_and_page(cast: Cast) -> None:
    for n in range(3):
        with pytest.raises(Refusal) as why:
            cast.act("street", "loop.advance", loop=str(new_id()), step="sign")
        assert why.value.reason is Reason.NOT_FOUND, n
    auditor = signed_in(cast, "auditor")
    page = auditor.get(reverse("audit_refusals"), {"account": "street"}).content.decode()
    assert page.count("street</td>") == 3
    assert "没有被拒的操作" in auditor.get(reverse("audit_refusals"), {"account": "nobody"}).content.decode()
