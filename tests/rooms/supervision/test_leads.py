"""Leads: handed on once for each time at the ladder's end; read by discipline inspection alone; answered, decided by two, reviewed by a third."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.supervision.helping import PNG, do, joins, refused
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.files import take_in
from tongchou.record.loops import state
from tongchou.record.models import Act, Event, Loop
from tongchou.record.questions.loopfile import loop_file
from tongchou.record.questions.worklist import Filter, work_list
from tongchou.rooms.supervision.dossier import canonical, opened
from tongchou.rooms.supervision.models import Lead
from tongchou.rooms.supervision.questions import lead_figures
from tongchou.rooms.supervision.tasks import raise_leads

HOUR = timedelta(hours=1)
DEAD = "永不外传的线索内容"


def late_loop(cast: Cast, hours: float = 200) -> str:
    """A street's task that the ladder has taken to its end."""
    loop = cast.task(title="重点人员排查")
    act("loop.escalate", SYSTEM, new_id(), {}, now=timezone.now() + hours * HOUR)
    assert Loop.objects.get(pk=loop).level == "accountability"
    return loop


def reported(cast: Cast, who: str = "inspector") -> Lead:
    do(cast, who, "lead.open", kind="concealment", text=DEAD, unit=cast.units["east_street"].pk)
    return Lead.objects.latest("raised_at")


def listed(cast: Cast, who: str, view: str = "area") -> set[str]:
    return {str(r.id) for r in work_list(cast.as_(who), Filter(view=view), timezone.now())[0]}


def to(cast: Cast, lead: Lead, upto: str) -> None:
    """Take a lead on: answered, proposed, decided."""
    joins(cast, "discipline2", "discipline_unit", "discipline_officer")
    joins(cast, "discipline3", "discipline_unit", "discipline_officer")
    way = ["answered", "proposed", "decided"]
    said: dict[str, Any] = {"lead": str(lead.pk)}
    do(cast, "street", "lead.answer", **said, text="当时正在转运，已补报。")
    if upto in way[1:]:
        do(cast, "discipline", "lead.propose", **said, outcome="talk", reason="迟报属实，情节轻微", basis="党纪处分条例相关规定")
    if upto == "decided":
        do(cast, "discipline2", "lead.decide", **said)


def test_the_ladders_end_is_handed_on_once(cast: Cast) -> None:
    loop = late_loop(cast)
    later = timezone.now() + 201 * HOUR
    assert (raise_leads(later), raise_leads(later), Lead.objects.count()) == (1, 0, 1)
    lead = Lead.objects.get()
    assert (str(lead.source_id), lead.unit, lead.handler, lead.kind) == (loop, cast.units["east_street"], cast.units["discipline_unit"], "late")
    assert lead.loop.title == f"问责线索 {lead.year}-1"
    Lead.objects.filter(pk=lead.pk).update(closed_at=later)
    assert raise_leads(later) == 0  # the same end of the ladder is not handed on a second time


def test_for_an_enterprise_the_street_that_has_to_press_it_is_looked_into(cast: Cast) -> None:
    """Discipline inspection has no say over enterprises."""
    works = cast.units["works"]
    Loop.objects.filter(pk=late_loop(cast)).update(owner_unit=works, turn_unit=works)
    assert raise_leads(timezone.now()) == 0, "the ladder has not got there yet"
    assert raise_leads(timezone.now() + 201 * HOUR) == 1
    assert [x.unit for x in Lead.objects.all()] == [cast.units["east_street"]]


def test_a_step_that_is_not_offered_has_no_form_and_closed_leads_are_a_list_of_their_own(cast: Cast) -> None:
    lead = reported(cast)
    discipline = signed_in(cast, "discipline")
    assert discipline.get(reverse("lead_do", args=[lead.pk, "answer"])).status_code == 409
    street = signed_in(cast, "street")
    assert street.get(reverse("lead_do", args=[lead.pk, "answer"])).status_code == 200
    assert street.get(reverse("lead_do", args=[lead.pk, "appeal"])).status_code == 409
    assert reverse("lead", args=[lead.pk]) in discipline.get(reverse("leads")).content.decode()
    assert reverse("lead", args=[lead.pk]) not in discipline.get(reverse("leads"), {"view": "closed"}).content.decode()


