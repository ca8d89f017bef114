"""The daily report of resumption: figures of the pages' own questions, drafted, signed by somebody else, issued as Word and PDF."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.daily.helping import do as report_do
from tests.rooms.daily.helping import permit, reported, today
from tests.web.test_pages import signed_in
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.record.models import Enterprise
from tongchou.rooms.assessment.blocks import as_text, store
from tongchou.rooms.assessment.compose import resumption_brief
from tongchou.rooms.assessment.models import Bulletin
from tongchou.rooms.daily.questions import glance
from tongchou.rooms.resumption.questions import resumed
from tongchou.rooms.service.questions import streets


def at_work(cast: Cast) -> None:
    """One enterprise works and has reported, one is suspended, one difficulty was raised today."""
    Enterprise.objects.create(unit=cast.units["works"], industry="C18", size="small", changed_at=timezone.now())
    permit(cast.units["works"])
    permit(cast.units["mill"])
    reported(cast)
    payload = {"unit": cast.units["mill"].pk, "reason": "食堂聚集", "must_show": ["分餐"]}
    act("permit.suspend", cast.as_("next_street"), new_id(), payload)
    report_do(cast, "enterprise", "service.raise", when=timezone.now(), unit=cast.units["works"].pk, topic="labour", title="缺工")


def text_of(cast: Cast, who: str = "hq") -> str:
    return as_text(store(resumption_brief(cast.as_(who), today(), datetime.now(SHANGHAI))[1]))


def test_its_figures_are_those_of_the_pages(cast: Cast) -> None:
    at_work(cast)
    text, hq = text_of(cast), cast.as_("hq")
    rates = resumed(hq, "street")
    assert f"在册企业{sum(r.total for r in rates)}家，已复工{sum(r.resumed for r in rates)}家，复工率50.0%" in text
    assert "暂停1家，责令停工0家" in text
    lines = glance(hq, today(), "street")
    assert f"应报日报企业{sum(x.obliged for x in lines)}家，未报{sum(x.silent for x in lines)}家" in text
    assert f"职工返岗{sum(x.returned for x in lines)}人" in text
    raised = sum(s.raised for s in streets(hq, today(), today(), datetime.now(SHANGHAI)))
    assert raised == 1
    assert f"当日企业新提出困难诉求{raised}件" in text
    assert "mill 单位（食堂聚集）" in text
    for by, name in (("street", "east 区域"), ("industry", "制造业"), ("size", "小型")):
        assert {r.key for r in resumed(hq, by)}
        assert name in text, by


def test_daily_reports_are_told_by_street_industry_and_size(cast: Cast) -> None:
    at_work(cast)
    part = text_of(cast).split("人员返岗")[1].split("防护物资")[0]
    for caption, group in (("分街道", "east 区域"), ("分行业", "制造业"), ("分规模", "小型")):
        assert f"{caption}企业日报情况" in part
        assert group in part, caption
    assert "目标" not in part  # nothing is aimed at


def test_targets_are_told_where_they_are_set_and_who_is_behind(cast: Cast) -> None:
    at_work(cast)
    report_do(cast, "hq", "progress.target", area=cast.areas["district"].pk, month=str(today()), returned="95", output="80")
    text = text_of(cast)
    assert f"{today().month}月底目标：职工返岗率95%，目前90.0%，低5个百分点；产值率80%，目前进度不明" in text
    assert "低于目标的街道1个：east 区域（返岗率低5个百分点）。" in text
    assert "低于目标的行业1个：制造业（返岗率低5个百分点）。" in text
    report_do(cast, "hq", "progress.target", area=cast.areas["district"].pk, month=str(today()), returned="70")
    assert "职工返岗率70%，目前90.0%，已达到" in text_of(cast)
    assert "低于目标" not in text_of(cast)


def test_a_street_reports_its_own_alone(cast: Cast) -> None:
    at_work(cast)
    assert "mill" not in text_of(cast, "street")
    assert "在册企业1家，已复工1家，复工率100.0%" in text_of(cast, "street")


def test_without_anything_it_says_so_and_divides_by_nothing(cast: Cast) -> None:
    text = text_of(cast)
    assert "当日没有暂停许可的企业" in text
    assert "返岗率未填报" in text


def test_the_page_of_the_rate_and_its_spreadsheet(cast: Cast) -> None:
    at_work(cast)
    client = signed_in(cast, "leader")
    for by in ("street", "industry", "size", "nonsense"):
        page = client.get(reverse("resumption_rate"), {"by": by})
        assert page.status_code == 200
        assert "50.0" in page.content.decode()
    assert client.get(reverse("resumption_rate"), {"export": "xlsx"}).content.startswith(b"PK")
    assert "mill" not in signed_in(cast, "street").get(reverse("resumption_rate")).content.decode()


def test_from_the_draft_to_the_issued_file(cast: Cast) -> None:
    at_work(cast)
    hq, leader = signed_in(cast, "hq"), signed_in(cast, "leader")
    address = reverse("bulletin_new") + "?compose=resumption"
    form = hq.get(address).content.decode()
    assert "复工复产日报" in form
    assert "复工率50.0%" in form
    assert hq.get(address + "&first=2999-01-01").status_code >= 400
    body = text_of(cast)
    made = hq.post(address, {"form": "brief", "title": "复工复产日报", "body": body, "to": [cast.units["east_street"].pk]})
    assert made.status_code == 302
    row = Bulletin.objects.get()
    assert (row.source["compose"], row.source["first"]) == ("resumption", str(today()))
    act("bulletin.sign", cast.as_("leader"), new_id(), {"bulletin": str(row.pk), "seen_version": row.version})
    row.refresh_from_db()
    assert row.signed_by == cast.accounts["leader"]
    shown = leader.get(reverse("bulletin", args=[row.pk])).content.decode()
    assert f"{reverse('daily_overview')}?day={today()}" in shown
    word = leader.get(reverse("bulletin_file", args=[row.pk, "docx"])).content
    assert "复工率50.0%" in zipfile.ZipFile(io.BytesIO(word)).read("word/document.xml").decode()
