"""The definition of a directive, rule by rule, each beside what must not be taken for one."""

from __future__ import annotations

import pytest

from tongchou.intake import read_text
from tongchou.intake.judge import judge_numbered, judge_sentence
from tongchou.intake.slogans import is_slogan

HEAD = "某区召开疫情防控工作会议\n3月5日，某区召开会议，区长周明主持。\n"
NOTICE = "关于加强疫情防控的通告\n"


def items(text: str) -> list[str]:
    return [d.text for d in read_text(text).directives]


def left(text: str) -> dict[str, str]:
    return {x.text: x.why for x in read_text(text).left_out}


def test_each_ordinal_is_one_item_however_many_sentences() -> None:
    text = HEAD + "周明要求，一是要排查到位。各社区要登记。不漏一人。二是加强值守。\n会议结束。\n"
    assert items(text) == ["一是要排查到位。各社区要登记。不漏一人。", "二是加强值守。"]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("一要", "二要"),
        ("第一，", "第二，"),
        ("（一）", "（二）"),
        ("1.", "2."),
        ("1、", "2、"),
        ("一、", "二、"),
        ("①", "②"),
    ],
)
def test_every_kind_of_ordinal(one: str, two: str) -> None:
    found = read_text(f"{NOTICE}现将有关事项通告如下：{one}各社区做好登记工作。{two}商场落实测温措施。\n").directives
    assert [d.text for d in found] == [f"{one}各社区做好登记工作。", f"{two}商场落实测温措施。"]
    assert [d.ordinal for d in found] == [one, two]
    assert {d.series for d in found} == {0}


def test_a_dotted_number_and_a_decimal_are_not_ordinals() -> None:
    assert len(items(NOTICE + "各单位要保持1.5米间距，体温超过37.3度的不得进入。\n")) == 1
    assert len(items(HEAD + "周明要求，万一要停电，各医院要有备用电源，统一要求着装。\n")) == 1


def test_the_lowest_level_is_the_item_and_a_parent_only_with_an_instruction_of_its_own() -> None:
    text = (
        NOTICE
        + "一、加强管理\n（一）各社区要登记。\n（二）各商场要测温。\n二、企业必须落实主体责任，建立专班。做到以下几点：\n（一）测温登记。\n（二）每日消毒。\n"
    )
    assert items(text) == [
        "（一）各社区要登记。",
        "（二）各商场要测温。",
        "二、企业必须落实主体责任，建立专班。做到以下几点：",
        "（一）测温登记。",
        "（二）每日消毒。",
    ]
    assert read_text(text).directives[0].heading == ("加强管理",)


def test_a_heading_alone_is_none_and_its_body_goes_by_sentences() -> None:
    text = (
        NOTICE
        + "一、加强组织领导\n各镇要成立专班。主要负责人要亲自部署排查工作。\n二、严格值班。各单位要24小时值守。\n"
    )
    assert items(text) == ["各镇要成立专班。", "主要负责人要亲自部署排查工作。", "二、严格值班。各单位要24小时值守。"]


def test_a_segment_with_an_obligation_of_its_own_is_an_item_and_one_under_a_leading_one_is_not() -> None:
    assert items(HEAD + "周明要求，要做好排查登记；要加强物资储备；对重点人员，必须隔离观察。\n") == [
        "要做好排查登记；",
        "要加强物资储备；",
        "对重点人员，必须隔离观察。",
    ]
    assert items(HEAD + "周明要求，要进一步做好排查登记；全力保障物资供应；加强宣传引导。\n") == [
        "要进一步做好排查登记；全力保障物资供应；加强宣传引导。"
    ]


def test_commas_keep_together() -> None:
    assert items(HEAD + "会议强调，要做好核酸检测，要加强隔离管理，各街道要落实值守。\n") == [
        "要做好核酸检测，要加强隔离管理，各街道要落实值守。"
    ]


@pytest.mark.parametrize("slogan", [
    "要提高政治站位，统一思想认识，坚决打赢疫情防控阻击战。",
    "要切实增强责任感和紧迫感，毫不放松抓紧抓实抓细各项防控工作，奋力夺取双胜利。",
    "各级各部门要高度重视，扛起政治责任，以更大的决心、更实的作风，确保各项工作落到实处。",
    "务必克服麻痹思想、厌战情绪、侥幸心理、松劲心态，坚决守住来之不易的成果。",
    "全区上下要众志成城、共克时艰，为打赢疫情防控阻击战作出应有贡献。",
])  # fmt: skip
def test_a_slogan_says_nothing_to_do(slogan: str) -> None:
    assert is_slogan(slogan)
    assert slogan in left(HEAD + f"周明指出，{slogan}会议还研究了其他事项。\n")


