"""A loop's page: whom it is about, what its evidence refers to, and who may read either."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.api.calling import Caller, token_of
from tests.cast import Cast
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason, Refusal
from tongchou.packs.kindfile import base_kind_texts
from tongchou.record.loops import references
from tongchou.record.models import Event, Evidence, Loop, ReadSubject

RECORD = "  - {key: record, type: link, title: {zh: 依据记录, en: Rests on}}\n"


@pytest.fixture
def linked(cast: Cast) -> Cast:
    """The district with a kind of its own, `basis`, whose report points to another record."""
    source = re.sub(r"(?m)^kind: .*$", "kind: basis", base_kind_texts()["task.yaml"])
    need = "      - {key: result, type: text, title: {zh: 办理结果, en: Result}, at_least: 1}\n"
    assert need in source
    cast.act("hq", "kind.add", text=source.replace(need, f"    {RECORD}"))
    return cast


def person(cast: Cast, area: str = "spring", name: str = "禤静姝") -> str:
    return str(cast.act("hq", "person.register", name=name, area=cast.areas[area].pk).result["person"])


def waiting(cast: Cast) -> str:
    """A loop of the kind, at the stage in which its result is reported."""
    loop = cast.task(kind="basis", title="按依据办理")
    cast.act("street", "loop.advance", loop=loop, step="sign")
    return loop


def report(cast: Cast, link: str, who: str = "street", loop: str = "") -> str:
    """Report with a link; returns what was stored."""
    loop = loop or waiting(cast)
    cast.act(who, "loop.advance", loop=loop, step="report", evidence=[{"key": "record", "type": "link", "link": link}])
    return Evidence.objects.get(loop=loop, key="record").link


def page(cast: Cast, who: str, loop: str) -> str:
    answer = signed_in(cast, who).get(reverse("loop", args=[loop]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_form_and_the_address_of_a_page_are_stored_alike(linked: Cast) -> None:
    other, unit, area = linked.task(title="依据的事项"), linked.units["works"].pk, linked.areas["spring"].pk
    them = person(linked)
    for given, stored in (
        (f"loop:{other}", f"loop:{other}"),
        (f" LOOP:{other.upper()} ", f"loop:{other}"),
        (f"https://testserver/loops/{other}?view=unit#evidence", f"loop:{other}"),
        (f"/loops/{other}/steps/sign", f"loop:{other}"),
        (f"unit:{unit}", f"unit:{unit}"),
        (f"http://localhost:8000/units/{unit}", f"unit:{unit}"),
        (f"/territory?area={area}", f"area:{area}"),
        (f"/people/{them}", f"person:{them}"),
    ):
        assert report(linked, given) == stored


@pytest.mark.parametrize(
    "link",
    [
        "x",
        "见附件",
        "loop:12",
        "unit:-1",
        "unit:99999999999999999999",
        "/loops/new",
        "javascript:alert(1)",
        "https://example.org/units/1",
        "http://[bad/units/1",
    ],
)
def test_what_is_no_record_is_refused_with_what_may_be_written(linked: Cast, link: str) -> None:
    with pytest.raises(Refusal) as caught:
        report(linked, link)
    refusal = caught.value
    assert (refusal.reason, refusal.field, refusal.value, refusal.remedy) == (
        Reason.INVALID_VALUE,
        "evidence.record",
        link,
        references.HELP,
    )


def test_what_lies_outside_one_s_reach_is_told_like_what_does_not_exist(linked: Cast) -> None:
    hidden = linked.task(owner="west_street")
    outside = [
        f"loop:{hidden}",
        f"unit:{linked.units['mill'].pk}",
        f"area:{linked.areas['reed'].pk}",
        f"person:{person(linked, 'reed')}",
    ]
    nowhere = [
        f"bulletin:{uuid.uuid4()}",
        f"/orders/{uuid.uuid4()}",
        "answer:999999999",
        f"loop:{uuid.uuid4()}",
        "unit:999999999",
        "area:999999999",
        f"person:{uuid.uuid4()}",
    ]
    told = []
    for link in outside + nowhere:
        with pytest.raises(Refusal) as caught:
            report(linked, link)
        told.append((caught.value.reason, caught.value.rule.zh, caught.value.remedy, caught.value.field))
    assert set(told) == {(Reason.NOT_FOUND, "没有这条记录。", told[0][2], "evidence.record")}


def test_the_check_is_what_refuses_a_stranger_s_record(linked: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sabotage twin: with a search that finds everything, the next street's loop would be taken."""
    hidden = linked.task(owner="west_street")
    monkeypatch.setattr(references, "title_of", lambda actor, kind, number: "x")
    assert report(linked, f"loop:{hidden}") == f"loop:{hidden}"


