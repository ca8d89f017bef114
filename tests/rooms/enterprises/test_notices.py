"""返岗告知单: the result, the reason, what has to be done and the permit, in the worker's own name; one, many, one's own."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from tests.cast import Cast
from tests.record.test_staff import add
from tests.web.test_pages import signed_in
from tongchou.documents.pdf import has_chinese_font
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context
from tongchou.record.actions.permits import Given, grant
from tongchou.record.models import ReadSubject, Staff
from tongchou.rooms.enterprises.notices import DUTIES, notice_of
from tongchou.rooms.enterprises.words import plan_words

fonts = pytest.mark.skipif(not has_chinese_font(), reason="no Chinese font on this machine: no PDF can be set")
TODAY = timezone.localdate


def pages(content: bytes) -> list[str]:
    return ["".join((p.extract_text() or "").split()) for p in PdfReader(io.BytesIO(content)).pages]


def files(cast: Cast) -> tuple[Staff, Staff]:
    """One who may start, one who is observed."""
    one = add(cast, symptoms=False, in_hard_hit=False)["staff"]
    two = add(cast, 2, symptoms=False, in_hard_hit=False, last_risk=str(TODAY() - timedelta(days=3)))["staff"]
    return Staff.objects.get(pk=one), Staff.objects.get(pk=two)


def test_it_says_what_was_decided_why_and_what_to_do(cast: Cast) -> None:
    start, observe = files(cast)
    wanted = Given(cast.units["works"].pk, "approval", None, (), {}, "resumption-2020", "guided", "by_list")
    permit = grant(Context(new_id(), SYSTEM, timezone.now(), ()), [wanted])[0]
    from tongchou.record.questions.permits import permit_of

    held = permit_of(cast.units["works"].pk, TODAY())
    made = [notice_of(r, plan_words(), held, lambda p: f"https://x/plate/{p.id if p else ''}", "清源区") for r in (start, observe)]
    assert (start.outcome, observe.outcome) == ("start", "observe")
    assert [n.banner.zh for n in made if n.banner] == ["可以返岗", "隔离观察"]
    assert {n.code for n in made} == {permit.number}
    assert all(str(permit.pk) in n.address for n in made)
    assert str(observe.until) in [v for _, v in made[1].rows]
    assert any("发热门诊" in r.zh for r in made[0].reasons)
    assert any("不到岗" in r.zh for r in made[1].reasons)
    assert made[1].reasons[0].zh.startswith("依据：")
    assert set(DUTIES) == {"start", "observe", "postpone", "clinic", "undetermined"}


def test_nothing_is_printed_before_it_is_decided(cast: Cast) -> None:
    row = files(cast)[0]
    Staff.objects.filter(pk=row.pk).update(outcome="")
    client = signed_in(cast, "enterprise")
    assert client.get(reverse("staff_notice", args=[row.pk])).status_code == 409
    Staff.objects.update(outcome="")
    assert client.get(reverse("staff_notices", args=[row.unit_id])).status_code == 404


@fonts
def test_one_and_many_are_pages_of_their_own_and_readings_on_record(cast: Cast) -> None:
    start, observe = files(cast)
    client = signed_in(cast, "enterprise")
    before = ReadSubject.objects.count()
    one = pages(client.get(reverse("staff_notice", args=[start.pk])).content)
    assert len(one) == 1
    assert "员工返岗告知单" in one[0]
    assert "可以返岗" in one[0]
    many = pages(client.get(reverse("staff_notices", args=[start.unit_id])).content)
    assert len(many) == 2
    assert "隔离观察" in many[1]
    only = pages(client.get(reverse("staff_notices", args=[start.unit_id]) + "?outcome=observe").content)
    assert len(only) == 1
    assert ReadSubject.objects.count() == before + 1 + 2 + 1
    english = client.get(reverse("staff_notice", args=[observe.pk]), headers={"accept-language": "en"})
    assert english.status_code == 200


def test_a_competitor_and_another_person_find_none(cast: Cast) -> None:
    start, _ = files(cast)
    assert signed_in(cast, "rival").get(reverse("staff_notice", args=[start.pk])).status_code == 404
    assert signed_in(cast, "rival").get(reverse("staff_notices", args=[start.unit_id])).status_code == 404
    assert signed_in(cast, "next_street").get(reverse("staff_notice", args=[start.pk])).status_code == 404