@pytest.mark.parametrize("asked", [
    "要提高政治站位，各街道逐户排查登记，坚决打赢疫情防控阻击战。",
    "要关心关爱一线医务人员，及时发放补贴。",
    "要加强对养老院的督导检查。",
    "要压实工作责任，建立包保到户的工作机制。",
    "要抢抓农时，组织好春耕备耕。",
])  # fmt: skip
def test_a_sentence_with_one_thing_to_do_is_none(asked: str) -> None:
    assert not is_slogan(asked)
    assert items(HEAD + f"周明强调，{asked}\n") == [asked]


def test_an_enumerated_slogan_stays() -> None:
    assert len(items(HEAD + "周明要求，一是提高政治站位。二是增强责任意识。\n")) == 2


@pytest.mark.parametrize("told", [
    "截至目前，全区已排查3000人，设置卡口20个。",
    "会议听取了各组工作情况汇报，研究了需要解决的问题。",
    "近日，全区各社区累计登记车辆1万台次，发放口罩3万只。",
    "区领导先后来到商场、超市，察看防控措施落实情况。",
])  # fmt: skip
def test_what_was_done_is_no_directive(told: str) -> None:
    assert items(HEAD + told + "\n") == []


def test_a_series_that_tells_what_was_done_is_none() -> None:
    text = "某镇扎实开展防控工作\n连日来，某镇迅速行动。\n一是成立了领导小组。二是排查了返乡人员。三是宣传到位。悬挂横幅20条，引导群众不聚集。\n"
    assert items(text) == []


def test_an_announcement_and_a_lead_are_left_out() -> None:
    text = HEAD + "会议强调，要应清尽清。各街道要逐户摸排外来人员。要落实隔离措施。要组织核酸检测。\n"
    assert items(text)[0] == "各街道要逐户摸排外来人员。"
    assert left(text)["要应清尽清。"] == "announces"


def test_unmarked_imperatives_count_in_a_notice_and_not_in_a_report() -> None:
    assert items(NOTICE + "全区各类培训机构暂停线下教学。疫情信息每日同步发布。\n") == [
        "全区各类培训机构暂停线下教学。",
        "疫情信息每日同步发布。",
    ]
    assert items("某区举行活动\n3月5日，全区各类培训机构暂停线下教学活动的消息引起关注。\n") == []


def test_permissions_are_none_and_suspensions_are() -> None:
    assert items(NOTICE + "经批准的企业可以复工。餐饮企业暂停堂食。\n") == ["餐饮企业暂停堂食。"]
    assert judge_numbered("药店、超市可以正常营业。", order=True).why == "permission"
    assert judge_numbered("外卖可以送到小区门口，外卖员不得进入小区。", order=True).basis == "ordinal"


def test_consequences_need_an_actor_or_an_act() -> None:
    assert judge_numbered("违反规定造成疫情传播的，依法追究法律责任。", order=True).why == "consequence"
    assert judge_numbered("拒不配合的，由公安机关依法处理。", order=True).basis == "ordinal"
    assert judge_numbered("违反本通告的，立即责令停业整顿，并依法追究责任。", order=True).basis == "ordinal"


def test_advice_counts_only_in_an_ordinal() -> None:
    assert items(NOTICE + "倡导市民就地过节。鼓励居民线上购物。\n") == []
    assert len(items(NOTICE + "一、倡导市民就地过节。\n二、鼓励居民线上购物。\n")) == 2


def test_papers_to_hand_in_are_no_directives() -> None:
    text = (
        NOTICE
        + "一、企业复工前应提交下列材料：\n1.复工申请表；\n2.疫情防控方案；\n3.员工花名册。\n二、各镇要加强检查。\n"
    )
    assert items(text) == ["一、企业复工前应提交下列材料：", "二、各镇要加强检查。"]


def test_frames_salutations_thanks_and_validity_are_none() -> None:
    assert (
        items(
            NOTICE
            + "各镇、各部门：\n现将有关事项通知如下：\n感谢您的理解与支持。\n本通告自发布之日起施行。\n特此通告。\n"
        )
        == []
    )


def test_the_item_starts_after_the_lead_in() -> None:
    assert items(HEAD + "对下一步工作，周明在讲话时强调，各街道要做好排查。\n") == ["各街道要做好排查。"]
    assert items(HEAD + "会议要求各街道要逐户排查登记。\n") == ["各街道要逐户排查登记。"]


