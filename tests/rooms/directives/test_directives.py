"""Documents: taken in once, read, each directive confirmed by a person, issued in one act; nothing unread goes out."""

from __future__ import annotations

import base64
import io
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from docx import Document as Word
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.cast import SINCE, Cast
from tests.rooms.directives.texts import day, rename, report
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.files import take_in
from tongchou.record.models import Account, Act, Event, Loop, PostHolding, Responsibility, StoredFile
from tongchou.rooms.directives.likeness import copies
from tongchou.rooms.directives.models import Directive, Document
from tongchou.rooms.directives.questions import became, document_list
from tongchou.rooms.directives.suggest import Ground, ground, proof, suggest
from tongchou.rooms.directives.tasks import read_batch


def refused(run: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run()
    return caught.value


@pytest.fixture
def town(cast: Cast) -> Cast:
    rename(cast)
    return cast


def taken_in(cast: Cast, text: str = "", who: str = "hq", **more: Any) -> Document:
    made = cast.act(who, "document.take_in", text=text or report(), **more).result["document"]
    cast.act(who, "document.read", document=made)
    return Document.objects.get(pk=made)


def items(document: Document) -> list[Directive]:
    return list(document.directives.order_by("start", "pk"))


def send(cast: Cast, **given: Any) -> Any:
    """A file, by headquarters."""
    return act("document.take_in", cast.as_("hq"), new_id(), given)


def confirm(cast: Cast, row: Directive, who: str = "hq") -> None:
    cast.act(who, "directive.confirm", directive=str(row.pk), seen_version=row.version)


def edit(cast: Cast, row: Directive, **given: Any) -> Directive:
    cast.act("hq", "directive.edit", directive=str(row.pk), seen_version=row.version, **given)
    row.refresh_from_db()
    return row


def test_a_report_is_read_and_each_directive_has_a_suggestion_with_its_reason(town: Cast) -> None:
    document = taken_in(town)
    first, second, third = items(document)
    assert (document.title, document.level, document.state) == ("清源区召开疫情防控调度会", "district", "read")
    assert document.counts[0] | {"start": 0, "end": 0} == {"text": "四个方面工作", "start": 0, "end": 0, "announced": 4, "found": 3, "missing": [4], "agrees": False}
    assert document.cleaned[first.start : first.end] == first.text
    assert (first.each_kind, first.lead_unit_id, first.suggested[0]["how"]) == ("street", town.units["office"].pk, "collective")
    assert first.due_at is not None
    assert first.due_why == "written"
    assert (second.lead_unit_id, second.suggested[0]["how"]) == (town.units["department"].pk, "name")
    assert "复工复产部" in second.suggested[0]["zh"]
    assert {d.state for d in (first, second, third)} == {"proposed"}


def test_the_original_is_a_sealed_file_of_the_record(town: Cast) -> None:
    document = taken_in(town)
    file = StoredFile.objects.get(pk=document.file_id)
    assert file.size == len(report().strip().encode())
    assert "清源区".encode() not in bytes(file.sealed or b"")
    client = signed_in(town, "hq")
    answer = client.get(reverse("directive_file", args=[document.pk]))
    assert answer.content.decode() == report().strip()
    assert "attachment" in answer["Content-Disposition"]
    assert Event.objects.filter(what="file_read", subject=f"document:{document.pk}").count() == 1


def test_word_and_web_page_are_read_and_disguised_files_refused(town: Cast) -> None:
    word, held = Word(), io.BytesIO()
    for line in report().splitlines():
        word.add_paragraph(line)
    word.save(held)
    content = base64.b64encode(held.getvalue()).decode()
    made = send(town, name="报道.docx", content=content).result["document"]
    assert town.act("hq", "document.read", document=made).result["directives"] == 3
    page = "<html><body><div class='nav'>首页</div><h1>清源区召开调度会</h1><p>会议要求，一是要逐户排查返区人员。二是要加强值班值守。</p></body></html>"
    web = send(town, name="网页.html", content=base64.b64encode(page.encode()).decode()).result["document"]
    assert town.act("hq", "document.read", document=web).result["directives"] == 2
    assert StoredFile.objects.get(pk=Document.objects.get(pk=web).file_id).media_type == "text/plain"
    disguised = refused(lambda: send(town, name="报道.txt", content=base64.b64encode(b"MZ\x90\x00" * 50).decode()))
    assert (disguised.reason, disguised.field) == (Reason.WRONG_FILE_TYPE, "file")
    picture = refused(lambda: send(town, name="照片.docx", content=base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 50).decode()))
    assert picture.remedy is not None
    assert "图片" not in picture.remedy.zh  # what is told to send instead is what a document may be
    assert refused(lambda: send(town, name="表.xlsx", content="eA==")).reason is Reason.WRONG_FILE_TYPE
    assert refused(lambda: town.act("hq", "document.take_in", text="  ")).reason is Reason.MISSING_VALUE


