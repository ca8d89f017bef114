"""Units, times, quantities, themes, header and fingerprint."""

from __future__ import annotations

from datetime import date

import pytest

from tongchou.intake import NEAR_COPY, fingerprint, likeness, read_text
from tongchou.intake.areas import area_of
from tongchou.intake.deadlines import deadlines
from tongchou.intake.quantities import quantities
from tongchou.intake.script import simplified
from tongchou.intake.themes import names, themes
from tongchou.intake.units import units

DAY = date(2020, 2, 12)


@pytest.mark.parametrize(("text", "expected"), [
    ("各街道要做好排查。", ["各街道"]),
    ("卫健、应急等部门要相互配合。", ["卫健、应急等部门"]),
    ("有关单位和部门要主动对接。", ["有关单位和部门"]),
    ("区执法局、公安分局、文旅局要对场所进行管控。", ["区执法局", "公安分局", "文旅局"]),
    ("镇街和村居要加强管理。", ["镇街", "村居"]),
    ("对于因特殊原因需要提前复工的企业，需通过审批。", ["企业"]),
    ("对违规的，由公安机关依法处理。", ["公安机关"]),
    ("由区工信局牵头，逐户派驻联络员。", ["区工信局"]),
    ("各部门负责人要深入企业。", ["各部门负责人"]),
    ("对已复工的企业，相关部门要开展检查。", ["相关部门"]),
    ("本月25日前由县交通局逐站核对。", ["县交通局"]),
    ("后续项目由区商务局牵头推进。", ["区商务局"]),
    ("改造事宜由所在乡包干。", ["所在乡"]),
    ("5月8日前各学校要完成复查。", ["各学校"]),
    ("由包片领导带队逐户核对。", ["包片领导"]),
    ("监督员入户指导由检测人员入户完成。", ["检测人员"]),
    ("区农业农村局,区水利局要分片查看。", ["区农业农村局", "区水利局"]),
    ("各街道，各社区要连夜清点。", ["各街道", "各社区"]),
    ("教研室、后勤处要商定课表。", ["教研室", "后勤处"]),
    ("每天17点通过小程序填报。", []),
    ("每天对来自外地的人员进行登记。", []),
    ("县财政局依法办理减免手续。", ["县财政局"]),
    ("民办机构自行储备药品。", ["民办机构"]),
    ("各校食堂不得采购来源不明的肉品。", ["各校食堂"]),
    ("督促企业落实责任，加强对学校的检查。", []),
    ("全区上下要行动起来，我区要走在前列。", []),
    ("各街道要排查，各街道要登记。", ["各街道"]),
    ("市公安局王益分局、区民政局、长街街道办等部门、单位要按要求执行。", ["市公安局王益分局", "区民政局", "长街街道办"]),
    ("县商务局、县棉花和物资储备中心要做好收购。", ["县商务局", "县棉花和物资储备中心"]),
    ("由市市场监督管理局每日公布价格。", ["市市场监督管理局"]),
    ("正科级以上干部的申请由县委组织部审批。", ["县委组织部"]),
    ("由县交通局、县城管局各派专人值守。", ["县交通局", "县城管局"]),
    ("供销系统须调足尿素。", ["供销系统"]),
    ("4月份各项目组至少走访两次。", ["各项目组"]),
    ("全区浴池、影院等密闭场所暂停营业。", ["全区浴池、影院等密闭场所"]),
    ("直接报县委，撤除城区卡口。", []),
])  # fmt: skip
def test_units_are_those_made_responsible(text: str, expected: list[str]) -> None:
    assert [m.text for m in units(text, 0)] == expected


@pytest.mark.parametrize(("text", "written", "first", "last"), [
    ("于2月14日前完成。", "2月14日前", "2020-02-14", "2020-02-14"),
    ("15日前报送。", "15日前", "2020-02-15", "2020-02-15"),
    ("5日前报送。", "5日前", "2020-03-05", "2020-03-05"),
    ("1月10日前完成。", "1月10日前", "2020-01-10", "2020-01-10"),
    ("2020年2月28日18时前上报。", "2020年2月28日18时前", "2020-02-28", "2020-02-28"),
    ("自2月10日零时起至2月20日止停业。", "自2月10日零时起至2月20日止", "2020-02-10", "2020-02-20"),
    ("自2月10日起实行。", "自2月10日起", "2020-02-10", None),
    ("即日起暂停营业。", "即日起", "2020-02-12", None),
    ("2月底前完成。", "2月底前", "2020-02-29", "2020-02-29"),
    ("“五一”期间加强值班。", "“五一”期间", "2020-05-01", "2020-05-05"),
    ("本周五前上报。", "本周五前", "2020-02-14", "2020-02-14"),
    ("3天内办结。", "3天内", "2020-02-12", "2020-02-15"),
    ("明天上午前完成。", "明天上午前", "2020-02-13", "2020-02-13"),
    ("抵京当天报告。", "抵京当天", None, None),
    ("学校开学前做好消毒。", "学校开学前", None, None),
    ("每日17时前报送。", "每日17时前", None, None),
    ("接到通知后2小时内转运。", "接到通知后2小时内", None, None),
    ("直至疫情结束为止。", "直至疫情结束为止", None, None),
])  # fmt: skip
def test_deadlines_as_written_and_as_days(text: str, written: str, first: str | None, last: str | None) -> None:
    found = deadlines(text, 0, DAY)
    assert found, text
    assert found[0].text == written
    assert (found[0].first and found[0].first.isoformat(), found[0].last and found[0].last.isoformat()) == (first, last)