def test_speakers_follow_the_text() -> None:
    text = (
        "某区召开会议\n3月5日，区委书记陈东明、区长周明出席会议。\n会议要求，各街道要排查。\n陈东明强调，各社区要登记。要做好隔离。\n"
        "他指出，商场要测温。\n周明说，学校要消毒。会议还要求，医院要值守。\n"
    )
    found = [(d.text, d.speaker.name if d.speaker else None) for d in read_text(text).directives]
    assert found == [
        ("各街道要排查。", "会议"), ("各社区要登记。", "陈东明"), ("要做好隔离。", "陈东明"), ("商场要测温。", "陈东明"),
        ("学校要消毒。", "周明"), ("医院要值守。", "会议"),
    ]  # fmt: skip
    roles = {d.speaker.name: d.speaker.role for d in read_text(text).directives if d.speaker}
    assert roles["陈东明"] == "区委书记"
    assert all(d.speaker is None for d in read_text(NOTICE + "各街道要排查。\n").directives)


def test_announced_counts_are_checked() -> None:
    good = read_text(HEAD + "周明强调三点意见：一是各街道排查。二是各社区登记。三是商场测温。\n").counts
    assert [(c.announced, c.found, c.agrees) for c in good] == [(3, 3, True)]
    bad = read_text(HEAD + "周明提出四个方面要求：一是各街道排查。二是各社区登记。四是商场测温。\n").counts
    assert [(c.announced, c.found, c.missing, c.agrees) for c in bad] == [(4, 3, (3,), False)]


@pytest.mark.parametrize(
    ("text", "announced"),
    [
        ("周明提出四个方面要求，各街道要排查登记，各社区要做好测温。", [("四个方面", 4)]),
        ("会议从三个方面作了部署，要求各街道要排查。", [("三个方面", 3)]),
        ("周明就此提出3点意见，各街道要抓好落实。", [("3点意见", 3)]),
        ("以上四个方面要求，各街道要落实。", []),
        ("全区十条街道要完成排查。", []),
        ("要落实“三个方面”工作法，各街道要排查。", []),
        ("周明强调一点意见，各街道要排查。", []),
    ],
)
def test_announced_without_a_series_is_told_and_is_no_fault(text: str, announced: list[tuple[str, int]]) -> None:
    found = read_text(HEAD + text + "\n").counts
    assert [(c.text, c.announced) for c in found] == announced
    assert all(c.unnumbered and not c.missing for c in found)


def test_the_place_of_an_announcement_is_its_place_in_the_clean_text() -> None:
    read = read_text(HEAD + "周明提出四个方面要求，各街道要排查登记。\n")
    (check,) = read.counts
    assert read.clean[check.start : check.end] == check.text
    assert all(
        not c.unnumbered for c in read_text(HEAD + "周明提出四个方面要求：一是各街道排查。二是各社区登记。\n").counts
    )


def test_said_twice_is_one_item() -> None:
    assert len(items(HEAD + "会议要求，各街道要排查登记。随后强调，各街道要排查登记。\n")) == 1


def test_nothing_in_an_empty_sentence() -> None:
    assert judge_sentence("", order=True, spoken=True).basis is None


def test_a_lead_that_sums_up_is_left_out_when_the_details_follow() -> None:
    lead = "要高度重视疫情防控，压实工作责任，加强排查。"
    details = "会议要求，各街道要逐户排查。商场要测温登记。学校要做好消毒。\n"
    text = f"某区召开会议\n3月5日，某区召开会议。会议强调，{lead}\n"
    rules = frozenset({"weights"})
    assert {x.text: x.why for x in read_text(text + details, without=rules).left_out}[lead] == "lead"
    assert lead in [d.text for d in read_text(text, without=rules).directives]


def test_names_before_offices_given_names_and_adverbs_that_are_no_names() -> None:
    one = read_text(
        "副市长检查工地\n4月1日，林国宁副市长检查工地，并作出指示。并提出了两点要求：一是各单位要排查。二是学校要消毒。\n"
    )
    assert {d.speaker.name for d in one.directives if d.speaker} == {"林国宁"}
    two = read_text(
        "区领导调研\n3月3日，组长谷更军同志到街道调研。更军同志要求各单位要尽快复工，要求各部门要落实政策。\n"
    )
    assert [(d.text, d.speaker and d.speaker.name) for d in two.directives] == [
        ("各单位要尽快复工，要求各部门要落实政策。", "谷更军")
    ]
    three = read_text(HEAD + "周明强调，要排查登记。各部门要落实责任，周密安排部署，确保学校按时开学。\n")
    assert {d.speaker.name for d in three.directives if d.speaker} == {"周明"}


