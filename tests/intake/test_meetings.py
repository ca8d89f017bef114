"""How reports of a headquarters' meetings word instructions: without 要, in segments, in quotations; and what stands beside them and is none."""

from __future__ import annotations

from datetime import date

import pytest

from tongchou.intake import read_text
from tongchou.intake.deadlines import deadlines
from tongchou.intake.themes import themes
from tongchou.intake.units import units

HEAD = "青川区召开疫情防控会议\n3月5日，青川区召开疫情防控会议，区委书记周明主持会议，副区长李青参加。\n"


def said(text: str) -> list[tuple[str, str | None]]:
    found = read_text(f"{HEAD}{text}\n会议结束后，与会人员参观了展览。\n").directives
    return [(d.text, d.speaker.name if d.speaker else None) for d in found]


def items(text: str) -> list[str]:
    return [words for words, _ in said(text)]


def named(text: str) -> list[str]:
    return [u.text for u in units(text, 0)]


@pytest.mark.parametrize(
    ("lead", "words"),
    [
        ("周明要求，", "民政部门节前把慰问金发到困难群众手中，养老机构继续封闭管理。"),
        ("周明要求", "区住建局协调两家旅馆作为备用宿舍。"),
        ("周明现场要求", "随行部门三天之内解决企业用电问题。"),
        ("周明叮嘱值班人员，", "夜间每两小时巡查一次，异常情况第一时间上报。"),
        ("周明指示", "区卫健局连夜增派采样人员。"),
        ("会议强调，", "区人社局牵头抓好用工保障，三日内摸清缺工企业底数。"),
        ("会议明确，", "区应急局负责森林防火，区水利局负责防汛准备。"),
    ],
)
def test_what_a_lead_in_asks_for_needs_no_word_of_obligation(lead: str, words: str) -> None:
    assert items(lead + words) == [words]


@pytest.mark.parametrize(
    "text",
    [
        "周明叮嘱大家做好自身防护。",
        "李青表示，将认真落实会议要求，尽快解决企业反映的物流问题。",
        "周明希望企业克服困难、开足马力。",
        "周明要求，各街道、各部门主要负责人在分会场参加会议。",
        "周明指出，企业有什么困难？",
        "周明指出，全区连续十天没有新增，应当充分肯定。",
        "周明指出，也要清醒看到，随着返岗人员增多，防控压力有增无减。",
        "周明指出，3月20日高三年级就要开学，家长都在等待。",
        "周明指出，这种状况必须马上改变。",
        "周明强调，要突出重点，打通堵点难点。",
        "周明强调，各级各部门要进入战时状态，与病毒赛跑。",
        "企业代表反映，当前13家企业急需外省工人，应到岗人数为900人。",
    ],
)
def test_what_tells_pledges_praises_or_appeals_is_none(text: str) -> None:
    assert items(text) == []


def test_who_is_asked_with_an_office_before_the_name_speaks() -> None:
    assert said("副区长李青要求卫健、教育部门加强联动，做好学生返校工作。") == [
        ("卫健、教育部门加强联动，做好学生返校工作。", "李青")
    ]


def test_a_line_of_its_own_may_say_who_speaks() -> None:
    assert said("副区长李青要求\n各镇要在3月8日前报送名单。") == [("各镇要在3月8日前报送名单。", "李青")]


def test_segments_that_charge_another_party_are_items_of_their_own() -> None:
    text = "会议明确，由区商务局牵头、区发改局配合，3月8日前拿出保供方案；由区交通局负责，恢复全部公交线路；区委宣传部每日20时发布权威信息。"
    assert items(text) == [
        "由区商务局牵头、区发改局配合，3月8日前拿出保供方案；",
        "由区交通局负责，恢复全部公交线路；",
        "区委宣传部每日20时发布权威信息。",
    ]
    assert len(items("周明要求，各镇要压实责任，逐户登记；做好服务，送药上门；加强值守。")) == 1


