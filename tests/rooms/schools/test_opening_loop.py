"""An application to open has a loop whose stage follows the evidence, a clock in working days for whoever owes, and a letter at its end."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from docx import Document

from tests.cast import Cast
from tests.rooms.schools.place import Place, make, today
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason
from tongchou.record.models import Loop
from tongchou.rooms.schools.conditions import EPIDEMIC, titles
from tongchou.rooms.schools.models import Opening
from tongchou.web.news import news_of


@pytest.fixture
def place(cast: Cast) -> Place:
    return make(cast)


def applied(place: Place) -> str:
    return str(place.do("school", "school.apply", school=place.school, opens_on=str(today() + timedelta(days=5)))["opening"])


def loop_of(key: str) -> Loop:
    return Loop.objects.get(pk=Opening.objects.get(pk=key).loop_id)


def words(place: Place, who: str, key: str) -> str:
    answer = signed_in(place.cast, who).get(reverse("school_letter", args=[key, "docx"]))
    assert answer.status_code == 200, answer.content[:300]
    document = Document(io.BytesIO(answer.content))
    return "".join(p.text for p in document.paragraphs) + "".join(c.text for t in document.tables for r in t.rows for c in r.cells)


def test_the_stage_follows_the_evidence_and_each_has_its_clock(place: Place) -> None:
    key = applied(place)
    assert (loop_of(key).stage, loop_of(key).owner_unit_id) == ("collecting", place.cast.units["education"].pk)
    assert loop_of(key).deadline is not None
    proofs = place.handed_in(key)
    assert loop_of(key).stage == "checking"
    for proof in proofs[:-1]:
        place.do("education", "school.review", proof=proof, met=True)
    place.do("education", "school.review", proof=proofs[-1], met=False, note="演练没有照片")
    assert loop_of(key).stage == "collecting"
    last = list(titles())[-1]
    again = place.do("school", "school.proof", opening=key, key=last, text="已补拍照片")["proof"]
    assert loop_of(key).stage == "checking"
    place.do("education", "school.review", proof=again, met=True)
    assert loop_of(key).stage == "deciding"
    place.do("education", "school.decide", opening=key, decision="open")
    assert loop_of(key).end_reason == "done"


def test_that_the_epidemic_is_controlled_is_not_for_the_school_to_wait_for(place: Place) -> None:
    key = applied(place)
    for k in titles():
        if k != EPIDEMIC:
            place.do("school", "school.proof", opening=key, key=k, text="情况说明及附件")
    assert loop_of(key).stage == "checking"  # now others owe


def test_no_step_is_taken_around_the_evidence(place: Place) -> None:
    key = applied(place)
    loop = str(loop_of(key).pk)
    assert place.refused("school", "loop.advance", loop=loop, step="complete").reason is Reason.WRONG_STAGE
    for step, note in (("refuse", "不行"), ("free", "无须核查")):
        assert place.refused("education", "loop.advance", loop=loop, step=step, note=note).reason is Reason.WRONG_STAGE
    assert place.refused("other_school", "loop.advance", loop=loop, step="complete").reason is Reason.NOT_FOUND


def test_refused_it_ends_with_a_letter_that_names_what_is_wanting(place: Place) -> None:
    key = applied(place)
    assert signed_in(place.cast, "school").get(reverse("school_letter", args=[key, "docx"])).status_code == 409
    place.do("education", "school.decide", opening=key, decision="refuse", reason="应急预案未提交")
    assert loop_of(key).end_reason == "refused"
    said = words(place, "school", key)
    assert "关于不同意开学的决定" in said
    assert "应急预案未提交" in said
    assert "未提交" in said
    assert "行政复议" in said
    assert signed_in(place.cast, "other_school").get(reverse("school_letter", args=[key, "docx"])).status_code == 404
    told = news_of(place.cast.as_("school"), timezone.now())
    assert any("已有决定" in n.text.zh for n in told)
    assert news_of(place.cast.as_("other_school"), timezone.now()) == []


def test_opened_and_withdrawn_each_has_its_letter(place: Place) -> None:
    key = place.opened()
    assert "关于同意开学的决定" in words(place, "school", key)
    place.do("education", "school.withdraw", opening=key, reason="出现聚集性疫情")
    assert "关于撤回开学决定的通知" in words(place, "education", key)
    page = signed_in(place.cast, "school").get(reverse("school_opening", args=[place.school])).content.decode()
    assert reverse("school_letter", args=[key, "pdf"]) in page


def test_a_slip_of_the_year_is_refused_by_name(place: Place) -> None:
    far = place.refused("school", "school.apply", school=place.school, opens_on="2100-01-01")
    assert (far.reason, far.field, far.value) == (Reason.IMPOSSIBLE_DATE, "opens_on", "2100-01-01")
    window = {"gate": "东门", "starts_at": "2100-12-31T00:00:00Z", "ends_at": "2100-12-31T00:30:00Z", "classes": place.classes[:1]}
    turns = place.refused("school", "school.turns", school=place.school, kind="return", windows=[window])
    assert (turns.reason, turns.field) == (Reason.IMPOSSIBLE_DATE, "windows.0.starts_at")