def test_the_database_itself_holds_one_open_lead_for_each_loop(cast: Cast) -> None:
    late_loop(cast)
    raise_leads(timezone.now() + 201 * HOUR)
    lead = Lead.objects.get()
    other = cast.task()
    twin = {f.attname: getattr(lead, f.attname) for f in Lead._meta.concrete_fields} | {"id": new_id(), "seq": 99, "loop_id": other}
    with pytest.raises(IntegrityError, match="lead_one_open"), transaction.atomic():
        Lead.objects.create(**twin)
    with connection.cursor() as cursor:  # the sabotage twin
        cursor.execute("set constraints all immediate")
        cursor.execute("drop index lead_one_open")
    Lead.objects.create(**twin)
    assert Lead.objects.filter(source=lead.source, closed_at=None).count() == 2


def test_a_unit_handed_on_by_somebody_is_known_to_nobody_else(cast: Cast) -> None:
    lead = reported(cast)
    key = str(lead.loop_id)
    for who in ("hq", "leader", "inspector", "next_street", "community", "dept"):
        assert key not in listed(cast, who), who
        assert not state.visible(cast.as_(who), state.load([lead.loop_id])[0]), who
        with pytest.raises(Refusal):
            loop_file(cast.as_(who), lead.loop_id)
        assert signed_in(cast, who).get(reverse("lead", args=[lead.pk])).status_code == 404, who
    assert key in listed(cast, "street", "unit")
    for who, reads in (("discipline", True), ("street", False)):
        client = signed_in(cast, who)
        for url in (reverse("lead", args=[lead.pk]), reverse("leads"), reverse("loop", args=[lead.loop_id])):
            page = client.get(url)
            assert page.status_code == 200
            assert (DEAD in page.content.decode()) is (reads and url == reverse("lead", args=[lead.pk])), (who, url)
    assert Event.objects.filter(what="lead_read", subject=f"lead:{lead.pk}").count() == 1
    with connection.cursor() as cursor:
        cursor.execute("select string_agg(e.note || e.data::text, '') from record_event e")
        assert DEAD not in cursor.fetchone()[0]


