"""Official documents: drafted from the record, signed by another, numbered without gaps, never changed, signed for by those to whom they go."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from typing import Any

import docx
import pytest
from django.db import connection, transaction
from django.db.utils import Error
from django.urls import reverse

from tests.cast import Cast
from tests.rooms.assessment.test_scores import MARCH, NOW, task, work
from tests.web.test_pages import signed_in
from tongchou.documents.model import Heading, Paragraph, Table
from tongchou.documents.pdf import has_chinese_font
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.record.loops import references
from tongchou.record.models import District
from tongchou.rooms.assessment import actions
from tongchou.rooms.assessment.blocks import as_text, from_text, set_blocks, store
from tongchou.rooms.assessment.compose import daily_brief, days, score_bulletin
from tongchou.rooms.assessment.models import Bulletin, Receipt
from tongchou.rooms.assessment.periods import Period

BODY = "各街道：\n# 工作要求\n## 范围\n十四日内返区人员。\n表：样表\n| 单位 | 数 |\n| 东街 | 3 |\n\n请按时报送。"


def refused(run: Callable[[], Any]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run()
    return caught.value


def draft(cast: Cast, **more: Any) -> str:
    payload = {"form": "document", "title": "关于做好返区人员排查的通知", "to": [cast.units["east_street"].pk], "body": BODY} | more
    return str(cast.act("hq", "bulletin.draft", **payload).result["bulletin"])


def sign(cast: Cast, key: str, version: int = 1, who: str = "leader", now: datetime | None = None) -> dict[str, Any]:
    return act("bulletin.sign", cast.as_(who), new_id(), {"bulletin": key, "seen_version": version}, now=now).result


def test_what_is_typed_comes_back_as_it_was() -> None:
    stored = from_text(BODY)
    assert from_text(BODY.replace("表：", "Table: ")) == stored
    assert set_blocks(stored) == (
        Paragraph("各街道："), Heading("工作要求", 1), Heading("范围", 2), Paragraph("十四日内返区人员。"),
        Table(("单位", "数"), (("东街", "3"),), "样表"), Paragraph("请按时报送。"),
    )  # fmt: skip
    assert from_text(as_text(stored)) == stored
    assert store(list(set_blocks(stored))) == stored


def test_what_is_typed_wrong_names_the_line() -> None:
    for text, word in (("| 甲 | 乙 |\n| 一 |", "第 2 行"), ("表：样表\n正文", "样表"), ("\n \n", "空"), ("段\n" * 2001, "2,000")):
        found = refused(lambda t=text: from_text(t))
        assert found.field == "body"
        assert word in found.rule.zh


def test_a_draft_is_signed_by_somebody_else_and_gets_its_number(cast: Cast) -> None:
    key = draft(cast)
    assert refused(lambda: sign(cast, key, who="hq")).reason is Reason.NOT_ALLOWED
    assert sign(cast, key, now=NOW) == {"bulletin": key, "organ": "清防指办", "year": 2026, "seq": 1}
    assert refused(lambda: sign(cast, key)).reason is Reason.WRONG_STAGE
    assert refused(lambda: cast.act("hq", "bulletin.edit", bulletin=key, seen_version=1, title="别的标题", body="正文")).reason is Reason.WRONG_STAGE
    District.objects.update(settings={"organ_code": "清疫指"})
    assert sign(cast, draft(cast), now=NOW)["organ"] == "清疫指"


def test_who_drafts_does_not_sign_even_with_both_posts(cast: Cast) -> None:
    from tongchou.record.models import PostHolding

    post = PostHolding.objects.get(account=cast.accounts["leader"]).post
    PostHolding.objects.create(post=post, account=cast.accounts["hq"], from_date=date(2020, 1, 1))
    key = draft(cast)
    assert refused(lambda: sign(cast, key, who="hq")).reason is Reason.SAME_PERSON


def test_numbers_run_by_organ_year_and_form_without_gaps(cast: Cast) -> None:
    forms = ("document", "bulletin", "brief", "brief", "minutes", "document")
    got = [sign(cast, draft(cast, form=f), now=NOW)["seq"] for f in forms]
    assert got == [1, 2, 1, 2, 1, 3]
    last_year = datetime(2025, 12, 31, 23, tzinfo=SHANGHAI)
    assert sign(cast, draft(cast), now=last_year) | {"bulletin": ""} == {"bulletin": "", "organ": "清防指办", "year": 2025, "seq": 1}


@pytest.mark.django_db(transaction=True)
def test_two_who_sign_at_once_get_two_numbers(real_cast: Cast) -> None:
    keys = [draft(real_cast) for _ in range(6)]

    def one(key: str) -> int:
        try:
            return int(sign(real_cast, key, now=NOW)["seq"])
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(one, keys)) == [1, 2, 3, 4, 5, 6]


def test_what_is_signed_never_changes_whoever_tries(cast: Cast) -> None:
    key = draft(cast)
    sign(cast, key)
    for sql in (
        "update assessment_bulletin set title = '改了' where id = %s",
        "update assessment_bulletin set seq = 99 where id = %s",
        "delete from assessment_bulletin where id = %s",
    ):
        with pytest.raises(Error, match="not changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [key])
    cast.act("leader", "bulletin.withdraw", bulletin=key, reason="数据有误，另行发文")
    row = Bulletin.objects.get()
    assert row.withdraw_reason == "数据有误，另行发文"
    assert refused(lambda: cast.act("leader", "bulletin.withdraw", bulletin=key, reason="再撤一次")).reason is Reason.CONFLICT
    assert sign(cast, draft(cast))["seq"] == 2  # the number is not given again


def test_without_the_trigger_it_would(cast: Cast) -> None:
    key = draft(cast)
    sign(cast, key)
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table assessment_bulletin disable trigger assessment_bulletin_frozen")
        cursor.execute("update assessment_bulletin set title = '改了' where id = %s", [key])
        cursor.execute("alter table assessment_bulletin enable trigger assessment_bulletin_frozen")
    assert Bulletin.objects.get().title == "改了"


def test_two_who_edit_do_not_overwrite_each_other(cast: Cast) -> None:
    key = draft(cast)
    change = {"bulletin": key, "title": "关于做好排查的通知", "body": "正文。"}
    assert cast.act("hq", "bulletin.edit", seen_version=1, **change).result["version"] == 2
    assert refused(lambda: cast.act("hq", "bulletin.edit", seen_version=1, **change)).reason is Reason.CONFLICT
    assert refused(lambda: sign(cast, key, 1)).reason is Reason.CONFLICT  # what the leader saw is not what stands there
    assert refused(lambda: sign(cast, key, 2)).field == "to"  # it went to nobody any more


def test_those_to_whom_it_goes_see_it_when_it_is_issued_and_sign_for_it(cast: Cast) -> None:
    key = draft(cast)
    street, other = signed_in(cast, "street"), signed_in(cast, "next_street")
    url = reverse("bulletin", args=[key])
    assert street.get(url).status_code == 404  # a draft
    sign(cast, key)
    text = street.get(url).content.decode()
    assert "签收" in text
    assert "清防指办〔" in text
    assert "一、工作要求" in text
    assert other.get(url).status_code == 404
    assert key not in other.get(reverse("bulletins")).content.decode()
    assert signed_in(cast, "auditor").get(reverse("bulletins")).status_code == 403
    receive = reverse("bulletin_receive", args=[key])
    assert street.post(receive, {"client_id": str(new_id())}).status_code == 302
    assert street.post(receive, {"client_id": str(new_id())}).status_code == 302
    assert Receipt.objects.count() == 1
    assert refused(lambda: cast.act("leader", "bulletin.receive", bulletin=key)).reason is Reason.WRONG_STAGE
    assert refused(lambda: cast.act("next_street", "bulletin.receive", bulletin=key)).reason is Reason.NOT_FOUND
    assert "street 同志" in signed_in(cast, "hq").get(url).content.decode()
    cast.act("leader", "bulletin.withdraw", bulletin=key, reason="数据有误，另行发文")
    assert street.get(url).status_code == 404


def test_the_bulletin_of_scores_holds_the_figures_of_the_page(cast: Cast) -> None:
    for hours in (10, 20, 60):
        work(cast, task(cast), hours)
    for _ in range(3):
        work(cast, task(cast, "west_street"), 10, "next_street")
    title, body = score_bulletin(cast.as_("hq"), "street", "街道", MARCH, NOW)
    assert title == "关于2026年3月1日至3月31日街道任务办理情况的通报"
    table = next(b for b in body if isinstance(b, Table))
    assert [row[:3] for row in table.rows] == [("1", "west_street 单位", "100.0"), ("2", "east_street 单位", "83.3")]
    text = as_text(store(body))
    assert "期内应办结事项6件，按期办结5件，按期办结率83.3%" in text
    assert "east_street 单位按期办结率仅66.7%" in text
    assert days(Period(date(2025, 12, 20), date(2026, 1, 3))) == "2025年12月20日至2026年1月3日"
    title, body = score_bulletin(cast.as_("hq"), "department", "部门", MARCH, NOW)
    assert "期内没有应办结的事项" in as_text(store(body))


def test_the_daily_brief_counts_what_the_figures_count(cast: Cast) -> None:
    for _ in range(3):
        cast.task()
    _, body = daily_brief(cast.as_("hq"), datetime.now(SHANGHAI))
    text = as_text(store(body))
    assert "今日新交办事项3件" in text
    assert "在办3件" in text


def test_in_the_browser_from_the_scores_to_the_signed_file(cast: Cast) -> None:
    for hours in (10, 20, 60):
        work(cast, task(cast), hours)
    hq = signed_in(cast, "hq")
    form = hq.get(reverse("bulletin_new") + "?compose=scores&kind=street&first=2026-03-01&last=2026-03-31").content.decode()
    assert "按期办结率66.7%" in form
    given = {
        "client_id": str(new_id()), "form": "bulletin", "title": "关于3月街道任务办理情况的通报", "whole": ["street"], "body": "# 总体情况\n按期办结率66.7%。",
        "copies": "区委办公室，区政府办公室",
    }  # fmt: skip
    answer = hq.post(reverse("bulletin_new") + "?compose=scores&kind=street", given)
    assert answer.status_code == 302, answer.content.decode()
    url = answer["Location"]
    key = Bulletin.objects.get().pk
    assert "由起草人以外有签发权的同志签发" in hq.get(url).content.decode()
    edited = hq.post(reverse("bulletin_edit", args=[key]), given | {"client_id": str(new_id()), "seen_version": "1", "note": "联系人：值班员"})
    assert edited.status_code == 302
    leader = signed_in(cast, "leader")
    assert leader.post(reverse("bulletin_sign", args=[key]), {"client_id": str(new_id()), "seen_version": "1"}).status_code == 302
    assert Bulletin.objects.get().signed_at is None  # he had seen the first version
    leader.post(reverse("bulletin_sign", args=[key]), {"client_id": str(new_id()), "seen_version": "2"})
    row = Bulletin.objects.get()
    assert row.signed_at is not None
    assert set(row.to_units) == {cast.units["east_street"].pk, cast.units["west_street"].pk}
    assert row.source["compose"] == "scores"
    word = leader.get(reverse("bulletin_file", args=[key, "docx"]))
    text = "\n".join(p.text for p in docx.Document(io.BytesIO(word.content)).paragraphs)
    assert "清防指办〔" in text
    assert "联系人：值班员" in text
    if has_chinese_font():
        assert leader.get(reverse("bulletin_file", args=[key, "pdf"])).content.startswith(b"%PDF")
    assert leader.get(reverse("bulletin_file", args=[key, "exe"])).status_code == 404


def test_a_notice_is_drafted_from_a_task(cast: Cast) -> None:
    loop = cast.task(detail="逐户排查返区人员。\n每日报送。")
    form = signed_in(cast, "hq").get(reverse("bulletin_new") + f"?loop={loop}").content.decode()
    assert "关于排查返区人员的通知" in form
    assert "逐户排查返区人员。" in form
    assert signed_in(cast, "hq").get(reverse("bulletin_new") + "?loop=x").status_code == 404


def test_bad_drafts_are_refused_and_nothing_typed_is_lost(cast: Cast) -> None:
    hq = signed_in(cast, "hq")
    answer = hq.post(reverse("bulletin_new"), {"client_id": str(new_id()), "form": "document", "title": "通知", "body": "| 甲 | 乙 |\n| 一 |"})
    assert answer.status_code == 422
    assert "| 甲 | 乙 |" in answer.content.decode()
    assert refused(lambda: draft(cast, to=[999_999])).field == "to"
    assert refused(lambda: draft(cast, form="decree")).field == "form"
    assert not Bulletin.objects.exists()
    assert actions.organ_code(cast.units["office"]) == "清防指办"


def test_evidence_refers_to_a_document_only_for_those_who_may_read_it(cast: Cast) -> None:
    key = draft(cast)
    found = references.parse(f"https://testserver/documents/{key}/edit")
    assert found is not None
    assert references.title_of(cast.as_("hq"), *found) == "关于做好返区人员排查的通知"
    assert references.title_of(cast.as_("street"), *found) is None  # still a draft
    sign(cast, key)
    assert references.resolved(cast.as_("street"), f"/documents/{key}", "link") == f"bulletin:{key}"
    assert references.title_of(cast.as_("next_street"), *found) is None  # it does not go there