def test_a_link_is_shown_with_its_title_to_those_who_may_read_it(linked: Cast) -> None:
    other = linked.task(title="只在街道的事项", owner="east_street", opener="hq")
    loop = str(linked.act("hq", "loop.open", kind="basis", title="两街同办", owner_unit=linked.units["east_street"].pk,
                          co_units=[{"unit": linked.units["west_street"].pk}]).result["loop"])  # fmt: skip
    linked.act("street", "loop.advance", loop=loop, step="sign")
    report(linked, f"loop:{other}", loop=loop)
    assert f'href="{reverse("loop", args=[other])}"' in page(linked, "street", loop)
    assert "只在街道的事项" in page(linked, "street", loop)
    elsewhere = page(linked, "next_street", loop)
    assert "只在街道的事项" not in elsewhere
    assert other not in elsewhere
    assert "事项（不在您的查阅范围）" in elsewhere


def test_a_person_in_evidence_is_masked_and_the_look_recorded(linked: Cast) -> None:
    them, loop = person(linked), waiting(linked)
    report(linked, f"person:{them}", loop=loop)
    before = ReadSubject.objects.filter(person_id=them).count()
    shown = page(linked, "street", loop)
    assert "禤静姝" not in shown
    assert "禤" in shown
    assert reverse("person", args=[them]) in shown
    assert ReadSubject.objects.filter(person_id=them).count() == before + 1


def test_text_from_before_stays_readable(linked: Cast) -> None:
    loop = waiting(linked)
    report(linked, f"unit:{linked.units['works'].pk}", loop=loop)
    Evidence.objects.filter(loop=loop).update(link="见 3 月 2 日台账")
    assert "见 3 月 2 日台账" in page(linked, "street", loop)


def test_the_form_says_what_may_be_pasted(linked: Cast) -> None:
    loop = waiting(linked)
    form = signed_in(linked, "street").get(reverse("loop_step", args=[loop, "report"])).content.decode()
    assert references.HELP.zh in form.replace("&quot;", '"')


def about(cast: Cast, **more: Any) -> str:
    """A task about a person of the east street."""
    return cast.task(person=person(cast), area=cast.areas["spring"].pk, **more)


def test_the_page_says_whom_it_is_about_and_records_the_look(cast: Cast) -> None:
    loop = about(cast)
    them = str(Loop.objects.get(pk=loop).subject_person_id)
    before = ReadSubject.objects.filter(person_id=them).count()
    timeline = Event.objects.filter(loop_id=loop).count()
    shown = page(cast, "street", loop)
    assert "对象人员" in shown
    assert "禤静姝" not in shown
    assert f'href="{reverse("person", args=[them])}"' in shown
    assert ReadSubject.objects.filter(person_id=them).count() == before + 1
    assert Event.objects.filter(loop_id=loop).count() == timeline  # a reading is no step


def test_who_is_no_party_and_does_not_reach_the_person_is_not_told_the_name(cast: Cast) -> None:
    loop = about(cast, opener="street")
    them = str(Loop.objects.get(pk=loop).subject_person_id)
    before = ReadSubject.objects.filter(person_id=them).count()
    shown = page(cast, "leader", loop)
    assert "不在您的查阅范围" in shown
    assert "禤" not in shown
    assert them not in shown
    assert ReadSubject.objects.filter(person_id=them).count() == before