def test_a_quotation_is_parted_at_its_semicolons() -> None:
    text = "李青要求：“各街道要送菜上门，不得漏户；区商务局要备足货源，一天一调度。”"
    assert items(text) == ["“各街道要送菜上门，不得漏户；", "区商务局要备足货源，一天一调度。”"]
    assert items("“师傅，请出示一下通行证。”值守人员说。") == []


def test_firstly_without_a_comma_is_an_ordinal_and_last_words_are_not() -> None:
    text = "周明强调，首先要把人接回来。区人社局组织专车。其次要把料供上来。区住建局要协调三家厂恢复生产。\n周明最后强调，各镇要抓好春耕。"
    assert items(text) == [
        "首先要把人接回来。区人社局组织专车。",
        "其次要把料供上来。区住建局要协调三家厂恢复生产。",
        "各镇要抓好春耕。",
    ]


def test_points_under_a_lead_in_are_told_as_done_only_by_what_marks_the_past() -> None:
    points = "一是马上动起来，会后各镇召开村级会议传达到户。二是督导严起来，区委农办下村入户查看。"
    assert len(items(f"李青就贯彻会议精神讲了意见。{points}")) == 2
    done = "一是召开了村级会议，传达到户。二是督导组已下村入户查看。"
    assert items(f"会上，各镇汇报了情况：{done}") == []


def test_half_width_stops_after_a_per_cent_sign_end_a_sentence() -> None:
    assert items("周明要求,各镇要完成首批下摆任务的80%.农技站要分片包干.") == [
        "各镇要完成首批下摆任务的80%。",
        "农技站要分片包干。",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("返岗包车由区人社局安排，费用由区财政承担。", ["区人社局", "区财政"]),
        ("区发改委牵头、区工信局配合，3月8日前拿出方案。", ["区发改委", "区工信局"]),
        ("税务、电力部门要把优惠政策送上门。", ["税务、电力部门"]),
        ("区农业局要会同区金融办摸清贷款需求。", ["区农业局", "区金融办"]),
        ("区教育局要会同卫健、公安等部门逐校验收。", ["区教育局", "卫健、公安等部门"]),
        ("商场、网吧自4月12日零时起暂停营业。", ["商场", "网吧"]),
        ("开学当天公安交警要加派警力。", ["公安交警"]),
        ("企业是第一责任人，宿舍一人一间。", ["企业"]),
        ("相关街道主要负责人要亲自上手。", ["相关街道主要负责人"]),
        ("县总工会、团县委、县妇联要动员志愿者。", ["县总工会", "团县委", "县妇联"]),
        ("各网格长、楼栋长要每日排查，自然资源局要保障用地。", ["各网格长", "楼栋长", "自然资源局"]),
        ("责成区城管局牵头整治，区市场监管局配合。", ["区城管局", "区市场监管局"]),
        ("各施工企业节后10日内全部复工。", ["各施工企业"]),
        ("镇村两级要把种子送到地头。", ["镇村两级"]),
        ("审批服务要网上办、掌上办，严禁设置前置条件。", []),
        ("红白事一律从简并报村委会备案。", []),
        ("密接人员应转尽转。", []),
    ],
)
def test_parties_as_meetings_name_them(text: str, expected: list[str]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    ("text", "written", "first"),
    [
        ("今日起增派两个班次。", "今日起", "2020-03-05"),
        ("明早6点前全部开到位。", "明早6点前", "2020-03-06"),
        ("明天中午前送到居民家中。", "明天中午前", "2020-03-06"),
        ("要每日17时前发布信息。", "每日17时前", None),
        ("自2月19日起每天16时30分前报送。", "自2月19日起每天16时30分前", None),
        ("4月20日下班前提出名单。", "4月20日下班前", "2020-04-20"),
        ("一周之内逐一回复企业。", "一周之内", "2020-03-05"),
        ("惊蛰前后完成首批任务。", "惊蛰前后", None),
        ("各镇会后当天传达到户。", "会后当天", None),
        ("开学前一周完成消杀。", "开学前一周", None),
        ("节前发放到位。", "节前", None),
        ("本周之内拿出方案。", "本周之内", "2020-03-05"),
        ("本月20日前完成征收。", "本月20日前", "2020-03-20"),
        ("五月初全部复课。", "五月初", "2020-05-01"),
        ("每月25日前报送报表。", "每月25日前", None),
        ("每周一、周四上午10时前报送。", "每周一、周四上午10时前", None),
        ("半个月内恢复产能。", "半个月内", None),
        ("入汛前完成清淤。", "入汛前", None),
    ],
)
def test_times_as_meetings_give_them(text: str, written: str, first: str | None) -> None:
    found = deadlines(text, 0, date(2020, 3, 5))
    assert found[0].text == written
    assert first is None or (found[0].first and found[0].first.isoformat()) == first