@pytest.mark.parametrize("text", [
    "立即排查。", "尽快上报。", "疫情防控期间不聚集。", "每日消毒。", "1月10日以来从外地返回的人员要登记。", "继续落实1月29日重申的规定。",
    "24小时值班值守。", "近14天内有旅居史的人员要报告。", "12号楼要封闭。", "做好复工前的准备工作。",
])  # fmt: skip
def test_what_is_no_deadline(text: str) -> None:
    assert deadlines(text, 0, DAY) == ()


def test_the_year_turns_and_clocks_are_read() -> None:
    assert deadlines("1月5日前完成。", 0, date(2020, 12, 20))[0].first == date(2021, 1, 5)
    assert deadlines("每天下午5点半前报送。", 0, DAY)[0].clock == "17:30"
    assert deadlines("2月30日前完成。", 0, DAY)[0].first is None
    assert deadlines("2月14日前完成。", 0, None, 2020)[0].first == date(2020, 2, 14)


def test_quantities() -> None:
    found = {q.text: q.value for q in quantities("发放口罩3万只，设卡口47个，六个督导组，24小时值守，第3号令。")}
    assert found["3万只"] == 30_000
    assert found["24小时"] == 24
    assert found["六个督导组"] == 6
    assert not any("号" in text for text in found)


def test_themes() -> None:
    assert themes("各学校要做好开学准备，落实错峰就餐。")[0] == "school"
    assert "testing" in themes("要组织好全员核酸检测。")
    assert themes("要把工作抓好。") == ("organisation",)
    assert len(names()) == 30
    assert 1 <= len(themes("企业要测温登记、隔离观察、消毒消杀、值班值守、宣传培训、检查督导。")) <= 3


def test_header_of_a_report_and_of_a_notice() -> None:
    report = read_text(
        "某某区召开会议\n来源：某某日报 2020-02-05 09:58\n昨日，佛山市顺德区召开区政府常务会议。区长周明要求，各街道要排查。\n"
    )
    assert (report.header.date, report.header.posted, report.header.area) == (
        date(2020, 2, 4),
        date(2020, 2, 5),
        "佛山市顺德区",
    )
    assert (report.header.source, report.kind, report.header.year_inferred) == ("某某日报", "report", False)
    assert report.header.occasion
    notice = read_text(
        "关于加强管理的通知\n顺防指〔2020〕5号\n各镇街：\n各镇街要加强排查。\n顺德区疫情防控指挥部\n2020年2月5日\n"
    )
    assert (notice.kind, notice.header.number, notice.header.date) == ("order", "顺防指〔2020〕5号", date(2020, 2, 5))
    assert notice.header.issuer == "顺德区疫情防控指挥部"
    assert read_text("致居民的一封信\n请大家减少外出，主动登记。\n").kind == "letter"


def test_a_year_that_is_not_written_is_marked_as_inferred() -> None:
    found = read_text(
        "某区召开会议\n4月27日，某区召开会议，落实国务院安委会15条硬措施。会议要求，各街道要排查。\n"
    ).header
    assert (found.date, found.year_inferred) == (date(2022, 4, 27), True)


def test_the_same_text_and_near_copies_are_told() -> None:
    text = (
        "会议要求，各街道要在3月5日前完成排查登记，各社区要做好测温消毒，物业要落实值班值守，公安机关要加强巡逻防控，卫健部门要做好核酸检测。"
        * 3
    )
    one, other = fingerprint(text), fingerprint(text.replace("，", ",").replace("。", "．") + " ")
    assert one.exact == other.exact
    assert likeness(one, other) == 1.0
    assert likeness(one, fingerprint(text.replace("3月5日", "3月8日"))) >= NEAR_COPY
    assert (
        likeness(
            one,
            fingerprint(
                "今天天气很好，适合外出散步，公园里的花都开了，孩子们在草地上奔跑，老人们在树下下棋聊天喝茶。" * 3
            ),
        )
        < 0.2
    )
    assert likeness(fingerprint(""), one) == 0.0
    assert fingerprint(text) == fingerprint(text)


def test_several_articles_have_a_header_each_and_speakers_do_not_cross() -> None:
    text = (
        "某区召开排查会议\n本报讯 3月5日，某区召开会议。区长周明要求，各街道要排查。\n记者 王一\n"
        "某区召开复工会议\n本报讯 3月6日，某区召开会议。会议要求，各企业要测温。\n记者 王一\n"
    )
    document = read_text(text)
    assert [a.header.title for a in document.articles] == ["某区召开排查会议", "某区召开复工会议"]
    assert [a.header.date for a in document.articles] == [date(2020, 3, 5), date(2020, 3, 6)]
    assert [(d.article, d.speaker.name if d.speaker else None) for d in document.directives] == [
        (0, "周明"),
        (1, "会议"),
    ]
    assert "某区召开复工会议" in document.clean
    assert "某区召开排查会议" not in document.clean