def test_the_page_names_area_origin_and_the_edition_of_the_kind(cast: Cast) -> None:
    loop = cast.task(area=cast.areas["spring"].pk, origin="page")
    Loop.objects.filter(pk=loop).update(subject_area=cast.areas["grid"])
    shown = page(cast, "street", loop)
    assert re.search(r"任务 · 第 \d+ 版", shown)
    assert "页面交办" in shown
    assert "grid 区域" in shown
    assert "对象区域" in shown


def test_the_api_records_that_it_names_the_person(cast: Cast) -> None:
    loop = about(cast)
    them = Loop.objects.get(pk=loop).subject_person_id
    before = ReadSubject.objects.filter(person_id=them).count()
    status, body = Caller(token_of(cast, "street")).get(f"/loops/{loop}")
    assert (status, body["subject_person"]) == (200, str(them))
    assert ReadSubject.objects.filter(person_id=them).count() == before + 1


@pytest.mark.parametrize(("step", "asked"), [("reassign", True), ("report", False), ("withdraw", False)])
def test_a_new_due_time_is_asked_for_where_the_step_may_set_one(linked: Cast, step: str, asked: bool) -> None:
    loop = waiting(linked)
    form = signed_in(linked, "hq").get(reverse("loop_step", args=[loop, step])).content.decode()
    assert ('name="new_due_at"' in form) is asked


def test_a_district_s_own_step_sets_a_new_due_time(cast: Cast) -> None:
    source = re.sub(r"(?m)^kind: .*$", "kind: own_steps", base_kind_texts()["task.yaml"]).replace(
        "  grant_extension:", "  give_more_time:"
    )
    cast.act("hq", "kind.add", text=source)
    loop = cast.task(kind="own_steps")
    cast.act("street", "loop.advance", loop=loop, step="sign")
    cast.act("street", "loop.advance", loop=loop, step="ask_extension", note="人手不足")
    form = signed_in(cast, "hq").get(reverse("loop_step", args=[loop, "give_more_time"])).content.decode()
    assert 'name="new_due_at"' in form
    due = timezone.localtime(timezone.now() + timedelta(days=9)).replace(second=0, microsecond=0)
    sent = {"note": "同意", "new_due_at": f"{due:%Y-%m-%dT%H:%M}"}
    assert signed_in(cast, "hq").post(reverse("loop_step", args=[loop, "give_more_time"]), sent).status_code == 302
    assert Loop.objects.get(pk=loop).due_at == due


def test_whom_the_administration_serves_sets_no_due_time_and_names_no_handler(cast: Cast) -> None:
    """An enterprise opens a difficulty: when it is due and who works on it is for those who handle it to say. Neither page nor act offers more."""
    wanted = {"kind": "request", "title": "缺口罩", "detail": "缺五百只", "data": {"topic": "protection"}}
    loop = cast.act("enterprise", "loop.open", owner_unit=cast.units["east_street"].pk, **wanted).result["loop"]
    page = signed_in(cast, "enterprise").get(reverse("loop", args=[loop])).content.decode()
    assert reverse("loop_more", args=[loop, "due"]) not in page
    assert reverse("loop_more", args=[loop, "person"]) not in page
    assert cast.accounts["street"].display_name not in page
    due = {"due_at": f"{timezone.now() + timedelta(days=9)}", "note": "早点"}
    for verb, more in (("loop.name_person", {"account": cast.accounts["street"].pk}), ("loop.set_due", due)):
        with pytest.raises(Refusal) as refused:
            cast.act("enterprise", verb, loop=loop, **more)
        assert refused.value.reason is Reason.NOT_OWNER
    assert reverse("loop_more", args=[loop, "person"]) in signed_in(cast, "street").get(reverse("loop", args=[loop])).content.decode()