def test_an_ordinal_that_holds_the_obligation_is_no_report() -> None:
    """一是要对2月12日以来…: 以来 tells since when, not what was done."""
    text = "会议强调，一是要对2月12日以来返区人员全部登记。二是严格小区管控，落实24小时值守。\n会议要求，全区累计排查返乡人员3.2万人，要对重点人员落实居家观察。"
    document = read_text(text)
    assert [d.text[:6] for d in document.directives] == ["一是要对2月", "二是严格小区", "全区累计排查"]
    assert [u.text for d in document.directives for u in d.units] == []


@pytest.mark.parametrize("plain", [
    "春播的活等不得。", "企业越是难，服务越要跟得上。", "返岗要不要提前报备？", "要把疫情影响降到最低。", "越是关键时刻，越要咬紧牙关。",
])  # fmt: skip
def test_what_only_sounds_like_an_obligation(plain: str) -> None:
    assert items(HEAD + f"周明强调，{plain}\n") == []


def test_what_is_quoted_as_a_whole_is_judged_and_has_the_speaker_named_after_it() -> None:
    text = HEAD + "会议听取了汇报。“各社区要登记。每户要发告知书。”周明说。会议要求，商场要测温。\n"
    found = [(d.text.strip("“”"), d.speaker and d.speaker.name) for d in read_text(text).directives]
    assert found == [("各社区要登记。", "周明"), ("每户要发告知书。", "周明"), ("商场要测温。", "会议")]


def test_who_is_to_do_it_in_the_passive_and_by_when_without_an_obligation_word() -> None:
    assert items(HEAD + "周明要求，口罩由区商务局统一调配。区人社局三日内拿出接返方案。天气由晴转阴。\n") == [
        "口罩由区商务局统一调配。",
        "区人社局三日内拿出接返方案。",
    ]


def test_what_befalls_offenders_is_parted_from_what_is_ordered_before_it() -> None:
    text = NOTICE + "对擅自开业的商户，责令立即停业整改；造成疫情传播的，依法追究法律责任。\n"
    assert items(text) == ["对擅自开业的商户，责令立即停业整改；"]
    assert left(text) == {"造成疫情传播的，依法追究法律责任。": "consequence"}


def test_a_counted_lead_in_may_end_with_a_full_stop() -> None:
    text = "某区召开会议\n3月5日，区委书记陈东明、区长周明出席会议。\n陈东明强调，各街道要排查。\n周明提出两点要求。第一，各社区要登记。第二，商场要测温。\n"
    assert [d.speaker.name for d in read_text(text).directives if d.speaker] == ["陈东明", "周明", "周明"]


def test_points_without_head_or_meeting_are_an_order() -> None:
    document = read_text("一、3月5日8时起，各社区开展全员登记。\n二、商场要严格查验健康码。\n")
    assert document.kind == "order"
    assert [d.speaker for d in document.directives] == [None, None]


@pytest.mark.parametrize(("text", "units"), [
    ("区政务服务中心开通备案窗口，商户要登记。", ["区政务服务中心", "商户"]),
    ("各镇（街道）于3月8日前完成摸排。", ["各镇（街道）"]),
    ("严禁辖区培训机构、托管班擅自开班。", ["辖区培训机构", "托管班"]),
    ("返区人员一律隔离观察。", []),
    ("公安部门推送的数据，各社区要核查。", ["各社区"]),
    ("离开本区要报备。", []),
])  # fmt: skip
def test_who_acts_is_told_and_who_is_only_named_is_not(text: str, units: list[str]) -> None:
    (found,) = read_text(HEAD + f"周明要求，{text}\n").directives
    assert [u.text for u in found.units] == units


@pytest.mark.parametrize(("text", "written"), [
    ("返岗人员须提前3天报备。", "提前3天"),
    ("各社区要在腊月二十三前完成登记。", "腊月二十三前"),
    ("各学校要在3月初前完成消毒。", "3月初前"),
    ("“停课不停学”期间，各学校要安排答疑。", "“停课不停学”期间"),
    ("返岗人员须持48小时内核酸检测证明。", None),
    ("企业要对员工返岗前14天的行程进行核查。", None),
    ("各街道每周二、周五报送情况，要准确。", None),
    ("各街道要按照〔2020〕5号文件落实。", None),
])  # fmt: skip
def test_times_that_bind_and_times_that_do_not(text: str, written: str | None) -> None:
    (found,) = read_text(HEAD + f"周明要求，{text}\n").directives
    assert (found.deadlines[0].text if found.deadlines else None) == written