def test_what_cannot_be_read_stays_with_the_reason_and_may_be_tried_again(town: Cast) -> None:
    blank = base64.b64encode(b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF").decode()
    made = send(town, name="扫描件.pdf", content=blank).result["document"]
    assert town.act("hq", "document.read", document=made).result["state"] == "failed"
    row = Document.objects.get(pk=made)
    assert row.failure["zh"].endswith("。")  # what to do about it, too
    assert row.failure["zh"] in signed_in(town, "hq").get(reverse("directive_document", args=[made])).content.decode()


def test_the_same_document_is_taken_in_once_and_a_near_copy_is_noticed(town: Cast) -> None:
    document = taken_in(town)
    again = town.act("hq", "document.take_in", text=report()).result
    assert again == {"document": str(document.pk), "known": True}
    copy = taken_in(town, "转发：" + report().replace("近14天", "近十四天") + "\n会后，与会人员到卡口察看。\n（来源：区融媒体中心）")
    found = copies(town.as_("hq"), copy)
    assert [c.document.pk for c in found] == [document.pk]
    assert found[0].share >= 0.7
    page = signed_in(town, "hq").get(reverse("directive_document", args=[copy.pk])).content.decode()
    assert reverse("directive_document", args=[document.pk]) in page
    assert "近似：" in page
    assert "内容相同" not in page
    other = taken_in(town, f"望河街道召开安全生产会\n{day(-1)}，会议要求，一是要检查消防通道。二是要清理楼道杂物。")
    assert copies(town.as_("hq"), other) == []
    assert copies(town.as_("street"), copy) == []  # the office's documents are not the street's to see


def test_a_copy_whose_estimate_is_full_is_no_same_text(town: Cast) -> None:
    one = taken_in(town, report() + "\n此件为第1稿，供讨论。")
    other = taken_in(town, report() + "\n此件为第2稿，供讨论。")
    Document.objects.filter(pk=other.pk).update(near=one.near, bands=one.bands)  # as the sketch may come out
    (found,) = copies(town.as_("hq"), Document.objects.get(pk=other.pk))
    assert (found.share, found.same) == (1.0, False)
    again = taken_in(town, report().replace("。", "。 ") + "\n此件为第2稿，供讨论。")
    assert {c.document.pk: c.same for c in copies(town.as_("hq"), again)}[other.pk]


def test_a_text_without_a_year_is_of_the_year_in_which_it_came(town: Cast) -> None:
    now = timezone.localtime()
    row = taken_in(town, f"清源区召开调度会\n{now.month}月{now.day}日，会议要求，一是要在12月31日前逐户排查消防隐患。二是要加强值班值守。")
    assert row.issued_on == now.date()
    assert row.year_inferred
    first = items(row)[0]
    assert first.due_at is not None
    assert (first.due_at.astimezone(now.tzinfo).year, first.due_why) == (now.year, "inferred")


def test_deadlines_move_with_the_guessed_year_and_are_confirmed_again(town: Cast) -> None:
    row = taken_in(town, "清源区召开调度会\n3月2日，会议要求，一是要在3月5日前逐户排查消防隐患。二是要在2021年4月1日前建立台账。")
    first, second = items(row)
    confirm(town, first)
    assert first.due_at is not None
    assert row.issued_on is not None
    new = row.issued_on.replace(year=row.issued_on.year + 1)
    form = {"client_id": str(new_id()), "seen_version": row.version, "title": row.title, "level": row.level, "issued_on": new.isoformat()}
    page = signed_in(town, "hq").post(reverse("directive_describe", args=[row.pk]), form, follow=True).content.decode()
    assert "1 条事项的时限随年份改动" in page
    moved, kept = items(row)
    assert moved.due_at == first.due_at.replace(year=first.due_at.year + 1)
    assert (moved.state, moved.version) == ("proposed", first.version + 1)
    assert (kept.due_at, kept.version) == (second.due_at, second.version)  # its year was written
    row.refresh_from_db()
    again = town.act("hq", "document.describe", document=str(row.pk), seen_version=row.version, title=row.title, level=row.level, issued_on="2019-03-02").result
    assert again["moved"] == 0  # no guess any more


def test_an_empty_file_and_an_unreadable_one_are_told_as_what_they_are(town: Cast) -> None:
    client = signed_in(town, "hq")
    empty = client.post(reverse("directive_new"), {"client_id": str(new_id()), "files": SimpleUploadedFile("空.txt", b"")})
    assert empty.status_code == 422
    assert "文件是空的" in empty.content.decode()
    assert "空.txt" in empty.content.decode()
    assert Document.objects.count() == 0
    blank = SimpleUploadedFile("扫描.pdf", b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF")
    page = client.post(reverse("directive_new"), {"client_id": str(new_id()), "files": blank}, follow=True).content.decode()
    assert "这份文件没有读出来" in page
    assert "已读取，找到" not in page


def test_the_database_keeps_the_same_bytes_out(town: Cast) -> None:
    document = taken_in(town)
    fields = {"unit_id": document.unit_id, "file_id": document.file_id, "digest": document.digest, "name": "x", "taken_in_at": timezone.now()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.create(id=new_id(), **fields)
    with connection.cursor() as cursor:  # the sabotage twin: without the index it goes through
        cursor.execute("drop index document_taken_in_once")
    Document.objects.create(id=new_id(), **fields)


def test_nothing_unread_or_unassigned_is_issued_and_the_refusal_names_it(town: Cast) -> None:
    document = taken_in(town)
    first, second, third = items(document)
    confirm(town, first)
    edit(town, second, lead_unit=None, confirm=True)
    answer = refused(lambda: town.act("hq", "directive.issue", document=str(document.pk)))
    assert answer.reason is Reason.WRONG_STAGE
    assert third.title[:24] in answer.rule.zh
    assert second.title[:24] in answer.rule.zh
    assert first.title[:24] not in answer.rule.zh
    assert set(answer.details["unready"]) == {str(second.pk), str(third.pk)}
    assert not Loop.objects.exists()


def test_a_past_due_time_is_named_instead_of_issued(town: Cast) -> None:
    document = taken_in(town, report(ahead=-3))
    for row in items(document):
        confirm(town, row)
    answer = refused(lambda: town.act("hq", "directive.issue", document=str(document.pk)))
    assert "时限已过" in answer.rule.zh
    assert not Loop.objects.exists()


def test_one_due_time_is_set_for_all_that_have_passed(town: Cast) -> None:
    document = taken_in(town, report(ahead=-3))
    first, *rest = items(document)
    confirm(town, first)
    client, url = signed_in(town, "hq"), reverse("directive_issue", args=[document.pk])
    page = client.get(url).content.decode()
    late = {r.pk for r in items(document) if r.due_at is not None and r.due_at <= timezone.now()}
    assert late
    assert f"时限已过或未定的 {len(late)} 条" in page
    sent = {"client_id": str(new_id()), "due": "1", "undated": [str(r.pk) for r in items(document)], "seen": [str(r.version) for r in items(document)]}
    for wrong in ("", "2020-01-01T08:00"):
        assert client.post(url, sent | {"due_at": wrong}).status_code == 422
    due = (timezone.localtime() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    assert client.post(url, sent | {"due_at": due, "client_id": str(new_id())}).status_code == 302
    after = {r.pk: r for r in items(document)}
    assert all(after[pk].due_at > timezone.now() and after[pk].due_why == "set" for pk in late)
    assert (after[first.pk].state, {after[r.pk].state for r in rest}) == ("confirmed", {"proposed"})  # what nobody has read is still to be read
    assert {r.pk for r in after.values() if r.version > 1} == late | {first.pk}  # a date that still holds is not touched


def test_a_card_that_somebody_changed_meanwhile_says_so_in_its_place(town: Cast) -> None:
    document = taken_in(town)
    first = items(document)[0]
    edit(town, first, title="各街道核实返区人员")
    answer = signed_in(town, "hq").post(
        reverse("directive_do", args=[first.pk, "confirm"]), {"client_id": str(new_id()), "seen_version": first.version - 1}, headers={"HX-Request": "true"}
    )
    part = answer.content.decode()
    assert answer.status_code == 409
    assert 'role="alert"' in part
    assert "刷新本页" in part
    assert "<html" not in part


def test_the_page_of_a_batch_tells_its_documents_apart(town: Cast) -> None:
    batch = str(new_id())
    for n, text in enumerate((report(), report() + "\n（来源：区融媒体中心）")):
        made = send(town, name=f"第{n}份.txt", content=base64.b64encode(text.encode()).decode(), batch=batch).result["document"]
        town.act("hq", "document.read", document=made)
    page = signed_in(town, "hq").get(reverse("directive_batch", args=[batch])).content.decode()
    assert page.count("3 条事项") == 2
    assert "第0份.txt" in page
    assert page.count("与已收文件近似") == 2


def test_all_are_issued_in_one_act_with_a_task_for_every_street(town: Cast) -> None:
    document = taken_in(town)
    first, second, third = items(document)
    edit(town, second, co_units=[town.units["office"].pk], person=town.accounts["dept"].pk, evidence=["text", "photo"], urgent=True, confirm=True)
    for row in (first, third):
        confirm(town, row)
    before = Act.objects.count()
    result = town.act("hq", "directive.issue", document=str(document.pk)).result
    assert Act.objects.count() == before + 1
    assert (result["issued"], len(result["loops"]), Loop.objects.count()) == (3, 5, 5)
    first.refresh_from_db()
    second.refresh_from_db()
    top = Loop.objects.get(pk=first.loop_id)
    assert {c.owner_unit_id for c in top.children.all()} == {town.units["east_street"].pk, town.units["west_street"].pk}
    assert all(c.due_at == first.due_at and c.origin_ref == str(first.pk) for c in top.children.all())
    task = Loop.objects.get(pk=second.loop_id)
    assert (task.owner_unit_id, task.owner_account_id, task.urgent, task.origin) == (town.units["department"].pk, town.accounts["dept"].pk, True, "directive")
    assert task.co_units.get().unit_id == town.units["office"].pk
    assert task.asked == ["text", "photo"]
    assert all(c.asked == first.evidence for c in top.children.all())
    assert top.asked == []  # the proof is in the parts
    assert document_list(town.as_("hq"), timezone.now())[0].stands == "issued"
    assert refused(lambda: town.act("hq", "directive.issue", document=str(document.pk))).reason is Reason.MISSING_VALUE
    assert refused(lambda: town.act("hq", "directive.edit", directive=str(first.pk), seen_version=first.version, title="改名")).reason is Reason.WRONG_STAGE


def test_a_document_from_above_stands_in_its_tasks_and_all_below(town: Cast) -> None:
    document = taken_in(town)
    document.number, document.level, document.issuer = "清市指发〔2026〕12号", "city", "清源市疫情防控指挥部"
    document.save(update_fields=["number", "level", "issuer"])
    for row in items(document):
        confirm(town, row)
    town.act("hq", "directive.issue", document=str(document.pk))
    first = items(document)[0]
    child = Loop.objects.get(parent=first.loop_id, owner_unit=town.units["east_street"])
    below = town.act("street", "loop.open", kind="task", title="社区分工", owner_unit=town.units["spring_community"].pk, parent=str(child.pk)).result["loop"]
    for who, loop in (("hq", first.loop_id), ("street", child.pk), ("community", below)):
        assert "清市指发〔2026〕12号" in signed_in(town, who).get(reverse("loop", args=[loop])).content.decode()
    assert "清市指发〔2026〕12号" in signed_in(town, "hq").get(reverse("loop_tree", args=[first.loop_id])).content.decode()
    assert "来文" not in signed_in(town, "hq").get(reverse("loop", args=[town.task()])).content.decode()


def test_what_the_unit_handed_in_before_is_suggested(town: Cast) -> None:
    ground_ = Ground("清源区", [], [], 1, "本单位", unit_proofs={7: [("signature", 3)]})
    assert proof(ground_, "要落实好各项工作", ["publicity"], 7)[0] == ["text", "signature"]
    assert proof(ground_, "要落实好各项工作", ["publicity"], 8)[0] == ["text"]
    assert proof(ground_, "要落实好各项工作", ["venue"], 8)[0] == ["text", "photo"]


def test_only_those_that_are_ready_may_go_first(town: Cast) -> None:
    document = taken_in(town)
    first, second, _ = items(document)
    confirm(town, second)
    town.act("hq", "directive.issue", document=str(document.pk), directives=[str(second.pk)])
    assert Loop.objects.count() == 1
    assert document_list(town.as_("hq"), timezone.now())[0].stands == "part"
    strange = refused(lambda: town.act("hq", "directive.issue", document=str(document.pk), directives=[str(uuid.uuid4())]))
    assert strange.reason is Reason.NOT_FOUND
    assert first.state == "proposed"


def test_the_database_refuses_an_issued_directive_that_nobody_confirmed(town: Cast) -> None:
    row = items(taken_in(town))[0]
    loop = town.task()
    fields = {"state": "issued", "loop_id": loop, "issued_at": timezone.now()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Directive.objects.filter(pk=row.pk).update(**fields)
    with connection.cursor() as cursor:  # the sabotage twin
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table directives_directive drop constraint directive_confirmed_by_somebody")
    assert Directive.objects.filter(pk=row.pk).update(**fields) == 1


def test_a_change_takes_the_confirmation_back_and_every_version_is_on_record(town: Cast) -> None:
    row = items(taken_in(town))[1]
    confirm(town, row)
    edit(town, row, title="复工企业逐家指导")
    assert (row.state, row.confirmed_by_id, row.version) == ("proposed", None, 2)
    edit(town, row, due_at=(timezone.now() + timedelta(days=3)).isoformat(), co_units=[town.units["east_street"].pk], confirm=True)
    assert (row.state, row.confirmed_by_id, row.due_why) == ("confirmed", town.accounts["hq"].pk, "set")
    again = refused(lambda: confirm(town, row))
    assert "现在是“已确认”" in again.rule.zh
    stale = refused(lambda: town.act("hq", "directive.edit", directive=str(row.pk), seen_version=1, title="又改"))
    assert (stale.reason, stale.field) == (Reason.CONFLICT, "seen_version")
    page = signed_in(town, "hq").get(reverse("directive_history", args=[row.pk])).content.decode()
    assert "复工企业逐家指导" in page
    assert f"→ {town.units['east_street'].name}</p>" in page  # by name, not by number
    assert [e.what for e in Event.objects.filter(subject=f"directive:{row.pk}").order_by("pk")] == ["confirm", "edit", "edit"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"lead_unit": 99_999_999}, "lead_unit"), ({"themes": ["nonsense"]}, "themes"), ({"evidence": ["gold"]}, "evidence"), ({"each_kind": "planet"}, "each_kind"),
        ({"co_units": [99_999_999]}, "co_units"), ({"text": "短"}, "text"),
    ],
)  # fmt: skip
def test_bad_values_are_refused_with_the_field(town: Cast, given: dict[str, Any], field: str) -> None:
    row = items(taken_in(town))[1]
    assert refused(lambda: edit(town, row, **given)).field == field
    row.refresh_from_db()
    assert row.version == 1


def test_the_first_responsible_person_is_of_the_lead_unit(town: Cast) -> None:
    row = items(taken_in(town))[1]
    assert refused(lambda: edit(town, row, person=town.accounts["street"].pk)).field == "person"
    edit(town, row, person=town.accounts["dept"].pk)
    edit(town, row, lead_unit=town.units["east_street"].pk)
    assert row.person_id is None


def test_split_merge_drop_and_take_back(town: Cast) -> None:
    document = taken_in(town)
    third = items(document)[2]
    at = third.text.index("；") + 1
    made = town.act("hq", "directive.split", directive=str(third.pk), seen_version=1, at=at).result
    tail = Directive.objects.get(pk=made["new"])
    third.refresh_from_db()
    assert third.text + tail.text == "三是要加强值班值守，严格执行领导带班和24小时值班制度，不得擅离职守；出现突发情况要在两小时内报告。"
    assert document.cleaned[tail.start : tail.end] == tail.text
    assert refused(lambda: town.act("hq", "directive.split", directive=str(tail.pk), seen_version=1, at=2)).field == "at"
    town.act("hq", "directive.merge", directive=str(tail.pk), seen_version=1, into=str(third.pk), seen_into=2)
    third.refresh_from_db()
    tail.refresh_from_db()
    assert (tail.state, tail.into_id, third.state) == ("merged", third.pk, "proposed")
    assert document.cleaned[third.start : third.end] == third.text.replace("\n", "")
    assert refused(lambda: town.act("hq", "directive.drop", directive=str(third.pk), seen_version=third.version, reason="")).field == "reason"
    town.act("hq", "directive.drop", directive=str(third.pk), seen_version=third.version, reason="与常态工作重复")
    third.refresh_from_db()
    town.act("hq", "directive.take_back", directive=str(third.pk), seen_version=third.version)
    third.refresh_from_db()
    assert (third.state, third.reason) == ("proposed", "")


def test_words_of_the_text_become_a_directive(town: Cast) -> None:
    document = taken_in(town)
    words = "对前一阶段成绩给予肯定"
    town.act("hq", "directive.add", document=str(document.pk), quote=words)
    row = document.directives.get(basis="added")
    assert document.cleaned[row.start : row.end] == words
    twice = refused(lambda: town.act("hq", "directive.add", document=str(document.pk), start=row.start, end=row.end))
    assert twice.reason is Reason.DUPLICATE
    assert refused(lambda: town.act("hq", "directive.add", document=str(document.pk), quote="文中没有的话")).field == "quote"


def test_a_proposal_for_lost_digits_is_taken_or_left_by_a_person(town: Cast) -> None:
    text = f"清源区召开会议\n{day(-1)}，会议要求，一是要逐户排查212日以来返区人员，不得漏登一人。二是要加强值班值守，不得擅离职守。"
    document = taken_in(town, text)
    assert [(p["written"], p["proposed"], p["decided"]) for p in document.proposals] == [("212日", "2月12日", "")]
    row = items(document)[0]
    confirm(town, row)
    town.act("hq", "document.decide", document=str(document.pk), number=0, take=True)
    row.refresh_from_db()
    document.refresh_from_db()
    assert "2月12日以来" in row.text
    assert row.state == "proposed"
    assert "212日" in document.cleaned  # the document stays as it was written
    assert refused(lambda: town.act("hq", "document.decide", document=str(document.pk), number=0, take=False)).reason is Reason.WRONG_STAGE


def test_the_task_leads_back_to_its_sentence_and_shows_no_more_to_others(town: Cast) -> None:
    document = taken_in(town)
    for row in items(document):
        confirm(town, row)
    town.act("hq", "directive.issue", document=str(document.pk))
    first, second, _ = items(document)
    child = Loop.objects.get(parent=first.loop_id, owner_unit=town.units["east_street"])
    client = signed_in(town, "street")
    assert reverse("loop_source", args=[child.pk]) in client.get(reverse("loop", args=[child.pk])).content.decode()
    page = client.get(reverse("loop_source", args=[child.pk])).content.decode()
    assert "逐户排查近14天返区人员" in page
    assert "复工指导" not in page
    assert client.get(reverse("directive_document", args=[document.pk])).status_code == 404
    assert client.get(reverse("loop_source", args=[second.loop_id])).status_code == 404
    assert client.get(reverse("loop_source", args=[town.task()])).status_code == 404  # comes from no document


def test_the_document_shows_what_became_of_each(town: Cast) -> None:
    document = taken_in(town)
    for row in items(document):
        confirm(town, row)
    town.act("hq", "directive.issue", document=str(document.pk))
    first = items(document)[0]
    child = Loop.objects.get(parent=first.loop_id, owner_unit=town.units["east_street"])
    town.act("street", "loop.advance", loop=str(child.pk), step="sign")
    table = take_in(town.as_("street"), new_id(), "台账.csv", "text/csv", "序号,结果\n1,已办\n".encode()).result["file"]
    shown = [{"key": "result", "type": "text", "text": "已办"}, {"key": "asked_file", "type": "file", "file": str(table)}]
    town.act("street", "loop.advance", loop=str(child.pk), step="report", evidence=shown)
    town.act("hq", "loop.advance", loop=str(child.pk), step="verify")
    late = timezone.now() + timedelta(days=60)
    state = became(document.pk, late)[first.pk]
    assert (state.below, state.below_closed, state.below_late) == (2, 1, 1)
    client = signed_in(town, "hq")
    assert "1 / 2" in client.get(reverse("directive_sheet", args=[document.pk])).content.decode()
    assert client.get(reverse("directive_sheet", args=[document.pk]), {"export": "xlsx"}).content[:2] == b"PK"


def test_a_document_of_a_street_is_the_streets_and_headquarters_own(town: Cast) -> None:
    document = taken_in(town, who="street")
    assert document.unit_id == town.units["east_street"].pk
    shown = reverse("directive_document", args=[document.pk])
    assert [signed_in(town, who).get(shown).status_code for who in ("street", "hq", "next_street", "dept", "community")] == [200, 200, 404, 404, 403]
    row = items(document)[0]
    assert refused(lambda: confirm(town, row, "next_street")).reason is Reason.NOT_FOUND
    assert refused(lambda: town.act("street", "directive.edit", directive=str(row.pk), seen_version=1, lead_unit=town.units["west_street"].pk)).field == "lead_unit"
    for one in items(document):
        town.act("street", "directive.edit", directive=str(one.pk), seen_version=1, lead_unit=town.units["spring_community"].pk, each_kind="", confirm=True)
    town.act("street", "directive.issue", document=str(document.pk))
    assert set(Loop.objects.values_list("owner_unit", flat=True)) == {town.units["spring_community"].pk}


def test_a_department_drafts_and_headquarters_issues(town: Cast) -> None:
    document = taken_in(town, who="dept")
    for row in items(document):
        confirm(town, row, "dept")
    assert refused(lambda: town.act("dept", "directive.issue", document=str(document.pk))).reason is Reason.NOT_ALLOWED
    assert town.act("hq", "directive.issue", document=str(document.pk)).result["issued"] == 3


def answers(cast: Cast, kind: str, who: str, **subject: Any) -> None:
    """Somebody's post answers for an area or a unit."""
    post = PostHolding.objects.get(account=cast.accounts[who], to_date=None).post
    Responsibility.objects.create(kind=kind, post=post, from_date=SINCE, **subject)


def test_the_first_responsible_person_comes_from_the_chain_of_responsibility_with_the_reason(town: Cast) -> None:
    for kind, who, subject in (
        ("sector", "dept", {"unit": town.units["works"]}), ("territorial", "street", {"area": town.areas["east"]}),
        ("territorial", "street", {"area": town.areas["spring"]}),
    ):  # fmt: skip
        answers(town, kind, who, **subject)
    town.areas["east"].name, town.areas["spring"].name = "望河街道", "柳荫社区"
    for key in ("east", "spring"):
        town.areas[key].save()
    text = f"清源区召开会议\n{day(0)}，会议要求，一是望河街道要抓好返区人员排查。二是柳荫社区要抓好封控值守。三是要做好企业复工复产指导。"
    rows = items(taken_in(town, text))
    for row, unit, who, why in (
        (rows[0], "east_street", "street", "“望河街道”的属地责任人"), (rows[1], "east_street", "street", "“柳荫社区”的属地责任人"),
        (rows[2], "department", "dept", "行业责任人"),
    ):  # fmt: skip
        assert (row.lead_unit_id, row.person_id) == (town.units[unit].pk, town.accounts[who].pk), row.suggested
        assert why in row.suggested[0]["person"]["zh"]
    assert "责任链上由其负责“柳荫社区”" in rows[1].suggested[0]["zh"]  # by the chain, not by the name of a unit
    page = signed_in(town, "hq").get(reverse("directive_document", args=[rows[0].document_id])).content.decode()
    assert "第一责任人" in page
    assert "属地责任人" in page
    Directive.objects.filter(pk=rows[0].pk).update(quantities=["3000 只口罩"], heading="一、抓排查 / （一）返区人员")
    page = signed_in(town, "hq").get(reverse("directive_document", args=[rows[0].document_id])).content.decode()
    assert "3000 只口罩" in page
    assert "一、抓排查 / （一）返区人员" in page
    confirm(town, rows[0])


def test_another_lead_unit_brings_its_own_person_and_nobody_is_suggested_who_has_left(town: Cast) -> None:
    answers(town, "territorial", "street", area=town.areas["east"])
    town.areas["east"].name = "望河街道"
    town.areas["east"].save()
    text = f"清源区召开会议\n{day(0)}，会议要求，一是望河街道要抓好返区人员排查。二是要加强值班值守。"
    row = items(taken_in(town, text))[0]
    assert row.person_id == town.accounts["street"].pk
    assert edit(town, row, lead_unit=town.units["office"].pk).person_id is None
    assert edit(town, row, lead_unit=town.units["east_street"].pk).person_id == town.accounts["street"].pk
    Account.objects.filter(pk=town.accounts["street"].pk).update(is_active=False)
    found = ground(row.document.unit, "清源区", timezone.localdate())
    assert town.areas["east"].pk not in found.answers.area
    assert suggest(found, row.text, [], []).person != town.accounts["street"].pk


def test_what_was_led_before_is_suggested_with_the_number(town: Cast) -> None:
    first = taken_in(town)
    for row in items(first):
        confirm(town, row)
    town.act("hq", "directive.issue", document=str(first.pk))
    later = taken_in(town, f"清源区召开复工会\n{day(0)}，会议要求，一是要继续做好企业复工复产指导。二是要加强值班值守，不得擅离职守。")
    row = items(later)[0]
    assert (row.lead_unit_id, row.suggested[0]["how"]) == (town.units["department"].pk, "history")
    assert "1 件" in row.suggested[0]["zh"]


def test_a_batch_is_read_by_the_queue_with_its_progress(town: Cast) -> None:
    batch = str(new_id())
    for n in range(4):
        town.act("hq", "document.take_in", text=f"清源区召开第{n}次会\n{day(-1)}，会议要求，一是要逐户排查返区人员。二是要加强值班值守。", batch=batch)
    client = signed_in(town, "hq")
    page = client.get(reverse("directive_batch", args=[batch]))
    assert "0 / 4" in page.content.decode()
    assert read_batch(batch) == 4
    assert read_batch(batch) == 0
    assert "4 / 4" in client.get(reverse("directive_batch", args=[batch]), headers={"HX-Request": "true"}).content.decode()
    assert signed_in(town, "street").get(reverse("directive_batch", args=[batch])).status_code == 404


def test_reading_twice_changes_nothing_and_setting_aside_frees_the_text(town: Cast) -> None:
    document = taken_in(town)
    act("document.read", SYSTEM, new_id(), {"document": str(document.pk)})
    assert document.directives.count() == 3
    town.act("hq", "document.set_aside", document=str(document.pk), reason="传错文件")
    assert document_list(town.as_("hq"), timezone.now()) == []
    assert taken_in(town).pk != document.pk


def test_from_above_are_listed_by_themselves(town: Cast) -> None:
    taken_in(town)
    notice = taken_in(
        town,
        f"清源市疫情防控指挥部关于加强排查的通知\n各区：\n一、各区要摸清返乡人员底数，建立名单。\n二、各区要加强值班值守。\n清源市疫情防控指挥部\n{day(-1)}",
    )
    town.act("hq", "document.describe", document=str(notice.pk), seen_version=1, title="关于加强排查的通知", issuer="清源市疫情防控指挥部", level="city", issued_on=None)
    assert [d.id for d in document_list(town.as_("hq"), timezone.now(), above=True)] == [notice.pk]
    assert refused(lambda: town.act("hq", "document.describe", document=str(notice.pk), seen_version=1, title="旧稿", level="city")).field == "seen_version"


def test_many_files_go_to_the_queue_and_one_refused_file_keeps_no_other_out(town: Cast) -> None:
    client = signed_in(town, "hq")
    texts = [f"清源区召开第{n}次会\n{day(-1)}，会议要求，一是要逐户排查返区人员。二是要加强值班值守。" for n in range(4)]
    files = [SimpleUploadedFile(f"{n}.txt", text.encode()) for n, text in enumerate(texts)]
    key = new_id()
    answer = client.post(reverse("directive_new"), {"client_id": str(key), "files": [*files, SimpleUploadedFile("x.exe", b"MZ")]}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("directive_batch", args=[key])
    assert "x.exe" in answer.content.decode()
    assert ProcrastinateJob.objects.filter(task_name__endswith="read_batch", args={"batch": str(key)}).count() == 1
    assert Document.objects.filter(batch=key, state="waiting").count() == 4
    alone = client.post(reverse("directive_new"), {"client_id": str(new_id()), "files": SimpleUploadedFile("x.exe", b"MZ")})
    assert (alone.status_code, "“.exe”" in alone.content.decode()) == (422, True)
    known = client.post(reverse("directive_new"), {"client_id": str(new_id()), "text": texts[0]}, follow=True)
    assert "没有重复收" in known.content.decode()


def test_one_long_text_goes_to_the_queue_and_a_short_one_is_read_at_once(town: Cast) -> None:
    client = signed_in(town, "hq")
    long = SimpleUploadedFile("长.txt", (report() * 2000).encode()[:210_000])
    answer = client.post(reverse("directive_new"), {"client_id": str(key := new_id()), "files": long})
    assert answer["Location"] == reverse("directive_batch", args=[key])
    assert Document.objects.get().state == "waiting"
    client.post(reverse("directive_new"), {"client_id": str(new_id()), "files": SimpleUploadedFile("短.txt", report().encode())})
    assert sorted(Document.objects.values_list("state", flat=True)) == ["read", "waiting"]


def test_points_announced_and_not_numbered_are_told_and_are_no_fault(town: Cast) -> None:
    head = "清源区召开疫情防控调度会\n3月5日，区委书记周明主持召开会议。周明提出四个方面要求"
    hq = signed_in(town, "hq")
    without = taken_in(town, f"{head}，各街道要逐户排查登记，各社区要做好测温。\n")
    page = hq.get(reverse("directive_document", args=[without.pk])).content.decode()
    assert "原文提到“四个方面”（4 项）" in page
    assert "应有 4 项" not in page
    lacking = taken_in(town, f"{head}：一是各街道排查。二是各社区登记。四是商场测温。\n")
    page = hq.get(reverse("directive_document", args=[lacking.pk])).content.decode()
    assert "应有 4 项，找到 3 项" in page
    assert "原文提到“四个方面”" not in page


def test_whoever_is_named_must_hold_the_post_still_when_it_is_confirmed(town: Cast) -> None:
    answers(town, "territorial", "street", area=town.areas["east"])
    town.areas["east"].name = "望河街道"
    town.areas["east"].save()
    row = items(taken_in(town, f"清源区召开会议\n{day(0)}，会议要求，一是望河街道要抓好返区人员排查。二是要加强值班值守。"))[0]
    assert row.person_id == town.accounts["street"].pk
    holding = PostHolding.objects.get(account=town.accounts["street"], to_date=None)
    town.act("security", "post.release", holding=holding.pk)
    refusal = refused(lambda: confirm(town, row))
    assert (refusal.field, refusal.remedy.zh if refusal.remedy else "") == ("person", "请从牵头单位人员中选择，或留空。")
    assert Directive.objects.get(pk=row.pk).state == Directive.State.PROPOSED
    row = edit(town, row, person=town.accounts["street_colleague"].pk)
    confirm(town, row)
    assert Directive.objects.get(pk=row.pk).state == Directive.State.CONFIRMED