def test_an_account_that_ends_in_publishing_keeps_its_name() -> None:
    said = "会议要求，各街道要做好排查登记工作。"
    assert read_text(f"区委召开会议\n来源：上海发布\n{said}\n").articles[0].header.source == "上海发布"
    assert (
        read_text(f"区委召开会议\n来源：区政府办 发布时间：2020-02-15\n{said}\n").articles[0].header.source
        == "区政府办"
    )


def test_so_many_aspects_without_a_measure_word_are_counted() -> None:
    document = read_text("会议就下步工作提出三方面要求：\n一是各街道要做好排查。\n二是区卫健局要做好消毒。\n")
    assert [(c.announced, c.found, c.missing) for c in document.counts] == [(3, 2, (3,))]


def test_rows_of_a_dump_are_articles_and_what_stands_around_them_is_noted() -> None:
    text = (
        "INSERT INTO `news` VALUES (1,'某区部署排查','a.jpg','3月5日，某区召开会议，区长周明主持。\\r\\n周明要求，一是各社区要登记。"
        "二是商场要测温。各单位要在“五一”前完成核查，做到''不漏一户''，不落一人。','2020-03-06 08:00:00'),"
        "(2,'某区慰问','b.jpg','3月6日，某区领导走访慰问一线人员，送去口罩、消毒液等物资，并详细询问了值守、轮休和用餐情况，叮嘱大家注意防护、保重身体，感谢大家的付出。',NULL);\n"
    )
    document = read_text(text)
    assert document.header.title == "某区部署排查"
    assert [d.text for d in document.directives][:2] == [
        "一是各社区要登记。",
        "二是商场要测温。各单位要在“五一”前完成核查，做到'不漏一户'，不落一人。",
    ]
    assert "INSERT" not in document.clean
    assert "a.jpg" in "".join(n.before for n in document.notes if n.kind == "code")
    assert (
        document.raw[slice(*document.places.raw_span(document.directives[0].start, document.directives[0].end))]
        == "一是各社区要登记。"
    )
    without = read_text(text, without=frozenset({"furniture"}))
    assert "INSERT" in without.clean


def test_a_dump_without_chinese_articles_and_brackets_in_a_text_are_left_alone() -> None:
    text = "某区召开会议\n3月5日，区长周明要求，各社区要登记（1, '第一网格', '第二网格'），不漏一户。\n"
    assert "第一网格" in read_text(text).clean


@pytest.mark.parametrize(("written", "kept"), [("縣長沈靜主持", "县长沈静主持"), ("會議強調", "会议强调")])
def test_a_surname_stays_a_surname(written: str, kept: str) -> None:
    assert simplified(written) == kept


def test_a_place_is_not_found_within_a_word_nor_far_down_in_a_text_of_another_kind_of_place() -> None:
    body = (
        "我县召开会议，发布权威信息。"
        + "各乡镇要排查登记，做好值守。" * 20
        + "近期大连市形势严峻，请广大居民关注。"
        + "各社区要登记。" * 20
    )
    assert area_of("", body, "") is None
    assert area_of("", body.replace("大连市", "威信县"), "") == "昭通市威信县"


def test_a_by_line_within_a_line_goes_and_the_sentence_stays() -> None:
    document = read_text("某区部署排查\n本报讯（记者 田野）3月5日，区长周明要求，各社区要登记。\n（记者 田野 向秋）\n")
    assert document.clean == "本报讯3月5日，区长周明要求，各社区要登记。"
    assert [n.kind for n in document.notes if "田野" in n.before] == ["byline", "byline"]


def test_the_title_of_a_paper_stands_below_its_letterhead() -> None:
    head = "专 题 会 议 纪 要\n柳溪区人民政府办公室 2020年3月5日\n关于研究工地复工的会议纪要\n"
    text = (
        head + "3月4日，副区长韦青主持召开会议。现将议定事项纪要如下：\n一、由区住建局负责摸排。\n分送：区政府领导。\n"
    )
    document = read_text(text)
    assert document.header.title == "关于研究工地复工的会议纪要"
    assert "分送" not in document.clean


@pytest.mark.parametrize(("text", "theme"), [
    ("食堂食材过期变质的一律销毁，每餐留样不少于48小时。", "safety"),
    ("少开会、开短会，减少填表，把干部从文山会海里解放出来。", "burden_reduction"),
    ("机关党员到社区“双报到”，每个单元有一名楼长。", "volunteers"),
    ("人社局要落实失业保险稳岗返还，银行不得抽贷断贷。", "enterprise_service"),
    ("农技人员要指导早稻育秧和病虫防治。", "agriculture"),
    ("要植树造林，清扫卫生死角。", "city_management"),
    ("对弄虚作假的一查到底、点名曝光。", "discipline"),
])  # fmt: skip
def test_themes_of_words_that_meetings_use(text: str, theme: str) -> None:
    assert themes(text)[0] == theme