def test_without_the_guard_headquarters_would_see_it(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sabotage twin: the same question with no kind confidential finds the loop."""
    lead = reported(cast)
    monkeypatch.setattr("tongchou.record.questions.worklist.confidential_kinds", frozenset)
    assert str(lead.loop_id) in listed(cast, "hq")


def test_the_evidence_is_frozen_with_its_hash(cast: Cast) -> None:
    loop = late_loop(cast)
    do(cast, "hq", "loop.note", loop=loop, note="已电话催办两次")
    raise_leads(timezone.now() + 201 * HOUR)
    lead = Lead.objects.get()
    content, whole = opened(lead)
    assert whole
    assert hashlib.sha256(canonical(content)).hexdigest() == lead.digest
    assert content["loop"]["title"] == "重点人员排查"
    assert [t["note"] for t in content["loop"]["timeline"] if t["what"] == "note"] == ["已电话催办两次"]
    assert "escalate" in {d["what"] for d in content["loop"]["deadlines"]}
    do(cast, "hq", "loop.note", loop=loop, note="后来的说明")
    assert "后来的说明" not in json.dumps(opened(Lead.objects.get())[0], ensure_ascii=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        Lead.objects.update(digest="0" * 64)
    with connection.cursor() as cursor:  # the sabotage twin: a changed hash is noticed
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table supervision_lead disable trigger supervision_lead_frozen")
    Lead.objects.update(digest="0" * 64)
    assert not opened(Lead.objects.get())[1]
    with connection.cursor() as cursor:
        cursor.execute("alter table supervision_lead enable trigger supervision_lead_frozen")


def test_answered_proposed_decided_by_another_and_reviewed_by_a_third(cast: Cast) -> None:
    lead = reported(cast)
    said = {"lead": str(lead.pk)}
    outcome = {**said, "outcome": "no_fault", "reason": "复核认为情有可原", "basis": "监督执纪工作规则"}
    assert refused(lambda: do(cast, "discipline", "lead.propose", **outcome)).reason is Reason.WRONG_STAGE
    to(cast, lead, "proposed")
    assert refused(lambda: do(cast, "discipline", "lead.decide", **said)).reason is Reason.SAME_PERSON
    assert refused(lambda: do(cast, "discipline", "loop.advance", loop=str(lead.loop_id), step="decide")).reason is Reason.NOT_ALLOWED
    page = signed_in(cast, "street").get(reverse("lead", args=[lead.pk])).content.decode()
    assert "谈话提醒" not in page  # a proposal is not told
    do(cast, "discipline2", "lead.decide", **said)
    page = signed_in(cast, "street").get(reverse("lead", args=[lead.pk])).content.decode()
    assert "谈话提醒" in page
    assert "党纪处分条例相关规定" in page
    do(cast, "street", "lead.appeal", **said, text="请复核迟报时长")
    for who in ("discipline", "discipline2"):
        assert refused(lambda who=who: do(cast, who, "lead.review", **outcome)).reason is Reason.SAME_PERSON
    do(cast, "discipline3", "lead.review", **outcome)
    lead.refresh_from_db()
    assert (lead.first_outcome, lead.outcome, lead.loop.stage, lead.closed_at is not None) == ("talk", "no_fault", "closed", True)
    assert lead_figures(cast.as_("hq")) == [("concealment", "no_fault", 1, 0, 1, 1)]


def test_what_is_not_answered_in_time_goes_on_and_what_is_not_contested_closes(cast: Cast) -> None:
    lead = reported(cast)
    raise_leads(timezone.now() + 49 * HOUR)
    lead.loop.refresh_from_db()
    assert lead.loop.stage == "examining"
    to(cast, lead, "decided")  # answered late, while it is examined
    raise_leads(timezone.now() + 119 * HOUR)
    lead.refresh_from_db()
    assert lead.closed_at is None
    raise_leads(timezone.now() + 121 * HOUR)
    lead = Lead.objects.select_related("loop").get()
    assert (lead.loop.stage, lead.outcome, lead.closed_at is not None) == ("closed", "talk", True)


def test_only_the_unit_concerned_answers_with_files_of_its_own(cast: Cast) -> None:
    lead = reported(cast)
    mine, other = (take_in(cast.as_(who), new_id(), "证明.png", "image/png", PNG).result["file"] for who in ("street", "hq"))
    for who in ("next_street", "enterprise", "hq"):
        assert refused(lambda who=who: do(cast, who, "lead.answer", lead=str(lead.pk), text="不是我")).reason is Reason.NOT_FOUND
    assert refused(lambda: do(cast, "street", "lead.answer", lead=str(lead.pk), text="说明", files=[other])).field == "files"
    do(cast, "street", "lead.answer", lead=str(lead.pk), text="说明", files=[mine])
    assert signed_in(cast, "discipline").get(reverse("lead_file", args=[lead.pk, mine])).content == PNG
    assert signed_in(cast, "street").get(reverse("lead_file", args=[lead.pk, mine])).status_code == 403
    assert Event.objects.filter(what="lead_file_read").count() == 1


def test_nobody_hands_on_what_they_do_not_see_and_none_is_about_the_handler(cast: Cast) -> None:
    far = cast.task(owner="west_street", opener="next_street")
    assert refused(lambda: do(cast, "inspector", "lead.open", kind="neglect", text="失职失责", loop=far)).reason is Reason.NOT_FOUND
    own = cast.units["discipline_unit"].pk
    assert refused(lambda: do(cast, "hq", "lead.open", kind="neglect", text="失职失责", unit=own)).field == "unit"
    assert refused(lambda: do(cast, "hq", "lead.open", kind="neglect", text="失职失责")).field == "unit"


def test_in_the_browser_from_the_loop_to_the_answer(cast: Cast) -> None:
    loop = late_loop(cast)
    client = signed_in(cast, "hq")
    assert reverse("lead_of_loop", args=[loop]) in client.get(reverse("loop", args=[loop])).content.decode()
    given = {"client_id": str(new_id()), "kind": "false_report", "text": "上报人数与现场不符"}
    page = client.post(reverse("lead_of_loop", args=[loop]), given, follow=True).content.decode()
    assert "已移送" in page
    lead = Lead.objects.get()
    street = signed_in(cast, "street")
    at_loop = street.get(reverse("loop", args=[lead.loop_id])).content.decode()
    assert reverse("lead_by_loop", args=[lead.loop_id]) in at_loop
    assert street.get(reverse("lead_by_loop", args=[lead.loop_id])).headers["Location"] == reverse("lead", args=[lead.pk])
    assert signed_in(cast, "next_street").get(reverse("lead_by_loop", args=[lead.loop_id])).status_code == 404
    shown = signed_in(cast, "discipline").get(reverse("lead", args=[lead.pk])).content.decode()
    assert "逾期升级" in shown
    assert "说明情况" in street.get(reverse("lead", args=[lead.pk])).content.decode()
    street.post(reverse("lead_do", args=[lead.pk, "answer"]), {"client_id": str(new_id()), "text": "已核对更正"})
    lead.refresh_from_db()
    assert lead.answered_at is not None
    raise_leads(timezone.now() + 201 * HOUR)
    assert Lead.objects.count() == 1


def test_praise_rests_on_the_record_and_is_reviewed_by_another_unit(cast: Cast) -> None:
    loop = cast.task()
    do(cast, "street", "loop.advance", loop=loop, step="sign")
    do(cast, "street", "loop.advance", loop=loop, step="report", evidence=[{"key": "result", "type": "text", "text": "办结"}])
    unit = cast.units["east_street"].pk
    named = {"unit": unit, "deeds": "三天完成全部排查，无一遗漏。", "record": [loop]}
    assert refused(lambda: do(cast, "dept", "praise.nominate", **named)).field == "record"
    do(cast, "hq", "loop.advance", loop=loop, step="verify")
    assert refused(lambda: do(cast, "hq", "praise.nominate", **named)).field == "reviewer"  # the office would review its own
    assert refused(lambda: do(cast, "street", "praise.nominate", **named)).field == "unit"
    made = do(cast, "hq", "praise.nominate", **named, reviewer=cast.units["department"].pk)["loop"]
    opinion = [{"key": "opinion", "type": "text", "text": "属实，建议推广"}]
    assert refused(lambda: do(cast, "hq", "loop.advance", loop=made, step="approve", evidence=opinion)).reason is Reason.NOT_OWNER
    assert "三天完成" not in signed_in(cast, "street").get(reverse("praise")).content.decode()
    do(cast, "dept", "loop.advance", loop=made, step="approve", evidence=opinion)
    page = signed_in(cast, "street").get(reverse("praise")).content.decode()
    assert "三天完成" in page
    assert "建议推广" in page
    assert "三天完成" in signed_in(cast, "next_street").get(reverse("praise")).content.decode()  # as far as the reviewing unit reaches


def test_a_lead_about_discipline_inspection_goes_above_or_to_who_was_named_and_never_to_itself(cast: Cast) -> None:
    own = cast.units["discipline_unit"]
    said: dict[str, Any] = {"kind": "neglect", "text": DEAD, "unit": own.pk}
    assert refused(lambda: do(cast, "inspector", "lead.open", **said)).reason is Reason.NOT_FOUND
    assert not Lead.objects.exists()
    page = signed_in(cast, "leader").get(reverse("leads")).content.decode()
    assert "暂无单位受理" in page
    named: dict[str, Any] = {"unit": own.pk, "basis": "市纪委监委指定管辖"}
    assert refused(lambda: do(cast, "leader", "lead.name_substitute", substitute=own.pk, **named)).reason is Reason.SAME_UNIT
    assert refused(lambda: do(cast, "leader", "lead.name_substitute", substitute=cast.units["mill"].pk, **named)).field == "substitute"
    joins(cast, "other_discipline", "administration", "discipline_officer")
    do(cast, "leader", "lead.name_substitute", substitute=cast.units["administration"].pk, **named)
    do(cast, "inspector", "lead.open", **said)
    lead = Lead.objects.get()
    assert (lead.unit_id, lead.handler_id) == (own.pk, cast.units["administration"].pk)
    # the unit concerned answers like any other, and cannot handle it
    do(cast, "discipline", "lead.answer", lead=str(lead.pk), text="当时正在办理。")
    assert str(lead.loop_id) in listed(cast, "other_discipline", "unit")
    outcome = {"lead": str(lead.pk), "outcome": "talk", "reason": "理由理由", "basis": "依据依据"}
    assert refused(lambda: do(cast, "discipline", "lead.propose", **outcome)).reason is Reason.NOT_FOUND
    do(cast, "other_discipline", "lead.propose", **outcome)


def test_what_the_ladder_brings_about_discipline_inspection_waits_until_somebody_can_take_it(cast: Cast) -> None:
    cast.task(owner="discipline_unit")
    later = timezone.now() + 200 * HOUR
    act("loop.escalate", SYSTEM, new_id(), {}, now=later)
    assert raise_leads(later) == 0
    assert (raise_leads(later + HOUR), Act.objects.filter(verb="lead.raise").count()) == (0, 1), "that nobody can take it is on record once"
    assert Event.objects.get(what="lead_untaken").data == {"unit": cast.units["discipline_unit"].pk}
    late_loop(cast)
    handed = act("lead.raise", SYSTEM, new_id(), {"limit": 1}, now=later + 2 * HOUR).result
    assert handed["raised"] == 1, "what waits does not keep the others waiting"
    joins(cast, "other_discipline", "administration", "discipline_officer")
    do(cast, "leader", "lead.name_substitute", unit=cast.units["discipline_unit"].pk, substitute=cast.units["administration"].pk, basis="指定管辖")
    assert raise_leads(later) == 1
    assert Lead.objects.get(unit=cast.units["discipline_unit"]).handler_id == cast.units["administration"].pk