@pytest.mark.parametrize(
    "text", ["严禁设置复工前置条件。", "将引发严重社会后果。", "针对“五一”假期人员流动大的情况，要加强值守。"]
)
def test_what_only_looks_like_a_time(text: str) -> None:
    assert deadlines(text, 0, date(2020, 3, 5)) == ()


def test_a_person_is_no_place_and_a_verb_no_person() -> None:
    text = "云湖区检查学校\n3月5日，区长方卫东到学校检查，与区人社局负责人商量对策。他叮嘱，各校要备足口罩。\n方卫东强调，各镇要逐校验收。\n"
    document = read_text(text)
    assert document.header.area == "云湖区"
    assert [d.speaker and d.speaker.name for d in document.directives] == ["方卫东", "方卫东"]


def test_an_hour_after_the_day_leaves_the_day() -> None:
    text = "青川区调度防控工作\n4月11日22时许，区长周明来到社区。4月10日以来，全区报告7例。\n2022-04-12 07:05\n"
    assert read_text(text).header.date == date(2022, 4, 11)


def test_the_sector_in_the_title_weighs_in_the_themes() -> None:
    words = "每个环节都要走一遍，查到漏洞马上补。"
    assert "school" not in themes(words)
    assert "school" in themes(words, "区长检查学校开学准备工作")


def test_a_short_sentence_that_the_next_one_spells_out_is_a_topic() -> None:
    assert items("周明强调，要坚定信心。要抓好森林防火工作。各镇要在进山路口设检查点，收缴火种。") == [
        "各镇要在进山路口设检查点，收缴火种。"
    ]
    listed = "周明强调，要加强值班值守。要做好信息报送。要按时配送物资。"
    assert len(items(listed)) == 3
    assert len(items("周明强调，要及时报送三项数据。\n")) == 1


def test_a_clause_inside_what_is_said_does_not_lead_in_again() -> None:
    text = "要加强组织领导，明确责任分工，每周三调度一次。"
    assert items(f"会议要求，{text}") == [text]


@pytest.mark.parametrize(
    "text",
    [
        "要强化底线思维，宁可十防九空，不可失防万一。",
        "各级干部要俯下身子，真心实意为企业排忧解难。",
        "要把耽误的时间抢回来，在危机中育新机、于变局中开新局。",
        "必须把各项措施抓得紧而又紧、实而又实。",
    ],
)
def test_appeals_of_meetings_are_none(text: str) -> None:
    assert items(f"周明强调，{text}") == []
    assert len(items(f"周明强调，{text[:-1]}，各镇要在3月8日前报送名单。")) == 1


def test_a_quotation_is_theirs_whom_the_next_sentence_takes_up() -> None:
    text = "区长李青拨通了街道的电话。“今晚8点以前把北门封好，把人配齐。”她说，没有物业的小区由街道兜底。"
    assert said(text)[0] == ("“今晚8点以前把北门封好，把人配齐。”", "李青")
